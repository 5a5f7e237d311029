#include "record/zeek.h"

#include "base/num.h"
#include "record/zeek_table.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define COLUMNS_MAX 512u
#define NAMES_BYTES 16384u	/* text of "#fields" */
#define PATH_MAX_BYTES 64u
#define MARK_MAX 16u		/* bytes of "(empty)", "-" and the like */

/* A short text that a directive says. */
struct word {
	char p[MARK_MAX];
	size_t n;
};

/* What the directives said.  All zero: nothing yet. */
struct zeek {
	char separator;		/* 0: none said, a tab */
	struct word set_separator, empty, unset;
	bool plain;		/* the above are Zeek's defaults */
	char path[PATH_MAX_BYTES];
	size_t path_n;
	const struct table *table;
	size_t n_columns;
	bool has_time;
	char names[NAMES_BYTES];	/* as "#fields" has them, separators and all */
	size_t names_n;
	struct column {
		uint16_t name_at, name_n;
		const struct table_row *row;
	} columns[COLUMNS_MAX];
	uint32_t ends[COLUMNS_MAX];	/* of the line being read */
};

static_assert(sizeof(struct zeek) <= READER_STATE_MAX, "a reader's state is capped");

static struct hn_view
word_view(const struct word *w)
{
	return (struct hn_view){ w->p, w->n };
}

/* Bytes with "\xNN" and "\\" undone, into ${to}, which holds ${from.n}. */
static size_t
unescape(struct hn_view from, char *to)
{
	uint8_t byte;
	size_t n = 0;

	for (size_t i = 0; i < from.n; i++) {
		to[n] = from.p[i];
		if (from.p[i] != '\\') {
			n++;
			continue;
		}
		if (from.n - i >= 4 && from.p[i + 1] == 'x' &&
		    hn_num_bytes((struct hn_view){ from.p + i + 2, 2 }, &byte, 1) == HN_OK) {
			to[n] = (char)byte;
			i += 3;
		} else if (from.n - i >= 2 && from.p[i + 1] == '\\') {
			i++;
		}
		n++;
	}
	return n;
}

static bool
set_word(struct word *w, struct hn_view v)
{
	char text[4 * MARK_MAX];

	if (v.n > sizeof(text))
		return false;
	const size_t n = unescape(v, text);

	if (n > sizeof(w->p))
		return false;
	memcpy(w->p, text, n);
	w->n = n;
	return true;
}

static char
separator_of(const struct zeek *z)
{
	return z->separator != '\0' ? z->separator : '\t';
}

/* Each column's row, once for all lines that follow. */
static void
compile(struct zeek *z)
{
	const struct hn_view path = { z->path, z->path_n };
	struct hn_view rest = { z->names, z->names_n }, name;
	size_t next = 0;

	z->table = zeek_table(path);
	z->n_columns = 0;
	z->has_time = false;
	while (rest.n > 0 && z->n_columns < COLUMNS_MAX) {
		(void)hn_view_cut(&rest, separator_of(z), &name);
		z->columns[z->n_columns++] = (struct column){
			(uint16_t)(name.p - z->names), (uint16_t)name.n, table_find(z->table, &next, name)
		};
		z->has_time |= hn_view_eq(name, HN_LIT("ts"));
	}
	const struct hn_view set = word_view(&z->set_separator), empty = word_view(&z->empty), unset = word_view(&z->unset);

	z->plain = (set.n == 0 || hn_view_eq(set, HN_LIT(","))) && (empty.n == 0 || hn_view_eq(empty, HN_LIT("(empty)"))) &&
	    (unset.n == 0 || hn_view_eq(unset, HN_LIT("-")));
}

static enum hn_rc
set_fields(struct zeek *z, struct hn_view v, struct hn_err *err)
{
	size_t columns = v.n > 0 ? 1 : 0;

	for (size_t i = 0; i < v.n; i++)
		columns += v.p[i] == separator_of(z) ? 1 : 0;
	if (v.n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "#fields");
	if (v.n > sizeof(z->names) || columns > COLUMNS_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "#fields");
	memcpy(z->names, v.p, v.n);
	z->names_n = v.n;
	compile(z);
	return HN_SKIP;
}

static enum hn_rc
set_path(struct zeek *z, struct hn_view v, struct hn_err *err)
{
	if (v.n > sizeof(z->path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "#path");
	memcpy(z->path, v.p, v.n);
	z->path_n = v.n;
	if (z->names_n > 0)
		compile(z);
	return HN_SKIP;
}

/* A new file begins: what the one before said no longer holds. */
static enum hn_rc
set_separator(struct zeek *z, struct hn_view v, struct hn_err *err)
{
	struct word w = { .n = 0 };

	if (!set_word(&w, v) || w.n != 1)
		return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "#separator");
	*z = (struct zeek){ .separator = w.p[0] };
	return HN_SKIP;
}

static enum hn_rc
mark_said(struct zeek *z, bool taken, struct hn_err *err)
{
	if (!taken)
		return HN_FAIL(err, HN_E_LIMIT, 0, "directive");
	if (z->names_n > 0)
		compile(z);
	return HN_SKIP;
}

static enum hn_rc
set_set_separator(struct zeek *z, struct hn_view v, struct hn_err *err)
{
	return mark_said(z, set_word(&z->set_separator, v), err);
}

static enum hn_rc
set_empty(struct zeek *z, struct hn_view v, struct hn_err *err)
{
	return mark_said(z, set_word(&z->empty, v), err);
}

static enum hn_rc
set_unset(struct zeek *z, struct hn_view v, struct hn_err *err)
{
	return mark_said(z, set_word(&z->unset, v), err);
}

static const struct directive {
	struct hn_view name;
	enum hn_rc (*set)(struct zeek *z, struct hn_view v, struct hn_err *err);	/* NULL: nothing to learn */
} directives[] = {
	{ HN_INIT("#separator"), set_separator },
	{ HN_INIT("#set_separator"), set_set_separator },
	{ HN_INIT("#empty_field"), set_empty },
	{ HN_INIT("#unset_field"), set_unset },
	{ HN_INIT("#path"), set_path },
	{ HN_INIT("#fields"), set_fields },
	{ HN_INIT("#types"), NULL },
	{ HN_INIT("#open"), NULL },
	{ HN_INIT("#close"), NULL },
};

/* The directive of that line, its value in *v; NULL: it is none. */
static const struct directive *
directive_of(struct hn_view line, char separator, struct hn_view *v)
{
	for (size_t i = 0; i < HN_COUNT(directives); i++) {
		const struct hn_view name = directives[i].name;

		if (!hn_view_starts(line, name) || line.n == name.n)
			continue;
		/* The line that names the separator cannot use it. */
		if (line.p[name.n] == (directives[i].set == set_separator ? ' ' : separator)) {
			*v = hn_view_skip(line, name.n + 1);
			return &directives[i];
		}
	}
	return NULL;
}

static enum hn_rc
read_directive(struct zeek *z, struct hn_view line, struct hn_err *err)
{
	struct hn_view v;
	const struct directive *const d = directive_of(line, separator_of(z), &v);

	if (d == NULL)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "directive");
	return d->set != NULL ? d->set(z, v, err) : HN_SKIP;
}

/* Where each column ends, one pass over the line; returns how many there are, at most COLUMNS_MAX + 1. */
static size_t
split(struct zeek *z, struct hn_view line)
{
	const char separator = separator_of(z);
	size_t n = 0, i = 0;

#if defined(__SSE2__)
	const __m128i want = _mm_set1_epi8(separator);

	for (; i + 16 <= line.n; i += 16) {
		const __m128i c = _mm_loadu_si128((const __m128i *)(const void *)(line.p + i));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(c, want));

		for (; hits != 0; hits &= hits - 1) {
			if (n == COLUMNS_MAX)
				return n + 1;
			z->ends[n++] = (uint32_t)(i + (size_t)__builtin_ctz(hits));
		}
	}
#endif
	for (; i < line.n; i++) {
		if (line.p[i] != separator)
			continue;
		if (n == COLUMNS_MAX)
			return n + 1;
		z->ends[n++] = (uint32_t)i;
	}
	if (n == COLUMNS_MAX)
		return n + 1;
	z->ends[n++] = (uint32_t)line.n;
	return n;
}

/* A list between this log's own separators, between commas. */
static struct hn_view
with_commas(const struct zeek *z, struct hn_view v, struct hn_arena *a)
{
	const struct hn_view set = word_view(&z->set_separator);

	if (set.n != 1 || set.p[0] == ',' || hn_view_find(v, set.p[0]) == v.n)
		return v;
	struct hn_view copy = hn_arena_copy(a, v);
	char *p = hn_arena_get(a, v.n);

	if (p == NULL || copy.p == NULL)
		return (struct hn_view){ "", 0 };
	for (size_t i = 0; i < v.n; i++)
		p[i] = v.p[i] == set.p[0] ? ',' : v.p[i];
	return (struct hn_view){ p, v.n };
}

/* The value of a log that has its own marks or of a line with escapes in it; empty: it has none. */
static struct hn_view
plain_value(const struct zeek *z, struct hn_view v, struct hn_arena *a)
{
	char *p;

	if (hn_view_eq(v, word_view(&z->unset)) || hn_view_eq(v, word_view(&z->empty)) || a == NULL)
		return a == NULL ? v : (struct hn_view){ "", 0 };
	v = with_commas(z, v, a);
	if (hn_view_find(v, '\\') == v.n)
		return v;
	p = hn_arena_get(a, v.n);
	return p != NULL ? (struct hn_view){ p, unescape(v, p) } : (struct hn_view){ "", 0 };
}

static enum hn_rc
read_columns(struct zeek *z, const struct reader_conf *conf, struct hn_view line, struct table_call *c, struct hn_err *err)
{
	const bool simple = z->plain && (conf->arena == NULL || hn_view_find(line, '\\') == line.n);
	size_t at = 0;

	for (size_t i = 0; i < z->n_columns; i++) {
		const struct column *const column = &z->columns[i];
		const size_t from = at;
		struct hn_view v = { line.p + at, z->ends[i] - at };

		at = z->ends[i] + 1;
		if ((v.n == 1 && v.p[0] == '-') || (v.n == 7 && memcmp(v.p, "(empty)", 7) == 0))
			continue;
		if (!simple)
			v = plain_value(z, v, conf->arena);
		if (v.n == 0)
			continue;
		table_put(c, column->row, (struct hn_view){ z->names + column->name_at, column->name_n }, v);
		if (c->bad)
			return HN_FAIL(err, HN_E_SYNTAX, from, "ts");
	}
	return HN_OK;
}

static enum hn_rc
zeek_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct table_call c = { .r = r, .arena = conf->arena };
	struct zeek *const z = state;

	if (line.n > 0 && line.p[0] == '#')
		return read_directive(z, line, err);
	if (z->n_columns == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "no #fields before it");
	const size_t n = split(z, line);

	if (n != z->n_columns)
		return HN_FAIL(err, HN_E_SYNTAX, n < z->n_columns ? line.n : z->ends[z->n_columns - 1], "columns");
	if (!z->has_time)
		return HN_SKIP;
	const enum hn_rc rc = read_columns(z, conf, line, &c, err);

	if (rc != HN_OK)
		return rc;
	table_finish(z->table, &c);
	if (z->table->name.n == 0)
		record_keep(r, HN_LIT("_path"), (struct hn_view){ z->path, z->path_n });
	return HN_OK;
}

static unsigned
zeek_recognise(struct hn_view line)
{
	struct hn_view v;

	if (line.n == 0 || line.p[0] != '#' || directive_of(line, '\t', &v) == NULL)
		return 0;
	return hn_view_starts(line, HN_LIT("#separator ")) || hn_view_starts(line, HN_LIT("#fields\t")) ? 100 : 90;
}

static void
put_word(struct hn_buf *b, const char *directive, const struct zeek *z, struct hn_view v)
{
	if (v.n == 0)
		return;
	hn_buf_put(b, hn_view_of(directive));
	hn_buf_char(b, separator_of(z));
	hn_buf_put(b, v);
	hn_buf_char(b, '\n');
}

static void
zeek_remember(const void *state, struct hn_buf *b)
{
	const struct zeek *const z = state;

	if (z->names_n == 0)
		return;
	hn_buf_printf(b, "#separator \\x%02x\n", (unsigned)(unsigned char)separator_of(z));
	put_word(b, "#set_separator", z, word_view(&z->set_separator));
	put_word(b, "#empty_field", z, word_view(&z->empty));
	put_word(b, "#unset_field", z, word_view(&z->unset));
	put_word(b, "#path", z, (struct hn_view){ z->path, z->path_n });
	put_word(b, "#fields", z, (struct hn_view){ z->names, z->names_n });
}

const struct reader zeek_reader = {
	.name = "zeek",
	.frame = READER_LINE,
	.state_size = sizeof(struct zeek),
	.recognise = zeek_recognise,
	.read = zeek_read,
	.remember = zeek_remember,
};
