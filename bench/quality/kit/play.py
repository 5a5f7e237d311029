"""What an intruder does, as the logs of an ordinary house show it; used by the chains and by the single acts.

Every verb writes its lines and gives the moment at which it ended.  Lines go into files of their own beside the ordinary
ones, with the same formats; `hinomi watch` reads all files of a folder side by side by time.
"""
from . import lines, names, windows as w
from .accounts import SYSTEM32
from .clock import MINUTE, date_text

SECURITY, SERVERS, GATE = "windows/security.part2.ndjson", "windows/servers.part2.ndjson", "fortigate/fgt01.part2.log"


class Play:
    def __init__(self, book, world, rng):
        self.book, self.world, self.rng = book, world, rng
        self.steps = []
        self.silenced = []

    # -- where lines go ---------------------------------------------------------------------------------------------------
    def security(self, at, line):
        self.book.rows(SECURITY).append((at, line))

    def servers(self, at, line):
        self.book.rows(SERVERS).append((at, line))

    def gate(self, at, line):
        self.book.rows(GATE).append((at, line))

    def lan(self, kind, at, line):
        self.book.rows("zeek-lan/%s/%s.part2.log" % (date_text(at), kind), lines.zeek_head(kind)).append((at, line))

    def edge(self, kind, at, line):
        self.book.rows("zeek-edge/%s/%s.part2.log" % (date_text(at), kind)).append((at, lines.zeek_json(kind, line)))

    def conn(self, at, source, server, flow, sizes, state="SF"):
        who = lines.ends(self.rng, source, server)
        self.lan("conn", at, lines.conn(at, self.rng, who, flow, sizes, state))
        return who

    def step(self, n, what, span, technique="", log=None, hosts=(), accounts=(), peers=()):
        """One step of the case's text; log None: no log of a hospital shows it."""
        known = [name for h in hosts for name in (h.names() if hasattr(h, "names") else [h])]
        self.steps.append({"n": n, "what": what, "at": span[0], "until": span[1], "technique": technique, "log": log,
                           "hosts": known, "accounts": list(accounts), "peers": list(peers)})

    # -- coming in --------------------------------------------------------------------------------------------------------
    def vpn(self, at, account, pool, minutes, failures=0):
        """account: (remote address, user, group, country)."""
        for n in range(failures):
            self.gate(at - 11000 * (n + 1), lines.forti_vpn(at - 11000 * (n + 1), "fail", account))
        self.gate(at, lines.forti_vpn(at, "up", account, pool))
        end = at + minutes * MINUTE
        self.gate(end, lines.forti_vpn(end, "down", account, pool, (minutes * 60, 48000000, 910000000)))
        return at

    def knock(self, at, source, ports, n):
        """Somebody looks at the firewall's own address."""
        for i in range(n):
            at += self.rng.between(400, 4000)
            port = ports[i % len(ports)]
            open_ = port in (443, 10443)
            self.gate(at, lines.forti_traffic(at, (source, 1024 + self.rng.below(60000), "wan1"), (self.world.wan, port, "root"),
                                              "close" if open_ else "deny", (900, 4000) if open_ else (0, 0)))
        return at

    def lease(self, at, ip, mac, name):
        self.book.rows("syslog/dhcp.part2.log").append((at, lines.linux(at, "ns01", "dhcpd[812]",
                                                                        "DHCPACK on %s to %s (%s) via ens18"
                                                                        % (ip, mac, name))))

    # -- moving -----------------------------------------------------------------------------------------------------------
    def rdp(self, at, source, host, user, minutes=20, name="-"):
        """source: an address, and its workstation name where it has one."""
        self.conn(at, source, (host.ip, 3389), ("tcp", "ssl,rdp", minutes * 60.0), (4000000, 60000000))
        at += 4000
        self.security(at, w.logon(at, self.rng, host, (user, self.world.ad), 10, (source, name)))
        self.security(at + 60, w.special(at + 60, host, (user, self.world.ad)))
        return at

    def guess(self, at, source, host, users, n, gap=(900, 4000)):
        """Wrong passwords at a Windows machine over the network; source: (address, workstation)."""
        for i in range(n):
            at += self.rng.between(*gap)
            self.security(at, w.failed(at, self.rng, host, (users[i % len(users)], self.world.ad), 3, source))
            if i % 4 == 0:
                self.conn(at, source[0], (host.ip, 445), ("tcp", "gssapi,smb,ntlm", 0.3), (1400, 900))
        return at

    def logon(self, at, source, host, user):
        """An admin's logon over the network; source: (address, workstation)."""
        self.conn(at, source[0], (host.ip, 445), ("tcp", "gssapi,smb,ntlm", 3.0), (9000, 12000))
        self.security(at + 300, w.logon(at + 300, self.rng, host, (user, self.world.ad), 3, source))
        self.security(at + 320, w.special(at + 320, host, (user, self.world.ad)))
        return at + 320

    def sweep(self, at, source, targets, ports, gap=(15, 90)):
        """Connections to many addresses, most of which do not answer."""
        alive = {h.ip for h in self.world.hosts}
        for ip in targets:
            for port in ports:
                at += self.rng.between(*gap)
                state = "S0" if ip not in alive else "SF" if self.rng.chance(0.3) else "REJ"
                self.conn(at, source, (ip, port), ("tcp", "-", 0.1), (130, 200), state)
        return at

    def deploy(self, at, source, hosts, user, tool):
        """As PsExec does it: the tool goes into the admin share, a service starts it, the security tool stops."""
        who = (user, self.world.ad)
        for host in hosts:
            at += self.rng.between(2000, 9000)
            self.logon(at, (source.ip, source.name), host, user)
            self.security(at + 500, w.share(at + 500, self.rng, host, who, source.ip, "ADMIN$", tool, "0x12019f"))
            self.security(at + 700, w.share(at + 700, self.rng, host, who, source.ip, "IPC$", "svcctl", "0x12019f"))
            self.servers(at + 900, w.service_installed(at + 900, host, self.rng.hex(8), "%SystemRoot%\\" + tool))
            self.servers(at + 1500, w.service_state(at + 1500, host, "Mamoru Endpoint Agent", False))
        return at + 1500

    def run(self, at, host, user, image, command, parent=SYSTEM32 + "cmd.exe"):
        self.servers(at, w.started(at, self.rng, host, user, image, command, parent))
        self.servers(at + 20, w.process(at + 20, self.rng, host, (user, self.world.ad), image, command, parent))
        return at

    def no_way_back(self, at, host, user):
        """Shadow copies and backup catalogues deleted."""
        for command in ("vssadmin.exe delete shadows /all /quiet", "wbadmin.exe delete catalog -quiet",
                        "bcdedit.exe /set {default} recoveryenabled no"):
            self.run(at, host, user, SYSTEM32 + command.split()[0], command)
            at += 3000
        return at

    # -- the end ----------------------------------------------------------------------------------------------------------
    def encrypt(self, at, source, host, user, n, ending, note):
        """Files of a share read, written and renamed from one machine, a note in every folder."""
        who = (user, self.world.ad)
        share = "kyouyuu" if host.role == "file" else "data$"
        for i in range(n):
            at += self.rng.between(20, 160)
            folder = "b%02d" % (i // 25)
            path = "%s\\kiroku%04d.xlsx" % (folder, i)
            for code, mask in ((path, "0x2019f"), (path + ending, "0x10080")):
                self.security(at, w.share(at, self.rng, host, who, source.ip, share, code, mask))
            self.security(at + 3, w.touched(at + 3, self.rng, host, who, "D:\\%s\\%s" % (share, path), w.WRITE))
            self.security(at + 5, w.touched(at + 5, self.rng, host, who, "D:\\%s\\%s" % (share, path), w.DELETE))
            if i % 25 == 0:
                self.security(at + 9, w.share(at + 9, self.rng, host, who, source.ip, share, folder + "\\" + note, "0x2019f"))
        self.conn(at, source.ip, (host.ip, 445), ("tcp", "gssapi,smb", 300.0), (n * 400000, n * 390000))
        return at

    def print_notes(self, at, source):
        """One machine sends the same page to every printer by the dozen."""
        for printer in self.world.of("printer"):
            for _ in range(6):
                at += self.rng.between(30, 300)
                self.conn(at, source.ip, (printer.ip, 9100), ("tcp", "-", 0.6), (9200, 200))
        return at

    def restart(self, at, hosts):
        """Computers go down at once."""
        for host in hosts:
            when = at + self.rng.below(4 * MINUTE)
            for code, data, delay in ((1074, {"param1": "C:\\Windows\\System32\\wininit.exe", "param2": host.name,
                                              "param5": "再起動する"}, 0), (6006, {}, 4000), (6005, {}, 70000)):
                self.servers(when + delay, w.system(when + delay, host, code, data, "User32" if code == 1074 else "EventLog"))
        return at + 4 * MINUTE

    def call_home(self, at, host, name, n, seconds):
        """A server asks for a name and speaks to it directly."""
        for _ in range(n):
            ask = lines.ends(self.rng, host.ip, (self.world.dc.ip, 53))
            self.lan("dns", at, lines.dns(at, self.rng, ask, name, names.address(name)))
            who = lines.ends(self.rng, host.ip, (names.address(name), 443))
            self.edge("ssl", at + 40, lines.ssl(at + 40, self.rng, who, name, lines.JA3[3]))
            self.edge("conn", at + 40, lines.conn(at + 40, self.rng, who, ("tcp", "ssl", 1.2), (900, 2400)))
            at += self.rng.spread(seconds * 1000, 0.2)
        return at

    def upload(self, at, host, name, parts, size):
        """Gigabytes to a name outside, as firewall and sensor at the edge see them."""
        for _ in range(parts):
            at += self.rng.between(20, 90) * 1000
            who = lines.ends(self.rng, host.ip, (names.address(name), 443))
            self.edge("ssl", at, lines.ssl(at, self.rng, who, name, lines.JA3[3]))
            self.edge("conn", at, lines.conn(at, self.rng, who, ("tcp", "ssl", 60.0), (self.rng.spread(size, 0.3), size // 500)))
            self.gate(at + 60000, lines.forti_traffic(at + 60000, (host.ip, 41000, "clinical"),
                                                      (names.address(name), 443, "wan1"),
                                                      "close", (size, size // 500)))
        return at
