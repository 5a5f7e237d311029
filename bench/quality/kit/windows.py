"""Windows events as Winlogbeat 8 writes them, one JSON object a line: Security, System, Sysmon, Defender.

Source: Winlogbeat 8's exported fields; Microsoft's descriptions of the events.
"""
import hashlib
import json
import time

from .clock import utc_text

PROVIDERS = {
    "Security": ("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-a5ba-3e3b0328c30d}"),
    "System": ("Service Control Manager", "{555908d1-a6d7-4695-8e1e-26931d2012f4}"),
    "Microsoft-Windows-Sysmon/Operational": ("Microsoft-Windows-Sysmon", "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"),
    "Microsoft-Windows-Windows Defender/Operational": ("Microsoft-Windows-Windows Defender",
                                                       "{11cd958a-c507-4ef3-b3f2-5fd9dfbd2c78}"),
    "Eventlog": ("Microsoft-Windows-Eventlog", "{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}"),
}
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_seconds = {}


def event(at, host, channel, code, data, failed=False, provider=None):
    """One event of a host (names.Host); data: its event_data."""
    second = at // 1000
    text = _seconds.get(second)
    if text is None:
        if len(_seconds) > 5000:
            _seconds.clear()
        text = _seconds[second] = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second))
    name, guid = PROVIDERS[channel]
    channel = "Security" if channel == "Eventlog" else channel
    return ('{"@timestamp":"%s%03dZ","event":{"code":"%d","kind":"event","provider":"%s"%s},"winlog":{"channel":"%s",'
            '"computer_name":"%s","event_id":"%d","provider_guid":"%s","provider_name":"%s","record_id":%d,"event_data":%s},'
            '"host":{"name":"%s"},"agent":{"type":"winlogbeat","version":"8.13.4","name":"%s"},"ecs":{"version":"8.0.0"}}' % (
                text, at % 1000, code, provider or name,
                ',"outcome":"%s"' % ("failure" if failed else "success") if channel == "Security" else "", channel, host.fqdn,
                code, guid, provider or name, at // 300 % 90000000, _dump(data), host.fqdn, host.name))


def sid(user):
    return "S-1-5-21-1993962763-2025429265-725345543-%d" % (1100 + sum(user.encode()) * 7 % 7000)


def logon(at, rng, host, who, kind, source):
    """4624: who (user, domain), kind the logon type, source (address, workstation)."""
    ntlm = kind == 3 and source[1] != "-" and rng.random() < 0.15
    return event(at, host, "Security", 4624, {
        "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
        "TargetUserSid": sid(who[0]), "TargetUserName": who[0], "TargetDomainName": who[1],
        "TargetLogonId": "0x%x" % int(rng.random() * 0xfffffff), "LogonType": str(kind),
        "LogonProcessName": "NtLmSsp " if ntlm else "Kerberos" if kind == 3 else "User32 ",
        "AuthenticationPackageName": "NTLM" if ntlm else "Kerberos" if kind == 3 else "Negotiate",
        "WorkstationName": source[1] if ntlm or kind != 3 else "-", "KeyLength": "0", "ProcessName": "-",
        "IpAddress": source[0], "IpPort": str(49152 + int(rng.random() * 16000))})


# status, sub-status: why
WRONG_PASSWORD, NO_SUCH_USER = ("0xc000006d", "0xc000006a"), ("0xc000006d", "0xc0000064")
EXPIRED, LOCKED = ("0xc000006e", "0xc0000071"), ("0xc0000234", "0x0")


def failed(at, rng, host, who, kind, source, why=WRONG_PASSWORD):
    """4625."""
    return event(at, host, "Security", 4625, {
        "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
        "TargetUserSid": "S-1-0-0", "TargetUserName": who[0], "TargetDomainName": who[1], "Status": why[0], "SubStatus": why[1],
        "FailureReason": "%%2313", "LogonType": str(kind), "LogonProcessName": "NtLmSsp ", "AuthenticationPackageName": "NTLM",
        "WorkstationName": source[1], "IpAddress": source[0], "IpPort": str(49152 + int(rng.random() * 16000))}, True)


def logoff(at, rng, host, who, kind):
    return event(at, host, "Security", 4634, {"TargetUserSid": sid(who[0]), "TargetUserName": who[0], "TargetDomainName": who[1],
                                              "TargetLogonId": "0x%x" % int(rng.random() * 0xfffffff), "LogonType": str(kind)})


def ticket(at, rng, dc, code, who, source, service="krbtgt", status="0x0"):
    """4768, 4769, 4771 at a domain controller; source: an address."""
    data = {"TargetUserName": who[0], "TargetDomainName": who[1], "TargetSid": sid(who[0]), "ServiceName": service,
            "Status": status, "TicketOptions": "0x40810010", "TicketEncryptionType": "0x12", "IpAddress": "::ffff:" + source,
            "IpPort": str(49152 + int(rng.random() * 16000))}
    if code == 4771:
        data["PreAuthType"] = "2"
    return event(at, dc, "Security", code, data, status != "0x0")


def credential(at, dc, user, workstation, status="0x0"):
    """4776."""
    return event(at, dc, "Security", 4776, {"PackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "TargetUserName": user,
                                            "Workstation": workstation, "Status": status}, status != "0x0")


def subject(user, domain):
    return {"SubjectUserSid": sid(user), "SubjectUserName": user, "SubjectDomainName": domain, "SubjectLogonId": "0x3e7"}


def special(at, host, who):
    """4672."""
    return event(at, host, "Security", 4672, dict(subject(*who), PrivilegeList="SeSecurityPrivilege SeBackupPrivilege "
                                                  "SeRestorePrivilege SeDebugPrivilege SeImpersonatePrivilege"))


def process(at, rng, host, who, image, command, parent="C:\\Windows\\explorer.exe"):
    """4688."""
    return event(at, host, "Security", 4688, dict(subject(*who), NewProcessId="0x%x" % int(rng.random() * 0xffff),
                                                  NewProcessName=image, CommandLine=command, ParentProcessName=parent,
                                                  TokenElevationType="%%1936", TargetUserName="-", TargetDomainName="-"))


def share(at, rng, host, who, source, name, target=None, mask="0x120089"):
    """5140, or 5145 where a target within the share is named."""
    data = dict(subject(*who), ObjectType="File", IpAddress=source, IpPort=str(49152 + int(rng.random() * 16000)),
                ShareName="\\\\*\\" + name, ShareLocalPath="\\??\\D:\\" + name, AccessMask=mask)
    if target is not None:
        data["RelativeTargetName"] = target
    return event(at, host, "Security", 5140 if target is None else 5145, data)


READ, WRITE, DELETE = "%%4416", "%%4417", "%%1537"


def touched(at, rng, host, who, path, access=READ):
    """4663."""
    return event(at, host, "Security", 4663, dict(subject(*who), ObjectServer="Security", ObjectType="File", ObjectName=path,
                                                  HandleId="0x%x" % int(rng.random() * 0xffff), AccessList=access,
                                                  AccessMask={READ: "0x1", WRITE: "0x2", DELETE: "0x10000"}[access],
                                                  ProcessId="0x4", ProcessName=""))


def service_installed(at, host, name, path, account="LocalSystem"):
    """7045."""
    return event(at, host, "System", 7045, {"ServiceName": name, "ImagePath": path, "ServiceType": "ユーザー モード サービス",
                                            "StartType": "自動的な開始", "AccountName": account})


def service_state(at, host, name, running):
    """7036."""
    return event(at, host, "System", 7036, {"param1": name, "param2": "実行中" if running else "停止"})


def system(at, host, code, data, provider):
    return event(at, host, "System", code, data, provider=provider)


def account(at, dc, code, who, target):
    """4720 made, 4722 enabled, 4724 password reset, 4726 deleted, 4740 locked out."""
    return event(at, dc, "Security", code, dict(subject(*who), TargetUserName=target, TargetDomainName=who[1],
                                                TargetSid=sid(target)))


def member(at, dc, code, who, group, user):
    """4728, 4732, 4756: a member was added."""
    return event(at, dc, "Security", code, dict(subject(*who), TargetUserName=group, TargetDomainName=who[1],
                                                MemberName="CN=" + user, MemberSid=sid(user)))


def task(at, host, who, name, command):
    """4698."""
    return event(at, host, "Security", 4698, dict(subject(*who), TaskName="\\" + name,
                                                  TaskContent="<Task><Actions><Exec><Command>%s</Command></Exec></Actions></Task>"
                                                  % command))


def log_cleared(at, host, who):
    """1102."""
    return event(at, host, "Eventlog", 1102, subject(*who))


SYSMON = "Microsoft-Windows-Sysmon/Operational"


def sysmon(at, host, code, data):
    return event(at, host, SYSMON, code, dict({"RuleName": "-", "UtcTime": utc_text(at).replace("T", " ").rstrip("Z")}, **data))


def hashes(image):
    name = image.lower().encode()
    return "MD5=%s,SHA256=%s" % (hashlib.md5(name).hexdigest().upper(), hashlib.sha256(name).hexdigest().upper())


def started(at, rng, host, user, image, command, parent):
    """Sysmon 1."""
    return sysmon(at, host, 1, {"ProcessId": str(900 + int(rng.random() * 9000)), "Image": image, "CommandLine": command,
                                "CurrentDirectory": "C:\\Windows\\System32\\", "User": user, "IntegrityLevel": "System",
                                "Hashes": hashes(image), "ParentImage": parent, "ParentCommandLine": parent})


def connected(at, rng, host, user, image, server):
    """Sysmon 3."""
    return sysmon(at, host, 3, {"ProcessId": str(900 + int(rng.random() * 9000)), "Image": image, "User": user,
                                "Protocol": "tcp", "Initiated": "true", "SourceIp": host.ip, "SourceHostname": host.fqdn,
                                "SourcePort": str(49152 + int(rng.random() * 16000)), "DestinationIp": server[0],
                                "DestinationHostname": "-", "DestinationPort": str(server[1])})


def defender(at, host, code, data):
    return event(at, host, "Microsoft-Windows-Windows Defender/Operational", code, data)
