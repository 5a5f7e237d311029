#ifndef HN_BASE_WIRE_H
#define HN_BASE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/view.h"

/*
 * The body of a message or of a stored header: little-endian numbers, and byte strings behind a 32-bit length.
 * Writing goes to a hn_buf, whose `failed` says at the end whether all of it fitted.
 */
void hn_put_u8(struct hn_buf *b, uint8_t v);
void hn_put_u16(struct hn_buf *b, uint16_t v);
void hn_put_u32(struct hn_buf *b, uint32_t v);
void hn_put_u64(struct hn_buf *b, uint64_t v);
void hn_put_i64(struct hn_buf *b, int64_t v);
void hn_put_f64(struct hn_buf *b, double v);
void hn_put_bytes(struct hn_buf *b, struct hn_view v);	/* u32 length, then the bytes */

/*
 * Reading: the first get that fails sets `failed` and empties `rest`; every later get gives zero or the empty view.
 * So a reader gets all fields, then asks hn_get_done once: nothing failed and nothing is left over.
 */
struct hn_get {
	struct hn_view rest;
	bool failed;
};

#define HN_GET(view) ((struct hn_get){ .rest = (view) })

/* The next number of the message; 0 where it has ended. */
uint8_t hn_get_u8(struct hn_get *g);
uint16_t hn_get_u16(struct hn_get *g);
uint32_t hn_get_u32(struct hn_get *g);
uint64_t hn_get_u64(struct hn_get *g);
int64_t hn_get_i64(struct hn_get *g);
double hn_get_f64(struct hn_get *g);

/* A view into the message; longer than ${max} bytes is a failure. */
struct hn_view hn_get_bytes(struct hn_get *g, size_t max);

/* Whether every get succeeded and all bytes were consumed. */
bool hn_get_done(const struct hn_get *g);

#endif
