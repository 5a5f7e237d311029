#ifndef HN_BASE_BUF_H
#define HN_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

/*
 * Bytes being built.  Grows up to `max`; what does not fit is not written and `failed` stays set, so that a
 * writer may put many things and ask once.  Zero it with HN_BUF(max); give back with hn_buf_fini.
 */
struct hn_buf {
	char *p;
	size_t n;
	size_t size;
	size_t max;		/* bytes, the cap named by its maker */
	bool failed;		/* something did not fit or memory was out */
};

#define HN_BUF(cap) ((struct hn_buf){ .max = (cap) })

void hn_buf_fini(struct hn_buf *b);

/* Room for ${n} more bytes; NULL: none (then failed is set).  The caller adds to b->n what it wrote. */
char *hn_buf_room(struct hn_buf *b, size_t n);

void hn_buf_put(struct hn_buf *b, struct hn_view v);
void hn_buf_char(struct hn_buf *b, char c);
void hn_buf_u64(struct hn_buf *b, uint64_t n);
void hn_buf_i64(struct hn_buf *b, int64_t n);
void hn_buf_hex(struct hn_buf *b, const void *bytes, size_t n);
void hn_buf_printf(struct hn_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Append ${v} as a JSON string with its quotes.  Bytes that are not UTF-8 become U+FFFD (RFC 8259, section 7). */
void hn_buf_json(struct hn_buf *b, struct hn_view v);

/* Empty it; keeps its memory and clears `failed`. */
void hn_buf_reset(struct hn_buf *b);

/* Drop the first ${n} bytes; the rest moves to the front. */
void hn_buf_drop(struct hn_buf *b, size_t n);

static inline struct hn_view
hn_buf_view(const struct hn_buf *b)
{
	return (struct hn_view){ b->p, b->n };
}

/* The bytes with a NUL behind them (not counted in n); NULL: did not fit. */
const char *hn_buf_cstr(struct hn_buf *b);

#endif
