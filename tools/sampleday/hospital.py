"""The hospital of the sample: 120 beds, two networks, a FortiGate at the edge, a proxy, vendors' lines."""
from collections import namedtuple

from .core import Rng

Host = namedtuple("Host", "name ip net role user")
Hospital = namedtuple("Hospital", "internet clinical servers printers modalities vendors seed")

DOMAIN = "hinode-hp.example"
AD = "HINODE"
PROXY = "10.20.0.10"
DNS_OUT = "10.20.0.20"
GATE_WAN = "192.0.2.10"
DC = "172.16.1.5"
VPN_POOL = "10.250.0.%d"

FAMILY = ("sato suzuki takahashi tanaka ito watanabe yamamoto nakamura kobayashi kato yoshida yamada sasaki "
          "yamaguchi matsumoto inoue kimura hayashi shimizu saito mori abe ikeda hashimoto ishikawa ogawa").split()
OFFICE = ["iji", "jimu", "kango", "yakuzai", "rehabili", "renkei", "ikyoku", "eiyo", "kensa", "hoken"]
WARDS = ["2F-byoto", "3F-byoto", "4F-byoto", "gairai", "ope", "kyukyu", "yakuzai", "kensa"]

# name, address, role: the servers of the clinical network
SERVERS = [
    ("HINODE-DC01", "172.16.1.5", "dc"),
    ("EHR-DB01", "172.16.1.10", "ehr-db"),
    ("EHR-AP01", "172.16.1.11", "ehr-ap"),
    ("EHR-AP02", "172.16.1.12", "ehr-ap"),
    ("LIS01", "172.16.1.20", "lis"),
    ("PACS01", "172.16.1.30", "pacs"),
    ("KYUSHOKU01", "172.16.1.40", "meal"),
    ("BACKUP01", "172.16.1.50", "backup"),
    ("FILE01", "172.16.1.60", "file"),
]
# account, company's line, source address, the hours they come
VENDORS = [
    ("ehr-hoshu", "vendor-ehr", "192.0.2.140", (9, 18)),
    ("pacs-hoshu", "vendor-pacs", "192.0.2.171", (10, 17)),
    ("kyushoku-hoshu", "vendor-meal", "192.0.2.196", (9, 16)),
]


def build(hosts, seed):
    """A hospital of about that many computers; 40 of 100 stand in the internet LAN."""
    rng = Rng(seed, "hospital")
    outside = max(4, hosts * 40 // 100)
    inside = max(6, hosts - outside)
    internet = [Host("%s-PC%02d" % (OFFICE[i % len(OFFICE)].upper(), i // len(OFFICE) + 1),
                     "10.20.%d.%d" % (10 + i // 200, 20 + i % 200), "internet", "office", user_name(i, rng))
                for i in range(outside)]
    clinical = [Host("%s-T%02d" % (WARDS[i % len(WARDS)].upper(), i // len(WARDS) + 1),
                     "172.16.%d.%d" % (20 + i // 200, 20 + i % 200), "clinical", "terminal", user_name(i + 7, rng))
                for i in range(inside)]
    servers = [Host(n, a, "clinical", r, "SYSTEM") for n, a, r in SERVERS]
    printers = [Host("PRN%02d" % i, "172.16.31.%d" % (10 + i), "clinical", "printer", "-") for i in range(14)]
    modalities = [Host(n, "172.16.30.%d" % (10 + i), "clinical", "modality", "-")
                  for i, n in enumerate(["CT01", "MR01", "CR01", "CR02", "US01", "US02", "XA01", "ES01"])]
    return Hospital(internet, clinical, servers, printers, modalities, VENDORS, seed)


def user_name(i, rng):
    return "%s.%s" % (FAMILY[i % len(FAMILY)], "abehikmnrsty"[rng.below(12)])


def by_role(hospital, role):
    return [h for h in hospital.servers if h.role == role][0]


# How busy an hour is, of 100; an office day and a ward day.
OFFICE_DAY = [1, 1, 1, 1, 1, 1, 2, 8, 70, 95, 90, 85, 60, 80, 95, 90, 85, 60, 30, 15, 8, 5, 3, 2]
WARD_DAY = [25, 20, 18, 18, 20, 30, 55, 70, 95, 100, 95, 90, 75, 90, 95, 90, 80, 65, 50, 45, 40, 35, 30, 25]
