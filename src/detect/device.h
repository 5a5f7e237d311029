#ifndef DETECT_DEVICE_H
#define DETECT_DEVICE_H

#include "detect/detector.h"

/*
 * What the log of a firewall or router alone tells of its own administration (ATT&CK T1133, T1098, T1136, T1562, T1601): who
 * signed in to it and from where, that users of the VPN or administrators were added, that traffic was let through, that
 * logging was switched off, that its software or whole configuration was replaced.  The administrator at the usual machine
 * inside, at the usual hour, is never more than info; a sign-in from outside is always worth a look, unless it comes on many
 * days from the same network.
 *
 * Sources: FortiOS log message reference (32001, 32002, 32202, 32203, 32235, 44545 to 44547), YAMAHA RTX syslog messages.
 */
extern const struct detector device_detector;

#define DEVICE_PLACES_MAX 4096u		/* 2 MB: accounts at devices */
#define DEVICE_SESSIONS_MAX 4096u

/* What a change touches, by the path in the configuration's own words; the first row whose path begins so. */
enum device_deed {
	DEVICE_SIGNIN,
	DEVICE_ADMIN,		/* an administrator's account */
	DEVICE_ACCOUNT,		/* an account, a group, a door of the VPN */
	DEVICE_OPENED,		/* what may pass, what is reachable from outside */
	DEVICE_LOGGING,		/* whether and where it logs */
	DEVICE_SOFTWARE,	/* its software or its whole configuration was replaced */
	DEVICE_OTHER,		/* another change */
	DEVICE_NONE,
};

enum device_deed device_deed_of_path(struct hn_view path);

#endif
