#ifndef RECORD_WINEVENT_TABLE_H
#define RECORD_WINEVENT_TABLE_H

#include "record/record.h"

/*
 * What Windows events mean: of which kind an event is and which field each of its data fills.
 * Sources: Microsoft, "Appendix L: Events to Monitor" and the audit events' reference; Sysmon's schema; the event manifests.
 */
enum winevent_source {
	WINEVENT_OTHER,
	WINEVENT_SECURITY,
	WINEVENT_SYSTEM,
	WINEVENT_APPLICATION,
	WINEVENT_SYSMON,
	WINEVENT_POWERSHELL,
	WINEVENT_DEFENDER,
	WINEVENT_TASKS,
	WINEVENT_SESSIONS,	/* TerminalServices-LocalSessionManager */
	WINEVENT_REMOTE,	/* TerminalServices-RemoteConnectionManager */
	WINEVENT_FIREWALL,
	WINEVENT_SOURCES
};

/* Names of event data that a map below uses; the name in C is the native one with blanks as underscores. */
#define WINEVENT_NATIVES(X) \
	X(AccountName, "AccountName") X(ActionName, "ActionName") X(Address, "Address") X(Application, "Application") \
	X(ApplicationPath, "ApplicationPath") X(Category_Name, "Category Name") X(ClientAddress, "ClientAddress") \
	X(ClientName, "ClientName") X(CommandLine, "CommandLine") X(DestAddress, "DestAddress") X(DestPort, "DestPort") \
	X(DestinationHostname, "DestinationHostname") X(DestinationIp, "DestinationIp") \
	X(DestinationPort, "DestinationPort") X(Details, "Details") X(Detection_User, "Detection User") \
	X(FailureReason, "FailureReason") X(Hash, "Hash") X(Hashes, "Hashes") X(Image, "Image") \
	X(ImageLoaded, "ImageLoaded") X(ImagePath, "ImagePath") X(IpAddress, "IpAddress") X(IpPort, "IpPort") \
	X(LogonType, "LogonType") X(MemberName, "MemberName") X(MemberSid, "MemberSid") X(NewProcessId, "NewProcessId") \
	X(NewProcessName, "NewProcessName") X(NewValue, "NewValue") X(ObjectName, "ObjectName") X(Param1, "Param1") \
	X(Param2, "Param2") X(Param3, "Param3") X(ParentCommandLine, "ParentCommandLine") X(ParentImage, "ParentImage") \
	X(ParentProcessName, "ParentProcessName") X(Path, "Path") X(Payload, "Payload") X(PipeName, "PipeName") \
	X(ProcessId, "ProcessId") X(ProcessName, "ProcessName") X(Process_Name, "Process Name") X(Protocol, "Protocol") \
	X(QueryName, "QueryName") X(QueryResults, "QueryResults") X(QueryStatus, "QueryStatus") \
	X(RelativeTargetName, "RelativeTargetName") X(RuleName, "RuleName") X(ScriptBlockText, "ScriptBlockText") \
	X(ServiceFileName, "ServiceFileName") X(ServiceName, "ServiceName") X(Severity_Name, "Severity Name") \
	X(ShareName, "ShareName") X(SourceAddress, "SourceAddress") X(SourceHostname, "SourceHostname") \
	X(SourceImage, "SourceImage") X(SourceIp, "SourceIp") X(SourcePort, "SourcePort") X(SourceUser, "SourceUser") \
	X(SourceProcessId, "SourceProcessId") X(Status, "Status") X(SubStatus, "SubStatus") \
	X(SubjectDomainName, "SubjectDomainName") X(SubjectUserName, "SubjectUserName") X(SubjectUserSid, "SubjectUserSid") \
	X(TargetDomainName, "TargetDomainName") X(TargetFilename, "TargetFilename") X(TargetImage, "TargetImage") \
	X(TargetObject, "TargetObject") X(TargetServerName, "TargetServerName") X(TargetUserName, "TargetUserName") \
	X(TargetUserSid, "TargetUserSid") X(TaskName, "TaskName") X(Threat_ID, "Threat ID") X(Threat_Name, "Threat Name") \
	X(User, "User") X(UserContext, "UserContext") X(UserName, "UserName") X(Workstation, "Workstation") \
	X(WorkstationName, "WorkstationName") X(param1, "param1") X(param2, "param2")

enum winevent_native {
#define X(c_name, name) WINEVENT_##c_name,
	WINEVENT_NATIVES(X)
#undef X
	WINEVENT_NATIVE_COUNT
};

/* How a value becomes a field. */
enum winevent_how {
	WINEVENT_COPY,
	WINEVENT_ADDR,		/* only if it is an address: "LOCAL" is none */
	WINEVENT_ACCOUNT,	/* "DOMAIN\user" also fills user.domain */
	WINEVENT_PROCESS_HASHES,	/* "MD5=...,SHA256=..." */
	WINEVENT_FILE_HASHES,
	WINEVENT_ANSWERS,	/* Sysmon's "type:  5 name;::ffff:192.0.2.1;" */
	WINEVENT_LOWER,
	WINEVENT_STATUS,	/* 0x0: success, else failure */
};

struct winevent_fill {
	enum winevent_native native;
	enum field field;
	enum winevent_how how;
};

struct winevent_row {
	enum winevent_source source;
	uint16_t first, last;		/* event ids */
	enum record_kind kind;
	const char *action, *outcome;	/* NULL: none, or the event tells */
	const struct winevent_fill *fills;
	size_t n_fills;
};

/* By channel, or by provider where there is no channel. */
enum winevent_source winevent_source_of(struct hn_view channel, struct hn_view provider);

/* "windows.security", ... */
const char *winevent_dataset(enum winevent_source source);

/* The row of an event: never NULL; one without a row of its own gets its source's general one. */
const struct winevent_row *winevent_row_of(enum winevent_source source, uint64_t event_id);

/* The data of that native name; WINEVENT_NATIVE_COUNT: none of ours. */
enum winevent_native winevent_native_find(struct hn_view name);

/* Its name, as static text. */
struct hn_view winevent_native_name(enum winevent_native native);

#endif
