#ifndef DETECT_SIGNIN_H
#define DETECT_SIGNIN_H

#include "detect/detector.h"

/*
 * What a record says about somebody who signs in, in the form in which every detector of sign-ins wants it: which account, from
 * where, at what, by which door, and whether it worked.  A VPN's line, a domain controller's, a server's and a sensor's give the
 * same account ("CORP\Sato", "sato@corp.example" and "sato" are one) and the same machine (an address in one spelling).
 *
 * Sources: Microsoft, "Audit Kerberos Authentication Service", "Audit Credential Validation", events 4624, 4625, 4648, 4768,
 * 4769, 4771, 4776 with their status codes (RFC 4120 section 7.5.9, MS-ERREF 2.3.1); FortiOS log reference; Zeek's scripts.
 */
enum signin_way {
	SIGNIN_NONE,		/* nobody signs in: a sign-out, a change of state */
	SIGNIN_LOCAL,		/* at the machine itself, or nobody says from where */
	SIGNIN_VPN,
	SIGNIN_NETWORK,		/* a service of a machine: files, printing, remote administration */
	SIGNIN_DESKTOP,		/* remote desktop */
	SIGNIN_SHELL,		/* SSH */
	SIGNIN_CHECK,		/* a domain controller looks at a password: it tells of no machine that is signed in to */
	SIGNIN_TICKET,		/* a ticket for a service of a machine */
	SIGNIN_WEB,		/* a page that asks for a password */
	SIGNIN_DEVICE,		/* the administration of a firewall or router */
};

#define SIGNIN_ACCOUNT_MAX 96u	/* bytes of an account's name that count */
#define SIGNIN_MACHINE_MAX 96u

struct signin {
	enum signin_way way;
	bool is_failure;
	bool is_password;		/* a failure that a wrong password or a wrong account explains; or a success */
	bool has_address;
	bool is_from_outside;		/* from an address that is not ours */
	struct hn_addr address;		/* of the source, where has_address */
	struct hn_view account;		/* bare, in lower case; may be empty */
	struct hn_view source;		/* the machine that asks: address, else its name; may be empty */
	struct hn_view target;		/* what is signed in to, as the source writes it; may be empty */
	struct hn_view machine;		/* the same as a short name in lower case, or an address */
	struct hn_view country;		/* of the source, as the device says; may be empty */
	uint64_t account_key, source_key, target_key, machine_key;
	char account_text[SIGNIN_ACCOUNT_MAX], machine_text[SIGNIN_MACHINE_MAX], source_text[SIGNIN_MACHINE_MAX];
};

/* What to ask for. */
#define SIGNIN_WANTS (WANTS(RECORD_LOGON) | WANTS(RECORD_WEB))

/*
 * What one line alone does not say is learnt from those before it: the address of a machine that is named, and of a router's
 * connection of its own (YAMAHA: three lines) who it is and from where.
 */
struct signin_name {
	int64_t at_ms;
	char text[SIGNIN_MACHINE_MAX];
};
#define SIGNIN_NAMES_MAX 20000u

/*
 * Read ${s} into ${out}; false: nobody signs in.  ${names}: a table of struct signin_name.  Views and keys hold as long as
 * ${out} is neither moved nor read into.
 */
bool signin_read(const struct detect_conf *conf, struct keyed *names, const struct sight *s, struct signin *out);

/* Whether the account is a machine's own ("PC01$") or a part of Windows itself ("ANONYMOUS LOGON"): nobody's. */
bool signin_is_nobody(const struct signin *in);

/* Whether its name says that it administers: root, administrator, admin and names that begin or end so. */
bool signin_is_administrator(const struct signin *in);

/* A key of the network that the source's address is in: /16 of IPv4, /32 of IPv6; 0: it has no address. */
uint64_t signin_network(const struct detect_conf *conf, const struct signin *in);

#endif
