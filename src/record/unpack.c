#include "record/unpack.h"

#include <assert.h>
#include <stdint.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"

#define PIECE_BYTES (128u << 10)
#define WINDOW_LOG_MAX 27

struct unpack {
	enum unpack_kind kind;
	z_stream z;
	ZSTD_DCtx *d;
	bool inside;		/* a member or frame has begun and not ended */
	bool padding;		/* behind the last member: zeros only */
	char piece[PIECE_BYTES];
};

enum unpack_kind
unpack_kind_of(struct hn_view head)
{
	const unsigned char *const b = (const unsigned char *)head.p;

	if (head.n >= 3 && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8)
		return UNPACK_GZIP;
	if (head.n < 4)
		return UNPACK_NONE;
	if (b[0] == 0x28 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd)
		return UNPACK_ZSTD;
	return (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18 ? UNPACK_ZSTD : UNPACK_NONE;
}

static void *
zlib_alloc(void *opaque, unsigned count, unsigned size)
{
	(void)opaque;
	return hn_alloc(count, size);
}

static void
zlib_free(void *opaque, void *p)
{
	(void)opaque;
	hn_free(p);
}

static bool
open_kind(struct unpack *u)
{
	if (u->kind == UNPACK_GZIP) {
		u->z.zalloc = zlib_alloc;
		u->z.zfree = zlib_free;
		return inflateInit2(&u->z, 15 + 16) == Z_OK;
	}
	u->d = ZSTD_createDCtx();
	return u->d != NULL && ZSTD_isError(ZSTD_DCtx_setParameter(u->d, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)) == 0;
}

enum hn_rc
unpack_new(enum unpack_kind kind, struct unpack **out, struct hn_err *err)
{
	struct unpack *u = hn_alloc(1, sizeof(*u));

	assert(kind == UNPACK_GZIP || kind == UNPACK_ZSTD);
	if (u == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "unpack");
	u->kind = kind;
	if (!open_kind(u)) {
		(void)ZSTD_freeDCtx(u->d);
		hn_free(u);
		return HN_FAIL(err, HN_E_NOMEM, 0, "unpack");
	}
	*out = u;
	return HN_OK;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	if (u->kind == UNPACK_GZIP)
		(void)inflateEnd(&u->z);
	(void)ZSTD_freeDCtx(u->d);
	hn_free(u);
}

/* What stands behind a member: another member, or zeros to the end. */
static enum hn_rc
next_member(struct unpack *u, struct hn_err *err)
{
	if (!u->padding && *u->z.next_in != 0)
		return inflateReset(&u->z) == Z_OK ? HN_OK : HN_FAIL(err, HN_E_SYNTAX, 0, "gzip");
	u->padding = true;
	while (u->z.avail_in > 0 && *u->z.next_in == 0) {
		u->z.next_in++;
		u->z.avail_in--;
	}
	return u->z.avail_in == 0 ? HN_OK : HN_FAIL(err, HN_E_SYNTAX, 0, "bytes behind gzip");
}

static enum hn_rc
push_gzip(struct unpack *u, unpack_sink *sink, void *ctx, struct hn_err *err)
{
	int z;

	do {
		if (!u->inside && u->z.avail_in > 0) {
			const enum hn_rc rc = u->z.total_in > 0 ? next_member(u, err) : HN_OK;

			if (rc != HN_OK || u->z.avail_in == 0)
				return rc;
			u->inside = true;
		}
		u->z.next_out = (Bytef *)u->piece;
		u->z.avail_out = PIECE_BYTES;
		z = inflate(&u->z, Z_NO_FLUSH);
		u->inside = z != Z_STREAM_END;
		/* What came before a broken place is good. */
		const enum hn_rc rc = sink(ctx, (struct hn_view){ u->piece, PIECE_BYTES - u->z.avail_out }, err);

		if (rc != HN_OK)
			return rc;
		if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
			return HN_FAIL(err, z == Z_MEM_ERROR ? HN_E_NOMEM : HN_E_SYNTAX, 0, "gzip");
	} while (u->z.avail_in > 0 || (u->z.avail_out == 0 && u->inside));
	return HN_OK;
}

static enum hn_rc
push_zstd(struct unpack *u, struct hn_view bytes, unpack_sink *sink, void *ctx, struct hn_err *err)
{
	ZSTD_inBuffer in = { bytes.p, bytes.n, 0 };
	ZSTD_outBuffer out;

	do {
		out = (ZSTD_outBuffer){ u->piece, PIECE_BYTES, 0 };
		const size_t z = ZSTD_decompressStream(u->d, &out, &in);

		if (ZSTD_isError(z) != 0) {
			const ZSTD_ErrorCode code = ZSTD_getErrorCode(z);

			if (code == ZSTD_error_memory_allocation)
				return HN_FAIL(err, HN_E_NOMEM, 0, "zstd");
			if (code == ZSTD_error_frameParameter_windowTooLarge)
				return HN_FAIL(err, HN_E_LIMIT, 0, "zstd window");
			return HN_FAIL(err, HN_E_SYNTAX, 0, "zstd");
		}
		u->inside = z != 0;
		const enum hn_rc rc = sink(ctx, (struct hn_view){ u->piece, out.pos }, err);

		if (rc != HN_OK)
			return rc;
	} while (in.pos < in.size || (out.pos == out.size && u->inside));
	return HN_OK;
}

enum hn_rc
unpack_push(struct unpack *u, struct hn_view bytes, unpack_sink *sink, void *ctx, struct hn_err *err)
{
	assert(u != NULL && sink != NULL);
	if (bytes.n == 0)
		return HN_OK;
	if (u->kind == UNPACK_ZSTD)
		return push_zstd(u, bytes, sink, ctx, err);
	while (bytes.n > 0) {		/* zlib counts in 32 bits */
		const size_t n = bytes.n < (1u << 30) ? bytes.n : 1u << 30;

		u->z.next_in = (z_const Bytef *)(uintptr_t)bytes.p;
		u->z.avail_in = (unsigned)n;
		const enum hn_rc rc = push_gzip(u, sink, ctx, err);

		if (rc != HN_OK)
			return rc;
		bytes = hn_view_skip(bytes, n);
	}
	return HN_OK;
}

enum hn_rc
unpack_end(const struct unpack *u, struct hn_err *err)
{
	return u->inside ? HN_FAIL(err, HN_E_SYNTAX, 0, "cut short") : HN_OK;
}
