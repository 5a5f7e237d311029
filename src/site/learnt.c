#include "site/learnt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "store/file.h"

void
site_learnt_put(struct hn_buf *b, const struct site_learnt *l)
{
	hn_buf_put(b, SITE_LEARNT_MAGIC);
	hn_put_u64(b, l->offset);
	hn_put_u64(b, l->bytes);
	hn_buf_put(b, (struct hn_view){ (const char *)l->sha256, sizeof(l->sha256) });
}

enum hn_rc
site_learnt_get(struct hn_view v, struct site_learnt *out)
{
	struct site_learnt l;
	struct hn_get g;

	if (v.n != SITE_LEARNT_HEADER || !hn_view_starts(v, SITE_LEARNT_MAGIC))
		return HN_E_SYNTAX;
	g = HN_GET(hn_view_skip(v, SITE_LEARNT_MAGIC.n));
	l.offset = hn_get_u64(&g);
	l.bytes = hn_get_u64(&g);
	memcpy(l.sha256, g.rest.p, sizeof(l.sha256));
	if (l.bytes > SITE_LEARNT_MAX)
		return HN_E_LIMIT;
	*out = l;
	return HN_OK;
}

/* sense may write to what it was given, and nothing else: not even at an offset of its choice. */
static bool
write_all(int fd, struct hn_view v)
{
	while (v.n > 0) {
		const ssize_t n = write(fd, v.p, v.n);

		if (n < 0 && errno != EINTR)
			return false;
		v = hn_view_skip(v, n > 0 ? (size_t)n : 0);
	}
	return true;
}

enum hn_rc
site_learnt_write(int fd, uint64_t offset, struct hn_view bytes)
{
	struct hn_buf header = HN_BUF(SITE_LEARNT_HEADER);
	struct site_learnt l = { .offset = offset, .bytes = bytes.n };
	bool ok;

	hn_sha256(bytes, l.sha256);
	site_learnt_put(&header, &l);
	ok = !header.failed && write_all(fd, hn_buf_view(&header)) && write_all(fd, bytes);
	hn_buf_fini(&header);
	return ok ? HN_OK : HN_E_IO;
}

enum hn_rc
site_learnt_read(int fd, struct hn_buf *b, struct site_learnt *out)
{
	uint8_t sha256[HN_SHA256_BYTES];
	struct hn_view bytes;
	char *to = hn_buf_room(b, SITE_LEARNT_HEADER);
	enum hn_rc rc;

	if (to == NULL)
		return HN_E_NOMEM;
	if (hn_file_read(fd, to, SITE_LEARNT_HEADER, 0) != (ssize_t)SITE_LEARNT_HEADER)
		return HN_E_SYNTAX;
	rc = site_learnt_get((struct hn_view){ to, SITE_LEARNT_HEADER }, out);
	if (rc != HN_OK)
		return rc;
	b->n += SITE_LEARNT_HEADER;
	to = hn_buf_room(b, out->bytes);
	if (to == NULL)
		return HN_E_NOMEM;
	if (hn_file_read(fd, to, out->bytes, SITE_LEARNT_HEADER) != (ssize_t)out->bytes)
		return HN_E_CORRUPT;
	bytes = (struct hn_view){ to, out->bytes };
	hn_sha256(bytes, sha256);
	if (memcmp(sha256, out->sha256, sizeof(sha256)) != 0)
		return HN_E_CORRUPT;
	b->n += out->bytes;
	return HN_OK;
}
