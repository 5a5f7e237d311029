#include "detect/sigma/cache.h"

#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/wire.h"

#define VERSION 1u
#define NAME_MAX_BYTES 4096u
#define READ_BYTES (1u << 20)

static const struct hn_view magic = HN_INIT("HNSIGMA\n");

void
sigma_cache_put(const struct sigma_set *set, struct hn_buf *out)
{
	struct hn_buf body = HN_BUF(SIGMA_CACHE_MAX), one = HN_BUF(SIGMA_CACHE_MAX);
	uint8_t digest[HN_SHA256_BYTES];

	hn_put_u32(&body, (uint32_t)sigma_set_count(set));
	for (size_t i = 0; i < sigma_set_count(set); i++) {
		const struct sigma_rule *r = sigma_set_rule(set, i);

		hn_buf_reset(&one);
		sigma_node_put(&one, r->document);
		hn_put_bytes(&body, r->file);
		hn_put_bytes(&body, hn_buf_view(&one));
		body.failed |= one.failed;
	}
	hn_sha256(hn_buf_view(&body), digest);
	hn_buf_put(out, magic);
	hn_put_u32(out, VERSION);
	hn_buf_put(out, (struct hn_view){ (const char *)digest, sizeof(digest) });
	hn_buf_put(out, hn_buf_view(&body));
	out->failed |= body.failed;
	hn_buf_fini(&body);
	hn_buf_fini(&one);
}

bool
sigma_cache_is(struct hn_view bytes)
{
	return hn_view_starts(bytes, magic);
}

/* The part behind the header, once it has been verified. */
static enum hn_rc
verify(struct hn_view bytes, struct hn_view *body, struct hn_err *err)
{
	struct hn_get g;
	uint8_t digest[HN_SHA256_BYTES];

	if (!sigma_cache_is(bytes) || bytes.n < magic.n + 4 + sizeof(digest) || bytes.n > SIGMA_CACHE_MAX)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "no compiled rules");
	g = HN_GET(hn_view_skip(bytes, magic.n));
	if (hn_get_u32(&g) != VERSION)
		return HN_FAIL(err, HN_E_UNSUPPORTED, magic.n, "compiled rules of another version");
	*body = hn_view_skip(g.rest, sizeof(digest));
	hn_sha256(*body, digest);
	if (memcmp(digest, g.rest.p, sizeof(digest)) != 0)
		return HN_FAIL(err, HN_E_CORRUPT, magic.n + 4, "compiled rules do not verify");
	return HN_OK;
}

static enum hn_rc
take_rule(struct sigma_set *set, struct hn_get *g, struct hn_err *err)
{
	const struct hn_view file = hn_get_bytes(g, NAME_MAX_BYTES);
	const struct hn_view tree = hn_get_bytes(g, SIGMA_CACHE_MAX);
	struct sigma_node *document;
	enum hn_rc rc;

	if (g->failed)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "compiled rules");
	rc = sigma_node_take(tree, sigma_set_arena(set), &document, err);
	if (rc == HN_OK)
		rc = sigma_set_add_document(set, file, document, err);
	return rc == HN_SKIP ? HN_OK : rc;
}

enum hn_rc
sigma_cache_read(struct sigma_set *set, struct hn_view bytes, struct hn_err *err)
{
	struct hn_view body;
	struct hn_get g;
	uint32_t n;
	enum hn_rc rc = verify(bytes, &body, err);

	if (rc != HN_OK)
		return rc;
	body = hn_arena_copy(sigma_set_arena(set), body);	/* trees are views into it */
	if (body.p == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "compiled rules");
	g = HN_GET(body);
	n = hn_get_u32(&g);
	for (uint32_t i = 0; i < n && rc == HN_OK; i++)
		rc = take_rule(set, &g, err);
	if (rc == HN_OK && !hn_get_done(&g))
		rc = HN_FAIL(err, HN_E_CORRUPT, bytes.n - g.rest.n, "compiled rules");
	return rc;
}

static enum hn_rc
read_whole(int fd, struct hn_buf *b, struct hn_err *err)
{
	for (;;) {
		char *room = hn_buf_room(b, READ_BYTES);
		const ssize_t n = room != NULL ? pread(fd, room, READ_BYTES, (off_t)b->n) : -1;

		if (room == NULL)
			return HN_FAIL(err, HN_E_LIMIT, b->n, "size of the compiled rules");
		if (n == 0)
			return HN_OK;
		if (n < 0 && errno != EINTR)
			return HN_FAIL(err, HN_E_IO, b->n, "compiled rules");
		b->n += n > 0 ? (size_t)n : 0;
	}
}

enum hn_rc
sigma_cache_open(int fd, struct sigma_set **out, struct hn_err *err)
{
	struct hn_buf b = HN_BUF(SIGMA_CACHE_MAX + READ_BYTES);
	struct sigma_set *set;
	enum hn_rc rc = sigma_set_new(&set, err);

	if (rc != HN_OK)
		return rc;
	rc = read_whole(fd, &b, err);
	if (rc == HN_OK)
		rc = sigma_cache_read(set, hn_buf_view(&b), err);
	if (rc == HN_OK)
		rc = sigma_set_seal(set, err);
	hn_buf_fini(&b);
	if (rc == HN_OK)
		*out = set;
	else
		sigma_set_free(set);
	return rc;
}
