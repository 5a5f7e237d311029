#ifndef HN_NET_IDENTITY_H
#define HN_NET_IDENTITY_H

#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

#define HN_FINGERPRINT_BYTES 32u
#define HN_IDENTITY_NAMES_MAX 16u

/*
 * The site's own certificates, so that TLS works with no internet: a local authority (ca.pem, ca.key) and a server
 * certificate under it (certificate.pem with the authority behind it, key.pem).  EC P-256, SHA-256.
 */
struct hn_identity {
	const char *folder;				/* 0700, exists */
	const char *names[HN_IDENTITY_NAMES_MAX];	/* host names and addresses it is reached by; NULL ends them */
	int64_t now_ms;
};

/*
 * Make what is missing in the folder, and the server certificate anew when it ends within 30 days or lacks a name.
 * Each file is written whole or not at all; two processes that do it at once end with one set (a lock in the folder).
 * Errors: HN_E_IO (errno), HN_E_NOMEM, HN_E_CORRUPT (a file is there but is not what it should be).
 * Source: RFC 5280, sections 4.1 and 4.2; CA/Browser Forum's 398 days for a server certificate.
 */
enum hn_rc hn_identity_ensure(const struct hn_identity *i, struct hn_err *err) HN_MUST_CHECK;

/* SHA-256 of the first certificate in ${pem} (DER), as people compare it.  HN_E_SYNTAX: there is none. */
enum hn_rc hn_identity_fingerprint(struct hn_view pem, uint8_t out[HN_FINGERPRINT_BYTES], struct hn_err *err)
    HN_MUST_CHECK;

/* When the first certificate in ${pem} ends, ms since 1970 UTC.  HN_E_SYNTAX: there is none. */
enum hn_rc hn_identity_ends(struct hn_view pem, int64_t *out_ms, struct hn_err *err) HN_MUST_CHECK;

#endif
