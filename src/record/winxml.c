#include "record/winxml.h"

#include "base/num.h"
#include "record/winevent.h"

#define ATTRIBUTES_MAX 32u

struct xml {
	struct hn_view rest;
	const char *start;
	struct hn_buf *out;
	struct hn_buf text;	/* of one value, while its entities are replaced */
	const char *what;	/* what was wrong */
	enum hn_rc rc;
};

struct tag {
	struct hn_view name;
	struct {
		struct hn_view name, value;
	} attribute[ATTRIBUTES_MAX];
	size_t n;
	bool is_empty;		/* <x/> */
};

static bool
fail(struct xml *x, enum hn_rc rc, const char *what)
{
	if (x->rc == HN_OK) {
		x->rc = rc;
		x->what = what;
	}
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_blanks(struct xml *x)
{
	while (x->rest.n > 0 && is_blank(x->rest.p[0]))
		x->rest = hn_view_skip(x->rest, 1);
}

static bool
take(struct xml *x, struct hn_view what)
{
	if (!hn_view_starts(x->rest, what))
		return false;
	x->rest = hn_view_skip(x->rest, what.n);
	return true;
}

/* Blanks, comments and the XML declaration. */
static bool
skip_misc(struct xml *x)
{
	static const struct hn_view pairs[][2] = {
		{ HN_INIT("<!--"), HN_INIT("-->") }, { HN_INIT("<?"), HN_INIT("?>") },
	};
	bool again = true;

	while (again) {
		again = false;
		skip_blanks(x);
		for (size_t i = 0; i < HN_COUNT(pairs); i++) {
			if (!take(x, pairs[i][0]))
				continue;
			const size_t end = hn_view_search(x->rest, pairs[i][1]);

			if (end == x->rest.n)
				return fail(x, HN_E_SYNTAX, "XML comment");
			x->rest = hn_view_skip(x->rest, end + pairs[i][1].n);
			again = true;
		}
	}
	return true;
}

static struct hn_view
take_name(struct xml *x)
{
	size_t n = 0;

	while (n < x->rest.n && !is_blank(x->rest.p[n]) && memchr("=/><\"'", x->rest.p[n], 6) == NULL)
		n++;
	const struct hn_view name = { x->rest.p, n };

	x->rest = hn_view_skip(x->rest, n);
	return name;
}

static bool
take_attribute(struct xml *x, struct tag *t)
{
	const struct hn_view name = take_name(x);
	struct hn_view value;

	skip_blanks(x);
	if (name.n == 0 || !take(x, HN_LIT("=")))
		return fail(x, HN_E_SYNTAX, "XML attribute");
	skip_blanks(x);
	const char quote = x->rest.n > 0 ? x->rest.p[0] : '\0';

	if (quote != '"' && quote != '\'')
		return fail(x, HN_E_SYNTAX, "XML attribute");
	x->rest = hn_view_skip(x->rest, 1);
	if (!hn_view_cut(&x->rest, quote, &value))
		return fail(x, HN_E_SYNTAX, "XML attribute");
	if (t->n == ATTRIBUTES_MAX)
		return fail(x, HN_E_LIMIT, "XML attributes");
	t->attribute[t->n].name = name;
	t->attribute[t->n++].value = value;
	return true;
}

/* <name a="b"> or <name/>, behind its '<'. */
static bool
take_tag(struct xml *x, struct tag *t)
{
	t->n = 0;
	t->name = take_name(x);
	if (t->name.n == 0)
		return fail(x, HN_E_SYNTAX, "XML tag");
	for (;;) {
		skip_blanks(x);
		t->is_empty = take(x, HN_LIT("/>"));
		if (t->is_empty || take(x, HN_LIT(">")))
			return true;
		if (!take_attribute(x, t))
			return false;
	}
}

static void
put_code(struct hn_buf *b, uint64_t code)
{
	if (code < 0x80) {
		hn_buf_char(b, (char)code);
		return;
	}
	if (code >= 0x10000)
		hn_buf_char(b, (char)(0xf0 | code >> 18));
	if (code >= 0x10000)
		hn_buf_char(b, (char)(0x80 | (code >> 12 & 0x3f)));
	else if (code >= 0x800)
		hn_buf_char(b, (char)(0xe0 | code >> 12));
	hn_buf_char(b, code >= 0x800 ? (char)(0x80 | (code >> 6 & 0x3f)) : (char)(0xc0 | code >> 6));
	hn_buf_char(b, (char)(0x80 | (code & 0x3f)));
}

/* "&lt;", "&#10;", "&#xA;" at the begin of ${v}: its character is written and its length told; 0: it is none. */
static size_t
put_entity(struct hn_buf *b, struct hn_view v)
{
	static const struct {
		struct hn_view name;
		char c;
	} named[] = {
		{ HN_INIT("&lt;"), '<' }, { HN_INIT("&gt;"), '>' }, { HN_INIT("&amp;"), '&' }, { HN_INIT("&quot;"), '"' },
		{ HN_INIT("&apos;"), '\'' },
	};
	const size_t end = hn_view_find((struct hn_view){ v.p, v.n < 12 ? v.n : 12 }, ';');
	uint64_t code;

	for (size_t i = 0; i < HN_COUNT(named); i++)
		if (hn_view_starts(v, named[i].name)) {
			hn_buf_char(b, named[i].c);
			return named[i].name.n;
		}
	if (!hn_view_starts(v, HN_LIT("&#")) || end >= v.n || v.p[end] != ';')
		return 0;
	const struct hn_view digits = { v.p + 2, end - 2 };
	const bool is_hex = digits.n > 1 && digits.p[0] == 'x';
	const enum hn_rc rc = is_hex ? hn_num_hex(hn_view_skip(digits, 1), &code) : hn_num_u64(digits, 0x10ffff, &code);

	if (rc != HN_OK || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	put_code(b, code);
	return end + 1;
}

static struct hn_view
without_zeros(struct hn_view v)
{
	uint64_t n;
	size_t zeros = 2;

	if ((v.n != 10 && v.n != 18) || !hn_view_starts(v, HN_LIT("0x0")) || hn_num_hex(v, &n) != HN_OK)
		return v;
	while (zeros + 1 < v.n && v.p[zeros] == '0')
		zeros++;
	return hn_view_skip(v, zeros);
}

/* ${v}, which may have entities, as a JSON string. */
static void
put_value(struct xml *x, struct hn_view v)
{
	hn_buf_reset(&x->text);
	while (v.n > 0) {
		const size_t at = hn_view_find(v, '&');

		hn_buf_put(&x->text, (struct hn_view){ v.p, at });
		v = hn_view_skip(v, at);
		if (v.n == 0)
			break;
		size_t n = put_entity(&x->text, v);

		if (n == 0) {	/* an ampersand that nobody escaped */
			hn_buf_char(&x->text, '&');
			n = 1;
		}
		v = hn_view_skip(v, n);
	}
	const struct hn_view plain = hn_buf_view(&x->text);
	const struct hn_view digits = without_zeros(plain);

	if (x->text.failed)
		(void)fail(x, HN_E_LIMIT, "XML text");
	if (digits.n == plain.n) {
		hn_buf_json(x->out, plain);
	} else {
		hn_buf_put(x->out, HN_LIT("\"0x"));
		hn_buf_put(x->out, digits);
		hn_buf_char(x->out, '"');
	}
}

static void
put_key(struct xml *x, struct hn_view name)
{
	hn_buf_json(x->out, name);
	hn_buf_char(x->out, ':');
}

static void
put_attributes(struct xml *x, const struct tag *t)
{
	put_key(x, HN_LIT("#attributes"));
	hn_buf_char(x->out, '{');
	for (size_t i = 0; i < t->n; i++) {
		if (i > 0)
			hn_buf_char(x->out, ',');
		put_key(x, t->attribute[i].name);
		put_value(x, t->attribute[i].value);
	}
	hn_buf_char(x->out, '}');
}

/* The text of an element up to its end tag, which is taken. */
static bool
take_text(struct xml *x, const struct tag *t, struct hn_view *text)
{
	struct hn_view name;

	*text = (struct hn_view){ "", 0 };
	if (t->is_empty)
		return true;
	if (take(x, HN_LIT("<![CDATA["))) {
		const size_t end = hn_view_search(x->rest, HN_LIT("]]>"));

		if (end == x->rest.n)
			return fail(x, HN_E_SYNTAX, "XML CDATA");
		*text = (struct hn_view){ x->rest.p, end };
		x->rest = hn_view_skip(x->rest, end + 3);
		if (!take(x, HN_LIT("<")))
			return fail(x, HN_E_SYNTAX, "XML end tag");
	} else if (!hn_view_cut(&x->rest, '<', text)) {
		return fail(x, HN_E_SYNTAX, "XML text");
	}
	if (!take(x, HN_LIT("/")) || !hn_view_cut(&x->rest, '>', &name) || !hn_view_eq(hn_view_trim(name), t->name))
		return fail(x, HN_E_SYNTAX, "XML end tag");
	return true;
}

/* Whether an element comes next, and not the text of the one we are in. */
static bool
has_elements(struct xml *x, const struct tag *t)
{
	struct hn_view v = x->rest;

	while (v.n > 0 && is_blank(v.p[0]))
		v = hn_view_skip(v, 1);
	return !t->is_empty && v.n > 1 && v.p[0] == '<' && v.p[1] != '/' && !hn_view_starts(v, HN_LIT("<![CDATA["));
}

static bool put_element(struct xml *x, const struct tag *t, unsigned depth);

/* <Data Name="x">: its name is what counts; without one NULL's view. */
static struct hn_view
data_name(const struct tag *t)
{
	for (size_t i = 0; hn_view_eq(t->name, HN_LIT("Data")) && i < t->n; i++)
		if (hn_view_eq(t->attribute[i].name, HN_LIT("Name")))
			return t->attribute[i].value;
	return (struct hn_view){ NULL, 0 };
}

/* One child; ${in_list}: whether a list of unnamed data is open, which is closed by whatever else comes. */
static bool
put_child(struct xml *x, struct tag *t, bool *in_list, unsigned depth)
{
	const bool is_data = hn_view_eq(t->name, HN_LIT("Data")) && !has_elements(x, t);
	const struct hn_view name = data_name(t);
	struct hn_view text;

	if (is_data && name.p == NULL) {
		hn_buf_put(x->out, *in_list ? HN_LIT(",") : HN_LIT("\"Data\":["));
		*in_list = true;
	} else {
		hn_buf_put(x->out, *in_list ? HN_LIT("],") : HN_LIT(""));
		*in_list = false;
	}
	if (!is_data) {
		put_key(x, t->name);
		return put_element(x, t, depth);
	}
	if (name.p != NULL)
		put_key(x, name);
	if (!take_text(x, t, &text))
		return false;
	put_value(x, text);
	return true;
}

/* Everything up to the end tag of ${t}, which is taken. */
static bool
put_children(struct xml *x, const struct tag *t, unsigned depth)
{
	struct tag child;
	struct hn_view name;
	bool in_list = false, is_first = t->n == 0;

	for (;;) {
		if (!skip_misc(x))
			return false;
		if (!take(x, HN_LIT("<")))
			return fail(x, HN_E_SYNTAX, "XML element");
		if (take(x, HN_LIT("/")))
			break;
		if (!take_tag(x, &child))
			return false;
		/* Inside a list the comma is put where it is known whether the list goes on. */
		if (!is_first && !in_list)
			hn_buf_char(x->out, ',');
		is_first = false;
		if (!put_child(x, &child, &in_list, depth + 1))
			return false;
	}
	if (in_list)
		hn_buf_char(x->out, ']');
	if (!hn_view_cut(&x->rest, '>', &name) || !hn_view_eq(hn_view_trim(name), t->name))
		return fail(x, HN_E_SYNTAX, "XML end tag");
	return true;
}

/* The value of an element behind its tag: an object, or a string where it is nothing but text. */
static bool
put_element(struct xml *x, const struct tag *t, unsigned depth)
{
	const bool is_object = t->n > 0 || has_elements(x, t);
	struct hn_view text;

	if (depth > WINXML_DEPTH_MAX)
		return fail(x, HN_E_LIMIT, "XML depth");
	if (is_object)
		hn_buf_char(x->out, '{');
	if (t->n > 0)
		put_attributes(x, t);
	if (has_elements(x, t)) {
		if (!put_children(x, t, depth))
			return false;
	} else {
		if (!take_text(x, t, &text))
			return false;
		if (is_object && text.n > 0)
			hn_buf_put(x->out, HN_LIT(",\"#text\":"));
		if (!is_object || text.n > 0)
			put_value(x, text);
	}
	if (is_object)
		hn_buf_char(x->out, '}');
	return true;
}

enum hn_rc
winxml_json(struct hn_view xml, struct hn_buf *out, struct hn_err *err)
{
	const size_t before = out->n;
	struct xml x = { .rest = xml, .start = xml.p, .out = out, .text = HN_BUF(WINXML_JSON_MAX), .rc = HN_OK };
	struct tag root;

	if (skip_misc(&x) && !take(&x, HN_LIT("<")))
		(void)fail(&x, HN_E_SYNTAX, "XML event");
	if (x.rc == HN_OK && take_tag(&x, &root)) {
		hn_buf_char(out, '{');
		put_key(&x, root.name);
		if (put_element(&x, &root, 1))
			hn_buf_char(out, '}');
	}
	if (x.rc == HN_OK && skip_misc(&x) && x.rest.n > 0)
		(void)fail(&x, HN_E_SYNTAX, "XML behind the event");
	if (x.rc == HN_OK && out->failed)
		(void)fail(&x, HN_E_LIMIT, "XML event");
	hn_buf_fini(&x.text);
	if (x.rc == HN_OK)
		return HN_OK;
	out->n = before;
	return HN_FAIL(err, x.rc, (size_t)(x.rest.p - x.start), x.what);
}

static unsigned
winxml_recognise(struct hn_view line)
{
	const struct hn_view v = hn_view_trim((struct hn_view){ line.p, line.n < 512 ? line.n : 512 });

	return hn_view_starts(v, HN_LIT("<Event")) && hn_view_search(v, HN_LIT("<System")) < v.n ? 95 : 0;
}

static enum hn_rc
winxml_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct hn_buf json = HN_BUF(WINXML_JSON_MAX);
	enum hn_rc rc = winxml_json(line, &json, err);

	if (rc == HN_OK) {
		const struct hn_view lasting = hn_arena_copy(conf->arena, hn_buf_view(&json));

		struct hn_err inner = { .rc = HN_E_NOMEM, .what = "XML event" };

		rc = lasting.p == NULL ? HN_E_NOMEM : winevent_reader.read(state, conf, lasting, r, &inner);
		if (rc < HN_OK)		/* its place in the JSON would say nothing to anyone */
			rc = HN_FAIL(err, inner.rc, 0, inner.what);
	}
	hn_buf_fini(&json);
	return rc;
}

const struct reader winxml_reader = {
	.name = "winxml",
	.frame = READER_LINE,
	.recognise = winxml_recognise,
	.read = winxml_read,
};
