#include "detect/warninglist.h"

#include <libpsl.h>

#include "detect/warninglist_table.h"

#define NAME_MAX_BYTES 253u
#define CIDR_V4_MIN (96u + 8u)
#define CIDR_V6_MIN 19u

/* Row of ${name}; NULL: none. */
static const struct warning_name *
name_find(struct hn_view name)
{
	size_t low = 0, high = warning_names_n;

	while (low < high) {
		const size_t mid = (low + high) / 2;
		const struct warning_name *row = &warning_names[mid];
		int order = memcmp(name.p, row->name, name.n < row->n ? name.n : row->n);

		if (order == 0)
			order = (name.n > row->n) - (name.n < row->n);
		if (order == 0)
			return row;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static const struct warninglist *
find_name(struct hn_view name)
{
	struct hn_view rest = name;

	for (;;) {
		const struct warning_name *row = name_find(rest);
		const size_t dot = hn_view_find(rest, '.');

		if (row != NULL && (row->exact == 0 || rest.n == name.n))
			return &warninglists[row->list];
		if (dot == rest.n)
			return NULL;
		rest = hn_view_skip(rest, dot + 1);
	}
}

/* A list that has ${net} or a part of it. */
static const struct warninglist *
find_net(struct hn_cidr net)
{
	for (size_t i = 0; i < warning_nets_n; i++) {
		const struct hn_cidr row = { warning_nets[i].addr, warning_nets[i].bits };

		if (row.bits <= net.bits ? hn_cidr_has(row, net.addr) : hn_cidr_has(net, row.addr))
			return &warninglists[warning_nets[i].list];
	}
	return NULL;
}

static const struct warninglist *
find_hash(struct hn_view bytes)
{
	for (size_t i = 0; i < warning_hashes_n; i++)
		if (hn_view_eq((struct hn_view){ (const char *)warning_hashes[i].bytes, warning_hashes[i].n }, bytes))
			return &warninglists[warning_hashes[i].list];
	return NULL;
}

/* The network that an address, address with port or network means. */
static struct hn_cidr
net_of(struct indicator_key key)
{
	struct hn_cidr net = { .addr = { .b = { [10] = 0xff, [11] = 0xff } }, .bits = 128 };
	struct hn_view bytes = key.bytes;

	if (key.kind == INDICATOR_CIDR && bytes.n > 0) {
		net.bits = (uint8_t)bytes.p[0];
		bytes = hn_view_skip(bytes, 1);
	}
	const size_t n = bytes.n >= 16 ? 16 : 4;

	if (bytes.n >= n)
		memcpy(net.addr.b + 16 - n, bytes.p, n);
	return net;
}

const struct warninglist *
warninglist_find(struct indicator_key key)
{
	switch (key.kind) {
	case INDICATOR_ADDR:
	case INDICATOR_ADDR_PORT:
	case INDICATOR_CIDR:
		return find_net(net_of(key));
	case INDICATOR_DOMAIN:
		return find_name(key.bytes);
	case INDICATOR_HASH:
		return find_hash(key.bytes);
	default:
		return NULL;
	}
}

const struct warninglist *
warninglist_named(struct hn_view name)
{
	for (size_t i = 0; i < warninglists_n; i++)
		if (hn_view_eq(hn_view_of(warninglists[i].name), name))
			return &warninglists[i];
	return NULL;
}

static const char *
name_too_general(struct hn_view name)
{
	char text[NAME_MAX_BYTES + 1];

	if (hn_view_find(name, '.') == name.n)
		return "too general: a name of one label";
	if (name.n > NAME_MAX_BYTES)
		return "a name too long";
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	if (psl_is_public_suffix2(psl_builtin(), text, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0)
		return "too general: a public suffix, below which anyone may register names";
	return NULL;
}

const char *
warninglist_too_general(struct indicator_key key)
{
	if (key.kind == INDICATOR_DOMAIN)
		return name_too_general(key.bytes);
	if (key.kind == INDICATOR_CIDR) {
		const struct hn_cidr net = net_of(key);

		if (net.bits < (key.bytes.n == 5 ? CIDR_V4_MIN : CIDR_V6_MIN))
			return "too general: a network this large";
	}
	return NULL;
}
