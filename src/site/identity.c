#include "site/identity.h"

#include <unistd.h>

#include "base/clock.h"
#include "net/identity.h"

#define NAME_MAX_BYTES 256u

/* The names it is reached by: this machine's, and the address that the console listens on. */
static enum hn_rc
ensure(const struct site_config *c, const char *folder, struct hn_err *err)
{
	static const struct hn_addr any;
	char host[NAME_MAX_BYTES] = "localhost";
	struct hn_buf address = HN_BUF(64);
	struct hn_identity id = { .folder = folder, .names = { host, "localhost", "127.0.0.1" }, .now_ms = hn_clock_ms() };
	enum hn_rc rc;

	(void)gethostname(host, sizeof(host) - 1);
	hn_addr_put(&address, c->listen.addr);
	if (!hn_addr_eq(c->listen.addr, any) && !hn_view_eq(hn_buf_view(&address), HN_LIT("127.0.0.1")))
		id.names[3] = hn_buf_cstr(&address);
	rc = hn_identity_ensure(&id, err);
	hn_buf_fini(&address);
	return rc;
}

static enum hn_rc
load(const char *path, struct hn_buf *to, struct hn_err *err)
{
	const enum hn_rc rc = site_config_read(path, to, err);

	if (rc != HN_OK)
		return rc;
	return hn_buf_cstr(to) != NULL ? HN_OK : HN_FAIL(err, HN_E_LIMIT, 0, "PEM");
}

enum hn_rc
site_identity_load(const struct site_config *c, struct hn_buf *certificate, struct hn_buf *key, struct hn_err *err)
{
	char folder[SITE_PATH_MAX], own_certificate[SITE_PATH_MAX + 32], own_key[SITE_PATH_MAX + 32];
	enum hn_rc rc = HN_OK;

	if (!site_place_path(c, SITE_PLACE_TLS, folder))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	(void)snprintf(own_certificate, sizeof(own_certificate), "%s/certificate.pem", folder);
	(void)snprintf(own_key, sizeof(own_key), "%s/key.pem", folder);
	if (c->certificate.n == 0 || c->key.n == 0)
		rc = ensure(c, folder, err);
	if (rc == HN_OK)
		rc = load(c->certificate.n > 0 ? c->certificate.p : own_certificate, certificate, err);
	if (rc == HN_OK)
		rc = load(c->key.n > 0 ? c->key.p : own_key, key, err);
	return rc;
}
