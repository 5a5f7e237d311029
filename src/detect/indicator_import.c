#include "detect/indicator_import.h"

#include <jansson.h>

#include "base/mem.h"
#include "detect/indicator_list.h"
#include "detect/indicator_misp.h"
#include "detect/indicator_json.h"
#include "detect/indicator_stix.h"
#include "record/unpack.h"
#include "record/utf16.h"

#define DOCUMENT_DEPTH_MAX 64u
#define HEAD_MIN 4u		/* bytes that tell how a file is packed */

enum form {
	FORM_UNKNOWN,
	FORM_LINES,
	FORM_DOCUMENT,
	FORM_MISP,
	FORM_STIX,
};

struct indicator_import {
	struct indicator_sink sink;
	struct indicator_list list;
	enum form form;
	bool started;
	bool too_long;			/* the line being read is over its limit and is passed over */
	struct unpack *unpack;		/* NULL: not packed */
	bool is_wide;			/* UTF-16, as spreadsheets on Windows write it */
	bool is_known;			/* whether it is wide */
	struct utf16 utf16;
	struct hn_buf head;		/* first bytes, until there are enough to know the packing */
	struct hn_buf rest;		/* a line without its end, or all of a document */
};

enum hn_rc
indicator_import_new(struct indicator_build *b, const struct indicator_about *defaults, int64_t now_ms,
    struct indicator_import **out, struct hn_err *err)
{
	struct indicator_import *im = hn_alloc(1, sizeof(*im));

	if (im == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "indicators");
	im->sink.build = b;
	im->sink.defaults = *defaults;
	im->sink.now_ms = now_ms;
	im->head = HN_BUF(HEAD_MIN);
	im->rest = HN_BUF(INDICATOR_DOCUMENT_MAX);
	*out = im;
	return HN_OK;
}

void
indicator_import_free(struct indicator_import *im)
{
	if (im == NULL)
		return;
	unpack_free(im->unpack);
	hn_buf_fini(&im->head);
	hn_buf_fini(&im->rest);
	indicator_list_fini(&im->list);
	hn_free(im);
}

static void
take_line(struct indicator_import *im, struct hn_view line)
{
	if (!im->too_long && line.n <= INDICATOR_LINE_MAX) {
		indicator_list_line(&im->list, &im->sink, line);
		return;
	}
	im->list.line++;
	im->too_long = false;
	indicator_sink_unread(&im->sink, HN_LIT(""), "a line too long", im->list.line);
}

/* Keep the start of a line whose end has not come yet. */
static enum hn_rc
keep_rest(struct indicator_import *im, struct hn_view v, struct hn_err *err)
{
	if (im->rest.n + v.n > INDICATOR_LINE_MAX) {
		im->too_long = true;
		hn_buf_reset(&im->rest);
		return HN_OK;
	}
	if (!im->too_long)
		hn_buf_put(&im->rest, v);
	return im->rest.failed ? HN_FAIL(err, HN_E_NOMEM, 0, "indicators") : HN_OK;
}

static enum hn_rc
take_lines(struct indicator_import *im, struct hn_view v, struct hn_err *err)
{
	struct hn_view line;

	for (size_t end = hn_view_find(v, '\n'); end < v.n; end = hn_view_find(v, '\n')) {
		line = (struct hn_view){ v.p, end };
		if (im->rest.n > 0) {
			const enum hn_rc rc = keep_rest(im, line, err);

			if (rc != HN_OK)
				return rc;
			line = hn_buf_view(&im->rest);
		}
		take_line(im, line);
		hn_buf_reset(&im->rest);
		v = hn_view_skip(v, end + 1);
	}
	return keep_rest(im, v, err);
}

/* What the first byte that is not blank says. */
static void
know_form(struct indicator_import *im, struct hn_view v)
{
	static const struct hn_view mark = HN_INIT("\xef\xbb\xbf");

	v = hn_view_trim(hn_view_starts(v, mark) ? hn_view_skip(v, mark.n) : v);
	if (v.n == 0)
		return;
	im->form = v.p[0] == '{' ? FORM_DOCUMENT : FORM_LINES;
	if (v.p[0] == '[') {	/* an array, or the first address of a list: "[2001:db8::1]:443" */
		const struct hn_view next = hn_view_trim(hn_view_skip(v, 1));

		im->form = next.n == 0 || next.p[0] == '{' || next.p[0] == ']' ? FORM_DOCUMENT : FORM_LINES;
	}
}

static enum hn_rc
take_text(struct indicator_import *im, struct hn_view bytes, struct hn_err *err)
{
	if (im->form == FORM_UNKNOWN)
		know_form(im, bytes);
	if (im->form == FORM_LINES) {
		const enum hn_rc rc = take_lines(im, bytes, err);

		if (rc == HN_OK && im->sink.rc != HN_OK)
			return hn_fail(err, im->sink.err);
		return rc;
	}
	hn_buf_put(&im->rest, bytes);
	return im->rest.failed ? HN_FAIL(err, HN_E_LIMIT, INDICATOR_DOCUMENT_MAX, "a JSON document this large") : HN_OK;
}

static enum hn_rc
take_bytes(void *ctx, struct hn_view bytes, struct hn_err *err)
{
	struct indicator_import *im = ctx;
	char text[UTF16_OUT_BYTES];
	enum hn_rc rc = HN_OK;

	if (!im->is_known) {	/* what unpacks gives more than two bytes at a time, and so does the head */
		im->is_known = true;
		im->is_wide = hn_view_starts(bytes, HN_LIT("\xff\xfe")) || hn_view_starts(bytes, HN_LIT("\xfe\xff"));
		im->utf16.big = im->is_wide && bytes.p[0] == '\xfe';
		bytes = im->is_wide ? hn_view_skip(bytes, 2) : bytes;
	}
	if (!im->is_wide)
		return take_text(im, bytes, err);
	while (rc == HN_OK && bytes.n > 0) {
		const size_t n = utf16_take(&im->utf16, &bytes, text);

		rc = take_text(im, (struct hn_view){ text, n }, err);
	}
	return rc;
}

/* Enough of the file is there to know how it is packed. */
static enum hn_rc
start(struct indicator_import *im, struct hn_err *err)
{
	const enum unpack_kind kind = unpack_kind_of(hn_buf_view(&im->head));
	enum hn_rc rc = HN_OK;

	im->started = true;
	if (kind != UNPACK_NONE)
		rc = unpack_new(kind, &im->unpack, err);
	return rc;
}

static enum hn_rc
push(struct indicator_import *im, struct hn_view bytes, struct hn_err *err)
{
	if (bytes.n == 0)
		return HN_OK;
	return im->unpack != NULL ? unpack_push(im->unpack, bytes, take_bytes, im, err) : take_bytes(im, bytes, err);
}

enum hn_rc
indicator_import_push(struct indicator_import *im, struct hn_view bytes, struct hn_err *err)
{
	enum hn_rc rc;

	if (!im->started) {
		const size_t want = HEAD_MIN - im->head.n, n = bytes.n < want ? bytes.n : want;

		hn_buf_put(&im->head, (struct hn_view){ bytes.p, n });
		bytes = hn_view_skip(bytes, n);
		if (im->head.n < HEAD_MIN)
			return HN_OK;
		rc = start(im, err);
		if (rc == HN_OK)
			rc = push(im, hn_buf_view(&im->head), err);
		if (rc != HN_OK)
			return rc;
	}
	return push(im, bytes, err);
}

/* Whether no brackets are deeper than the limit; what is in strings does not count. */
static bool
is_shallow(struct hn_view v)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < v.n; i++) {
		const char c = v.p[i];

		if (quoted)
			i += c == '\\';
		if (c == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if ((c == '{' || c == '[') && ++depth > DOCUMENT_DEPTH_MAX)
			return false;
		if ((c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return true;
}

static void *
json_alloc(size_t n)
{
	return hn_alloc(1, n);
}

static enum hn_rc
take_json(struct indicator_import *im, const json_t *document, struct hn_err *err)
{
	if (json_is_array(document) || hn_view_eq(json_text(document, "type"), HN_LIT("bundle")) ||
	    json_is_array(json_object_get(document, "objects"))) {	/* a bundle, a TAXII envelope, or objects alone */
		im->form = FORM_STIX;
		indicator_stix_take(document, &im->sink);
	} else if (json_object_get(document, "Event") != NULL || json_object_get(document, "response") != NULL) {
		im->form = FORM_MISP;
		indicator_misp_take(document, &im->sink);
	} else if (indicator_misp_is_manifest(document)) {
		im->form = FORM_MISP;	/* a feed's table of contents: the events are files of their own */
	} else {
		return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "JSON, but neither a STIX bundle nor a MISP event");
	}
	return im->sink.rc == HN_OK ? HN_OK : hn_fail(err, im->sink.err);
}

static enum hn_rc
take_document(struct indicator_import *im, struct hn_err *err)
{
	static const struct hn_view mark = HN_INIT("\xef\xbb\xbf");
	const struct hn_view all = hn_buf_view(&im->rest);
	const struct hn_view text = hn_view_starts(all, mark) ? hn_view_skip(all, mark.n) : all;
	json_error_t why;
	json_t *document;
	enum hn_rc rc;

	if (!is_shallow(text))
		return HN_FAIL(err, HN_E_LIMIT, 0, "a JSON document nested this deep");
	json_set_alloc_funcs(json_alloc, hn_free);
	document = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
	if (document == NULL)
		return HN_FAIL(err, HN_E_SYNTAX, why.line > 0 ? (size_t)why.line : 0, "no sound JSON");
	rc = take_json(im, document, err);
	json_decref(document);
	return rc;
}

enum hn_rc
indicator_import_end(struct indicator_import *im, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	if (!im->started) {
		rc = start(im, err);
		if (rc == HN_OK)
			rc = push(im, hn_buf_view(&im->head), err);
	}
	if (rc == HN_OK && im->unpack != NULL)
		rc = unpack_end(im->unpack, err);
	if (rc != HN_OK)
		return rc;
	if (im->form == FORM_DOCUMENT)
		return take_document(im, err);
	if (im->form == FORM_LINES && (im->rest.n > 0 || im->too_long))
		take_line(im, hn_buf_view(&im->rest));
	return im->sink.rc == HN_OK ? HN_OK : hn_fail(err, im->sink.err);
}

const struct indicator_report *
indicator_import_report(const struct indicator_import *im)
{
	return &im->sink.report;
}

const char *
indicator_import_form(const struct indicator_import *im)
{
	static const char *const names[] = {
		[FORM_UNKNOWN] = "", [FORM_LINES] = "list", [FORM_DOCUMENT] = "", [FORM_MISP] = "misp", [FORM_STIX] = "stix",
	};

	return im->form == FORM_LINES && im->list.has_header ? "csv" : names[im->form];
}
