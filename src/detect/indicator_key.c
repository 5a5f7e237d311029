#include "detect/indicator_key.h"

#include <assert.h>

#include "base/num.h"
#include "record/refang.h"

#define NET_TEXT_MAX 64u
#define PATH_MIN 5u	/* bytes of a path that means something on any host */

size_t
indicator_addr_bytes(struct hn_addr a, char *to)
{
	const size_t n = hn_addr_is_v4(a) ? 4 : 16;

	memcpy(to, a.b + 16 - n, n);
	return n;
}

size_t
indicator_cidr_bytes(struct hn_addr a, unsigned bits, char *to)
{
	to[0] = (char)(uint8_t)bits;
	return 1 + indicator_addr_bytes(hn_addr_mask(a, bits), to + 1);
}

static enum hn_rc
key_of_cidr(struct hn_view v, struct indicator_scratch *s, struct indicator_key *out)
{
	char text[NET_TEXT_MAX];
	struct hn_cidr net;

	if (v.n > sizeof(text) || hn_cidr_parse((struct hn_view){ text, refang(v, text) }, &net) != HN_OK)
		return HN_E_SYNTAX;
	if (net.bits == 128) {
		const size_t n = indicator_addr_bytes(net.addr, s->bytes);

		*out = (struct indicator_key){ INDICATOR_ADDR, { s->bytes, n } };
		return HN_OK;
	}
	*out = (struct indicator_key){ INDICATOR_CIDR, { s->bytes, indicator_cidr_bytes(net.addr, net.bits, s->bytes) } };
	return HN_OK;
}

/* Slash, '?' and the like at the end say nothing. */
static struct hn_view
trim_path(struct hn_view v)
{
	while (v.n > 1 && (v.p[v.n - 1] == '/' || v.p[v.n - 1] == '?'))
		v.n--;
	return v;
}

static enum hn_rc
key_of_path(struct hn_view v, struct indicator_scratch *s, struct indicator_key *out, struct hn_err *err)
{
	v = trim_path(v);
	if (v.n < PATH_MIN)
		return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "a path too short to mean something on any host");
	if (v.n > INDICATOR_KEY_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "a path too long");
	for (size_t i = 0; i < v.n; i++)
		s->bytes[i] = hn_lower(v.p[i]);
	*out = (struct indicator_key){ INDICATOR_PATH, { s->bytes, v.n } };
	return HN_OK;
}

static enum hn_rc
key_of_addr(const struct observable *o, struct indicator_scratch *s, struct indicator_key *out)
{
	size_t n = indicator_addr_bytes(o->addr, s->bytes);

	if (o->port != 0) {
		s->bytes[n++] = (char)(uint8_t)(o->port >> 8);
		s->bytes[n++] = (char)(uint8_t)o->port;
	}
	*out = (struct indicator_key){ o->port != 0 ? INDICATOR_ADDR_PORT : INDICATOR_ADDR, { s->bytes, n } };
	return HN_OK;
}

static enum hn_rc
key_of_hex(enum indicator_kind kind, const struct observable *o, struct indicator_scratch *s, struct indicator_key *out)
{
	const size_t n = o->value.n / 2;

	if (hn_num_bytes(o->value, (uint8_t *)s->bytes, n) != HN_OK)
		return HN_E_SYNTAX;
	*out = (struct indicator_key){ kind, { s->bytes, n } };
	return HN_OK;
}

/* A URL whose path says nothing means its host. */
static enum hn_rc
key_of_url(struct hn_view url, struct indicator_scratch *s, struct indicator_key *out, struct hn_err *err)
{
	struct hn_view path = url, host;

	(void)hn_view_cut(&path, '/', &host);
	if (path.n > 0) {
		*out = (struct indicator_key){ INDICATOR_URL, trim_path(url) };
		return HN_OK;
	}
	memcpy(s->bytes, host.p, host.n);
	host.p = s->bytes;
	if (observable_of(host, &s->seen, err) != HN_OK)
		return HN_E_SYNTAX;
	if (s->seen.at[0].kind == OBSERVABLE_ADDR)
		return key_of_addr(&s->seen.at[0], s, out);
	*out = (struct indicator_key){ INDICATOR_DOMAIN, s->seen.at[0].value };
	return HN_OK;
}

static enum hn_rc
key_of_observable(struct indicator_scratch *s, struct indicator_key *out, struct hn_err *err)
{
	const struct observable *o = &s->seen.at[0];

	switch (o->kind) {
	case OBSERVABLE_ADDR:
		return key_of_addr(o, s, out);
	case OBSERVABLE_URL:
		return key_of_url(o->value, s, out, err);
	case OBSERVABLE_HASH:
		return key_of_hex(INDICATOR_HASH, o, s, out);
	case OBSERVABLE_JA3:
		return key_of_hex(INDICATOR_JA3, o, s, out);
	case OBSERVABLE_DOMAIN:
		*out = (struct indicator_key){ INDICATOR_DOMAIN, o->value };
		return HN_OK;
	case OBSERVABLE_JA4:
		*out = (struct indicator_key){ INDICATOR_JA4, o->value };
		return HN_OK;
	case OBSERVABLE_EMAIL:
		*out = (struct indicator_key){ INDICATOR_EMAIL, o->value };
		return HN_OK;
	default:
		return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "a user name is no indicator");
	}
}

enum hn_rc
indicator_key_of_text(struct hn_view text, struct indicator_scratch *s, struct indicator_key *out, struct hn_err *err)
{
	const struct hn_view v = hn_view_trim(text);
	struct hn_addr a;
	enum hn_rc rc;

	if (hn_addr_parse(v, &a) == HN_OK) {
		*out = (struct indicator_key){ INDICATOR_ADDR, { s->bytes, indicator_addr_bytes(a, s->bytes) } };
		return HN_OK;
	}
	if (v.n > 0 && v.p[0] == '/')
		return key_of_path(v, s, out, err);
	if (v.n > 0 && hn_view_find(v, '/') < v.n && key_of_cidr(v, s, out) == HN_OK)
		return HN_OK;
	rc = observable_of(v, &s->seen, err);
	return rc == HN_OK ? key_of_observable(s, out, err) : rc;
}

static enum hn_rc
addr_of_bytes(struct hn_view b, struct hn_addr *out)
{
	struct hn_addr a = { .b = { [10] = 0xff, [11] = 0xff } };

	if (b.n != 4 && b.n != 16)
		return HN_E_CORRUPT;
	memcpy(a.b + 16 - b.n, b.p, b.n);
	*out = a;
	return HN_OK;
}

static enum hn_rc
addr_text(struct indicator_key key, struct hn_buf *out)
{
	const bool has_port = key.kind == INDICATOR_ADDR_PORT;
	const size_t n = key.bytes.n - (has_port ? 2 : 0);
	struct hn_addr a;

	if (key.bytes.n < 4 || addr_of_bytes((struct hn_view){ key.bytes.p, n }, &a) != HN_OK)
		return HN_E_CORRUPT;
	if (has_port && !hn_addr_is_v4(a))
		hn_buf_char(out, '[');
	hn_addr_put(out, a);
	if (has_port)
		hn_buf_printf(out, "%s:%u", hn_addr_is_v4(a) ? "" : "]",
		    (unsigned)(uint8_t)key.bytes.p[n] << 8 | (unsigned)(uint8_t)key.bytes.p[n + 1]);
	return HN_OK;
}

static enum hn_rc
cidr_text(struct indicator_key key, struct hn_buf *out)
{
	struct hn_addr a;
	unsigned bits;

	if (key.bytes.n < 1 || addr_of_bytes(hn_view_skip(key.bytes, 1), &a) != HN_OK)
		return HN_E_CORRUPT;
	bits = (uint8_t)key.bytes.p[0];
	if (bits > 128 || (key.bytes.n == 5 && bits < 96))
		return HN_E_CORRUPT;
	hn_addr_put(out, a);
	hn_buf_printf(out, "/%u", key.bytes.n == 5 ? bits - 96 : bits);
	return HN_OK;
}

enum hn_rc
indicator_key_text(struct indicator_key key, struct hn_buf *out)
{
	switch (key.kind) {
	case INDICATOR_ADDR:
	case INDICATOR_ADDR_PORT:
		return addr_text(key, out);
	case INDICATOR_CIDR:
		return cidr_text(key, out);
	case INDICATOR_HASH:
	case INDICATOR_JA3:
		hn_buf_hex(out, key.bytes.p, key.bytes.n);
		return HN_OK;
	default:
		hn_buf_put(out, key.bytes);
		return HN_OK;
	}
}

const char *
indicator_kind_name(enum indicator_kind k)
{
	static const char *const names[INDICATOR_KINDS] = {
		[INDICATOR_ADDR] = "ip", [INDICATOR_ADDR_PORT] = "ip:port", [INDICATOR_CIDR] = "cidr",
		[INDICATOR_DOMAIN] = "domain", [INDICATOR_URL] = "url", [INDICATOR_PATH] = "path",
		[INDICATOR_HASH] = "hash", [INDICATOR_JA3] = "ja3", [INDICATOR_JA4] = "ja4",
		[INDICATOR_EMAIL] = "email",
	};

	assert(k < INDICATOR_KINDS);
	return names[k];
}
