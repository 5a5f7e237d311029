"""Which finding speaks of which case."""
from kit.clock import HOUR, MINUTE, utc_ms

from .watch import plain


def spoken(names):
    return {plain(n) for n in names}


def meets(finding, peers):
    """The finding's other side is one of the peers, or the registered domain above one."""
    other = finding.destination
    return other in peers or ("." in other and any(p.endswith("." + other) for p in peers))


def beacons(findings, cases):
    """({case id: place in the order of urgency}, false ones): a pair of machine (or user) and peer, whatever the way."""
    sides = [(c["id"], spoken(c["hosts"] + c["accounts"] + [c.get("behind", "")]) - {""}, spoken(c["peers"])) for c in cases]
    places, false = {}, []
    for place, f in enumerate(findings, 1):
        hit = [ident for ident, hosts, peers in sides if f.names & hosts and meets(f, peers)]
        for ident in hit:
            places.setdefault(ident, place)
        if not hit:
            false.append(f)
    return places, false


def hosts(findings, cases):
    """The same for cases that are told by the machine alone (and the peer, where both name one)."""
    places, false = {}, []
    sides = [(c["id"], spoken(c["hosts"] + c["accounts"]), spoken(c["peers"]), utc_ms(c["from"]), utc_ms(c["to"])) for c in cases]
    for place, f in enumerate(findings, 1):
        hit = [ident for ident, own, peers, begin, end in sides
               if (f.names & own or (peers and meets(f, peers))) and f.first <= end + HOUR and f.last >= begin - MINUTE]
        for ident in hit:
            places.setdefault(ident, place)
        if not hit:
            false.append(f)
    return places, false


def act(finding, case, kinds=None):
    """A finding of an act or a step: it names one of its names, in its time, and rests on its lines or began with it."""
    if kinds and finding.kind not in kinds:
        return False
    begin, end = utc_ms(case.get("from") or case["at"]), utc_ms(case.get("to") or case["until"])
    if not finding.names & spoken(case["hosts"] + case["accounts"] + case["peers"]) and not meets(finding, spoken(case["peers"])):
        return False
    if finding.last < begin - MINUTE or finding.first > end + HOUR:
        return False
    return finding.planted or finding.first >= begin - MINUTE
