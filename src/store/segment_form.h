#ifndef HN_STORE_SEGMENT_FORM_H
#define HN_STORE_SEGMENT_FORM_H

#include "store/segment.h"

/* The bytes of a segment's header, index rows and bookmarks; shared by the writer and the reader only. */
void hn_segment_head_put(struct hn_buf *b, struct hn_segment_head *h);	/* sets h->hash */
enum hn_rc hn_segment_head_get(struct hn_view v, struct hn_segment_head *out) HN_MUST_CHECK;

#define HN_SEGMENT_ROW 64u
void hn_segment_row_put(struct hn_buf *b, const struct hn_segment_row *row);
void hn_segment_bookmark_put(struct hn_buf *b, const struct hn_bookmark *m);

#endif
