#include "record/winevent_table.h"

#include "record/names.h"

static const struct {
	struct hn_view name;
} natives[WINEVENT_NATIVE_COUNT] = {
#define X(c_name, text) { HN_INIT(text) },
	WINEVENT_NATIVES(X)
#undef X
};
static struct names native_names = NAMES(natives);

static const struct {
	struct hn_view name;	/* of a channel or a provider */
	enum winevent_source source;
} sources[] = {
	{ HN_INIT("Security"), WINEVENT_SECURITY },
	{ HN_INIT("Microsoft-Windows-Security-Auditing"), WINEVENT_SECURITY },
	{ HN_INIT("System"), WINEVENT_SYSTEM },
	{ HN_INIT("Service Control Manager"), WINEVENT_SYSTEM },
	{ HN_INIT("Application"), WINEVENT_APPLICATION },
	{ HN_INIT("Microsoft-Windows-Sysmon/Operational"), WINEVENT_SYSMON },
	{ HN_INIT("Microsoft-Windows-Sysmon"), WINEVENT_SYSMON },
	{ HN_INIT("Microsoft-Windows-PowerShell/Operational"), WINEVENT_POWERSHELL },
	{ HN_INIT("Microsoft-Windows-PowerShell"), WINEVENT_POWERSHELL },
	{ HN_INIT("PowerShellCore/Operational"), WINEVENT_POWERSHELL },
	{ HN_INIT("Microsoft-Windows-Windows Defender/Operational"), WINEVENT_DEFENDER },
	{ HN_INIT("Microsoft-Windows-Windows Defender"), WINEVENT_DEFENDER },
	{ HN_INIT("Microsoft-Windows-TaskScheduler/Operational"), WINEVENT_TASKS },
	{ HN_INIT("Microsoft-Windows-TaskScheduler"), WINEVENT_TASKS },
	{ HN_INIT("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"), WINEVENT_SESSIONS },
	{ HN_INIT("Microsoft-Windows-TerminalServices-LocalSessionManager"), WINEVENT_SESSIONS },
	{ HN_INIT("Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"), WINEVENT_REMOTE },
	{ HN_INIT("Microsoft-Windows-TerminalServices-RemoteConnectionManager"), WINEVENT_REMOTE },
	{ HN_INIT("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"), WINEVENT_FIREWALL },
	{ HN_INIT("Microsoft-Windows-Windows Firewall With Advanced Security"), WINEVENT_FIREWALL },
};
static struct names source_names = NAMES(sources);

/* Maps: which data fill which fields.  Of two rows with one field, the first that the event has wins. */
#define F(native, field, how) { WINEVENT_##native, FIELD_##field, WINEVENT_##how }
#define SUBJECT F(SubjectUserName, USER_NAME, ACCOUNT), F(SubjectDomainName, USER_DOMAIN, COPY), \
	F(SubjectUserSid, USER_ID, COPY)
#define PEER F(IpAddress, SOURCE_IP, ADDR), F(IpPort, SOURCE_PORT, COPY)
#define IMAGE F(Image, PROCESS_EXECUTABLE, COPY), F(ProcessId, PROCESS_PID, COPY), F(User, USER_NAME, ACCOUNT)

static const struct winevent_fill logon[] = {
	F(TargetUserName, USER_NAME, ACCOUNT), F(TargetDomainName, USER_DOMAIN, COPY), F(TargetUserSid, USER_ID, COPY),
	PEER, F(WorkstationName, SOURCE_DOMAIN, COPY), F(LogonType, LOGON_TYPE, COPY),
	F(ProcessName, PROCESS_EXECUTABLE, COPY), F(SubStatus, EVENT_REASON, COPY), F(Status, EVENT_REASON, COPY),
};
static const struct winevent_fill explicit_logon[] = {
	SUBJECT, F(TargetUserName, USER_TARGET_NAME, COPY), F(TargetServerName, DESTINATION_DOMAIN, COPY), PEER,
	F(ProcessName, PROCESS_EXECUTABLE, COPY),
};
static const struct winevent_fill kerberos[] = {
	F(TargetUserName, USER_NAME, ACCOUNT), F(TargetDomainName, USER_DOMAIN, COPY), F(TargetUserSid, USER_ID, COPY),
	PEER, F(ServiceName, SERVICE_NAME, COPY), F(Status, EVENT_REASON, COPY), F(Status, EVENT_OUTCOME, STATUS),
};
static const struct winevent_fill ntlm[] = {
	F(TargetUserName, USER_NAME, ACCOUNT), F(Workstation, SOURCE_DOMAIN, COPY), F(Status, EVENT_REASON, COPY),
	F(Status, EVENT_OUTCOME, STATUS),
};
static const struct winevent_fill session[] = {
	F(AccountName, USER_NAME, ACCOUNT), F(ClientAddress, SOURCE_IP, ADDR), F(ClientName, SOURCE_DOMAIN, COPY),
};
static const struct winevent_fill audited[] = {
	SUBJECT, F(TargetUserName, USER_TARGET_NAME, COPY), PEER, F(ProcessName, PROCESS_EXECUTABLE, COPY),
};
static const struct winevent_fill member[] = {
	SUBJECT, F(MemberName, USER_TARGET_NAME, COPY), F(MemberSid, USER_TARGET_NAME, COPY),
};
static const struct winevent_fill created_process[] = {
	SUBJECT, F(NewProcessName, PROCESS_EXECUTABLE, COPY), F(CommandLine, PROCESS_COMMAND_LINE, COPY),
	F(NewProcessId, PROCESS_PID, COPY), F(ParentProcessName, PROCESS_PARENT_EXECUTABLE, COPY),
	F(TargetUserName, USER_TARGET_NAME, COPY),
};
static const struct winevent_fill ended_process[] = {
	SUBJECT, F(ProcessName, PROCESS_EXECUTABLE, COPY), F(ProcessId, PROCESS_PID, COPY),
};
static const struct winevent_fill service[] = {
	SUBJECT, F(ServiceName, SERVICE_NAME, COPY), F(ServiceFileName, FILE_PATH, COPY), F(ImagePath, FILE_PATH, COPY),
	F(AccountName, USER_NAME, ACCOUNT),
};
static const struct winevent_fill service_state[] = {
	F(param1, SERVICE_NAME, COPY), F(param2, EVENT_REASON, COPY),
};
static const struct winevent_fill task[] = {
	SUBJECT, F(TaskName, SERVICE_NAME, COPY), F(UserContext, USER_NAME, ACCOUNT), F(UserName, USER_NAME, ACCOUNT),
	F(Path, FILE_PATH, COPY), F(ActionName, FILE_PATH, COPY),
};
static const struct winevent_fill object[] = {
	SUBJECT, F(ObjectName, FILE_PATH, COPY), F(ProcessName, PROCESS_EXECUTABLE, COPY),
};
static const struct winevent_fill share[] = {
	SUBJECT, PEER, F(ShareName, FILE_PATH, COPY), F(RelativeTargetName, FILE_NAME, COPY),
};
static const struct winevent_fill audited_registry[] = {
	SUBJECT, F(ObjectName, REGISTRY_PATH, COPY), F(NewValue, REGISTRY_DATA, COPY),
	F(ProcessName, PROCESS_EXECUTABLE, COPY),
};
static const struct winevent_fill filtering[] = {
	F(SourceAddress, SOURCE_IP, ADDR), F(SourcePort, SOURCE_PORT, COPY), F(DestAddress, DESTINATION_IP, ADDR),
	F(DestPort, DESTINATION_PORT, COPY), F(Application, PROCESS_EXECUTABLE, COPY), F(ProcessId, PROCESS_PID, COPY),
};
static const struct winevent_fill sysmon_process[] = {
	IMAGE, F(CommandLine, PROCESS_COMMAND_LINE, COPY), F(ParentImage, PROCESS_PARENT_EXECUTABLE, COPY),
	F(ParentCommandLine, PROCESS_PARENT_COMMAND_LINE, COPY), F(Hashes, COUNT, PROCESS_HASHES),
};
static const struct winevent_fill sysmon_flow[] = {
	IMAGE, F(SourceIp, SOURCE_IP, ADDR), F(SourcePort, SOURCE_PORT, COPY), F(SourceHostname, SOURCE_DOMAIN, COPY),
	F(DestinationIp, DESTINATION_IP, ADDR), F(DestinationPort, DESTINATION_PORT, COPY),
	F(DestinationHostname, DESTINATION_DOMAIN, COPY), F(Protocol, NETWORK_TRANSPORT, LOWER),
};
static const struct winevent_fill sysmon_file[] = {
	IMAGE, F(TargetFilename, FILE_PATH, COPY), F(ImageLoaded, FILE_PATH, COPY), F(PipeName, FILE_NAME, COPY),
	F(Hashes, COUNT, FILE_HASHES), F(Hash, COUNT, FILE_HASHES),
};
static const struct winevent_fill sysmon_access[] = {
	F(SourceImage, PROCESS_EXECUTABLE, COPY), F(SourceProcessId, PROCESS_PID, COPY), F(SourceUser, USER_NAME, ACCOUNT),
	F(TargetImage, FILE_PATH, COPY),
};
static const struct winevent_fill sysmon_registry[] = {
	IMAGE, F(TargetObject, REGISTRY_PATH, COPY), F(Details, REGISTRY_DATA, COPY),
};
static const struct winevent_fill sysmon_dns[] = {
	IMAGE, F(QueryName, DNS_QUESTION_NAME, COPY), F(QueryStatus, DNS_RESPONSE_CODE, COPY),
	F(QueryResults, DNS_ANSWERS, ANSWERS),
};
static const struct winevent_fill sysmon_other[] = { IMAGE };
static const struct winevent_fill script[] = {
	F(ScriptBlockText, PROCESS_COMMAND_LINE, COPY), F(Payload, PROCESS_COMMAND_LINE, COPY), F(Path, FILE_PATH, COPY),
};
static const struct winevent_fill malware[] = {
	F(Threat_Name, RULE_NAME, COPY), F(Threat_ID, RULE_ID, COPY), F(Category_Name, RULE_CATEGORY, COPY),
	F(Severity_Name, EVENT_SEVERITY, COPY), F(Path, FILE_PATH, COPY), F(Process_Name, PROCESS_EXECUTABLE, COPY),
	F(Detection_User, USER_NAME, ACCOUNT),
};
static const struct winevent_fill remote_session[] = {
	F(User, USER_NAME, ACCOUNT), F(Address, SOURCE_IP, ADDR),
};
static const struct winevent_fill remote_logon[] = {
	F(Param1, USER_NAME, ACCOUNT), F(Param2, USER_DOMAIN, COPY), F(Param3, SOURCE_IP, ADDR),
};
static const struct winevent_fill firewall_rule[] = {
	F(RuleName, RULE_NAME, COPY), F(ApplicationPath, PROCESS_EXECUTABLE, COPY),
};
#undef IMAGE
#undef PEER
#undef SUBJECT
#undef F

#define M(map) (map), HN_COUNT(map)

/* Within one source the more particular row comes first; its row 0..65535 is the general one. */
static const struct winevent_row rows[] = {
	{ WINEVENT_SECURITY, 4624, 4624, RECORD_LOGON, "logged-in", "success", M(logon) },
	{ WINEVENT_SECURITY, 4625, 4625, RECORD_LOGON, "logon-failed", "failure", M(logon) },
	{ WINEVENT_SECURITY, 4634, 4634, RECORD_LOGON, "logged-out", "success", M(logon) },
	{ WINEVENT_SECURITY, 4647, 4647, RECORD_LOGON, "logged-out", "success", M(logon) },
	{ WINEVENT_SECURITY, 4648, 4648, RECORD_LOGON, "logged-in-explicit", "success", M(explicit_logon) },
	{ WINEVENT_SECURITY, 4672, 4672, RECORD_LOGON, "logged-in-special", "success", M(audited) },
	{ WINEVENT_SECURITY, 4688, 4688, RECORD_PROCESS, "created-process", "success", M(created_process) },
	{ WINEVENT_SECURITY, 4689, 4689, RECORD_OTHER, "exited-process", "success", M(ended_process) },
	{ WINEVENT_SECURITY, 4656, 4656, RECORD_FILE, "requested-handle", NULL, M(object) },
	{ WINEVENT_SECURITY, 4660, 4660, RECORD_FILE, "deleted-object", "success", M(object) },
	{ WINEVENT_SECURITY, 4663, 4663, RECORD_FILE, "accessed-object", "success", M(object) },
	{ WINEVENT_SECURITY, 4657, 4657, RECORD_REGISTRY, "modified-registry", "success", M(audited_registry) },
	{ WINEVENT_SECURITY, 4697, 4697, RECORD_SERVICE, "service-installed", "success", M(service) },
	{ WINEVENT_SECURITY, 4698, 4698, RECORD_SERVICE, "task-created", "success", M(task) },
	{ WINEVENT_SECURITY, 4699, 4699, RECORD_SERVICE, "task-deleted", "success", M(task) },
	{ WINEVENT_SECURITY, 4700, 4700, RECORD_SERVICE, "task-enabled", "success", M(task) },
	{ WINEVENT_SECURITY, 4701, 4701, RECORD_SERVICE, "task-disabled", "success", M(task) },
	{ WINEVENT_SECURITY, 4702, 4702, RECORD_SERVICE, "task-updated", "success", M(task) },
	{ WINEVENT_SECURITY, 4719, 4719, RECORD_ADMIN, "changed-audit-policy", "success", M(audited) },
	{ WINEVENT_SECURITY, 4720, 4720, RECORD_ADMIN, "added-user-account", "success", M(audited) },
	{ WINEVENT_SECURITY, 4722, 4722, RECORD_ADMIN, "enabled-user-account", "success", M(audited) },
	{ WINEVENT_SECURITY, 4723, 4723, RECORD_ADMIN, "changed-password", NULL, M(audited) },
	{ WINEVENT_SECURITY, 4724, 4724, RECORD_ADMIN, "reset-password", NULL, M(audited) },
	{ WINEVENT_SECURITY, 4725, 4725, RECORD_ADMIN, "disabled-user-account", "success", M(audited) },
	{ WINEVENT_SECURITY, 4726, 4726, RECORD_ADMIN, "deleted-user-account", "success", M(audited) },
	{ WINEVENT_SECURITY, 4728, 4729, RECORD_ADMIN, "changed-group-members", "success", M(member) },
	{ WINEVENT_SECURITY, 4732, 4733, RECORD_ADMIN, "changed-group-members", "success", M(member) },
	{ WINEVENT_SECURITY, 4756, 4757, RECORD_ADMIN, "changed-group-members", "success", M(member) },
	{ WINEVENT_SECURITY, 4740, 4740, RECORD_LOGON, "locked-out-user-account", "failure", M(logon) },
	{ WINEVENT_SECURITY, 4727, 4767, RECORD_ADMIN, "changed-account", "success", M(audited) },
	{ WINEVENT_SECURITY, 4780, 4781, RECORD_ADMIN, "changed-account", "success", M(audited) },
	{ WINEVENT_SECURITY, 4768, 4768, RECORD_LOGON, "kerberos-authentication", NULL, M(kerberos) },
	{ WINEVENT_SECURITY, 4769, 4769, RECORD_LOGON, "kerberos-service-ticket", NULL, M(kerberos) },
	{ WINEVENT_SECURITY, 4770, 4770, RECORD_LOGON, "kerberos-renewed", "success", M(kerberos) },
	{ WINEVENT_SECURITY, 4771, 4772, RECORD_LOGON, "kerberos-preauth-failed", "failure", M(kerberos) },
	{ WINEVENT_SECURITY, 4776, 4776, RECORD_LOGON, "credential-validated", NULL, M(ntlm) },
	{ WINEVENT_SECURITY, 4778, 4778, RECORD_LOGON, "session-reconnected", "success", M(session) },
	{ WINEVENT_SECURITY, 4779, 4779, RECORD_LOGON, "session-disconnected", "success", M(session) },
	{ WINEVENT_SECURITY, 5140, 5140, RECORD_FILE, "accessed-share", "success", M(share) },
	{ WINEVENT_SECURITY, 5142, 5144, RECORD_ADMIN, "changed-share", "success", M(share) },
	{ WINEVENT_SECURITY, 5145, 5145, RECORD_FILE, "checked-share-access", NULL, M(share) },
	{ WINEVENT_SECURITY, 5156, 5156, RECORD_FLOW, "connection-permitted", "success", M(filtering) },
	{ WINEVENT_SECURITY, 5157, 5157, RECORD_FLOW, "connection-blocked", "failure", M(filtering) },
	{ WINEVENT_SECURITY, 1102, 1102, RECORD_ADMIN, "audit-log-cleared", "success", M(audited) },
	{ WINEVENT_SECURITY, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, M(audited) },

	{ WINEVENT_SYSTEM, 104, 104, RECORD_ADMIN, "log-cleared", "success", M(audited) },
	{ WINEVENT_SYSTEM, 7045, 7045, RECORD_SERVICE, "service-installed", "success", M(service) },
	{ WINEVENT_SYSTEM, 7030, 7042, RECORD_SERVICE, "service-state", NULL, M(service_state) },
	{ WINEVENT_SYSTEM, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, NULL, 0 },

	{ WINEVENT_SYSMON, 1, 1, RECORD_PROCESS, "process-created", "success", M(sysmon_process) },
	{ WINEVENT_SYSMON, 3, 3, RECORD_FLOW, "network-connection", "success", M(sysmon_flow) },
	{ WINEVENT_SYSMON, 5, 5, RECORD_OTHER, "process-ended", "success", M(sysmon_other) },
	{ WINEVENT_SYSMON, 6, 6, RECORD_FILE, "driver-loaded", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 7, 7, RECORD_FILE, "image-loaded", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 8, 8, RECORD_OTHER, "remote-thread", "success", M(sysmon_access) },
	{ WINEVENT_SYSMON, 9, 9, RECORD_OTHER, "raw-access-read", "success", M(sysmon_other) },
	{ WINEVENT_SYSMON, 10, 10, RECORD_OTHER, "process-accessed", "success", M(sysmon_access) },
	{ WINEVENT_SYSMON, 11, 11, RECORD_FILE, "file-created", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 12, 12, RECORD_REGISTRY, "registry-key", "success", M(sysmon_registry) },
	{ WINEVENT_SYSMON, 13, 13, RECORD_REGISTRY, "registry-value-set", "success", M(sysmon_registry) },
	{ WINEVENT_SYSMON, 14, 14, RECORD_REGISTRY, "registry-renamed", "success", M(sysmon_registry) },
	{ WINEVENT_SYSMON, 15, 15, RECORD_FILE, "file-stream-created", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 17, 17, RECORD_FILE, "pipe-created", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 18, 18, RECORD_FILE, "pipe-connected", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 22, 22, RECORD_DNS, "dns-query", NULL, M(sysmon_dns) },
	{ WINEVENT_SYSMON, 23, 23, RECORD_FILE, "file-deleted", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 25, 25, RECORD_OTHER, "process-tampered", "success", M(sysmon_other) },
	{ WINEVENT_SYSMON, 26, 26, RECORD_FILE, "file-deleted", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 27, 28, RECORD_FILE, "file-blocked", "failure", M(sysmon_file) },
	{ WINEVENT_SYSMON, 29, 29, RECORD_FILE, "executable-created", "success", M(sysmon_file) },
	{ WINEVENT_SYSMON, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, M(sysmon_other) },

	{ WINEVENT_POWERSHELL, 4103, 4103, RECORD_PROCESS, "module-logged", "success", M(script) },
	{ WINEVENT_POWERSHELL, 4104, 4104, RECORD_PROCESS, "script-block", "success", M(script) },
	{ WINEVENT_POWERSHELL, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, NULL, 0 },

	{ WINEVENT_DEFENDER, 1006, 1006, RECORD_ALERT, "malware-found", NULL, M(malware) },
	{ WINEVENT_DEFENDER, 1015, 1015, RECORD_ALERT, "suspicious-behaviour", NULL, M(malware) },
	{ WINEVENT_DEFENDER, 1116, 1116, RECORD_ALERT, "malware-found", NULL, M(malware) },
	{ WINEVENT_DEFENDER, 1117, 1117, RECORD_ALERT, "malware-action", "success", M(malware) },
	{ WINEVENT_DEFENDER, 1118, 1119, RECORD_ALERT, "malware-action", "failure", M(malware) },
	{ WINEVENT_DEFENDER, 1121, 1122, RECORD_ALERT, "attack-surface-rule", NULL, M(malware) },
	{ WINEVENT_DEFENDER, 5001, 5001, RECORD_ADMIN, "protection-disabled", "success", NULL, 0 },
	{ WINEVENT_DEFENDER, 5004, 5013, RECORD_ADMIN, "protection-changed", "success", NULL, 0 },
	{ WINEVENT_DEFENDER, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, M(malware) },

	{ WINEVENT_TASKS, 106, 106, RECORD_SERVICE, "task-registered", "success", M(task) },
	{ WINEVENT_TASKS, 129, 129, RECORD_SERVICE, "task-process", "success", M(task) },
	{ WINEVENT_TASKS, 140, 140, RECORD_SERVICE, "task-updated", "success", M(task) },
	{ WINEVENT_TASKS, 141, 141, RECORD_SERVICE, "task-deleted", "success", M(task) },
	{ WINEVENT_TASKS, 0, UINT16_MAX, RECORD_SERVICE, NULL, NULL, M(task) },

	{ WINEVENT_SESSIONS, 21, 21, RECORD_LOGON, "session-logon", "success", M(remote_session) },
	{ WINEVENT_SESSIONS, 22, 22, RECORD_OTHER, "session-shell", "success", M(remote_session) },
	{ WINEVENT_SESSIONS, 23, 23, RECORD_LOGON, "session-logoff", "success", M(remote_session) },
	{ WINEVENT_SESSIONS, 24, 24, RECORD_LOGON, "session-disconnected", "success", M(remote_session) },
	{ WINEVENT_SESSIONS, 25, 25, RECORD_LOGON, "session-reconnected", "success", M(remote_session) },
	{ WINEVENT_SESSIONS, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, M(remote_session) },
	{ WINEVENT_REMOTE, 1149, 1149, RECORD_LOGON, "remote-authenticated", "success", M(remote_logon) },
	{ WINEVENT_REMOTE, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, NULL, 0 },

	{ WINEVENT_FIREWALL, 0, UINT16_MAX, RECORD_ADMIN, "firewall-rule", NULL, M(firewall_rule) },
	{ WINEVENT_APPLICATION, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, NULL, 0 },
	{ WINEVENT_OTHER, 0, UINT16_MAX, RECORD_OTHER, NULL, NULL, NULL, 0 },
};
#undef M

enum winevent_source
winevent_source_of(struct hn_view channel, struct hn_view provider)
{
	uint32_t row = names_find(&source_names, channel);

	if (row == NAMES_NONE)
		row = names_find(&source_names, provider);
	return row == NAMES_NONE ? WINEVENT_OTHER : sources[row].source;
}

const char *
winevent_dataset(enum winevent_source source)
{
	static const char *const datasets[WINEVENT_SOURCES] = {
		[WINEVENT_OTHER] = "windows.event", [WINEVENT_SECURITY] = "windows.security",
		[WINEVENT_SYSTEM] = "windows.system", [WINEVENT_APPLICATION] = "windows.application",
		[WINEVENT_SYSMON] = "windows.sysmon", [WINEVENT_POWERSHELL] = "windows.powershell",
		[WINEVENT_DEFENDER] = "windows.defender", [WINEVENT_TASKS] = "windows.taskscheduler",
		[WINEVENT_SESSIONS] = "windows.terminalservices", [WINEVENT_REMOTE] = "windows.terminalservices",
		[WINEVENT_FIREWALL] = "windows.firewall",
	};

	assert(source < WINEVENT_SOURCES);
	return datasets[source];
}

const struct winevent_row *
winevent_row_of(enum winevent_source source, uint64_t event_id)
{
	const struct winevent_row *row = rows;

	/* The last row is nobody's but WINEVENT_OTHER's and takes every id. */
	while (row < &rows[HN_COUNT(rows) - 1] &&
	    (row->source != source || event_id < row->first || event_id > row->last))
		row++;
	return row;
}

enum winevent_native
winevent_native_find(struct hn_view name)
{
	const uint32_t row = names_find(&native_names, name);

	return row == NAMES_NONE ? WINEVENT_NATIVE_COUNT : (enum winevent_native)row;
}

struct hn_view
winevent_native_name(enum winevent_native native)
{
	assert(native < WINEVENT_NATIVE_COUNT);
	return natives[native].name;
}
