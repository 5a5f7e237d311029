#ifndef RECORD_EVE_H
#define RECORD_EVE_H

#include "record/reader.h"

/*
 * Suricata's eve.json: alert, dns (versions 1 to 3), http, tls, quic, flow, netflow, fileinfo, smb, rdp, ssh, krb5, smtp, dhcp,
 * anomaly and others.  "stats" holds no observation and is skipped.  A flow's time is its start, as a connection's is.
 * Source: Suricata 5 to 8 user guide, "EVE JSON Format".
 */
extern const struct reader eve_reader;

#endif
