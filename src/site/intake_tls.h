#ifndef SITE_INTAKE_TLS_H
#define SITE_INTAKE_TLS_H

/* TLS in front of a connection (RFC 5425; NXLog).  Only intake*.c include this. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/view.h"

struct intake_tls_identity;
struct intake_tls;

/* Read PEM (NUL behind).  Before the jail, once.  Errors: HN_E_SYNTAX, HN_E_NOMEM. */
enum hn_rc intake_tls_load(const char *certificate, const char *key, struct intake_tls_identity **out,
    struct hn_err *err) HN_MUST_CHECK;

/* A session on a connected, non-blocking descriptor; NULL: no memory. */
struct intake_tls *intake_tls_new(struct intake_tls_identity *id, int fd);
void intake_tls_free(struct intake_tls *t);

/* Like read(2): the handshake is part of it.  -1 with EAGAIN: wait; intake_tls_wants_write says for what. */
ssize_t intake_tls_read(struct intake_tls *t, void *to, size_t n);
bool intake_tls_wants_write(const struct intake_tls *t);

/* Bytes that are decrypted and wait, though the descriptor may not be readable. */
bool intake_tls_has_more(const struct intake_tls *t);

#endif
