"""Windows events: Security as NXLog's JSON lines, Sysmon, System and Defender as Winlogbeat's JSON lines.

Sources: NXLog CE im_msvistalog with to_json(), whose EventTime is local and names no zone; Winlogbeat 8 file output.
The servers run Japanese Windows, so messages are Japanese.
"""
import hashlib
import json
import time

from .core import DAY_MS, HOUR_MS, Rng, jst, utc_text
from .hospital import AD, DOMAIN, WARD_DAY, by_role

SECURITY_PATH = "logs/windows/security-nxlog.json"
SYSMON_PATH = "logs/windows/winlogbeat.ndjson"
SYSTEM32 = "C:\\Windows\\System32\\"

TITLES = {
    4624: (12544, "ログオン", "アカウントが正常にログオンしました。"),
    4625: (12544, "ログオン", "アカウントがログオンに失敗しました。"),
    4634: (12545, "ログオフ", "アカウントがログオフしました。"),
    4672: (12548, "特殊なログオン", "新しいログオンに特権が割り当てられました。"),
    4768: (14339, "Kerberos 認証サービス", "Kerberos 認証チケット (TGT) が要求されました。"),
    4769: (14337, "Kerberos サービス チケット操作", "Kerberos サービス チケットが要求されました。"),
}


def full(host):
    return host.name + "." + DOMAIN


def security(sink, rng, at_ms, host, event_id, data):
    """One Security event as NXLog writes it."""
    task, category, message = TITLES[event_id]
    failed = event_id == 4625
    row = {"EventTime": time.strftime("%Y-%m-%d %H:%M:%S", jst(at_ms)), "Hostname": full(host),
           "Keywords": -9218868437227405312 if failed else -9214364837600034816,
           "EventType": "AUDIT_FAILURE" if failed else "AUDIT_SUCCESS", "SeverityValue": 4 if failed else 2,
           "Severity": "ERROR" if failed else "INFO", "EventID": event_id,
           "SourceName": "Microsoft-Windows-Security-Auditing",
           "ProviderGuid": "{54849625-5478-4994-A5BA-3E3B0328C30D}", "Version": 2, "Task": task, "OpcodeValue": 0,
           "RecordNumber": 100000 + at_ms // 500 % 10000000, "ProcessID": 708, "ThreadID": 700 + rng.below(4000),
           "Channel": "Security", "Message": message, "Category": category, "Opcode": "情報"}
    row.update(data)
    row.update({"EventReceivedTime": time.strftime("%Y-%m-%d %H:%M:%S", jst(at_ms + 1000)),
                "SourceModuleName": "in_security", "SourceModuleType": "im_msvistalog"})
    sink.add(at_ms, json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def logon(rng, user, address, logon_type, workstation="-"):
    return {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
            "TargetUserSid": "S-1-5-21-1004336348-1177238915-682003330-%d" % (1100 + sum(user.encode()) % 800),
            "TargetUserName": user, "TargetDomainName": AD, "TargetLogonId": "0x" + rng.hex(7),
            "LogonType": str(logon_type), "LogonProcessName": "Kerberos" if logon_type == 3 else "User32 ",
            "AuthenticationPackageName": "Kerberos" if logon_type == 3 else "Negotiate",
            "WorkstationName": workstation, "IpAddress": address, "IpPort": str(49152 + rng.below(16000)),
            "ProcessName": "-"}


def failed_logon(rng, user, address, logon_type, workstation="-"):
    row = logon(rng, user, address, logon_type, workstation)
    del row["TargetLogonId"]
    row.update({"Status": "0xc000006d", "SubStatus": "0xc000006a", "FailureReason": "%%2313",
                "LogonProcessName": "NtLmSsp ", "AuthenticationPackageName": "NTLM"})
    return row


PROVIDERS = {
    "Microsoft-Windows-Sysmon": ("Microsoft-Windows-Sysmon/Operational", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"),
    "Service Control Manager": ("System", "{555908d1-a6d7-4695-8e1e-26931d2012f4}"),
    "Microsoft-Windows-Windows Defender": ("Microsoft-Windows-Windows Defender/Operational",
                                           "{11cd958a-c507-4ef3-b3f2-5fd9dfbd2c78}"),
}


def winlogbeat(sink, rng, at_ms, host, provider, event_id, data, message, marks=()):
    """One event as Winlogbeat 8 writes it to a file."""
    channel, guid = PROVIDERS[provider]
    row = {"@timestamp": utc_text(at_ms),
           "@metadata": {"beat": "winlogbeat", "type": "_doc", "version": "8.13.4"},
           "winlog": {"event_data": data, "event_id": str(event_id), "channel": channel, "provider_name": provider,
                      "provider_guid": guid, "computer_name": full(host), "api": "wineventlog",
                      "record_id": 20000 + at_ms // 300 % 1000000, "opcode": "情報",
                      "process": {"pid": 3120, "thread": {"id": 3000 + rng.below(2000)}}},
           "event": {"code": str(event_id), "kind": "event", "provider": provider,
                     "created": utc_text(at_ms + 1200)},
           "log": {"level": "情報"}, "message": message, "host": {"name": full(host)},
           "agent": {"type": "winlogbeat", "version": "8.13.4", "name": host.name}, "ecs": {"version": "8.0.0"}}
    sink.add(at_ms, json.dumps(row, ensure_ascii=False, separators=(",", ":")), marks)


def process(sink, rng, at_ms, host, image, command, parent, user="NT AUTHORITY\\SYSTEM", hashes=None, marks=()):
    """Sysmon event 1."""
    if hashes is None:  # the same program has the same hashes everywhere
        name = image.lower().encode()
        hashes = "MD5=%s,SHA256=%s,IMPHASH=%s" % (hashlib.md5(name).hexdigest().upper(),
                                                  hashlib.sha256(name).hexdigest().upper(),
                                                  hashlib.md5(b"imp" + name).hexdigest().upper())
    data = {"RuleName": "-", "UtcTime": utc_text(at_ms).replace("T", " ").rstrip("Z"),
            "ProcessGuid": "{0197231e-%s-693f-1306-000000000d00}" % rng.hex(4), "ProcessId": str(800 + rng.below(9000)),
            "Image": image, "CommandLine": command, "CurrentDirectory": SYSTEM32, "User": user,
            "LogonId": "0x3e7", "TerminalSessionId": "0", "IntegrityLevel": "System", "Hashes": hashes,
            "ParentProcessId": str(600 + rng.below(900)), "ParentImage": parent, "ParentCommandLine": parent}
    winlogbeat(sink, rng, at_ms, host, "Microsoft-Windows-Sysmon", 1, data, "Process Create:\nImage: " + image, marks)


def connection(sink, rng, at_ms, host, image, destination, port):
    """Sysmon event 3; destination: an address."""
    data = {"RuleName": "-", "UtcTime": utc_text(at_ms).replace("T", " ").rstrip("Z"), "ProcessId": "4712",
            "Image": image, "User": "NT AUTHORITY\\SYSTEM", "Protocol": "tcp", "Initiated": "true",
            "SourceIp": host.ip, "SourceHostname": full(host), "SourcePort": str(49152 + rng.below(16000)),
            "DestinationIp": destination, "DestinationHostname": "-", "DestinationPort": str(port)}
    winlogbeat(sink, rng, at_ms, host, "Microsoft-Windows-Sysmon", 3, data, "Network connection detected:")


def service_state(sink, rng, at_ms, host, display, state):
    winlogbeat(sink, rng, at_ms, host, "Service Control Manager", 7036, {"param1": display, "param2": state},
               "%s サービスは %s状態に移行しました。" % (display, state))


def service_installed(sink, rng, at_ms, host, name, image):
    winlogbeat(sink, rng, at_ms, host, "Service Control Manager", 7045,
               {"ServiceName": name, "ImagePath": image, "ServiceType": "ユーザー モード サービス",
                "StartType": "要求による開始", "AccountName": "LocalSystem"},
               "サービスがシステムにインストールされました。")


# image, command line, parent: what these servers run all day
PROGRAMS = [
    ("svchost.exe", SYSTEM32 + "svchost.exe -k netsvcs -p -s Schedule", SYSTEM32 + "services.exe"),
    ("conhost.exe", "\\??\\" + SYSTEM32 + "conhost.exe 0xffffffff -ForceV1", SYSTEM32 + "cmd.exe"),
    ("taskhostw.exe", "taskhostw.exe", SYSTEM32 + "svchost.exe"),
    ("cmd.exe", "cmd.exe /c D:\\batch\\renkei.bat", SYSTEM32 + "svchost.exe"),
    ("robocopy.exe", "robocopy D:\\export \\\\FILE01\\renkei /MIR", SYSTEM32 + "cmd.exe"),
    ("wevtutil.exe", "wevtutil.exe qe System /c:50", SYSTEM32 + "cmd.exe"),
    ("vssadmin.exe", "vssadmin.exe list shadows", "C:\\Program Files\\BackupSoft\\agent.exe"),
]


def sign_ins(sink, rng, hospital, day_ms):
    """Ward terminals sign in and out at the domain controller."""
    dc = by_role(hospital, "dc")
    files = by_role(hospital, "file")
    for host in hospital.clinical:
        for hour in range(24):
            for _ in range(int(WARD_DAY[hour] * 0.018 + rng.random())):
                at = day_ms + hour * HOUR_MS + rng.below(HOUR_MS - 4000)
                sink_row(sink, rng, at, dc, files, host)


def sink_row(sink, rng, at, dc, files, host):
    ticket = {"TargetUserName": host.user, "TargetDomainName": AD, "ServiceName": "krbtgt", "Status": "0x0",
              "TicketEncryptionType": "0x12", "IpAddress": "::ffff:" + host.ip, "IpPort": str(49152 + rng.below(16000))}
    if rng.chance(0.04):
        security(sink, rng, at, dc, 4625, failed_logon(rng, host.user, host.ip, 3, host.name))
        at += 6000
    security(sink, rng, at, dc, 4768, ticket)
    security(sink, rng, at + 40, dc, 4769, dict(ticket, ServiceName=files.name + "$"))
    security(sink, rng, at + 60, files, 4624, logon(rng, host.user, host.ip, 3, host.name))
    security(sink, rng, at + 900, files, 4634, {"TargetUserName": host.user, "TargetDomainName": AD,
                                                "TargetLogonId": "0x" + rng.hex(7), "LogonType": "3"})


def machine_work(sink, rng, hospital, day_ms):
    for host in hospital.servers:
        for _ in range(rng.between(150, 320)):
            at = day_ms + rng.below(DAY_MS)
            name, command, parent = rng.skewed(PROGRAMS)
            process(sink, rng, at, host, SYSTEM32 + name, command, parent)
        for _ in range(30):
            at = day_ms + rng.below(DAY_MS)
            connection(sink, rng, at, host, "C:\\Program Files\\BackupSoft\\agent.exe", by_role(hospital, "backup").ip, 9101)
        for display, hour in (("Windows Update", 3), ("Windows Update", 15), ("バックアップ エージェント", 1)):
            at = day_ms + hour * HOUR_MS + rng.below(HOUR_MS)
            service_state(sink, rng, at, host, display, "実行中")
            service_state(sink, rng, at + 300000, host, display, "停止")


def ordinary(book, hospital, day_ms, day):
    rng = Rng(hospital.seed, "windows/%d" % day)
    sign_ins(book.sink(SECURITY_PATH), rng, hospital, day_ms)
    machine_work(book.sink(SYSMON_PATH), rng, hospital, day_ms)
