"""Names: people, machines, domains.  Good and bad domains come from one generator: no name gives its side away."""
import zlib

FAMILY = ("sato suzuki takahashi tanaka ito watanabe yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto "
          "inoue kimura hayashi shimizu saito mori abe ikeda hashimoto ishikawa ogawa maeda fujita okada goto hasegawa murakami "
          "kondo ishii sakamoto endo aoki fujii nishimura fukuda ota miura okamoto matsuda nakajima nakagawa harada ono tamura "
          "takeuchi kaneko wada nakayama ishida ueda morita hara shibata sakai kudo yokoyama miyazaki miyamoto "
          "uchida takagi").split()
WORDS = ("akari aozora chiiki denshi fukushi genki hana hikari hoken ikiiki iryo joho kaigo kango kenko kirara kokoro kusuri "
         "machi mamori midori minato mirai nagomi navi net nikko ofuro pika renkei sakura sapo sora tasuke techno tokai "
         "tsunagu umi wakaba yasashi yume zaitaku med care link cloud data office print stock parts tools portal shop "
         "news blog photo movie music travel recipe weather train map game book job school bank card mail file sync team meet "
         "chat form track pixel stat ads cdn edge asset font img api app auth log metrics push store update").split()
ENDS = ("co.jp co.jp co.jp jp jp jp or.jp ne.jp go.jp lg.jp ac.jp com com com com com net net org info io biz app dev cloud "
        "site xyz online").split()
OPEN_ENDS = [end for end in ENDS if end not in ("or.jp", "go.jp", "lg.jp", "ac.jp")]
FIRST_OCTETS = (13, 18, 20, 23, 34, 35, 40, 52, 54, 61, 99, 104, 106, 110, 113, 118, 124, 133, 142, 150, 151, 157, 160, 172,
                182, 183, 202, 203, 210, 219)


def domain(rng, ends=ENDS):
    """A registered domain as a business or a campaign would choose it."""
    shape = rng.below(6)
    a, b = rng.pick(WORDS), rng.pick(WORDS)
    name = (a + b, a + "-" + b, a + b + "%d" % rng.between(1, 99), a + rng.pick(FAMILY), rng.pick(FAMILY) + "-" + a,
            a + rng.text("aeiou", 1) + b)[shape]
    return name + "." + rng.pick(ends)


def bad_domain(rng):
    """The same under an ending that anybody may register."""
    return domain(rng, OPEN_ENDS)


def address(name, n=0):
    """The outside address of a name, always the same; n counts its further ones."""
    h = zlib.crc32(("%s#%d" % (name, n)).encode())
    first = FIRST_OCTETS[h % len(FIRST_OCTETS)]
    second = 32 + (h >> 8) % 200 if first == 172 else (h >> 8) % 254 + 1
    return "%d.%d.%d.%d" % (first, second, (h >> 16) % 254 + 1, (h >> 24) % 254 + 1)


COUNTRIES = ("Japan", "Japan", "Japan", "United States", "United States", "Singapore", "Netherlands", "Germany", "Ireland")


def country(ip):
    return COUNTRIES[zlib.crc32(ip.encode()) % len(COUNTRIES)]


def user_name(i, rng):
    return FAMILY[i % len(FAMILY)] + "." + "abehikmnrstwy"[rng.below(13)] + ("" if i < len(FAMILY) else str(i // len(FAMILY) + 1))


def mac(name):
    h = zlib.crc32(name.encode())
    vendor = ("00:1b:a9", "f4:39:09", "3c:52:82", "00:26:73", "a4:bb:6d", "00:80:92", "d8:bb:c1")[h % 7]
    return "%s:%02x:%02x:%02x" % (vendor, h >> 8 & 255, h >> 16 & 255, h >> 24 & 255)
