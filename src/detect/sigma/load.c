#include "detect/sigma/load.h"

#include "detect/sigma/cache.h"
#include "record/unpack.h"

#define BLOCK 512u
#define NAME_AT 0u
#define NAME_BYTES 100u
#define SIZE_AT 124u
#define SIZE_BYTES 12u
#define TYPE_AT 156u
#define MAGIC_AT 257u
#define PREFIX_AT 345u
#define PREFIX_BYTES 155u

static enum hn_rc
put_unpacked(void *ctx, struct hn_view bytes, struct hn_err *err)
{
	struct hn_buf *b = ctx;

	hn_buf_put(b, bytes);
	return b->failed ? HN_FAIL(err, HN_E_LIMIT, b->n, "size of the archive") : HN_OK;
}

static enum hn_rc
unpack(enum unpack_kind kind, struct hn_view bytes, struct hn_buf *out, struct hn_err *err)
{
	struct unpack *u;
	enum hn_rc rc = unpack_new(kind, &u, err);

	if (rc != HN_OK)
		return rc;
	rc = unpack_push(u, bytes, put_unpacked, out, err);
	if (rc == HN_OK)
		rc = unpack_end(u, err);
	unpack_free(u);
	return rc;
}

static bool
is_tar(struct hn_view v)
{
	return v.n >= BLOCK && memcmp(v.p + MAGIC_AT, "ustar", 5) == 0;
}

static size_t
octal(const char *p, size_t n)
{
	size_t value = 0;

	for (size_t i = 0; i < n && ((p[i] >= '0' && p[i] <= '7') || p[i] == ' '); i++)
		if (p[i] != ' ')
			value = value * 8 + (size_t)(p[i] - '0');
	return value;
}

static void
put_name(struct hn_buf *b, const char *block)
{
	const size_t prefix = strnlen(block + PREFIX_AT, PREFIX_BYTES);

	hn_buf_reset(b);
	if (prefix > 0) {
		hn_buf_put(b, (struct hn_view){ block + PREFIX_AT, prefix });
		hn_buf_char(b, '/');
	}
	hn_buf_put(b, (struct hn_view){ block + NAME_AT, strnlen(block + NAME_AT, NAME_BYTES) });
}

static enum hn_rc
add_file(struct sigma_set *set, struct hn_view name, struct hn_view yaml, struct sigma_unread unread, struct hn_err *err)
{
	struct hn_err why = { .what = "" };
	const enum hn_rc rc = sigma_set_add(set, name, yaml, &why);

	if (rc == HN_E_NOMEM)
		return HN_FAIL(err, rc, 0, why.what);
	if (rc != HN_OK && unread.tell != NULL)
		unread.tell(unread.ctx, name, why.what);
	return HN_OK;
}

static bool
is_yaml(struct hn_view name)
{
	return hn_view_ends(name, HN_LIT(".yml")) || hn_view_ends(name, HN_LIT(".yaml"));
}

static enum hn_rc
add_tar(struct sigma_set *set, struct hn_view tar, struct sigma_unread unread, struct hn_err *err)
{
	struct hn_buf name = HN_BUF(NAME_BYTES + PREFIX_BYTES + 2);
	struct hn_buf longer = HN_BUF(4096);
	enum hn_rc rc = HN_OK;

	while (rc == HN_OK && tar.n >= BLOCK && tar.p[0] != '\0') {
		const size_t size = octal(tar.p + SIZE_AT, SIZE_BYTES);
		const char type = tar.p[TYPE_AT];
		struct hn_view body = hn_view_skip(tar, BLOCK), called;

		if (size > body.n) {
			rc = HN_FAIL(err, HN_E_SYNTAX, 0, "the archive ends in the middle");
			break;
		}
		body.n = size;
		put_name(&name, tar.p);
		called = longer.n > 0 ? hn_buf_view(&longer) : hn_buf_view(&name);
		if ((type == '0' || type == '\0') && is_yaml(called))
			rc = add_file(set, called, body, unread, err);
		hn_buf_reset(&longer);
		if (type == 'L')	/* GNU: the name of the member behind it */
			hn_buf_put(&longer, (struct hn_view){ body.p, strnlen(body.p, size) });
		const size_t whole = (size + BLOCK - 1) / BLOCK * BLOCK;

		tar = hn_view_skip(tar, BLOCK);
		tar = hn_view_skip(tar, whole < tar.n ? whole : tar.n);
	}
	hn_buf_fini(&name);
	hn_buf_fini(&longer);
	return rc;
}

enum hn_rc
sigma_load(struct sigma_set *set, struct hn_view name, struct hn_view bytes, struct sigma_unread unread, struct hn_err *err)
{
	struct hn_buf plain = HN_BUF(SIGMA_ARCHIVE_MAX);
	const enum unpack_kind kind = unpack_kind_of(bytes);
	enum hn_rc rc = HN_OK;

	if (sigma_cache_is(bytes))
		return sigma_cache_read(set, bytes, err);
	if (kind != UNPACK_NONE) {
		rc = unpack(kind, bytes, &plain, err);
		bytes = hn_buf_view(&plain);
	}
	if (rc == HN_OK)
		rc = is_tar(bytes) ? add_tar(set, bytes, unread, err) : add_file(set, name, bytes, unread, err);
	hn_buf_fini(&plain);
	return rc;
}
