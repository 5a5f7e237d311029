#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "store/frame.h"
#include "store/observable_journal.h"
#include "store/segment_form.h"
#include "store/tail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
lies_in(struct hn_view v, struct hn_view in)
{
	if (v.n > 0 && (v.p < in.p || v.p + v.n > in.p + in.n))
		abort();
}

/* A frame's plain form: what is read lies inside it, offsets ascend, and it ends. */
static void
frame(struct hn_view in)
{
	struct hn_frame_reader f;
	struct hn_evidence_record r;
	uint64_t last = 0;

	if (hn_frame_open(&f, in, 0) != HN_OK)
		return;
	while (hn_frame_next(&f, &r) == HN_OK) {
		lies_in(r.raw, in);
		if (r.offset != last || r.next < r.offset + HN_EVIDENCE_FRAME)
			abort();
		last = r.next;
	}
}

/* The same bytes as a live tail's record, with its check set right so that what is behind it is reached. */
static void
tail(struct hn_view in)
{
	struct hn_buf copy = HN_BUF(1u << 20);
	struct hn_evidence_record r;

	hn_buf_put(&copy, in);
	for (size_t whole = in.n; !copy.failed && whole >= HN_EVIDENCE_FRAME && whole + 8 > in.n; whole--) {
		const uint32_t check = (uint32_t)hn_hash64((struct hn_view){ copy.p + 4, whole - 4 }, 77);

		for (int i = 0; i < 4; i++)
			copy.p[i] = (char)(check >> (8 * i));
		if (hn_tail_get((struct hn_view){ copy.p, whole }, 77, &r) == HN_OK) {
			lies_in(r.raw, hn_buf_view(&copy));
			lies_in(r.bookmark, hn_buf_view(&copy));
			if (r.next != 77 + HN_EVIDENCE_FRAME + r.bookmark.n + r.raw.n)
				abort();
		}
	}
	hn_buf_fini(&copy);
}

static enum hn_rc
row(void *ctx, const struct hn_day_row *r, struct hn_view host, struct hn_view user)
{
	const struct hn_view *in = ctx;

	(void)r;
	lies_in(host, *in);
	lies_in(user, *in);
	return HN_OK;
}

/* And as one frame of an observables' journal, with its length and check set right. */
static void
journal(struct hn_view in)
{
	struct hn_buf copy = HN_BUF(1u << 20);
	struct hn_view all;
	struct hn_journal_walk w = { .until = UINT64_MAX, .row = row, .ctx = &all };

	hn_buf_put(&copy, in);
	if (copy.n >= HN_JOURNAL_FRAME) {
		hn_journal_end(&copy, 0);
		all = hn_buf_view(&copy);
		(void)!hn_journal_walk(all, &w);
		if (w.whole > copy.n)
			abort();
	}
	hn_buf_fini(&copy);
}

/* The stores' readers of bytes from the disk: no input leads them outside of it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view in = { (const char *)data, size };
	struct hn_segment_head head;

	if (data == NULL)
		return 0;
	frame(in);
	tail(in);
	journal(in);
	(void)!hn_segment_head_get(in, &head);
	return 0;
}
