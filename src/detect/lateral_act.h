#ifndef DETECT_LATERAL_ACT_H
#define DETECT_LATERAL_ACT_H

#include "record/record.h"

/*
 * What a record says that one machine did on another by remote administration: the ways by which intruders move, and by which
 * administrators work.  Sources: MITRE ATT&CK T1021 (remote services), T1569.002 (service execution), T1053.005 (tasks), T1047
 * (WMI), T1570 (tool transfer) with their procedure examples; the operations of MS-SCMR, MS-TSCH and MS-WMI; Microsoft's
 * descriptions of events 4624, 4697, 4698, 5145 and 7045; Zeek's logs smb_files and dce_rpc.
 */
enum lateral_sign {
	LATERAL_VISIT,		/* somebody is there over the network: what happens next on the machine may be theirs */
	LATERAL_OPENED,		/* a program opened in an administrator's share (C$, ADMIN$) */
	LATERAL_WRITTEN,	/* written there */
	LATERAL_SERVICE,	/* a service made or started */
	LATERAL_TASK,		/* a task registered or run */
	LATERAL_WMI,		/* a method called */
	LATERAL_SHELL,		/* a program started under what serves remote shells */
	LATERAL_DESKTOP,	/* a desktop opened */
	LATERAL_SIGNS
};

struct lateral_act {
	enum lateral_sign sign;
	struct hn_view source;	/* address; empty: the record comes from the target, which does not say who: its visitor */
	struct hn_view target;	/* name or address */
	struct hn_view user;	/* may be empty */
	struct hn_view what;	/* the file, service or operation */
	bool is_by_pipe;	/* a visit that opened the pipe by which services and tasks are made */
	bool is_odd;		/* it lies where a tool lands that was thrown over, or is a shell's command */
	bool is_installed;	/* it lies where installers put programs */
};

/* Read ${r}; false: it says nothing of the kind. */
bool lateral_act_of(const struct record *r, struct lateral_act *out);

#endif
