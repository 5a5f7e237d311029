#!/usr/bin/env python3
"""Makes Windows event logs (.evtx) of our own, and beside each the same events as JSON (evtx_dump's form), for the tests.

  evtx_make.py FOLDER           security.evtx, sysmon.evtx and their .json
  evtx_make.py --corpus FOLDER  the same logs cut to their used part, as a fuzzer likes them (evtx_fuzz.c makes them whole again)

Written from the public description of the format: libyal, "Windows XML Event Log (EVTX) format", and Microsoft's [MS-EVEN6]
on binary XML.  As Windows does it, a record is a template of <System> with its values, in which the event's own data are a
binary XML value with a template of their own; names and templates stand once in a chunk and are meant by their offset.
Everybody and everything in these events is made up.
"""
import json
import os
import struct
import sys
import uuid
import zlib

NS = "http://schemas.microsoft.com/win/2004/08/events/event"
CHUNK, HEAD, BLOCK = 65536, 512, 4096
STRING, U8, U16, U32, U64, GUID, FILETIME, SID, HEX32, HEX64, XML = 1, 4, 6, 8, 10, 15, 17, 19, 20, 21, 33
EPOCH_1601 = 11644473600


def sid_bytes(text):
    parts = [int(p) for p in text.split("-")[1:]]
    return struct.pack("<BB", parts[0], len(parts) - 2) + struct.pack(">Q", parts[1])[2:] + \
        b"".join(struct.pack("<I", p) for p in parts[2:])


PACK = {
    STRING: lambda v: v.encode("utf-16-le"),
    U8: lambda v: struct.pack("<B", v), U16: lambda v: struct.pack("<H", v), U32: lambda v: struct.pack("<I", v),
    U64: lambda v: struct.pack("<Q", v), HEX32: lambda v: struct.pack("<I", v), HEX64: lambda v: struct.pack("<Q", v),
    GUID: lambda v: uuid.UUID(v).bytes_le, SID: sid_bytes,
    FILETIME: lambda ns100: struct.pack("<Q", ns100),
}
SHOW = {
    STRING: str, SID: str, U8: int, U16: int, U32: int, U64: int,
    HEX32: lambda v: "0x%x" % v, HEX64: lambda v: "0x%x" % v, GUID: lambda v: v.upper(),
}


class Element:
    """<name attribute="...">content</name>; a number stands for the value of that number."""

    def __init__(self, name, content=None, attributes=()):
        self.name, self.attributes = name, attributes
        self.content = content if isinstance(content, list) else [] if content is None else [content]


class Chunk:
    def __init__(self):
        self.b = bytearray(HEAD)
        self.names, self.templates = {}, {}
        self.first = self.last = self.last_at = 0

    def put(self, form, *values):
        self.b += struct.pack("<" + form, *values)

    def patch(self, at, form, *values):
        struct.pack_into("<" + form, self.b, at, *values)

    def put_name(self, name):
        """Where the name stands; in this very place, with its bytes, when it has not stood anywhere yet."""
        if name in self.names:
            self.put("I", self.names[name])
            return
        hash_ = 0
        for c in name:
            hash_ = (hash_ * 65599 + ord(c)) & 0xffffffff
        at = len(self.b) + 4
        bucket = 128 + hash_ % 64 * 4
        before, = struct.unpack_from("<I", self.b, bucket)
        self.patch(bucket, "I", at)
        self.names[name] = at
        self.put("IIHH", at, before, hash_ & 0xffff, len(name))
        self.b += name.encode("utf-16-le") + b"\0\0"

    def put_content(self, content, types):
        if isinstance(content, Element):
            self.put_element(content, types)
        elif isinstance(content, int):
            self.put("BHB", 0x0e, content, types[content])     # optional substitution
        else:
            self.put("BBH", 0x05, STRING, len(content))
            self.b += content.encode("utf-16-le")

    def put_element(self, e, types):
        self.put("BH", 0x41 if e.attributes else 0x01, 0xffff)
        size_at = len(self.b)
        self.put("I", 0)
        self.put_name(e.name)
        if e.attributes:
            list_at = len(self.b)
            self.put("I", 0)
            for i, (name, content) in enumerate(e.attributes):
                self.put("B", 0x06 if i == len(e.attributes) - 1 else 0x46)
                self.put_name(name)
                self.put_content(content, types)
            self.patch(list_at, "I", len(self.b) - list_at - 4)
        if e.content:
            self.put("B", 0x02)
            for part in e.content:
                self.put_content(part, types)
            self.put("B", 0x04)
        else:
            self.put("B", 0x03)
        self.patch(size_at, "I", len(self.b) - size_at - 4)

    def put_template(self, key, element, types):
        """A template instance's beginning; its definition too, when this is the first of it."""
        guid = uuid.uuid5(uuid.NAMESPACE_URL, "hinomi/evtx/" + key)
        self.put("BBI", 0x0c, 1, guid.fields[0])
        if key in self.templates:
            self.put("I", self.templates[key])
            return
        at = len(self.b) + 4
        bucket = 384 + guid.fields[0] % 32 * 4
        before, = struct.unpack_from("<I", self.b, bucket)
        self.patch(bucket, "I", at)
        self.templates[key] = at
        self.put("II", at, before)
        self.b += guid.bytes_le
        size_at = len(self.b)
        self.put("IBBBB", 0, 0x0f, 1, 1, 0)
        self.put_element(element, types)
        self.put("B", 0)
        self.patch(size_at, "I", len(self.b) - size_at - 4)

    def put_xml(self, key, element, values):
        """A fragment that is one template and its values: (type, value); an XML value is (XML, key, element, values)."""
        self.put("BBBB", 0x0f, 1, 1, 0)
        self.put_template(key, element, [v[0] for v in values])
        self.put("I", len(values))
        sizes_at = len(self.b)
        for v in values:
            self.put("HBB", 0, 0 if v[1] is None else v[0], 0)
        for i, v in enumerate(values):
            at = len(self.b)
            if v[0] == XML:
                self.put_xml(*v[1:])
            elif v[1] is not None:
                self.b += PACK[v[0]](v[1])
            self.patch(sizes_at + 4 * i, "H", len(self.b) - at)
        self.put("B", 0)

    def put_record(self, number, time, key, element, values):
        at = len(self.b)
        self.b += b"**\0\0"
        self.put("IQQ", 0, number, time)
        self.put_xml(key, element, values)
        self.b += bytes(-(len(self.b) + 4) % 8)
        size = len(self.b) + 4 - at
        self.put("I", size)
        self.patch(at + 4, "I", size)
        self.first = self.first or number
        self.last, self.last_at = number, at

    def bytes(self):
        free = len(self.b)
        if free > CHUNK:
            raise SystemExit("evtx_make.py: more events than one chunk holds")
        struct.pack_into("<8sQQQQIIII", self.b, 0, b"ElfChnk\0", self.first, self.last, self.first, self.last, 128,
                         self.last_at, free, zlib.crc32(self.b[HEAD:free]))
        self.patch(124, "I", zlib.crc32(self.b[:120] + self.b[128:HEAD]))
        return bytes(self.b) + bytes(CHUNK - free)


def log_of(chunk):
    head = bytearray(BLOCK)
    struct.pack_into("<8sQQQIHHHH", head, 0, b"ElfFile\0", 0, 0, chunk.last + 1, 128, 1, 3, BLOCK, 1)
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    return bytes(head) + chunk.bytes()


SYSTEM = Element("Event", [
    Element("System", [
        Element("Provider", None, (("Name", 0), ("Guid", 1))), Element("EventID", 2), Element("Version", 3),
        Element("Level", 4), Element("Task", 5), Element("Opcode", 6), Element("Keywords", 7),
        Element("TimeCreated", None, (("SystemTime", 8),)), Element("EventRecordID", 9),
        Element("Correlation"),
        Element("Execution", None, (("ProcessID", 10), ("ThreadID", 11))), Element("Channel", 12), Element("Computer", 13),
        Element("Security", None, (("UserID", 14),))]),
    14 + 1], (("xmlns", NS),))

SECURITY = ("Microsoft-Windows-Security-Auditing", "54849625-5478-4994-a5ba-3e3b0328c30d", "Security")
SYSMON = ("Microsoft-Windows-Sysmon", "5770385f-c22a-43e0-bf4c-06f5698ffbd9", "Microsoft-Windows-Sysmon/Operational")
USER = "S-1-5-21-1004336348-1177238915-682003330-1112"


def logon(number, status, address, user):
    good = status is None
    rows = [("SubjectUserSid", SID, "S-1-5-18"), ("SubjectUserName", STRING, "DC01$"), ("SubjectDomainName", STRING, "HINODE"),
            ("SubjectLogonId", HEX64, 0x3e7), ("TargetUserSid", SID, USER if good else "S-1-0-0"),
            ("TargetUserName", STRING, user), ("TargetDomainName", STRING, "HINODE")]
    if good:
        rows += [("TargetLogonId", HEX64, 0x1f4a3c0 + number), ("LogonType", U32, 10)]
    else:
        rows += [("Status", HEX32, 0xc000006d), ("FailureReason", STRING, "%%2313"), ("SubStatus", HEX32, status),
                 ("LogonType", U32, 3)]
    rows += [("LogonProcessName", STRING, "User32 "), ("AuthenticationPackageName", STRING, "Negotiate"),
             ("WorkstationName", STRING, "PC-UKETSUKE"), ("ProcessId", HEX64, 0x2d8),
             ("ProcessName", STRING, "C:\\Windows\\System32\\svchost.exe"), ("IpAddress", STRING, address),
             ("IpPort", STRING, "50114")]
    return (SECURITY, 4624 if good else 4625, 2, 0, 12544, 0x8020000000000000 if good else 0x8010000000000000, rows)


def security_process(command):
    return (SECURITY, 4688, 2, 0, 13312, 0x8020000000000000, [
        ("SubjectUserSid", SID, USER), ("SubjectUserName", STRING, "sato.e"), ("SubjectDomainName", STRING, "HINODE"),
        ("SubjectLogonId", HEX64, 0x1f4a3c1), ("NewProcessId", HEX64, 0x1a2c),
        ("NewProcessName", STRING, "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"),
        ("TokenElevationType", STRING, "%%1936"), ("ProcessId", HEX64, 0xf58), ("CommandLine", STRING, command),
        ("TargetUserSid", SID, "S-1-0-0"), ("TargetUserName", STRING, "-"), ("TargetDomainName", STRING, "-"),
        ("TargetLogonId", HEX64, 0), ("ParentProcessName", STRING, "C:\\Windows\\explorer.exe"),
        ("MandatoryLabel", SID, "S-1-16-8192")])


def sysmon_process(command, parent):
    return (SYSMON, 1, 5, 4, 1, 0x8000000000000000, [
        ("RuleName", STRING, "-"), ("UtcTime", STRING, "2026-06-08 02:32:25.120"),
        ("ProcessGuid", GUID, "0197231e-f943-69e5-a527-000000000800"), ("ProcessId", U32, 6700),
        ("Image", STRING, "C:\\Windows\\System32\\cmd.exe"), ("FileVersion", STRING, "-"), ("Description", STRING, "-"),
        ("Product", STRING, "-"), ("Company", STRING, "-"), ("OriginalFileName", STRING, "Cmd.Exe"),
        ("CommandLine", STRING, command), ("CurrentDirectory", STRING, "C:\\共有\\医事課\\"), ("User", STRING, "HINODE\\sato.e"),
        ("LogonGuid", GUID, "0197231e-7f52-69e4-50d1-e83300000000"), ("LogonId", HEX64, 0x33e8d150),
        ("TerminalSessionId", U32, 2), ("IntegrityLevel", STRING, "Medium"),
        ("Hashes", STRING, "SHA256=9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"),
        ("ParentProcessGuid", GUID, "0197231e-f940-69e5-a427-000000000800"), ("ParentProcessId", U32, 5820),
        ("ParentImage", STRING, parent), ("ParentCommandLine", STRING, "\"%s\" /n 請求書.docm" % parent),
        ("ParentUser", STRING, "HINODE\\sato.e")])


LOGS = {
    "security": [logon(1, 0xc000006a, "10.20.10.31", "kanri"), logon(2, 0xc0000064, "10.20.10.31", "administrator"),
                 logon(3, None, "10.20.10.31", "sato.e"), security_process("powershell.exe -NoProfile -Command \"Get-Date\""),
                 logon(5, None, "fe80::1", "山田")],
    "sysmon": [sysmon_process("cmd.exe /c whoami & rem <&>\"'", "C:\\Program Files\\Microsoft Office\\WINWORD.EXE"),
               sysmon_process("cmd.exe /c dir", "C:\\Windows\\explorer.exe")],
}


def make(events):
    """The log's bytes, and its events as evtx_dump would write them, one object a line."""
    chunk, lines = Chunk(), []
    for number, (provider, code, version, level, task, keywords, rows) in enumerate(events, 1):
        micros = 1780885945120000 + number * 1234567
        time = (micros + EPOCH_1601 * 1000000) * 10
        data = Element("EventData", [Element("Data", i, (("Name", row[0]),)) for i, row in enumerate(rows)])
        values = [(STRING, provider[0]), (GUID, provider[1]), (U16, code), (U8, version), (U8, level), (U16, task), (U8, 0),
                  (HEX64, keywords), (FILETIME, time), (U64, number), (U32, 708), (U32, 4120), (STRING, provider[2]),
                  (STRING, "DC01.hinode-hp.example"), (SID, "S-1-5-18" if provider is SYSMON else None),
                  (XML, "data-%d" % code, data, [row[1:] for row in rows])]
        chunk.put_record(number, time, "system", SYSTEM, values)
        seconds, fraction = divmod(micros, 1000000)
        system = {"Provider": {"#attributes": {"Name": provider[0], "Guid": provider[1].upper()}}, "EventID": code,
                  "Version": version, "Level": level, "Task": task, "Opcode": 0, "Keywords": "0x%x" % keywords,
                  "TimeCreated": {"#attributes": {"SystemTime": stamp(seconds) + ".%06dZ" % fraction}},
                  "EventRecordID": number, "Correlation": None,
                  "Execution": {"#attributes": {"ProcessID": 708, "ThreadID": 4120}}, "Channel": provider[2],
                  "Computer": "DC01.hinode-hp.example",
                  "Security": {"#attributes": {"UserID": "S-1-5-18"}} if provider is SYSMON else None}
        lines.append(json.dumps({"Event": {"#attributes": {"xmlns": NS}, "System": system, "EventData":
                                           {row[0]: SHOW[row[1]](row[2]) for row in rows}}}, ensure_ascii=False))
    return log_of(chunk), "".join(line + "\n" for line in lines)


def stamp(seconds):
    import time
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def main():
    corpus = sys.argv[1] == "--corpus"
    folder = sys.argv[-1]
    os.makedirs(folder, exist_ok=True)
    for name, events in LOGS.items():
        log, text = make(events)
        if corpus:
            log = log[BLOCK:].rstrip(b"\0")
        with open(os.path.join(folder, name if corpus else name + ".evtx"), "wb") as f:
            f.write(log)
        if not corpus:
            with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as f:
                f.write(text)


if __name__ == "__main__":
    main()
