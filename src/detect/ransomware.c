#include "detect/ransomware.h"

#include "base/mem.h"
#include "detect/few.h"
#include "detect/triage.h"

#define WINDOW_MS 180000
#define FILES_MIN 30u			/* files with one further extension in a window */
#define FOLDERS_MIN 8u			/* folders with a text of one name */
#define PRINTERS_MIN 8u
#define PAGE_BYTES 1000u		/* whoever sends less looks whether there is a printer */
#define LEARN_MS (3 * INT64_C(86400000))	/* in a house that is known for less it may be a print server */

struct actor {
	int64_t window_ms;
	uint64_t extension;		/* the one that most files got: R. Boyer, J S. Moore, MJRTY, 1981 */
	int32_t lead;
	uint32_t told;			/* what was told in this window, a bit each */
	struct few files;		/* with that extension */
	struct few printers;
};

/* One name of a text, written by one machine. */
struct note {
	int64_t window_ms;
	uint32_t told, unused;
	struct few folders;
};

/* What a machine's printing is like. */
struct printing {
	int64_t burst_ms;		/* when it last printed everywhere; 0: never */
};

struct state {
	const struct detect_conf *conf;
	struct keyed *actors, *notes, *printing, *house;
	struct keyed *tables[4];
};

/* How each sign is told. */
enum sign { SIGN_RECOVERY, SIGN_PROTECTION, SIGN_LOG, SIGN_FILES, SIGN_NOTE, SIGN_PRINTING, SIGNS };

static const struct {
	struct hn_view rule, words, technique;
	double weight;
} signs[SIGNS] = {
	[SIGN_RECOVERY] = { HN_INIT("ransomware.recovery"), HN_INIT("ransomware-recovery"), HN_INIT("T1490"), 2.4 },
	[SIGN_PROTECTION] = { HN_INIT("ransomware.protection"), HN_INIT("ransomware-protection"), HN_INIT("T1562.001"), -0.7 },
	[SIGN_LOG] = { HN_INIT("ransomware.log"), HN_INIT("ransomware-log"), HN_INIT("T1070.001"), 0.8 },
	[SIGN_FILES] = { HN_INIT("ransomware.files"), HN_INIT("ransomware-files"), HN_INIT("T1486"), 3.2 },
	[SIGN_NOTE] = { HN_INIT("ransomware.note"), HN_INIT("ransomware-note"), HN_INIT("T1486"), 3.0 },
	[SIGN_PRINTING] = { HN_INIT("ransomware.printing"), HN_INIT("ransomware-printing"), HN_INIT("T1486"), 1.4 },
};

static void
ransomware_close(void *state)
{
	struct state *s = state;

	if (s != NULL) {
		keyed_free(s->actors);
		keyed_free(s->notes);
		keyed_free(s->printing);
		keyed_free(s->house);
	}
	hn_free(s);
}

static enum hn_rc
ransomware_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->actors = keyed_new(sizeof(struct actor), RANSOMWARE_ACTORS_MAX);
		s->tables[1] = s->notes = keyed_new(sizeof(struct note), RANSOMWARE_NOTES_MAX);
		s->tables[2] = s->printing = keyed_new(sizeof(struct printing), RANSOMWARE_PRINTING_MAX);
		s->tables[3] = s->house = keyed_new(sizeof(int64_t), 1);
	}
	if (s == NULL || s->actors == NULL || s->notes == NULL || s->printing == NULL || s->house == NULL) {
		ransomware_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "ransomware");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
ransomware_tables(void *state, size_t *n)
{
	*n = 4;
	return ((struct state *)state)->tables;
}

static void
say(enum sign sign, const struct sight *s, uint32_t count, struct hn_view name, struct findings *out)
{
	const struct record *r = s->record;
	char text[64];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_RANSOMWARE, .at_most = LEVEL_CRITICAL, .rule = signs[sign].rule,
		.words = signs[sign].words, .source = record_machine(r), .destination = HN_LIT(""),
		.user = record_get(r, FIELD_USER_NAME), .n_techniques = 1, .techniques = { signs[sign].technique } };

	if (sign >= SIGN_FILES)
		f.destination = record_get(r, FIELD_HOST_NAME);
	if (hn_view_eq(f.destination, f.source) || sign == SIGN_PRINTING)
		f.destination = HN_LIT("");
	finding_part(&f, "ransomware.sign", signs[sign].weight);
	finding_fact_number(&f, "n", count, &facts);
	finding_fact_text(&f, "name", name);
	findings_hit(out, &f, r);
}

static bool
has_word(struct hn_view text, struct hn_view word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (hn_view_eq_nocase((struct hn_view){ text.p + i, word.n }, word))
			return true;
	return false;
}

/*
 * Commands whose words all stand in a command line or script.  Sources: MITRE ATT&CK T1490, T1562.001, T1562.009 and T1070.001,
 * procedure examples.
 */
static const struct {
	struct hn_view words[3];
	enum sign sign;
} commands[] = {
	{ { HN_INIT("vssadmin"), HN_INIT("delete"), HN_INIT("shadows") }, SIGN_RECOVERY },
	{ { HN_INIT("vssadmin"), HN_INIT("resize"), HN_INIT("shadowstorage") }, SIGN_RECOVERY },
	{ { HN_INIT("shadowcopy"), HN_INIT("delete"), HN_INIT("") }, SIGN_RECOVERY },
	{ { HN_INIT("win32_shadowcopy"), HN_INIT("remove-"), HN_INIT("") }, SIGN_RECOVERY },
	{ { HN_INIT("wbadmin"), HN_INIT("delete"), HN_INIT("") }, SIGN_RECOVERY },
	{ { HN_INIT("remove-wbbackupset"), HN_INIT(""), HN_INIT("") }, SIGN_RECOVERY },
	{ { HN_INIT("disable-computerrestore"), HN_INIT(""), HN_INIT("") }, SIGN_RECOVERY },
	{ { HN_INIT("reagentc"), HN_INIT("/disable"), HN_INIT("") }, SIGN_RECOVERY },
	{ { HN_INIT("bcdedit"), HN_INIT("recoveryenabled"), HN_INIT("no") }, SIGN_RECOVERY },
	{ { HN_INIT("bcdedit"), HN_INIT("bootstatuspolicy"), HN_INIT("ignoreallfailures") }, SIGN_RECOVERY },
	{ { HN_INIT("bcdedit"), HN_INIT("/set"), HN_INIT("safeboot") }, SIGN_PROTECTION },
	{ { HN_INIT("diskshadow"), HN_INIT("delete"), HN_INIT("shadows") }, SIGN_RECOVERY },
	{ { HN_INIT("set-mppreference"), HN_INIT("-disable"), HN_INIT("true") }, SIGN_PROTECTION },
	{ { HN_INIT("set-mppreference"), HN_INIT("-disable"), HN_INIT(" 1") }, SIGN_PROTECTION },
	{ { HN_INIT("uninstall-windowsfeature"), HN_INIT("defender"), HN_INIT("") }, SIGN_PROTECTION },
	{ { HN_INIT("sc"), HN_INIT(" stop "), HN_INIT("windefend") }, SIGN_PROTECTION },
	{ { HN_INIT("net"), HN_INIT(" stop "), HN_INIT("windefend") }, SIGN_PROTECTION },
	{ { HN_INIT("wevtutil"), HN_INIT(" cl "), HN_INIT("") }, SIGN_LOG },
	{ { HN_INIT("wevtutil"), HN_INIT("clear-log"), HN_INIT("") }, SIGN_LOG },
	{ { HN_INIT("clear-eventlog"), HN_INIT(""), HN_INIT("") }, SIGN_LOG },
};

static void
see_process(const struct sight *s, struct findings *out)
{
	const struct hn_view line = record_get(s->record, FIELD_PROCESS_COMMAND_LINE);

	for (size_t i = 0; i < HN_COUNT(commands) && line.n > 0; i++) {
		size_t k = 0;

		while (k < 3 && has_word(line, commands[i].words[k]))
			k++;
		if (k == 3) {
			say(commands[i].sign, s, 1, line, out);
			return;
		}
	}
}

static void
see_admin(const struct sight *s, struct findings *out)
{
	const struct hn_view action = record_get(s->record, FIELD_EVENT_ACTION);

	if (hn_view_eq(action, HN_LIT("audit-log-cleared")) || hn_view_eq(action, HN_LIT("log-cleared")))
		say(SIGN_LOG, s, 1, record_get(s->record, FIELD_WINLOG_CHANNEL), out);
}

static struct actor *
actor_of(struct state *st, const struct sight *s)
{
	struct actor *a = keyed_get(st->actors, contact_key(st->conf->contacts, record_machine(s->record)), NULL);

	if (a != NULL && s->record->at_ms - a->window_ms >= WINDOW_MS)
		*a = (struct actor){ .window_ms = s->record->at_ms };
	return a;
}

/* A path's last part, and what stands before it. */
static struct hn_view
base_name(struct hn_view path, struct hn_view *folder)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '\\' && path.p[at - 1] != '/')
		at--;
	*folder = (struct hn_view){ path.p, at };
	return hn_view_skip(path, at);
}

/* What people's files end with. */
static bool
is_common(struct hn_view extension)
{
	static const struct hn_view all[] = {
		HN_INIT("txt"), HN_INIT("csv"), HN_INIT("pdf"), HN_INIT("doc"), HN_INIT("docx"),
		HN_INIT("docm"), HN_INIT("xls"), HN_INIT("xlsx"), HN_INIT("xlsm"), HN_INIT("ppt"),
		HN_INIT("pptx"), HN_INIT("jpg"), HN_INIT("jpeg"), HN_INIT("png"), HN_INIT("gif"),
		HN_INIT("bmp"), HN_INIT("tif"), HN_INIT("tiff"), HN_INIT("dcm"), HN_INIT("zip"),
		HN_INIT("htm"), HN_INIT("html"), HN_INIT("xml"), HN_INIT("json"), HN_INIT("mp4"),
		HN_INIT("mp3"), HN_INIT("avi"), HN_INIT("mov"), HN_INIT("mdb"), HN_INIT("accdb"),
		HN_INIT("db"), HN_INIT("sql"), HN_INIT("bak"), HN_INIT("log"), HN_INIT("rtf"),
		HN_INIT("tmp"), HN_INIT("lnk"), HN_INIT("jtd"), HN_INIT("jww"), HN_INIT("dwg"),
		HN_INIT("eml"), HN_INIT("pst"), HN_INIT("msg"), HN_INIT("vsd"), HN_INIT("exe"),
		HN_INIT("dll"), HN_INIT("ini"), HN_INIT("dat"), HN_INIT("gz"),
	};

	for (size_t i = 0; i < HN_COUNT(all); i++)
		if (hn_view_eq_nocase(all[i], extension))
			return true;
	return false;
}

/* "report.xlsx.locked" has a further extension behind its own; the empty view: it has not. */
static struct hn_view
further_extension(struct hn_view name)
{
	size_t last = name.n, before;

	while (last > 0 && name.p[last - 1] != '.')
		last--;
	if (last < 3 || name.n - last < 2 || name.n - last > 16 || is_common(hn_view_skip(name, last)))
		return HN_LIT("");
	for (before = last - 1; before > 0 && name.p[before - 1] != '.'; before--)
		;
	if (before == 0 || !is_common((struct hn_view){ name.p + before, last - 1 - before }))
		return HN_LIT("");
	return hn_view_skip(name, last);
}

static bool
is_text(struct hn_view name)
{
	static const struct hn_view ends[] = { 
		HN_INIT(".txt"), HN_INIT(".hta"), HN_INIT(".html"), HN_INIT(".htm"), HN_INIT(".rtf"),
	};

	for (size_t i = 0; i < HN_COUNT(ends); i++)
		if (name.n > ends[i].n && hn_view_eq_nocase(hn_view_skip(name, name.n - ends[i].n), ends[i]))
			return true;
	return false;
}

static void
see_extension(struct state *st, struct actor *a, const struct sight *s, struct hn_view name, struct findings *out)
{
	const struct hn_view extension = further_extension(name);
	const uint64_t key = contact_key(st->conf->contacts, extension);

	if (extension.n == 0)
		return;
	if (a->extension != key) {
		if (a->lead-- <= 0) {
			a->extension = key;
			a->lead = 1;
			a->files = (struct few){ 0 };
		}
		return;
	}
	a->lead++;
	(void)few_add(&a->files, contact_key(st->conf->contacts, name));
	if (a->lead >= (int32_t)FILES_MIN && few_count(&a->files) > FEW_EXACT && (a->told & 1u << SIGN_FILES) == 0) {
		a->told |= 1u << SIGN_FILES;
		say(SIGN_FILES, s, FILES_MIN, extension, out);
	}
}

static void
see_note(struct state *st, const struct sight *s, struct hn_view folder, struct hn_view name, struct findings *out)
{
	const uint64_t who = contact_key(st->conf->contacts, record_machine(s->record));
	struct note *n;

	if (!is_text(name))
		return;
	n = keyed_get(st->notes, contact_join(who, contact_key(st->conf->contacts, name)), NULL);
	if (n == NULL)
		return;
	if (s->record->at_ms - n->window_ms >= WINDOW_MS)
		*n = (struct note){ .window_ms = s->record->at_ms };
	(void)few_add(&n->folders, contact_key(st->conf->contacts, folder));
	if (n->told == 0 && few_count(&n->folders) >= FOLDERS_MIN) {
		n->told = 1;
		say(SIGN_NOTE, s, FOLDERS_MIN, name, out);
	}
}

static void
see_file(struct state *st, const struct sight *s, struct findings *out)
{
	const struct hn_view named = record_get(s->record, FIELD_FILE_NAME);
	struct hn_view folder;
	const struct hn_view name = base_name(named.n > 0 ? named : record_get(s->record, FIELD_FILE_PATH), &folder);
	struct actor *a = actor_of(st, s);

	if (a == NULL || name.n == 0)
		return;
	see_extension(st, a, s, name, out);
	see_note(st, s, folder, name, out);
}

static bool
is_print(const struct contact *c)
{
	if (c == NULL || c->is_again || c->failed || c->way != CONTACT_INSIDE || (c->has_bytes && c->sent < PAGE_BYTES))
		return false;
	return c->port == 9100 || c->port == 515 || c->port == 631;
}

static void
see_flow(struct state *st, const struct sight *s, struct findings *out)
{
	const struct contact *c = s->contact;
	struct printing *p;
	struct actor *a;
	int64_t *began_ms;

	if (!is_print(c))
		return;
	a = actor_of(st, s);
	p = keyed_get(st->printing, c->who_key, NULL);
	began_ms = keyed_get(st->house, 1, NULL);
	if (a == NULL || p == NULL || began_ms == NULL)
		return;
	if (*began_ms == 0)
		*began_ms = c->at_ms;
	(void)few_add(&a->printers, c->whom_key);
	if (few_count(&a->printers) < PRINTERS_MIN || (a->told & 1u << SIGN_PRINTING) != 0)
		return;
	a->told |= 1u << SIGN_PRINTING;
	if (p->burst_ms == 0 && c->at_ms - *began_ms >= LEARN_MS)
		say(SIGN_PRINTING, s, PRINTERS_MIN, HN_LIT(""), out);
	p->burst_ms = c->at_ms;
}

static void
ransomware_see(void *state, const struct sight *s, struct findings *out)
{
	switch (s->record->kind) {
	case RECORD_PROCESS:
		see_process(s, out);
		break;
	case RECORD_ADMIN:
		see_admin(s, out);
		break;
	case RECORD_FILE:
		see_file(state, s, out);
		break;
	default:
		see_flow(state, s, out);
	}
}

const struct detector ransomware_detector = {
	.name = "ransomware",
	.kind = FINDING_RANSOMWARE,
	.wants = WANTS(RECORD_PROCESS) | WANTS(RECORD_ADMIN) | WANTS(RECORD_FILE) | WANTS(RECORD_FLOW),
	.wants_contacts = true,
	.open = ransomware_open,
	.see = ransomware_see,
	.tables = ransomware_tables,
	.close = ransomware_close,
};
