#ifndef DETECT_LOGON_H
#define DETECT_LOGON_H

#include "detect/detector.h"

/*
 * Sign-ins that are out of the account's own way (ATT&CK T1078, T1133, T1021):
 *  - logon.vpn: through the VPN at an hour, from a network or a country, or by an account that was never there;
 *  - logon.spread: one account on many machines within ten minutes, which it never was, or from a machine that is not its own;
 *  - logon.outside: remote desktop, a shell or an administrator's sign-in straight from an address outside.
 * Against the account's own past and the house's: a service's account, a scanner, backup and an administrator who always do it
 * are ordinary, and so is a traveller.  In the first week nothing is known to be new; what is told then says so and stays low.
 * What was told as worth a look is not learnt: an intruder does not become ordinary by coming again.
 */
extern const struct detector logon_detector;

#define LOGON_ACCOUNTS_MAX 20000u	/* 14 MB */
#define LOGON_TIES_MAX 100000u		/* accounts at machines or networks: 4 MB */
#define LOGON_SOURCES_MAX 20000u
#define LOGON_ORIGINS_MAX 20000u	/* countries and networks */

#endif
