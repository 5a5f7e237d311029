#ifndef SITE_IDENTITY_H
#define SITE_IDENTITY_H

#include "base/buf.h"
#include "base/err.h"
#include "site/config.h"

#define SITE_PEM_MAX 65536u

/* Where the certificate and its key are: those of [tls], or the site's own.  false: the path is too long. */
bool site_identity_certificate(const struct site_config *c, char out[SITE_PATH_MAX]);
bool site_identity_key(const struct site_config *c, char out[SITE_PATH_MAX]);

/*
 * The certificate and key of a site, PEM with a NUL behind: those of [tls], or the site's own, which are made when they are
 * missing.  For `prepare`: files are read.  The caller gives both buffers back, the key wiped.
 * Errors: HN_E_IO (errno), HN_E_LIMIT, HN_E_NOMEM, HN_E_CORRUPT.
 */
enum hn_rc site_identity_load(const struct site_config *c, struct hn_buf *certificate, struct hn_buf *key,
    struct hn_err *err) HN_MUST_CHECK;

#endif
