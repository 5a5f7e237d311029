#include "net/identity.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/load.h"

#define DAY_S 86400L
#define CA_DAYS 3650L
#define SERVER_DAYS 397L
#define RENEW_DAYS 30L
#define PEM_MAX 65536u
#define SANS_MAX 4096u

/* A certificate being made: its own key, and who signs it. */
struct making {
	X509 *cert;
	EVP_PKEY *key;
	X509 *issuer;		/* == cert: signs itself */
	EVP_PKEY *issuer_key;
};

static enum hn_rc
crypto_failed(struct hn_err *err)
{
	return HN_FAIL(err, HN_E_NOMEM, 0, "certificate");
}

static bool
set_serial(X509 *cert)
{
	uint8_t bytes[16];
	BIGNUM *n;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);	/* positive, full length */
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert)) != NULL;
	BN_free(n);
	return ok;
}

static bool
set_name(X509 *cert, const char *common_name)
{
	X509_NAME *name = X509_get_subject_name(cert);

	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1 &&
	    X509_set_subject_name(cert, name) == 1;
}

static bool
add_extension(const struct making *m, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	bool ok;

	X509V3_set_ctx(&ctx, m->issuer, m->cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = e != NULL && X509_add_ext(m->cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

/* Everything but the extensions and the signature. */
static bool
begin(struct making *m, const char *common_name, int64_t now_ms, long days)
{
	const time_t now = (time_t)(now_ms / 1000);
	time_t from = now - DAY_S, to = now + days * DAY_S;

	m->key = EVP_EC_gen("P-256");
	m->cert = X509_new();
	if (m->key == NULL || m->cert == NULL)
		return false;
	if (m->issuer == NULL) {
		m->issuer = m->cert;
		m->issuer_key = m->key;
	}
	return X509_set_version(m->cert, X509_VERSION_3) == 1 && set_serial(m->cert) && set_name(m->cert, common_name) &&
	    X509_time_adj_ex(X509_getm_notBefore(m->cert), 0, 0, &from) != NULL &&
	    X509_time_adj_ex(X509_getm_notAfter(m->cert), 0, 0, &to) != NULL &&
	    X509_set_issuer_name(m->cert, X509_get_subject_name(m->issuer)) == 1 &&
	    X509_set_pubkey(m->cert, m->key) == 1;
}

static bool
sign(const struct making *m)
{
	return X509_sign(m->cert, m->issuer_key, EVP_sha256()) > 0;
}

/* Write ${text} to folder/name, mode 0600, whole or not at all. */
static enum hn_rc
write_file(const char *folder, const char *name, struct hn_view text, struct hn_err *err)
{
	char path[4096], temp[4096];
	int fd;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)snprintf(temp, sizeof(temp), "%s/.%s.new", folder, name);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "certificate file");
	ok = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (!ok || rename(temp, path) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "certificate file");
	return HN_OK;
}

/* HN_E_NOTFOUND: there is no such file. */
static enum hn_rc
read_file(const char *folder, const char *name, struct hn_buf *out, struct hn_err *err)
{
	char path[4096];
	enum hn_rc rc;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	rc = hn_load_file(path, out, err);
	return rc == HN_E_IO && errno == ENOENT ? HN_FAIL(err, HN_E_NOTFOUND, 0, "certificate file") : rc;
}

/* Append the certificate (and then ${behind}) as PEM text. */
static bool
put_cert(struct hn_buf *b, X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;
	const bool ok = bio != NULL && PEM_write_bio_X509(bio, cert) == 1 && (n = BIO_get_mem_data(bio, &p)) > 0;

	if (ok)
		hn_buf_put(b, (struct hn_view){ p, (size_t)n });
	BIO_free(bio);
	return ok && !b->failed;
}

static bool
put_key(struct hn_buf *b, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *p = NULL;
	long n;
	const bool ok = bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
	    (n = BIO_get_mem_data(bio, &p)) > 0;

	if (ok)
		hn_buf_put(b, (struct hn_view){ p, (size_t)n });
	BIO_free(bio);
	return ok && !b->failed;
}

static X509 *
parse_cert(struct hn_view pem)
{
	BIO *bio = pem.n <= PEM_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	X509 *cert = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return cert;
}

static EVP_PKEY *
parse_key(struct hn_view pem)
{
	BIO *bio = pem.n <= PEM_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return key;
}

/* Write the pair: the key first, so that a certificate never stands without it. */
static enum hn_rc
store_pair(const struct making *m, const char *folder, const char *key_name, const char *cert_name, struct hn_err *err)
{
	struct hn_buf key = HN_BUF(PEM_MAX), cert = HN_BUF(PEM_MAX);
	enum hn_rc rc = HN_OK;

	if (!put_key(&key, m->key) || !put_cert(&cert, m->cert) || (m->issuer != m->cert && !put_cert(&cert, m->issuer)))
		rc = crypto_failed(err);
	if (rc == HN_OK)
		rc = write_file(folder, key_name, hn_buf_view(&key), err);
	if (rc == HN_OK)
		rc = write_file(folder, cert_name, hn_buf_view(&cert), err);
	OPENSSL_cleanse(key.p, key.n);
	hn_buf_fini(&key);
	hn_buf_fini(&cert);
	return rc;
}

static enum hn_rc
make_authority(const struct hn_identity *i, struct hn_err *err)
{
	struct making m = { 0 };
	enum hn_rc rc = crypto_failed(err);

	if (begin(&m, "Hinomi local authority", i->now_ms, CA_DAYS) &&
	    add_extension(&m, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    add_extension(&m, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    add_extension(&m, NID_subject_key_identifier, "hash") && sign(&m))
		rc = store_pair(&m, i->folder, "ca.key", "ca.pem", err);
	X509_free(m.cert);
	EVP_PKEY_free(m.key);
	return rc;
}

/* Load the authority, making it first where there is none. */
static enum hn_rc
load_authority(const struct hn_identity *i, struct making *m, struct hn_err *err)
{
	struct hn_buf cert = HN_BUF(2 * PEM_MAX), key = HN_BUF(2 * PEM_MAX);
	enum hn_rc rc = read_file(i->folder, "ca.pem", &cert, err);

	if (rc == HN_E_NOTFOUND) {
		rc = make_authority(i, err);
		if (rc == HN_OK)
			rc = read_file(i->folder, "ca.pem", &cert, err);
	}
	if (rc == HN_OK)
		rc = read_file(i->folder, "ca.key", &key, err);
	if (rc == HN_OK) {
		m->issuer = parse_cert(hn_buf_view(&cert));
		m->issuer_key = parse_key(hn_buf_view(&key));
		if (m->issuer == NULL || m->issuer_key == NULL || X509_check_private_key(m->issuer, m->issuer_key) != 1)
			rc = HN_FAIL(err, HN_E_CORRUPT, 0, "ca.pem, ca.key");
	}
	if (key.p != NULL)
		OPENSSL_cleanse(key.p, key.n);
	hn_buf_fini(&key);
	hn_buf_fini(&cert);
	return rc;
}

/* "DNS:site.example,IP:192.0.2.1"; false: a name that is neither, or too many. */
static bool
list_names(const struct hn_identity *i, struct hn_buf *out)
{
	struct hn_addr addr;

	for (size_t k = 0; k < HN_IDENTITY_NAMES_MAX && i->names[k] != NULL; k++) {
		const char *kind = hn_addr_parse(hn_view_of(i->names[k]), &addr) == HN_OK ? "IP" : "DNS";

		if (strpbrk(i->names[k], ",:/ \t\n") != NULL && strcmp(kind, "DNS") == 0)
			return false;
		hn_buf_printf(out, "%s%s:%s", k > 0 ? "," : "", kind, i->names[k]);
	}
	return out->n > 0 && hn_buf_cstr(out) != NULL;
}

static enum hn_rc
make_server(const struct hn_identity *i, struct hn_err *err)
{
	struct making m = { 0 };
	struct hn_buf names = HN_BUF(SANS_MAX);
	enum hn_rc rc = load_authority(i, &m, err);

	if (rc == HN_OK) {
		rc = HN_FAIL(err, HN_E_SYNTAX, 0, "certificate's names");
		if (list_names(i, &names) && begin(&m, i->names[0], i->now_ms, SERVER_DAYS) &&
		    add_extension(&m, NID_basic_constraints, "critical,CA:FALSE") &&
		    add_extension(&m, NID_key_usage, "critical,digitalSignature") &&
		    add_extension(&m, NID_ext_key_usage, "serverAuth") &&
		    add_extension(&m, NID_authority_key_identifier, "keyid") &&
		    add_extension(&m, NID_subject_alt_name, names.p) && sign(&m))
			rc = store_pair(&m, i->folder, "key.pem", "certificate.pem", err);
	}
	hn_buf_fini(&names);
	X509_free(m.cert);
	EVP_PKEY_free(m.key);
	X509_free(m.issuer);
	EVP_PKEY_free(m.issuer_key);
	return rc;
}

static bool
has_all_names(X509 *cert, const struct hn_identity *i)
{
	for (size_t k = 0; k < HN_IDENTITY_NAMES_MAX && i->names[k] != NULL; k++)
		if (X509_check_host(cert, i->names[k], 0, 0, NULL) != 1 && X509_check_ip_asc(cert, i->names[k], 0) != 1)
			return false;
	return true;
}

/* Whether the server certificate that is there still serves. */
static bool
still_serves(const struct hn_identity *i)
{
	struct hn_buf pem = HN_BUF(2 * PEM_MAX), key = HN_BUF(2 * PEM_MAX);
	int64_t ends_ms;
	bool ok = read_file(i->folder, "certificate.pem", &pem, NULL) == HN_OK &&
	    read_file(i->folder, "key.pem", &key, NULL) == HN_OK &&
	    hn_identity_ends(hn_buf_view(&pem), &ends_ms, NULL) == HN_OK &&
	    ends_ms - i->now_ms > RENEW_DAYS * DAY_S * 1000;
	X509 *cert = ok ? parse_cert(hn_buf_view(&pem)) : NULL;
	EVP_PKEY *private_key = ok ? parse_key(hn_buf_view(&key)) : NULL;

	ok = cert != NULL && private_key != NULL && X509_check_private_key(cert, private_key) == 1 && has_all_names(cert, i);
	X509_free(cert);
	EVP_PKEY_free(private_key);
	if (key.p != NULL)
		OPENSSL_cleanse(key.p, key.n);
	hn_buf_fini(&pem);
	hn_buf_fini(&key);
	return ok;
}

enum hn_rc
hn_identity_ensure(const struct hn_identity *i, struct hn_err *err)
{
	char path[4096];
	int lock;
	enum hn_rc rc;

	assert(i->folder != NULL && i->names[0] != NULL);
	(void)snprintf(path, sizeof(path), "%s/.lock", i->folder);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0 || flock(lock, LOCK_EX) != 0) {
		rc = HN_FAIL(err, HN_E_IO, 0, "lock of the certificates");
	} else {
		rc = still_serves(i) ? HN_OK : make_server(i, err);
	}
	if (lock >= 0)
		(void)close(lock);
	return rc;
}

enum hn_rc
hn_identity_fingerprint(struct hn_view pem, uint8_t out[HN_FINGERPRINT_BYTES], struct hn_err *err)
{
	X509 *cert = parse_cert(pem);
	unsigned n = 0;
	const bool ok = cert != NULL && X509_digest(cert, EVP_sha256(), out, &n) == 1 && n == HN_FINGERPRINT_BYTES;

	X509_free(cert);
	return ok ? HN_OK : HN_FAIL(err, HN_E_SYNTAX, 0, "certificate");
}

enum hn_rc
hn_identity_ends(struct hn_view pem, int64_t *out_ms, struct hn_err *err)
{
	X509 *cert = parse_cert(pem);
	int days = 0, seconds = 0;
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	const bool ok = cert != NULL && epoch != NULL &&
	    ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(cert)) == 1;

	ASN1_TIME_free(epoch);
	X509_free(cert);
	if (!ok)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "certificate");
	*out_ms = ((int64_t)days * DAY_S + seconds) * 1000;
	return HN_OK;
}
