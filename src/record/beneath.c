#include "record/beneath.h"

#include <libpsl.h>

#include "base/hash.h"

#define DOMAIN_MAX 253u
#define ASK_BITS 16u	/* BENEATH_ASK_MAX as a power of two */

static_assert(BENEATH_ASK_MAX == 1u << ASK_BITS, "a network becomes at most so many values");

static const uint8_t v6_steps[] = { 32, 48, 64 };

/* Where the registrable domain begins in ${name}; 0: the name is that itself, or has none. */
static size_t
site_at(struct hn_view name)
{
	char text[DOMAIN_MAX + 1];
	const char *site;

	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	site = psl_registrable_domain(psl_builtin(), text);
	return site != NULL ? (size_t)(site - text) : 0;
}

static size_t
known_site_at(struct beneath_known *known, struct hn_view name)
{
	const uint64_t key = hn_hash64(name, known->seed);
	const size_t slot = key % BENEATH_KNOWN;

	if (known->name[slot].key != key || known->name[slot].at >= name.n) {
		known->name[slot].at = site_at(name);
		known->name[slot].key = key;
	}
	return known->name[slot].at;
}

static void
above_name(struct beneath_known *known, struct hn_view name, struct beneath *out)
{
	size_t dots[DOMAIN_MAX], n = 0;

	if (name.n == 0 || name.n > DOMAIN_MAX)
		return;
	const size_t at = known_site_at(known, name);

	for (size_t i = 0; i < at; i++)
		if (name.p[i] == '.')
			dots[n++] = i + 1;
	while (n > 0 && out->n < BENEATH_ABOVE_MAX)	/* the nearest to the registrable one matter most */
		out->at[out->n++] = hn_view_skip(name, dots[--n]);
}

/* "2001:db8::/32" */
static struct hn_view
net_text(struct hn_addr a, unsigned bits, char to[BENEATH_TEXT_MAX])
{
	struct hn_buf b = { .p = to, .size = BENEATH_TEXT_MAX, .max = BENEATH_TEXT_MAX };

	hn_addr_put(&b, hn_addr_mask(a, bits));
	hn_buf_char(&b, '/');
	hn_buf_u64(&b, bits);
	return hn_buf_view(&b);
}

static void
above_addr(struct hn_view value, struct beneath *out)
{
	struct hn_addr a;

	if (hn_addr_parse(value, &a) != HN_OK || hn_addr_is_v4(a))
		return;
	for (size_t i = 0; i < HN_COUNT(v6_steps); i++)
		out->at[out->n++] = net_text(a, v6_steps[i], out->text + i * BENEATH_TEXT_MAX);
}

void
beneath_of(struct beneath_known *known, enum observable_kind kind, struct hn_view value, struct beneath *out)
{
	out->n = 0;
	if (kind == OBSERVABLE_DOMAIN)
		above_name(known, value, out);
	else if (kind == OBSERVABLE_ADDR)
		above_addr(value, out);
}

/* The ${i}-th network of ${bits} from ${a} on. */
static struct hn_addr
step(struct hn_addr a, unsigned bits, unsigned i)
{
	const unsigned shift = (8 - bits % 8) % 8;
	uint64_t carry = (uint64_t)i << shift;

	for (size_t at = (bits + 7) / 8; at > 0 && carry > 0; at--) {
		carry += a.b[at - 1];
		a.b[at - 1] = (uint8_t)carry;
		carry >>= 8;
	}
	return a;
}

/* Into networks of how many bits ${net} falls apart that are remembered; 128: into addresses; 0: into none, or too many. */
static unsigned
bits_to_ask(struct hn_cidr net)
{
	if (128u - net.bits <= ASK_BITS)
		return 128;
	if (hn_addr_is_v4(net.addr))
		return 0;
	for (size_t i = 0; i < HN_COUNT(v6_steps); i++)
		if (v6_steps[i] >= net.bits && v6_steps[i] - net.bits <= (int)ASK_BITS)
			return v6_steps[i];
	return 0;
}

enum hn_rc
beneath_ask_net(struct hn_cidr net, struct beneath_asking asking)
{
	const unsigned bits = bits_to_ask(net);
	const uint8_t kind = bits == 128 ? OBSERVABLE_ADDR : BENEATH_KIND(OBSERVABLE_ADDR);
	char text[BENEATH_TEXT_MAX];

	if (bits == 0)
		return HN_E_LIMIT;
	for (unsigned i = 0; i < 1u << (bits - net.bits); i++) {
		const struct hn_addr a = step(net.addr, bits, i);
		struct hn_buf b = { .p = text, .size = sizeof(text), .max = sizeof(text) };

		if (bits == 128)
			hn_addr_put(&b, a);
		if (!asking.ask(asking.ctx, kind, bits == 128 ? hn_buf_view(&b) : net_text(a, bits, text)))
			return HN_E_NOMEM;
	}
	return HN_OK;
}
