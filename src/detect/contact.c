#include "detect/contact.h"

#include <libpsl.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define NAMES_MAX 80000u	/* pairs of client and address whose name is known: 12 MB */
#define FLOWS_MAX 65536u	/* connections told of lately */
#define PROXIES_MAX 256u
#define ASKED_MAX 4096u		/* sites that clients asked a proxy for lately */
#define RELAYS_MAX 4096u
#define FETCH_MS 5000		/* a proxy fetches so soon after it was asked */
#define RELAY_CONTACTS 30u	/* before a machine can be taken for a proxy */
#define SITES 32768u		/* a power of two: names whose registrable part was looked up lately */
#define AGAIN_MS (600 * 1000)	/* logs of one connection lie at most so far apart in their own times */

/* The name by which a client last knew an address. */
struct known_name {
	uint8_t n;
	bool is_logged;		/* by a log of TLS or of requests, which tells of each connection to it */
	char text[118];		/* a longer name is not remembered */
};

struct told_flow {
	int64_t at_ms;
	uint32_t by;		/* which kind of record told first */
	uint32_t unused;
};

/* How often a machine spoke to what a client had just asked a proxy for. */
struct relay {
	uint32_t after_asked, contacts;
};

struct looked_up {
	uint64_t key;
	uint8_t skip;		/* bytes in front of the registrable part */
};

struct contacts {
	uint64_t seed;
	const struct scope *scope;
	struct keyed *names, *flows, *proxies, *asked, *relays;
	struct keyed *tables[5];
	struct looked_up site[SITES];
	char name[CONTACT_NAME_MAX + 1];	/* of the contact being read */
	char answered[CONTACT_NAME_MAX + 1];	/* of the DNS answer being learnt */
};

struct contacts *
contacts_new(uint64_t seed, const struct scope *scope)
{
	struct contacts *c = hn_alloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->seed = seed;
	c->scope = scope;
	c->tables[0] = c->names = keyed_new(sizeof(struct known_name), NAMES_MAX);
	c->tables[1] = c->flows = keyed_new(sizeof(struct told_flow), FLOWS_MAX);
	c->tables[2] = c->proxies = keyed_new(sizeof(uint64_t), PROXIES_MAX);
	c->tables[3] = c->asked = keyed_new(sizeof(int64_t), ASKED_MAX);
	c->tables[4] = c->relays = keyed_new(sizeof(struct relay), RELAYS_MAX);
	if (c->names == NULL || c->flows == NULL || c->proxies == NULL || c->asked == NULL || c->relays == NULL) {
		contacts_free(c);
		return NULL;
	}
	return c;
}

void
contacts_free(struct contacts *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < HN_COUNT(c->tables); i++)
		keyed_free(c->tables[i]);
	hn_free(c);
}

void
contacts_seed(struct contacts *c, uint64_t seed)
{
	c->seed = seed;
}

struct keyed *const *
contacts_tables(struct contacts *c, size_t *n)
{
	*n = HN_COUNT(c->tables);
	return c->tables;
}

uint64_t
contact_key(const struct contacts *c, struct hn_view text)
{
	return hn_hash64(text, c->seed);
}

/* ${v} in lower case without a final dot into ${to}; empty: too long. */
static struct hn_view
lower_name(struct hn_view v, char to[CONTACT_NAME_MAX + 1])
{
	if (v.n > 0 && v.p[v.n - 1] == '.')
		v.n--;
	if (v.n > CONTACT_NAME_MAX)
		return HN_LIT("");
	for (size_t i = 0; i < v.n; i++)
		to[i] = hn_lower(v.p[i]);
	to[v.n] = '\0';
	return (struct hn_view){ to, v.n };
}

struct hn_view
contact_site(struct contacts *c, struct hn_view name)
{
	const uint64_t key = contact_key(c, name);
	struct looked_up *known = &c->site[key & (SITES - 1)];
	char text[CONTACT_NAME_MAX + 1];
	const char *site;

	if (name.n == 0 || name.n > CONTACT_NAME_MAX)
		return name;
	if (known->key == key && known->skip < name.n)
		return hn_view_skip(name, known->skip);
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	site = psl_registrable_domain(psl_builtin(), text);
	*known = (struct looked_up){ key, site != NULL ? (uint8_t)(site - text) : 0 };
	return hn_view_skip(name, known->skip);
}

static uint64_t
key_of_addr(const struct contacts *c, struct hn_addr a)
{
	return contact_key(c, (struct hn_view){ (const char *)a.b, sizeof(a.b) });
}

static uint64_t
key_of_pair(const struct contacts *c, struct hn_view who, struct hn_addr whom)
{
	return contact_join(contact_key(c, who), key_of_addr(c, whom));
}

static void
remember_name(struct contacts *c, uint64_t pair, struct hn_view name, bool is_logged)
{
	struct known_name *known;

	if (name.n == 0 || name.n > sizeof(known->text))
		return;
	known = keyed_get(c->names, pair, NULL);
	if (known == NULL)
		return;
	known->n = (uint8_t)name.n;
	known->is_logged |= is_logged;
	memcpy(known->text, name.p, name.n);
}

/* A client that asked for a name will speak to the addresses that it was told. */
static void
learn_answers(struct contacts *c, const struct record *r)
{
	const struct hn_view name = lower_name(record_get(r, FIELD_DNS_QUESTION_NAME), c->answered);
	struct hn_view rest = record_get(r, FIELD_DNS_ANSWERS), answer;
	struct hn_addr addr;

	while (name.n > 0 && record_list_next(&rest, &answer))
		if (hn_addr_parse(answer, &addr) == HN_OK)
			remember_name(c, key_of_pair(c, record_machine(r), addr), name, false);
}

static bool
is_internal(const struct contacts *c, bool has, struct hn_addr a)
{
	return has && (scope_is_internal(c->scope, a) || hn_addr_is_special(a));
}

/* The name that the record itself gives its peer. */
static struct hn_view
named_by(const struct record *r)
{
	static const enum field fields[] = { FIELD_TLS_SERVER_NAME, FIELD_URL_DOMAIN, FIELD_DESTINATION_DOMAIN };

	for (size_t i = 0; i < HN_COUNT(fields); i++)
		if (record_has(r, fields[i]))
			return r->value[fields[i]];
	return HN_LIT("");
}

/* A connection whose service has a log of its own. */
static bool
is_told_elsewhere(const struct record *r)
{
	const struct hn_view service = record_get(r, FIELD_NETWORK_PROTOCOL);

	return strcmp(r->dataset, "zeek.conn") == 0 && (hn_view_search(service, HN_LIT("ssl")) < service.n ||
	    hn_view_eq(service, HN_LIT("http")));
}

static void
name_peer(struct contacts *c, const struct record *r, struct contact *o)
{
	const struct hn_view given = named_by(r);
	const struct known_name *known;
	struct hn_addr addr;

	if (given.n > 0 && hn_addr_parse(given, &addr) != HN_OK) {
		o->whom = lower_name(given, c->name);
		o->is_named = o->whom.n > 0;
		if (o->is_named && o->has_whom_addr && !o->is_proxied)
			remember_name(c, key_of_pair(c, o->who, o->whom_addr), o->whom, true);
	}
	if (o->whom.n == 0 && given.n > 0)
		o->whom = given;
	if (o->whom.n > 0 || !o->has_whom_addr)
		return;
	known = keyed_find(c->names, key_of_pair(c, o->who, o->whom_addr));
	o->whom = record_get(r, FIELD_DESTINATION_IP);
	if (known != NULL) {
		memcpy(c->name, known->text, known->n);
		o->whom = (struct hn_view){ c->name, known->n };
		o->is_named = true;
		o->is_again = known->is_logged && is_told_elsewhere(r);
	}
}

/* A name in a web request to an address of ours is a proxy's work, if that name is not of ours. */
static void
find_proxy(struct contacts *c, const struct record *r, struct contact *o)
{
	const bool is_asked = r->kind == RECORD_WEB && hn_view_eq(record_get(r, FIELD_HTTP_METHOD), HN_LIT("CONNECT"));
	const uint64_t key = key_of_addr(c, o->whom_addr);

	if (strncmp(r->dataset, "squid", 5) == 0 || record_has(r, FIELD_CLIENT_IP))
		o->is_proxied = true;
	if (is_asked && is_internal(c, o->has_whom_addr, o->whom_addr) && strncmp(r->dataset, "squid", 5) != 0) {
		o->is_proxied = true;
		(void)keyed_get(c->proxies, key, NULL);
	} else if (o->has_whom_addr && keyed_count(c->proxies) > 0 && keyed_find(c->proxies, key) != NULL) {
		o->is_proxied = true;
	}
	o->is_by_relay = o->has_who_addr && !record_has(r, FIELD_CLIENT_IP) && keyed_count(c->proxies) > 0 &&
	    keyed_find(c->proxies, key_of_addr(c, o->who_addr)) != NULL;
}

static enum contact_way
way_of(const struct contacts *c, const struct contact *o)
{
	const bool from_us = !o->has_who_addr || is_internal(c, true, o->who_addr);
	const bool to_us = is_internal(c, o->has_whom_addr, o->whom_addr);

	if (o->is_proxied && o->is_named)
		return from_us ? CONTACT_OUT : CONTACT_PASSING;
	if (from_us)
		return to_us ? CONTACT_INSIDE : CONTACT_OUT;
	return to_us ? CONTACT_IN : CONTACT_PASSING;
}

/* Zeek's states of connections that brought nothing: no answer, refused, scanned. */
static bool
is_state_failed(struct hn_view state)
{
	static const struct hn_view failed[] = {
		HN_INIT("S0"), HN_INIT("REJ"), HN_INIT("RSTOS0"), HN_INIT("RSTRH"), HN_INIT("SH"),
	};

	for (size_t i = 0; i < HN_COUNT(failed); i++)
		if (hn_view_eq(state, failed[i]))
			return true;
	return false;
}

/* Whether another log has told of this connection: the same ends and ports, a record of another kind, about that time. */
static bool
is_told(struct contacts *c, const struct record *r, const struct contact *o)
{
	const uint64_t ports = (uint64_t)o->source_port << 16 | o->port;
	struct told_flow *flow;
	bool is_new;

	if (o->source_port == 0 || !o->has_whom_addr || !o->has_who_addr)
		return false;
	flow = keyed_get(c->flows, contact_join(contact_join(o->pair, key_of_addr(c, o->whom_addr)), ports), &is_new);
	if (flow == NULL)
		return false;
	if (!is_new && flow->by != (uint32_t)r->kind && llabs(o->at_ms - flow->at_ms) < AGAIN_MS)
		return true;
	*flow = (struct told_flow){ o->at_ms, (uint32_t)r->kind, 0 };
	return false;
}

static void
measure(const struct record *r, struct contact *o)
{
	o->has_bytes = record_has(r, FIELD_SOURCE_BYTES) || record_has(r, FIELD_DESTINATION_BYTES);
	o->sent = record_number(r, FIELD_SOURCE_BYTES, 0);
	o->received = record_number(r, FIELD_DESTINATION_BYTES, 0);
	o->duration_ms = record_number(r, FIELD_EVENT_DURATION_MS, 0);
	o->source_port = (uint16_t)record_number(r, FIELD_SOURCE_PORT, 0);
	o->port = (uint16_t)record_number(r, FIELD_DESTINATION_PORT, 0);
	o->service = record_get(r, FIELD_NETWORK_PROTOCOL);
	o->failed = hn_view_eq(record_get(r, FIELD_EVENT_OUTCOME), HN_LIT("failure")) ||
	    is_state_failed(record_get(r, FIELD_NETWORK_STATE));
}

/*
 * A proxy's own connections follow on what its clients asked for: a machine most of whose contacts do so speaks for others,
 * by whatever address it goes out.
 */
static bool
is_relay(struct contacts *c, const struct contact *o)
{
	const int64_t *asked_ms;
	struct relay *relay;
	int64_t *now_ms;

	if (o->is_proxied) {
		now_ms = keyed_get(c->asked, o->site_key, NULL);
		if (now_ms != NULL)
			*now_ms = o->at_ms;
		return false;
	}
	if (keyed_count(c->asked) == 0 || o->way == CONTACT_INSIDE || o->way == CONTACT_IN)
		return false;
	relay = keyed_get(c->relays, o->who_key, NULL);
	asked_ms = keyed_find(c->asked, o->site_key);
	if (relay == NULL)
		return false;
	if (o->is_named && !o->is_again) {
		relay->contacts++;
		relay->after_asked += asked_ms != NULL && llabs(o->at_ms - *asked_ms) < FETCH_MS;
	}
	return relay->contacts >= RELAY_CONTACTS && relay->after_asked > relay->contacts / 2;
}

bool
contact_of(struct contacts *c, const struct record *r, struct contact *out)
{
	struct contact o = { .at_ms = r->at_ms };

	if (r->kind == RECORD_DNS && record_has(r, FIELD_DNS_ANSWERS))
		learn_answers(c, r);
	if (r->kind != RECORD_FLOW && r->kind != RECORD_WEB && r->kind != RECORD_TLS)
		return false;
	o.who = record_machine(r);
	o.has_who_addr = hn_addr_parse(o.who, &o.who_addr) == HN_OK;
	o.has_whom_addr = hn_addr_parse(record_get(r, FIELD_DESTINATION_IP), &o.whom_addr) == HN_OK;
	find_proxy(c, r, &o);
	name_peer(c, r, &o);
	if (o.who.n == 0 || o.whom.n == 0)
		return false;
	measure(r, &o);
	o.way = way_of(c, &o);
	o.site = o.is_named ? contact_site(c, o.whom) : o.whom;
	o.who_key = contact_key(c, o.who);
	o.whom_key = contact_key(c, o.whom);
	o.site_key = contact_key(c, o.site);
	o.pair = contact_join(o.who_key, o.whom_key);
	o.pair_site = contact_join(o.who_key, o.site_key);
	o.is_by_relay |= is_relay(c, &o);
	o.is_again = o.is_again || is_told(c, r, &o);
	*out = o;
	return true;
}
