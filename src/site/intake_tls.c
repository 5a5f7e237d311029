#include "site/intake_tls.h"

#include <errno.h>
#include <stdint.h>
#include <gnutls/gnutls.h>

#include "base/mem.h"

/* TLS 1.2 and 1.3; RFC 5425 asked for 1.2 at least, older versions are off. */
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct intake_tls_identity {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
};

struct intake_tls {
	gnutls_session_t session;
	bool is_shaken;
};

enum hn_rc
intake_tls_load(const char *certificate, const char *key, struct intake_tls_identity **out, struct hn_err *err)
{
	struct intake_tls_identity *id = hn_alloc(1, sizeof(*id));
	const gnutls_datum_t c = { (unsigned char *)(uintptr_t)certificate, (unsigned)strlen(certificate) };
	const gnutls_datum_t k = { (unsigned char *)(uintptr_t)key, (unsigned)strlen(key) };

	if (id == NULL || gnutls_certificate_allocate_credentials(&id->credentials) != 0) {
		hn_free(id);
		return HN_FAIL(err, HN_E_NOMEM, 0, "TLS");
	}
	if (gnutls_certificate_set_x509_key_mem(id->credentials, &c, &k, GNUTLS_X509_FMT_PEM) != 0 ||
	    gnutls_priority_init(&id->priority, PRIORITY, NULL) != 0) {
		gnutls_certificate_free_credentials(id->credentials);
		hn_free(id);
		return HN_FAIL(err, HN_E_SYNTAX, 0, "certificate and key do not go together");
	}
	*out = id;
	return HN_OK;
}

struct intake_tls *
intake_tls_new(struct intake_tls_identity *id, int fd)
{
	struct intake_tls *t = hn_alloc(1, sizeof(*t));

	if (t == NULL || gnutls_init(&t->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != 0) {
		hn_free(t);
		return NULL;
	}
	if (gnutls_priority_set(t->session, id->priority) != 0 ||
	    gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, id->credentials) != 0) {
		intake_tls_free(t);
		return NULL;
	}
	gnutls_transport_set_int(t->session, fd);
	return t;
}

void
intake_tls_free(struct intake_tls *t)
{
	if (t == NULL)
		return;
	if (t->is_shaken)
		(void)gnutls_bye(t->session, GNUTLS_SHUT_WR);	/* says the end; does not wait for the answer */
	gnutls_deinit(t->session);
	hn_free(t);
}

ssize_t
intake_tls_read(struct intake_tls *t, void *to, size_t n)
{
	ssize_t rc = 0;

	if (!t->is_shaken) {
		rc = gnutls_handshake(t->session);
		t->is_shaken = rc == 0;
	}
	if (t->is_shaken)
		rc = gnutls_record_recv(t->session, to, n);
	if (rc >= 0)
		return rc;
	/* A peer that closes without saying so has said all: what came is authentic up to there. */
	if (rc == GNUTLS_E_PREMATURE_TERMINATION)
		return 0;
	errno = gnutls_error_is_fatal((int)rc) ? EPROTO : EAGAIN;
	return -1;
}

bool
intake_tls_wants_write(const struct intake_tls *t)
{
	return gnutls_record_get_direction(t->session) == 1;
}

bool
intake_tls_has_more(const struct intake_tls *t)
{
	return t->is_shaken && gnutls_record_check_pending(t->session) > 0;
}
