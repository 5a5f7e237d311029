"""The hospital of a seed: its networks, machines, people, vendors' lines.  Names, addresses and sizes change with the seed."""
from . import names
from .clock import Rng

HOUSES = [("minami-chuo-hp.or.jp", "MINAMI"), ("kitahama-kosei.jp", "KITAHAMA"), ("hoshigaoka-med.or.jp", "HOSHI"),
          ("shirakaba-byoin.jp", "SHIRAKABA"), ("asagiri-hp.jp", "ASAGIRI"), ("tamagawa-rosai.go.jp", "TAMAROSAI"),
          ("kurofune-iryo.or.jp", "KUROFUNE")]
SECTIONS = ["IJI", "SOMU", "KANGO", "YAKU", "RIHA", "RENKEI", "IKYOKU", "EIYO", "KENSA", "KANRI", "JINJI", "CHIIKI"]
PLACES = ["2E", "2W", "3E", "3W", "4E", "4W", "GAIRAI", "OPE", "ER", "HOUSHA", "TOUSEKI", "NAISHIKYO"]

# name, role; %s: the house's word
SERVERS = [("%s-DC01", "dc"), ("%s-DC02", "dc"), ("EHRDB01", "ehr"), ("EHRAP01", "ehr"), ("EHRAP02", "ehr"), ("LISSV", "lis"),
           ("PACS01", "pacs"), ("PACS02", "pacs"), ("RISSV", "ris"), ("SHOKUJI01", "meal"), ("YAKUZAI-SV", "pharmacy"),
           ("IJI-SV", "billing"), ("FILE01", "file"), ("BACKUP01", "backup"), ("WSUS01", "wsus"), ("AVMGR01", "av"),
           ("PRINT01", "print"), ("MONITOR01", "monitor"), ("HYPER01", "hypervisor"), ("HYPER02", "hypervisor"),
           ("NC-SV01", "nursecall"), ("NC-SV02", "nursecall"), ("NC-SV03", "nursecall"), ("VITAL01", "vitals")]
LINUX = [("proxy01", "proxy"), ("proxy02", "proxy"), ("ns01", "dns"), ("mail01", "mail"), ("web01", "web"),
         ("ekarte-gw", "gateway")]
# account, group, role of the server they tend, hours, days a week
VENDORS = [("ehr-hoshu", "vendor-ehr", "ehr", (9, 18), 5), ("pacs-hoshu", "vendor-pacs", "pacs", (10, 17), 2),
           ("kyushoku-hoshu", "vendor-meal", "meal", (9, 16), 1), ("kensa-hoshu", "vendor-lis", "lis", (13, 17), 1),
           ("vital-hoshu", "vendor-vital", "vitals", (10, 16), 1), ("denwa-hoshu", "vendor-nc", "nursecall", (10, 15), 1)]


class Host:
    __slots__ = ("name", "ip", "role", "user", "fqdn", "always", "mac", "os", "sid")

    def __init__(self, name, ip, role, user, domain, rng):
        self.name, self.ip, self.role, self.user = name, ip, role, user
        self.fqdn = (name + "." + domain).lower()
        self.always = rng.chance(0.3)
        self.mac = names.mac(name + domain)
        self.sid = rng.between(1100, 9000)

    def names(self):
        """All by which a finding may call it."""
        return [self.ip, self.name, self.fqdn]


class World:
    def __init__(self, hosts, seed):
        rng = Rng("world", seed)
        self.seed, self.size = seed, hosts
        self.domain, self.ad = HOUSES[rng.below(len(HOUSES))]
        self.realm = self.ad.lower() + ".local" if rng.chance(0.5) else self.domain
        self.a, self.b, self.c = rng.between(10, 90), rng.between(16, 30), rng.between(2, 220)
        self.rng = rng
        self.hosts = []
        self._sites()
        self._machines(max(60, hosts))
        self._people()
        self._outside()

    def _sites(self):
        a, b, c = self.a, self.b, self.c
        self.office_net, self.clinical_net, self.guest_net = "10.%d" % a, "172.%d" % b, "192.168.%d" % c
        self.wan = names.address(self.domain + "/wan")
        self.branch_wan = names.address(self.domain + "/branch")
        self.pool = "10.%d.254.%%d" % a
        self.gate = "10.%d.0.1" % a
        self.branch_net = "192.168.%d" % (c + 7)

    def _add(self, name, ip, role, user="-"):
        host = Host(name, ip, role, user, self.realm, self.rng)
        self.hosts.append(host)
        return host

    def _machines(self, n):
        o, k, g = self.office_net, self.clinical_net, self.guest_net
        left = n - len(SERVERS) - len(LINUX)
        share = {"office": 30, "terminal": 37, "printer": 8, "modality": 5, "nurse": 6, "guest": 12}
        count_it = 4
        count = {role: max(3, left * part // 100) for role, part in share.items()}
        for i, (name, role) in enumerate(SERVERS):
            self._add(name % self.ad if "%s" in name else name, "%s.1.%d" % (k, 10 + i), role, "SYSTEM")
        for i, (name, role) in enumerate(LINUX):
            self._add(name, "%s.0.%d" % (o, 10 + i), role, "root")
        for i in range(count["office"]):
            self._add("%s-PC%03d" % (SECTIONS[i % 12], i // 12 + 1), "%s.%d.%d" % (o, 10 + i // 180, 20 + i % 180), "office")
        for i in range(count_it):
            self._add("JOHO-PC%02d" % (i + 1), "%s.9.%d" % (o, 20 + i), "it")
        for i in range(count["terminal"]):
            self._add("%s-T%03d" % (PLACES[i % 12], i // 12 + 1), "%s.%d.%d" % (k, 20 + i // 180, 20 + i % 180), "terminal")
        for i in range(count["printer"]):
            self._add("PRN-%s%02d" % (PLACES[i % 12], i // 12 + 1), "%s.40.%d" % (k, 10 + i), "printer")
        for i in range(count["modality"]):
            self._add("%s%d" % (("CT", "MR", "CR", "US", "XA", "ES", "NM", "MG")[i % 8], i // 8 + 1), "%s.30.%d" % (k, 10 + i),
                      "modality")
        for i in range(count["nurse"]):
            self._add("NC-%s%02d" % (PLACES[i % 6], i // 6 + 1), "%s.50.%d" % (k, 10 + i), "nurse")
        for i in range(count["guest"]):
            self._add("guest-%02d" % i, "%s.%d" % (g, 20 + i), "guest")
        for i in range(max(2, n // 50)):
            self._add("HOUMON-PC%02d" % (i + 1), "%s.%d" % (self.branch_net, 11 + i), "branch")

    def _people(self):
        """Most office PCs have one user; ward terminals are shared by a shift."""
        i = 0
        for host in self.hosts:
            if host.role in ("office", "it", "branch"):
                host.user = names.user_name(i, self.rng)
                i += 1
        self.staff = [names.user_name(i + n, self.rng) for n in range(max(40, self.size * 6 // 10))]
        self.doctors = self.staff[:max(8, len(self.staff) // 6)]
        self.admins = ["adm-" + h.user.split(".")[0] for h in self.of("it")]
        self.services = ["svc_backup", "svc_monitor", "svc_ehr", "svc_scan", "svc_sql", "svc_print"]
        for i, host in enumerate(self.of("terminal")):
            host.user = self.staff[i * 3 % len(self.staff)]

    def _outside(self):
        rng = self.rng
        self.vendors = [(account, group, role, names.address(self.domain + account), hours, days)
                        for account, group, role, hours, days in VENDORS]
        self.homes = {user: names.address(self.domain + user) for user in self.doctors}
        self.sites = [names.domain(rng) for _ in range(420)]
        self.popular = self.sites[:60]

    def of(self, *roles):
        return [h for h in self.hosts if h.role in roles]

    def one(self, role):
        return self.of(role)[0]

    @property
    def dc(self):
        return self.one("dc")

    @property
    def proxy(self):
        return self.one("proxy")

    @property
    def resolver(self):
        return self.one("dns")

    def site(self):
        """What an installation's configuration would know of this house."""
        return {"domain": self.domain, "internal": [self.office_net + ".0.0/16", self.clinical_net + ".0.0/16",
                                                    self.guest_net + ".0/24", self.branch_net + ".0/24"],
                "proxies": [h.ip for h in self.of("proxy")], "resolvers": [self.resolver.ip] + [h.ip for h in self.of("dc")],
                "admin_hosts": [h.ip for h in self.of("it")], "scanners": [self.one("monitor").ip],
                "vpn_pool": self.pool % 0 + "/24",
                "servers": [{"name": h.name, "ip": h.ip, "role": h.role} for h in self.hosts if h.user in ("SYSTEM", "root")],
                "maintenance": [{"account": a, "from": ip, "hours": "%02d:00-%02d:00" % hours, "days": "Mon-Fri"}
                                for a, _, _, ip, hours, _ in self.vendors],
                "hosts": [{"name": h.name, "ip": h.ip, "role": h.role} for h in self.hosts]}
