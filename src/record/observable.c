#include "record/observable.h"

#include <idn2.h>

#include "base/buf.h"
#include "base/num.h"
#include "record/fold.h"
#include "record/refang.h"
#include "record/url.h"

#define DOMAIN_MAX 253u		/* bytes of a name in text; RFC 1035, section 2.3.4 */
#define EMAIL_MAX 320u		/* RFC 5321, section 4.5.3.1 */
#define USER_MAX 256u
#define ADDR_TEXT_MAX 46u

/* How the text of a field becomes observables. */
enum take {
	TAKE_NONE,
	TAKE_ADDR,
	TAKE_PEER,		/* an address that the destination's port belongs to */
	TAKE_DOMAIN,
	TAKE_URL,
	TAKE_HASH,
	TAKE_JA3,
	TAKE_JA4,
	TAKE_USER,
	TAKE_EMAIL,
	TAKE_ANSWERS,
	TAKE_EMAILS,
	TAKES
};

#define TAKEN(X) \
	X(CLIENT_IP, ADDR) X(SOURCE_IP, ADDR) X(DESTINATION_IP, PEER) X(DESTINATION_DOMAIN, DOMAIN) \
	X(USER_NAME, USER) X(USER_TARGET_NAME, USER) X(URL_ORIGINAL, URL) X(URL_DOMAIN, DOMAIN) \
	X(DNS_QUESTION_NAME, DOMAIN) X(DNS_ANSWERS, ANSWERS) X(TLS_SERVER_NAME, DOMAIN) X(TLS_JA3, JA3) \
	X(TLS_JA3S, JA3) X(TLS_JA4, JA4) X(TLS_CERT_HASH, HASH) X(FILE_MD5, HASH) X(FILE_SHA1, HASH) \
	X(FILE_SHA256, HASH) X(PROCESS_MD5, HASH) X(PROCESS_SHA1, HASH) X(PROCESS_SHA256, HASH) \
	X(EMAIL_FROM, EMAIL) X(EMAIL_TO, EMAILS)

static const uint8_t take_of[FIELD_COUNT] = {
#define X(f, how) [FIELD_##f] = TAKE_##how,
	TAKEN(X)
#undef X
};

#define BIT(f, w) | (FIELD_##f / 64 == (w) ? UINT64_C(1) << FIELD_##f % 64 : 0)
#define X0(f, how) BIT(f, 0)
#define X1(f, how) BIT(f, 1)
static const uint64_t taken_mask[] = { 0 TAKEN(X0), 0 TAKEN(X1) };
#undef X0
#undef X1
#undef BIT

static_assert(FIELD_COUNT <= 64 * HN_COUNT(taken_mask), "a word for every 64 fields");

/* What the fields of one record share while they are taken. */
struct taking {
	const struct record *record;	/* NULL: a value by itself */
	struct observables *out;
	enum field field;
	uint16_t port;		/* of the destination; 0: unknown */
};

static void
add(struct taking *t, enum observable_kind kind, struct hn_view value, uint16_t port)
{
	if (t->out->n < OBSERVABLE_MAX)
		t->out->at[t->out->n++] = (struct observable){
			.kind = kind, .field = t->field, .value = value, .port = port };
}

/* ${n} bytes in the observables' own text; NULL: no room. */
static char *
text_room(struct observables *o, size_t n)
{
	char *p = o->text + o->text_n;

	if (n > sizeof(o->text) - o->text_n)
		return NULL;
	o->text_n += n;
	return p;
}

/* ${v} in small letters: itself where it has no capitals; false: no room to rewrite it. */
static bool
lowered(struct observables *o, struct hn_view v, unsigned flags, struct hn_view *out)
{
	char *p = NULL;

	if ((flags & FOLD_UPPER) != 0) {
		p = text_room(o, v.n);
		if (p == NULL)
			return false;
		fold_lower(p, v);
	}
	*out = (struct hn_view){ p != NULL ? p : v.p, v.n };
	return true;
}

static void
add_addr(struct taking *t, struct hn_view v, struct hn_addr a, uint16_t port)
{
	struct hn_view text = v;

	if (hn_addr_is_special(a))
		return;
	if (!hn_addr_is_v4(a) || hn_view_find(v, ':') < v.n || v.p[0] == '[') {
		char *p = text_room(t->out, ADDR_TEXT_MAX);
		struct hn_buf b = { .p = p, .size = ADDR_TEXT_MAX, .max = ADDR_TEXT_MAX };

		if (p == NULL)
			return;
		hn_addr_put(&b, a);
		text = hn_buf_view(&b);
	}
	const size_t before = t->out->n;

	add(t, OBSERVABLE_ADDR, text, port);
	if (t->out->n > before)
		t->out->at[before].addr = a;
}

static bool
addr_of(const struct taking *t, struct hn_view v, struct hn_addr *out)
{
	return t->record != NULL ? record_addr(t->record, t->field, out) : hn_addr_parse(v, out) == HN_OK;
}

static void
take_addr(struct taking *t, struct hn_view v)
{
	struct hn_addr a;

	if (addr_of(t, v, &a))
		add_addr(t, v, a, 0);
}

static void
take_peer(struct taking *t, struct hn_view v)
{
	struct hn_addr a;

	if (addr_of(t, v, &a))
		add_addr(t, v, a, t->port);
}

/* A name with letters of the world as DNS has it ("xn--..."). */
static bool
to_a_label(struct observables *o, struct hn_view v, struct hn_view *out)
{
	char name[DOMAIN_MAX + 1];
	uint8_t *ascii = NULL;
	char *p = NULL;
	size_t n = 0;

	memcpy(name, v.p, v.n);
	name[v.n] = '\0';
	if (idn2_lookup_u8((const uint8_t *)name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	n = strlen((const char *)ascii);
	if (n <= DOMAIN_MAX)
		p = text_room(o, n);
	if (p != NULL) {
		memcpy(p, ascii, n);
		*out = (struct hn_view){ p, n };
	}
	idn2_free(ascii);
	return p != NULL;
}

/* Whether the last label could end an address: names end in a letter (RFC 3696, section 2). */
static bool
may_be_addr(struct hn_view v)
{
	const char last = v.p[v.n - 1];

	return (last >= '0' && last <= '9') || last == ']' || hn_view_find(v, ':') < v.n;
}

/* The name in normal form; false: not a name. */
static bool
domain_of(struct observables *o, struct hn_view v, struct hn_view *out)
{
	if (v.n > 1 && v.p[v.n - 1] == '.')
		v.n--;
	if (v.n == 0 || v.n > DOMAIN_MAX)
		return false;
	const unsigned flags = fold_scan(v);

	if ((flags & (FOLD_BLANK | FOLD_SLASH)) != 0)
		return false;
	return (flags & FOLD_HIGH) != 0 ? to_a_label(o, v, out) : lowered(o, v, flags, out);
}

static void
take_name(struct taking *t, struct hn_view v, uint16_t port)
{
	struct hn_view name;
	struct hn_addr a;

	if (may_be_addr(v)) {
		if (hn_addr_parse(v, &a) == HN_OK) {
			add_addr(t, v, a, port);
			return;
		}
		if (hn_view_find(v, ':') < v.n)
			return;
	}
	if (domain_of(t->out, v, &name))
		add(t, OBSERVABLE_DOMAIN, name, port);
}

static void
take_domain(struct taking *t, struct hn_view v)
{
	take_name(t, v, t->port);
}

static bool
is_default_port(const struct url *u)
{
	return u->port == 0 || (u->port == 80 && hn_view_eq_nocase(u->scheme, HN_LIT("http"))) ||
	    (u->port == 443 && hn_view_eq_nocase(u->scheme, HN_LIT("https"))) ||
	    (u->port == 21 && hn_view_eq_nocase(u->scheme, HN_LIT("ftp")));
}

/* The URL put together anew: host, a port that is not the scheme's, path without fragment. */
static bool
rewrite_url(struct observables *o, const struct url *u, struct hn_view *out)
{
	const size_t start = o->text_n;
	struct hn_buf b = { .p = o->text + start, .size = sizeof(o->text) - start, .max = sizeof(o->text) - start };
	const bool brackets = hn_view_find(u->host, ':') < u->host.n;
	struct hn_view host, path = { u->path.p, hn_view_find(u->path, '#') };

	/* The host goes to the end of the room first: it may need rewriting itself. */
	if (b.max < DOMAIN_MAX * 2 || u->host.n > DOMAIN_MAX || path.n > OBSERVABLE_VALUE_MAX)
		return false;
	char name[DOMAIN_MAX];

	if (!domain_of(o, u->host, &host) || host.n > sizeof(name))
		return false;
	memcpy(name, host.p, host.n);
	o->text_n = start;
	if (brackets)
		hn_buf_char(&b, '[');
	hn_buf_put(&b, (struct hn_view){ name, host.n });
	if (brackets)
		hn_buf_char(&b, ']');
	if (!is_default_port(u)) {
		hn_buf_char(&b, ':');
		hn_buf_u64(&b, u->port);
	}
	if (path.n == 0 || path.p[0] != '/')
		hn_buf_char(&b, '/');
	char *at = hn_buf_room(&b, path.n);

	if (at == NULL || b.n + path.n > OBSERVABLE_VALUE_MAX)
		return false;
	fold_lower(at, path);
	b.n += path.n;
	o->text_n += b.n;
	*out = hn_buf_view(&b);
	return !b.failed;
}

/* Whether the URL's own bytes from the host on are its normal form, but for capitals. */
static bool
is_plain_url(const struct url *u, unsigned flags)
{
	return (flags & (FOLD_HIGH | FOLD_HASH)) == 0 && u->path.n > 0 && u->path.p[0] == '/' &&
	    u->host.p + u->host.n == u->path.p && u->host.p[u->host.n - 1] != '.';
}

static void
take_url(struct taking *t, struct hn_view v)
{
	struct hn_view value;
	struct url u;

	if (t->record != NULL ? !record_url(t->record, t->field, &u) : !url_split(v, &u))
		return;
	if (t->port == 0)
		t->port = u.port;
	if (u.scheme.n == 0 && u.path.n == 0)
		return;		/* host:port of a CONNECT: the name is taken from its own field */
	value = (struct hn_view){ u.host.p, (size_t)(v.p + v.n - u.host.p) };
	const unsigned flags = fold_scan(value);

	if (is_plain_url(&u, flags)) {
		if (value.n <= OBSERVABLE_VALUE_MAX && lowered(t->out, value, flags, &value))
			add(t, OBSERVABLE_URL, value, u.port);
	} else if (rewrite_url(t->out, &u, &value)) {
		add(t, OBSERVABLE_URL, value, u.port);
	}
}

/* A request whose source writes host and path apart. */
static void
take_joined_url(struct taking *t, struct hn_view host, struct hn_view path)
{
	struct url u = { .scheme = HN_LIT("http"), .host = host, .path = path, .port = t->port };
	struct hn_view value;

	if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		u.host = (struct hn_view){ host.p + 1, host.n - 2 };
	if (u.port == 443)
		u.scheme = HN_LIT("https");
	if (path.p[0] == '/' && rewrite_url(t->out, &u, &value))
		add(t, OBSERVABLE_URL, value, t->port);
}

static bool
is_hex(struct hn_view v)
{
	unsigned bad = 0;

	for (size_t i = 0; i < v.n; i++) {
		const uint8_t c = (uint8_t)v.p[i];

		bad |= (unsigned)((uint8_t)(c - '0') > 9 && (uint8_t)((c | 32) - 'a') > 5);
	}
	return bad == 0;
}

static void
take_hex(struct taking *t, struct hn_view v, enum observable_kind kind)
{
	struct hn_view value;

	if (is_hex(v) && lowered(t->out, v, fold_scan(v), &value))
		add(t, kind, value, 0);
}

static void
take_hash(struct taking *t, struct hn_view v)
{
	if (v.n == 32 || v.n == 40 || v.n == 64)
		take_hex(t, v, OBSERVABLE_HASH);
}

static void
take_ja3(struct taking *t, struct hn_view v)
{
	if (v.n == 32)
		take_hex(t, v, OBSERVABLE_JA3);
}

/* "t13d1516h2_8daaf6152771_e5627efa2ab1": FoxIO, JA4 technical details. */
static bool
is_ja4(struct hn_view v)
{
	return v.n == 36 && v.p[10] == '_' && v.p[23] == '_' && is_hex((struct hn_view){ v.p + 11, 12 }) &&
	    is_hex((struct hn_view){ v.p + 24, 12 });
}

static void
take_ja4(struct taking *t, struct hn_view v)
{
	struct hn_view value;

	if (is_ja4(v) && lowered(t->out, v, fold_scan(v), &value))
		add(t, OBSERVABLE_JA4, value, 0);
}

static void
take_user(struct taking *t, struct hn_view v)
{
	struct hn_view value;

	if (v.n <= USER_MAX && lowered(t->out, v, fold_scan(v), &value))
		add(t, OBSERVABLE_USER, value, 0);
}

static void
take_email(struct taking *t, struct hn_view v)
{
	struct hn_view value;

	v = hn_view_skip(v, hn_view_find(v, '<') < v.n ? hn_view_find(v, '<') + 1 : 0);
	v = hn_view_trim((struct hn_view){ v.p, hn_view_find(v, '>') });
	const size_t at = hn_view_find(v, '@');
	const unsigned flags = fold_scan(v);

	if (at > 0 && at + 1 < v.n && v.n <= EMAIL_MAX && (flags & FOLD_BLANK) == 0 &&
	    lowered(t->out, v, flags, &value))
		add(t, OBSERVABLE_EMAIL, value, 0);
}

/* Answers hold addresses and names, and texts, which are neither. */
static void
take_answers(struct taking *t, struct hn_view v)
{
	struct hn_view one;

	while (record_list_next(&v, &one))
		if (one.n <= DOMAIN_MAX + 1 && (fold_scan(one) & FOLD_BLANK) == 0)
			take_name(t, one, 0);
}

static void
take_emails(struct taking *t, struct hn_view v)
{
	struct hn_view one;

	while (record_list_next(&v, &one))
		take_email(t, one);
}

static void (*const takers[TAKES])(struct taking *t, struct hn_view v) = {
	[TAKE_ADDR] = take_addr, [TAKE_PEER] = take_peer, [TAKE_DOMAIN] = take_domain, [TAKE_URL] = take_url,
	[TAKE_HASH] = take_hash, [TAKE_JA3] = take_ja3, [TAKE_JA4] = take_ja4, [TAKE_USER] = take_user,
	[TAKE_EMAIL] = take_email, [TAKE_ANSWERS] = take_answers, [TAKE_EMAILS] = take_emails,
};

void
record_observables(const struct record *r, struct observables *out)
{
	struct taking t = { .record = r, .out = out };

	out->n = 0;
	out->text_n = 0;
	if (record_has(r, FIELD_DESTINATION_PORT)) {
		const uint64_t port = record_number(r, FIELD_DESTINATION_PORT, 0);

		t.port = port <= UINT16_MAX ? (uint16_t)port : 0;
	}
	for (size_t w = 0; w < HN_COUNT(taken_mask); w++) {
		for (uint64_t left = r->has[w] & taken_mask[w]; left != 0; left &= left - 1) {
			t.field = (enum field)(w * 64 + (unsigned)__builtin_ctzll(left));
			takers[take_of[t.field]](&t, r->value[t.field]);
		}
	}
	if (!record_has(r, FIELD_URL_ORIGINAL) && record_has(r, FIELD_URL_DOMAIN) && record_has(r, FIELD_URL_PATH)) {
		t.field = FIELD_URL_PATH;
		take_joined_url(&t, r->value[FIELD_URL_DOMAIN], r->value[FIELD_URL_PATH]);
	}
}

const char *
observable_kind_name(enum observable_kind k)
{
	static const char *const names[OBSERVABLE_KINDS] = {
		[OBSERVABLE_ADDR] = "ip", [OBSERVABLE_DOMAIN] = "domain", [OBSERVABLE_URL] = "url",
		[OBSERVABLE_HASH] = "hash", [OBSERVABLE_JA3] = "ja3", [OBSERVABLE_JA4] = "ja4",
		[OBSERVABLE_EMAIL] = "email", [OBSERVABLE_USER] = "user",
	};

	assert(k < OBSERVABLE_KINDS);
	return names[k];
}

/* "192.0.2.1:443", "[2001:db8::1]:443" */
static bool
take_addr_port(struct taking *t, struct hn_view v)
{
	struct hn_addr a;
	struct url u;

	if (!url_split(v, &u) || u.scheme.n > 0 || u.path.n > 0 || u.port == 0 || hn_addr_parse(u.host, &a) != HN_OK)
		return false;
	add_addr(t, u.host, a, u.port);
	return true;
}

static bool
is_name_char(uint8_t c)
{
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* Two labels or more of letters, digits, '-' and '_', the last not of digits alone: that is a badly written address. */
static bool
is_typed_name(struct hn_view v)
{
	size_t letters = 0;	/* of the last label */
	uint8_t before = '.';

	for (size_t i = 0; i < v.n; i++) {
		const uint8_t c = (uint8_t)hn_lower(v.p[i]);

		if (!is_name_char(c) || (c == '.' && before == '.'))
			return false;
		if (c == '.' && i + 1 < v.n)
			letters = 0;
		else
			letters += c != '.' && (c < '0' || c > '9');
		before = c;
	}
	return letters > 0 && hn_view_find(v, '.') < v.n;
}

/* A name as lists have it; a port may follow. */
static void
take_typed_name(struct taking *t, struct hn_view v)
{
	uint64_t port = 0;
	struct hn_view rest = v, host;

	if (hn_view_cut(&rest, ':', &host) && hn_num_u64(rest, UINT16_MAX, &port) != HN_OK)
		return;
	if (is_typed_name(host))
		take_name(t, host, (uint16_t)port);
}

static void
take_typed(struct taking *t, struct hn_view v)
{
	struct hn_addr a;

	if (hn_addr_parse(v, &a) == HN_OK)
		add_addr(t, v, a, 0);
	else if (take_addr_port(t, v))
		return;
	else if (hn_view_search(v, HN_LIT("://")) < v.n)
		take_url(t, v);
	else if (is_ja4(v))
		take_ja4(t, v);
	else if (is_hex(v) && hn_view_find(v, '.') == v.n)
		take_hash(t, v);
	else if (hn_view_find(v, '/') < v.n)
		take_url(t, v);
	else if (hn_view_find(v, '@') < v.n)
		take_email(t, v);
	else
		take_typed_name(t, v);
}

/* "user:suzuki", "ja3:...": the kind said, for values whose form does not say it. */
static bool
take_said(struct taking *t, struct hn_view v)
{
	static const struct {
		struct hn_view prefix;
		enum take how;
	} rows[] = {
		{ HN_INIT("ip:"), TAKE_ADDR }, { HN_INIT("domain:"), TAKE_DOMAIN }, { HN_INIT("hash:"), TAKE_HASH },
		{ HN_INIT("ja3:"), TAKE_JA3 }, { HN_INIT("ja4:"), TAKE_JA4 }, { HN_INIT("email:"), TAKE_EMAIL },
		{ HN_INIT("mailto:"), TAKE_EMAIL }, { HN_INIT("user:"), TAKE_USER }, { HN_INIT("url:"), TAKE_URL },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		if (!hn_view_starts(v, rows[i].prefix) || v.n == rows[i].prefix.n)
			continue;
		takers[rows[i].how](t, hn_view_skip(v, rows[i].prefix.n));
		return true;
	}
	return false;
}

enum hn_rc
observable_of(struct hn_view value, struct observables *out, struct hn_err *err)
{
	struct taking t = { .out = out, .field = FIELD_COUNT };
	struct hn_view v = hn_view_trim(value);

	out->n = 0;
	out->text_n = 0;
	if (v.n > OBSERVABLE_VALUE_MAX)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "a value too long");
	if (v.n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "no value");
	if (refang_is_needed(v)) {
		out->text_n = refang(v, out->text);
		v = (struct hn_view){ out->text, out->text_n };
	}
	if (!take_said(&t, v))
		take_typed(&t, v);
	if (out->n != 1)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "no address, domain, URL, hash, fingerprint or e-mail address");
	return HN_OK;
}
