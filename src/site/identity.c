#include "site/identity.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/load.h"
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

/* The operator's own file, else ${name} in the site's folder. */
static bool
path_of(const struct site_config *c, struct hn_view own, const char *name, char out[SITE_PATH_MAX])
{
	char folder[SITE_PATH_MAX];
	int n;

	if (own.n > 0)
		n = snprintf(out, SITE_PATH_MAX, "%s", own.p);
	else if (site_place_path(c, SITE_PLACE_TLS, folder))
		n = snprintf(out, SITE_PATH_MAX, "%s/%s", folder, name);
	else
		return false;
	return n > 0 && (unsigned)n < SITE_PATH_MAX;
}

bool
site_identity_certificate(const struct site_config *c, char out[SITE_PATH_MAX])
{
	return path_of(c, c->certificate, "certificate.pem", out);
}

bool
site_identity_key(const struct site_config *c, char out[SITE_PATH_MAX])
{
	return path_of(c, c->key, "key.pem", out);
}

static enum hn_rc
load(const char *path, struct hn_buf *to, struct hn_err *err)
{
	const enum hn_rc rc = hn_load_file(path, to, err);

	if (rc != HN_OK)
		return rc;
	return hn_buf_cstr(to) != NULL ? HN_OK : HN_FAIL(err, HN_E_LIMIT, 0, "PEM");
}

enum hn_rc
site_identity_load(const struct site_config *c, struct hn_buf *certificate, struct hn_buf *key, struct hn_err *err)
{
	char folder[SITE_PATH_MAX], certificate_path[SITE_PATH_MAX], key_path[SITE_PATH_MAX];
	enum hn_rc rc = HN_OK;

	if (!site_place_path(c, SITE_PLACE_TLS, folder) || !site_identity_certificate(c, certificate_path) ||
	    !site_identity_key(c, key_path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	if (c->certificate.n == 0 || c->key.n == 0)
		rc = ensure(c, folder, err);
	if (rc == HN_OK)
		rc = load(certificate_path, certificate, err);
	if (rc == HN_OK)
		rc = load(key_path, key, err);
	return rc;
}
