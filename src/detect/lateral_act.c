#include "detect/lateral_act.h"

#include "base/num.h"

#define WRITES 0x6u	/* FILE_WRITE_DATA | FILE_APPEND_DATA: MS-SMB2 2.2.13.1.1 */

static bool
has_word(struct hn_view text, struct hn_view word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (hn_view_eq_nocase((struct hn_view){ text.p + i, word.n }, word))
			return true;
	return false;
}

static struct hn_view
last_part(struct hn_view path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '\\' && path.p[at - 1] != '/')
		at--;
	return hn_view_skip(path, at);
}

static bool
ends_nocase(struct hn_view v, struct hn_view end)
{
	return v.n > end.n && hn_view_eq_nocase(hn_view_skip(v, v.n - end.n), end);
}

/* What Windows runs. */
static bool
is_program(struct hn_view name)
{
	static const struct hn_view ends[] = {
		HN_INIT(".exe"), HN_INIT(".dll"), HN_INIT(".bat"), HN_INIT(".cmd"), HN_INIT(".ps1"), HN_INIT(".vbs"),
		HN_INIT(".js"), HN_INIT(".msi"), HN_INIT(".scr"), HN_INIT(".sys"), HN_INIT(".com"),
	};

	for (size_t i = 0; i < HN_COUNT(ends); i++)
		if (ends_nocase(name, ends[i]))
			return true;
	return false;
}

/* "ADMIN$", "C$": shares that Windows makes for administrators. */
static bool
is_admin_share(struct hn_view path)
{
	const struct hn_view share = last_part(path);

	return hn_view_eq_nocase(share, HN_LIT("ADMIN$")) || (share.n == 2 && share.p[1] == '$');
}

/* A machine's own account, or nobody. */
static bool
is_person(struct hn_view user)
{
	return user.n > 0 && user.p[user.n - 1] != '$' && !hn_view_eq_nocase(user, HN_LIT("ANONYMOUS LOGON")) &&
	    !hn_view_eq_nocase(user, HN_LIT("SYSTEM"));
}

static bool
read_logon(const struct record *r, struct lateral_act *out)
{
	const struct hn_view type = record_get(r, FIELD_LOGON_TYPE), action = record_get(r, FIELD_EVENT_ACTION);
	const bool is_entry = hn_view_eq(action, HN_LIT("logged-in"));

	out->user = record_get(r, FIELD_USER_NAME);
	if (!is_person(out->user) || out->source.n == 0)
		return false;
	if (is_entry && hn_view_eq(type, HN_LIT("3"))) {
		out->sign = LATERAL_VISIT;
		return true;
	}
	out->sign = LATERAL_DESKTOP;
	return (is_entry && hn_view_eq(type, HN_LIT("10"))) || hn_view_eq(action, HN_LIT("remote-authenticated")) ||
	    hn_view_eq(action, HN_LIT("session-logon"));
}

/* The pipes by which services, tasks and the registry are reached from afar. */
static bool
is_pipe_of_control(struct hn_view name)
{
	return hn_view_eq_nocase(name, HN_LIT("svcctl")) || hn_view_eq_nocase(name, HN_LIT("atsvc"));
}

static bool
is_write_mask(struct hn_view mask)
{
	uint64_t bits;

	if (hn_view_starts(mask, HN_LIT("0x")))
		mask = hn_view_skip(mask, 2);
	return hn_num_hex(mask, &bits) == HN_OK && (bits & WRITES) != 0;
}

/* Event 5145: what was asked for on a share. */
static bool
read_share(const struct record *r, struct lateral_act *out)
{
	const struct hn_view share = record_get(r, FIELD_FILE_PATH);

	out->user = record_get(r, FIELD_USER_NAME);
	out->what = last_part(record_get(r, FIELD_FILE_NAME));
	if (out->source.n == 0 || !is_person(out->user))
		return false;
	if (hn_view_eq_nocase(last_part(share), HN_LIT("IPC$"))) {
		out->sign = LATERAL_VISIT;
		out->is_by_pipe = is_pipe_of_control(out->what);
		return out->is_by_pipe;
	}
	out->sign = is_write_mask(record_extra(r, HN_LIT("AccessMask"))) ? LATERAL_WRITTEN : LATERAL_OPENED;
	return is_admin_share(share) && is_program(out->what);
}

static bool
read_smb_file(const struct record *r, struct lateral_act *out)
{
	const struct hn_view action = record_get(r, FIELD_EVENT_ACTION);

	out->what = last_part(record_get(r, FIELD_FILE_NAME));
	out->sign = hn_view_eq(action, HN_LIT("SMB::FILE_WRITE")) || hn_view_eq(action, HN_LIT("SMB::FILE_RENAME")) ?
	    LATERAL_WRITTEN : LATERAL_OPENED;
	return out->source.n > 0 && is_admin_share(record_get(r, FIELD_FILE_PATH)) && is_program(out->what);
}

static bool
read_file(const struct record *r, struct lateral_act *out)
{
	if (hn_view_eq(record_get(r, FIELD_EVENT_ACTION), HN_LIT("checked-share-access")))
		return read_share(r, out);
	return strcmp(r->dataset, "zeek.smb_files") == 0 && read_smb_file(r, out);
}

/* Operations that start something on the machine asked.  Source: MS-SCMR 3.1.4, MS-TSCH 3.2.5, MS-WMI 3.1.4.3.22. */
static bool
read_call(const struct record *r, struct lateral_act *out)
{
	static const struct {
		struct hn_view name;	/* how it begins */
		enum lateral_sign sign;
	} operations[] = {
		{ HN_INIT("CreateService"), LATERAL_SERVICE }, { HN_INIT("CreateWowService"), LATERAL_SERVICE },
		{ HN_INIT("StartService"), LATERAL_SERVICE }, { HN_INIT("RCreateService"), LATERAL_SERVICE },
		{ HN_INIT("RStartService"), LATERAL_SERVICE }, { HN_INIT("NetrJobAdd"), LATERAL_TASK },
		{ HN_INIT("JobAdd"), LATERAL_TASK }, { HN_INIT("SchRpcRegisterTask"), LATERAL_TASK },
		{ HN_INIT("SchRpcRun"), LATERAL_TASK }, { HN_INIT("ExecMethod"), LATERAL_WMI },
	};

	if (strcmp(r->dataset, "zeek.dce_rpc") != 0 || out->source.n == 0)
		return false;
	out->what = record_get(r, FIELD_EVENT_ACTION);
	for (size_t i = 0; i < HN_COUNT(operations); i++)
		if (hn_view_starts(out->what, operations[i].name)) {
			out->sign = operations[i].sign;
			return true;
		}
	return false;
}

/* Where a service's program lies. */
static void
read_place(struct hn_view path, struct lateral_act *out)
{
	static const struct hn_view odd[] = {
		HN_INIT("ADMIN$"), HN_INIT("%COMSPEC%"), HN_INIT("cmd.exe"), HN_INIT("cmd /"), HN_INIT("powershell"),
		HN_INIT("\\Temp\\"), HN_INIT("\\Users\\"), HN_INIT("\\ProgramData\\"), HN_INIT("\\Perflogs\\"),
		HN_INIT("rundll32"), HN_INIT("mshta"), HN_INIT("\\\\127.0.0.1\\"),
	};
	static const struct hn_view roots[] = { HN_INIT("%SystemRoot%\\"), HN_INIT("%windir%\\"), HN_INIT("C:\\Windows\\") };

	if (path.n > 0 && path.p[0] == '"')
		path = hn_view_skip(path, 1);
	out->is_installed = has_word(path, HN_LIT("\\Program Files"));
	for (size_t i = 0; i < HN_COUNT(odd) && !out->is_odd; i++)
		out->is_odd = has_word(path, odd[i]);
	/* Straight in Windows' own folder, which is what ADMIN$ is: no installer does that. */
	for (size_t i = 0; i < HN_COUNT(roots) && !out->is_odd; i++)
		out->is_odd = path.n > roots[i].n && hn_view_eq_nocase((struct hn_view){ path.p, roots[i].n }, roots[i]) &&
		    last_part(path).n == path.n - roots[i].n;
	out->is_installed = out->is_installed && !out->is_odd;
}

static bool
read_service(const struct record *r, struct lateral_act *out)
{
	const struct hn_view action = record_get(r, FIELD_EVENT_ACTION);

	out->what = record_get(r, FIELD_SERVICE_NAME);
	out->source = HN_LIT("");
	if (hn_view_eq(action, HN_LIT("service-installed"))) {
		out->sign = LATERAL_SERVICE;
		read_place(record_get(r, FIELD_FILE_PATH), out);
		return true;
	}
	out->sign = LATERAL_TASK;
	out->user = record_get(r, FIELD_USER_NAME);
	return hn_view_eq(action, HN_LIT("task-created")) && is_person(out->user);
}

/* Parents that run what was asked for from afar. */
static bool
read_process(const struct record *r, struct lateral_act *out)
{
	static const struct {
		struct hn_view parent;
		enum lateral_sign sign;
	} parents[] = {
		{ HN_INIT("psexesvc.exe"), LATERAL_SERVICE }, { HN_INIT("paexec"), LATERAL_SERVICE },
		{ HN_INIT("remcomsvc.exe"), LATERAL_SERVICE }, { HN_INIT("csexecsvc.exe"), LATERAL_SERVICE },
		{ HN_INIT("winexesvc.exe"), LATERAL_SERVICE }, { HN_INIT("wmiprvse.exe"), LATERAL_WMI },
		{ HN_INIT("wsmprovhost.exe"), LATERAL_SHELL }, { HN_INIT("winrshost.exe"), LATERAL_SHELL },
	};
	const struct hn_view parent = last_part(record_get(r, FIELD_PROCESS_PARENT_EXECUTABLE));

	out->source = HN_LIT("");
	out->what = last_part(record_get(r, FIELD_PROCESS_EXECUTABLE));
	if (parent.n == 0 || hn_view_eq_nocase(out->what, HN_LIT("conhost.exe")) ||
	    hn_view_eq_nocase(out->what, HN_LIT("werfault.exe")))
		return false;
	for (size_t i = 0; i < HN_COUNT(parents); i++)
		if (parent.n >= parents[i].parent.n &&
		    hn_view_eq_nocase((struct hn_view){ parent.p, parents[i].parent.n }, parents[i].parent)) {
			out->sign = parents[i].sign;
			return true;
		}
	return false;
}

bool
lateral_act_of(const struct record *r, struct lateral_act *out)
{
	static bool (*const readers[RECORD_KINDS])(const struct record *, struct lateral_act *) = {
		[RECORD_LOGON] = read_logon, [RECORD_FILE] = read_file, [RECORD_SERVICE] = read_service,
		[RECORD_PROCESS] = read_process, [RECORD_OTHER] = read_call,
	};
	struct lateral_act act = { .source = record_get(r, FIELD_SOURCE_IP) };

	if (readers[r->kind] == NULL)
		return false;
	act.target = record_get(r, record_has(r, FIELD_DESTINATION_IP) ? FIELD_DESTINATION_IP : FIELD_HOST_NAME);
	if (act.target.n == 0 || !readers[r->kind](r, &act) || hn_view_eq(act.source, act.target))
		return false;
	*out = act;
	return true;
}
