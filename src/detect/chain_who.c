#include "detect/chain_who.h"

#include "base/mem.h"

#define LABEL_MAX 64u

struct name {
	uint64_t address;	/* key of the machine's address */
};

struct chain_who {
	const struct detect_conf *conf;
	struct keyed *names;
};

struct chain_who *
chain_who_new(const struct detect_conf *conf)
{
	struct chain_who *w = hn_alloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->conf = conf;
	w->names = keyed_new(sizeof(struct name), CHAIN_NAMES_MAX);
	if (w->names == NULL) {
		hn_free(w);
		return NULL;
	}
	return w;
}

void
chain_who_free(struct chain_who *w)
{
	if (w != NULL)
		keyed_free(w->names);
	hn_free(w);
}

struct keyed *
chain_who_table(struct chain_who *w)
{
	return w->names;
}

/* A key that is never 0: of the text in small letters. */
static uint64_t
key_of(const struct chain_who *w, struct hn_view text, char kind)
{
	char small[LABEL_MAX + 1] = { kind };
	size_t n = 1;
	uint64_t key;

	for (size_t i = 0; i < text.n && n < sizeof(small); i++, n++)
		small[n] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + 32) : text.p[i];
	key = contact_key(w->conf->contacts, (struct hn_view){ small, n });
	return key != 0 ? key : 1;
}

/* A name's first label: "EHR-AP01" of "EHR-AP01.hospital.example". */
static struct hn_view
label_of(struct hn_view name)
{
	struct hn_view rest = name, label;

	(void)hn_view_cut(&rest, '.', &label);
	return label;
}

static bool
is_ours(const struct chain_who *w, struct hn_view address)
{
	return scope_is_internal_text(w->conf->scope, address);
}

static bool
learn(struct chain_who *w, struct hn_view text, struct hn_view address, uint64_t keys[2])
{
	struct hn_addr addr;
	struct name *n;
	bool is_new;

	if (text.n < 2 || !is_ours(w, address) || hn_addr_parse(text, &addr) == HN_OK)
		return false;
	keys[0] = key_of(w, label_of(text), 'm');
	keys[1] = key_of(w, address, 'm');
	n = keyed_get(w->names, keys[0], &is_new);
	if (n == NULL || n->address == keys[1])
		return false;
	n->address = keys[1];
	return is_new;
}

bool
chain_who_learn(struct chain_who *w, const struct record *r, uint64_t *name, uint64_t *address)
{
	const struct hn_view source = record_get(r, FIELD_SOURCE_DOMAIN);
	struct hn_view answers = record_get(r, FIELD_DNS_ANSWERS), first;
	uint64_t keys[2] = { 0 };
	bool is_new = false;

	if (r->kind == RECORD_LOGON && source.n > 0)
		is_new = learn(w, source, record_get(r, FIELD_SOURCE_IP), keys);
	if (r->kind == RECORD_DNS && answers.n > 0) {
		(void)hn_view_cut(&answers, ',', &first);
		is_new = learn(w, record_get(r, FIELD_DNS_QUESTION_NAME), hn_view_trim(first), keys);
	}
	*name = keys[0];
	*address = keys[1];
	return is_new;
}

uint64_t
chain_who_machine(const struct chain_who *w, struct hn_view text)
{
	struct hn_addr addr;
	const struct name *n;
	uint64_t key;

	if (text.n == 0)
		return 0;
	if (hn_addr_parse(text, &addr) == HN_OK)
		return scope_is_internal(w->conf->scope, addr) ? key_of(w, text, 'm') : 0;
	key = key_of(w, label_of(text), 'm');
	n = keyed_find(w->names, key);
	return n != NULL ? n->address : key;
}

uint64_t
chain_who_account(const struct chain_who *w, struct hn_view user)
{
	static const struct hn_view nobody[] = {
		HN_INIT("system"), HN_INIT("local service"), HN_INIT("network service"), HN_INIT("anonymous logon"),
		HN_INIT("guest"), HN_INIT("-"), HN_INIT("n/a"), HN_INIT("unknown"), HN_INIT("root"),
	};
	struct hn_view rest = user, domain;

	if (hn_view_cut(&rest, '\\', &domain))
		user = rest;
	rest = user;
	(void)hn_view_cut(&rest, '@', &user);
	if (user.n == 0 || user.p[user.n - 1] == '$')
		return 0;
	for (size_t i = 0; i < HN_COUNT(nobody); i++)
		if (hn_view_eq_nocase(user, nobody[i]))
			return 0;
	return key_of(w, user, 'u');
}
