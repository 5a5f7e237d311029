#include "detect/destruction.h"

#include "base/mem.h"
#include "base/num.h"
#include "detect/few.h"
#include "detect/triage.h"

#define WINDOW_MS 180000
#define READ_MS INT64_C(600000)		/* what is written so soon after it was read is written over */
#define CAME_MS INT64_C(43200000)	/* an account's client is that from which it came within so long */
#define DAY_MS INT64_C(86400000)
#define LEARN_MS (7 * DAY_MS)
#define FILES_MIN 600u
#define FILES_MAX 2000u			/* more are not told apart */
#define ADDRESS_MAX 46u

/* Rights asked for or used: MS-SMB2 2.2.13.1.1. */
#define MASK_READ 0x1u
#define MASK_WRITE 0x6u
#define MASK_DELETE 0x10000u

/* One that destroys: a client, or an account on a server where its client is not known. */
struct client {
	int64_t window_ms, first_ms;
	int64_t day;
	uint64_t days;			/* on which it destroyed many; bit 0: `day` */
	uint32_t told;			/* files of the window when it was last told of */
	uint32_t unused;
	struct few gone, rewritten;
};

/* From where an account came to a server. */
struct came {
	int64_t at_ms;
	uint8_t n;
	char address[ADDRESS_MAX];
	char pad[1];
};

static_assert(sizeof(struct client) % 8 == 0 && sizeof(struct came) % 8 == 0, "entries of tables");

struct state {
	const struct detect_conf *conf;
	struct keyed *clients, *came, *read, *house;
	struct keyed *tables[4];
};

enum deed { DEED_NONE, DEED_READ, DEED_WRITE, DEED_GONE };

static void
destruction_close(void *state)
{
	struct state *s = state;

	for (size_t i = 0; s != NULL && i < HN_COUNT(s->tables); i++)
		keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
destruction_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));
	bool is_whole = s != NULL;

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->clients = keyed_new(sizeof(struct client), DESTRUCTION_CLIENTS_MAX);
		s->tables[1] = s->came = keyed_new(sizeof(struct came), DESTRUCTION_CLIENTS_MAX);
		s->tables[2] = s->read = keyed_new(sizeof(int64_t), DESTRUCTION_READ_MAX);
		s->tables[3] = s->house = keyed_new(sizeof(int64_t), 1);
		for (size_t i = 0; i < HN_COUNT(s->tables); i++)
			is_whole = is_whole && s->tables[i] != NULL;
	}
	if (!is_whole) {
		destruction_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "destruction");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
destruction_tables(void *state, size_t *n)
{
	*n = HN_COUNT(((struct state *)state)->tables);
	return ((struct state *)state)->tables;
}

static uint64_t
mask_of(const struct record *r)
{
	uint64_t mask;

	return hn_num_hex(record_extra(r, HN_LIT("AccessMask")), &mask) == HN_OK ? mask : 0;
}

/* 5145 tells what was asked for, all at once: with the right to write, that to delete is there for copying as well. */
static enum deed
deed_of_share(const struct record *r)
{
	const uint64_t mask = mask_of(r);

	if (record_get(r, FIELD_FILE_NAME).n == 0)
		return DEED_NONE;
	if ((mask & MASK_WRITE) != 0)
		return (mask & MASK_READ) != 0 ? DEED_NONE : DEED_WRITE;
	return (mask & MASK_DELETE) != 0 ? DEED_GONE : (mask & MASK_READ) != 0 ? DEED_READ : DEED_NONE;
}

/* 4663 tells what was done, one by one. */
static enum deed
deed_of_object(const struct record *r)
{
	const uint64_t mask = mask_of(r);
	const struct hn_view type = record_extra(r, HN_LIT("ObjectType"));

	if (type.n > 0 && !hn_view_eq(type, HN_LIT("File")))
		return DEED_NONE;
	return (mask & MASK_DELETE) != 0 ? DEED_GONE : (mask & MASK_WRITE) != 0 ? DEED_WRITE :
	    (mask & MASK_READ) != 0 ? DEED_READ : DEED_NONE;
}

static enum deed
deed_of_smb(const struct record *r)
{
	static const struct {
		struct hn_view action;
		enum deed deed;
	} actions[] = {
		{ HN_INIT("SMB::FILE_READ"), DEED_READ }, { HN_INIT("SMB::FILE_WRITE"), DEED_WRITE },
		{ HN_INIT("SMB::FILE_DELETE"), DEED_GONE }, { HN_INIT("SMB::FILE_RENAME"), DEED_GONE },
	};
	const struct hn_view action = record_get(r, FIELD_EVENT_ACTION);

	for (size_t i = 0; i < HN_COUNT(actions); i++)
		if (hn_view_eq(action, actions[i].action))
			return actions[i].deed;
	return DEED_NONE;
}

static enum deed
deed_of(const struct record *r)
{
	const struct hn_view action = record_get(r, FIELD_EVENT_ACTION);

	if (hn_view_eq(action, HN_LIT("checked-share-access")))
		return deed_of_share(r);
	if (hn_view_eq(action, HN_LIT("accessed-object")))
		return deed_of_object(r);
	return strcmp(r->dataset, "zeek.smb_files") == 0 ? deed_of_smb(r) : DEED_NONE;
}

/* A file by its name and its folder's, which all logs have alike. */
static struct hn_view
file_of(const struct record *r)
{
	const struct hn_view path = record_get(r, record_has(r, FIELD_FILE_NAME) ? FIELD_FILE_NAME : FIELD_FILE_PATH);
	size_t at = path.n, slashes = 0;

	while (at > 0 && slashes < 2) {
		slashes += path.p[at - 1] == '\\' || path.p[at - 1] == '/';
		at--;
	}
	return hn_view_skip(path, slashes == 2 ? at + 1 : 0);
}

static uint64_t
key_of_account(const struct state *st, const struct record *r)
{
	return contact_join(contact_key(st->conf->contacts, record_get(r, FIELD_HOST_NAME)),
	    contact_key(st->conf->contacts, record_get(r, FIELD_USER_NAME)));
}

/* From where the account of ${r} comes: it says so, or did. */
static struct hn_view
client_of(struct state *st, const struct record *r)
{
	const struct hn_view address = record_get(r, FIELD_SOURCE_IP);
	struct came *c;

	if (address.n > 0 && (!record_has(r, FIELD_HOST_NAME) || !record_has(r, FIELD_USER_NAME)))
		return address;
	if (address.n == 0) {
		c = keyed_find(st->came, key_of_account(st, r));
		return c != NULL && r->at_ms - c->at_ms < CAME_MS ? (struct hn_view){ c->address, c->n } : HN_LIT("");
	}
	c = keyed_get(st->came, key_of_account(st, r), NULL);
	if (c != NULL && address.n <= ADDRESS_MAX) {
		c->at_ms = r->at_ms;
		c->n = (uint8_t)address.n;
		hn_view_copy(c->address, address);
	}
	return address;
}

static void
begin_window(struct client *c, int64_t at_ms)
{
	const int64_t day = at_ms / DAY_MS;

	if (day > c->day) {
		c->days = day - c->day < 64 ? c->days << (day - c->day) : 0;
		c->day = day;
	}
	c->window_ms = at_ms;
	c->told = 0;
	c->gone = c->rewritten = (struct few){ 0 };
}

static bool
is_learning(struct state *st, int64_t now_ms)
{
	int64_t *began_ms = keyed_get(st->house, 1, NULL);

	if (began_ms != NULL && *began_ms == 0)
		*began_ms = now_ms;
	return began_ms == NULL || now_ms - *began_ms < LEARN_MS;
}

static void
say(struct state *st, struct client *c, const struct record *r, struct hn_view client, struct findings *out)
{
	const uint32_t gone = few_count(&c->gone), rewritten = few_count(&c->rewritten), n = gone + rewritten;
	const struct hn_view server = record_get(r, record_has(r, FIELD_HOST_NAME) ? FIELD_HOST_NAME : FIELD_DESTINATION_IP);
	char text[64];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_RANSOMWARE, .at_most = LEVEL_HIGH,
		.rule = rewritten > gone ? HN_LIT("ransomware.rewriting") : HN_LIT("ransomware.deletion"),
		.words = rewritten > gone ? HN_LIT("ransomware-rewriting") : HN_LIT("ransomware-deletion"),
		.source = client.n > 0 ? client : server, .destination = client.n > 0 ? server : HN_LIT(""),
		.user = record_get(r, FIELD_USER_NAME), .n_techniques = 1,
		.techniques = { rewritten > gone ? HN_LIT("T1486") : HN_LIT("T1485") }, .first_ms = c->window_ms };

	f.count = n > c->told ? n - c->told : 1;
	c->told = n;
	finding_part(&f, "ransomware.prior", -0.8);
	finding_part(&f, "ransomware.number", n >= FILES_MAX ? 2.8 : n >= 1200 ? 2.0 : 1.2);
	finding_part(&f, "ransomware.learning", is_learning(st, r->at_ms) ? -0.6 : 0);
	if ((c->days & ~UINT64_C(1)) != 0)
		finding_part(&f, "ransomware.known", -2.5);
	finding_fact_number(&f, "n", n < FILES_MAX ? n : FILES_MAX, &facts);
	finding_fact_number(&f, "span_ms", (double)(r->at_ms - c->window_ms), &facts);
	findings_hit(out, &f, r);
}

/* Count the deed in; true: there is more of it than before. */
static bool
count_in(struct state *st, struct client *c, uint64_t who, enum deed deed, const struct record *r)
{
	const uint64_t file = contact_key(st->conf->contacts, file_of(r));
	int64_t *read_ms;

	if (deed == DEED_GONE)
		return few_add(&c->gone, file);
	if (deed == DEED_READ) {
		read_ms = keyed_get(st->read, contact_join(who, file), NULL);
		if (read_ms != NULL)
			*read_ms = r->at_ms;
		return false;
	}
	read_ms = keyed_find(st->read, contact_join(who, file));
	return read_ms != NULL && r->at_ms - *read_ms < READ_MS && few_add(&c->rewritten, file);
}

static void
destruction_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct record *r = s->record;
	const enum deed deed = r->kind == RECORD_FILE ? deed_of(r) : DEED_NONE;
	struct hn_view client;
	struct client *c;
	uint64_t who;
	uint32_t n;

	if (r->kind == RECORD_LOGON ? !hn_view_eq(record_get(r, FIELD_LOGON_TYPE), HN_LIT("3")) : deed == DEED_NONE)
		return;
	(void)is_learning(st, r->at_ms);
	client = client_of(st, r);
	if (deed == DEED_NONE)
		return;
	who = client.n > 0 ? contact_key(st->conf->contacts, client) : key_of_account(st, r);
	c = keyed_get(st->clients, who, NULL);
	if (c == NULL)
		return;
	if (r->at_ms - c->window_ms >= WINDOW_MS || r->at_ms < c->window_ms - WINDOW_MS)
		begin_window(c, r->at_ms);
	if (!count_in(st, c, who, deed, r))
		return;
	n = few_count(&c->gone) + few_count(&c->rewritten);
	if (n < FILES_MIN || n < c->told + c->told / 2 + 1)
		return;
	c->days |= 1;
	say(st, c, r, client, out);
}

const struct detector destruction_detector = {
	.name = "destruction",
	.kind = FINDING_RANSOMWARE,
	.wants = WANTS(RECORD_FILE) | WANTS(RECORD_LOGON),
	.open = destruction_open,
	.see = destruction_see,
	.tables = destruction_tables,
	.close = destruction_close,
};
