#ifndef RECORD_DAEMON_H
#define RECORD_DAEMON_H

#include "record/record.h"

/*
 * What the message of a known program says: sshd, PAM, sudo, su, OpenVPN, Pulse Secure, named, unbound, dnsmasq, dhcpd and
 * Cisco's IOS and ASA.  Sets kind, dataset, action, outcome and what the message names.  ${program}: as syslog has it; empty:
 * the source names none.  false: nothing is known of such a message, ${r} is as before.
 */
bool daemon_read(struct hn_view program, struct hn_view message, struct record *r);

#endif
