#include "record/input.h"

#include "base/mem.h"
#include "record/document.h"
#include "record/lines.h"
#include "record/unpack.h"
#include "record/utf16.h"

/* The first bytes of something, held back until they tell what it is. */
struct head {
	char bytes[DOCUMENT_MAGIC_MAX];
	size_t n;
	bool known;
};

enum content { TEXT, TEXT_UTF16, DOCUMENT };

struct input {
	struct input_limits limits;
	struct input_ops ops;
	struct head packed, content;
	struct unpack *unpack;		/* NULL: as it is */
	uint64_t out_bytes;
	enum content kind;
	struct utf16 utf16;
	struct lines lines;
	const struct document *document;
	struct hn_buf whole;		/* a document */
	enum hn_rc dead;		/* why nothing more is read */
};

enum hn_rc
input_new(struct input_limits limits, struct input_ops ops, struct input **out, struct hn_err *err)
{
	struct input *in = hn_alloc(1, sizeof(*in));

	if (in == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "input");
	in->limits.out_bytes_max = limits.out_bytes_max > 0 ? limits.out_bytes_max : INPUT_OUT_MAX;
	in->limits.line_max = limits.line_max > 0 ? limits.line_max : INPUT_LINE_MAX;
	in->ops = ops;
	in->whole = HN_BUF(INPUT_DOCUMENT_MAX);
	lines_init(&in->lines, in->limits.line_max, ops);
	*out = in;
	return HN_OK;
}

void
input_free(struct input *in)
{
	if (in == NULL)
		return;
	unpack_free(in->unpack);
	lines_fini(&in->lines);
	hn_buf_fini(&in->whole);
	hn_free(in);
}

/* Fill ${h} from the front of ${bytes}; false: more are needed to tell. */
static bool
head_fill(struct head *h, struct hn_view *bytes)
{
	const size_t n = bytes->n < sizeof(h->bytes) - h->n ? bytes->n : sizeof(h->bytes) - h->n;

	if (n > 0)
		memcpy(h->bytes + h->n, bytes->p, n);
	h->n += n;
	*bytes = hn_view_skip(*bytes, n);
	return h->n == sizeof(h->bytes);
}

static struct hn_view
head_view(const struct head *h)
{
	return (struct hn_view){ h->bytes, h->n };
}

static enum hn_rc
push_document(struct input *in, struct hn_view bytes, struct hn_err *err)
{
	hn_buf_put(&in->whole, bytes);
	if (!in->whole.failed)
		return HN_OK;
	return HN_FAIL(err, in->whole.n + bytes.n > INPUT_DOCUMENT_MAX ? HN_E_LIMIT : HN_E_NOMEM, in->whole.n, "document");
}

static enum hn_rc
push_known(struct input *in, struct hn_view bytes, struct hn_err *err)
{
	char text[UTF16_OUT_BYTES];

	if (in->kind == DOCUMENT)
		return push_document(in, bytes, err);
	if (in->kind == TEXT) {
		lines_push(&in->lines, bytes);
		return HN_OK;
	}
	while (bytes.n > 0) {
		const size_t n = utf16_take(&in->utf16, &bytes, text);

		lines_push(&in->lines, (struct hn_view){ text, n });
	}
	return HN_OK;
}

/* The content is what its first bytes say; a mark of the encoding is no part of it. */
static enum hn_rc
know_content(struct input *in, struct hn_err *err)
{
	struct hn_view head = head_view(&in->content);

	in->content.known = true;
	in->document = document_of(head);
	if (in->document != NULL) {
		in->kind = DOCUMENT;
	} else if (hn_view_starts(head, HN_LIT("\xff\xfe")) || hn_view_starts(head, HN_LIT("\xfe\xff"))) {
		in->kind = TEXT_UTF16;
		in->utf16.big = head.p[0] == '\xfe';
		head = hn_view_skip(head, 2);
	} else if (hn_view_starts(head, HN_LIT("\xef\xbb\xbf"))) {
		head = hn_view_skip(head, 3);
	}
	return push_known(in, head, err);
}

/* Unpacked bytes. */
static enum hn_rc
push_content(void *ctx, struct hn_view bytes, struct hn_err *err)
{
	struct input *const in = ctx;

	if (bytes.n > in->limits.out_bytes_max - in->out_bytes)
		return HN_FAIL(err, HN_E_LIMIT, (size_t)in->out_bytes, "unpacked size");
	in->out_bytes += bytes.n;
	if (!in->content.known) {
		if (!head_fill(&in->content, &bytes))
			return HN_OK;
		const enum hn_rc rc = know_content(in, err);

		if (rc != HN_OK)
			return rc;
	}
	return push_known(in, bytes, err);
}

static enum hn_rc
push_packed(struct input *in, struct hn_view bytes, struct hn_err *err)
{
	return in->unpack != NULL ? unpack_push(in->unpack, bytes, push_content, in, err) : push_content(in, bytes, err);
}

static enum hn_rc
know_packed(struct input *in, struct hn_err *err)
{
	const enum unpack_kind kind = unpack_kind_of(head_view(&in->packed));

	in->packed.known = true;
	if (kind != UNPACK_NONE) {
		const enum hn_rc rc = unpack_new(kind, &in->unpack, err);

		if (rc != HN_OK)
			return rc;
	}
	return push_packed(in, head_view(&in->packed), err);
}

/* Say what is wrong, once; ${rc} and all that follows is the same. */
static enum hn_rc
die(struct input *in, enum hn_rc rc, const struct hn_err *why)
{
	if (rc != HN_OK && in->dead == HN_OK) {
		in->dead = rc;
		in->ops.fault(in->ops.ctx, in->lines.number + 1, why);
	}
	return in->dead;
}

enum hn_rc
input_push(struct input *in, struct hn_view bytes)
{
	struct hn_err why = { 0 };
	enum hn_rc rc = HN_OK;

	if (in->dead != HN_OK)
		return in->dead;
	if (!in->packed.known) {
		if (!head_fill(&in->packed, &bytes))
			return HN_OK;
		rc = know_packed(in, &why);
	}
	if (rc == HN_OK)
		rc = push_packed(in, bytes, &why);
	return die(in, rc, &why);
}

/* What was too short to tell is taken as it is. */
static enum hn_rc
flush(struct input *in, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	if (!in->packed.known)
		rc = know_packed(in, err);
	if (rc == HN_OK && !in->content.known)
		rc = know_content(in, err);
	if (rc == HN_OK && in->kind == DOCUMENT)
		rc = in->document->unfold(hn_buf_view(&in->whole), &in->ops, err);
	lines_end(&in->lines);
	if (rc == HN_OK && in->unpack != NULL)
		rc = unpack_end(in->unpack, err);
	return rc;
}

enum hn_rc
input_end(struct input *in)
{
	struct hn_err why = { 0 };

	if (in->dead != HN_OK) {
		lines_end(&in->lines);
		return in->dead;
	}
	return die(in, flush(in, &why), &why);
}
