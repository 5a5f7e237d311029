#ifndef RECORD_UNPACK_H
#define RECORD_UNPACK_H

#include "base/err.h"
#include "base/view.h"

/* Bytes that are packed, unpacked as they come; memory is bounded by the format's window (zstd: 128 MiB). */
struct unpack;

enum unpack_kind {
	UNPACK_NONE,		/* not packed by anything known */
	UNPACK_GZIP,		/* RFC 1952; any number of members, zeros behind the last */
	UNPACK_ZSTD,		/* RFC 8878; any number of frames, also skippable ones */
};

/* By the first bytes: 4 are enough. */
enum unpack_kind unpack_kind_of(struct hn_view head);

/* Takes unpacked bytes; what it returns, if not HN_OK, ends the push. */
typedef enum hn_rc unpack_sink(void *ctx, struct hn_view bytes, struct hn_err *err);

/* HN_E_NOMEM. */
enum hn_rc unpack_new(enum unpack_kind kind, struct unpack **out, struct hn_err *err) HN_MUST_CHECK;
void unpack_free(struct unpack *u);

/* Errors: HN_E_SYNTAX: broken; HN_E_LIMIT: a window over the cap; HN_E_NOMEM; the sink's. */
enum hn_rc unpack_push(struct unpack *u, struct hn_view bytes, unpack_sink *sink, void *ctx,
    struct hn_err *err) HN_MUST_CHECK;

/* HN_E_SYNTAX: the bytes ended in the middle. */
enum hn_rc unpack_end(const struct unpack *u, struct hn_err *err) HN_MUST_CHECK;

#endif
