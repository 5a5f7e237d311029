#include "site/config.h"

#include <assert.h>
#include <stdarg.h>

#include "base/num.h"
#include "base/text.h"
#include "site/config_value.h"

#define ARENA_MAX (1024u * 1024u)
#define SEEN_MAX 64u	/* keys in the table; for "comes twice" */

const struct site_kind site_kinds[SITE_SOURCE_KINDS] = {
	[SITE_TAIL] = { "tail", true, false, false, false },
	[SITE_DROP] = { "drop", true, false, false, false },
	[SITE_SYSLOG_UDP] = { "syslog-udp", false, true, false, true },
	[SITE_SYSLOG_TCP] = { "syslog-tcp", false, true, false, false },
	[SITE_SYSLOG_TLS] = { "syslog-tls", false, true, true, false },
	[SITE_TLS_LINES] = { "tls-lines", false, true, true, false },
	[SITE_ELASTIC_BULK] = { "elastic-bulk", false, true, true, false },
};

static const char *const kind_names[] = {
	"tail", "drop", "syslog-udp", "syslog-tcp", "syslog-tls", "tls-lines", "elastic-bulk", NULL,
};
static const char *const languages[] = { "ja", "en", NULL };
static const char *const internets[] = { "no", "yes", NULL };
static const char *const jails[] = { "full", "reduced", NULL };

#define SITE(member) offsetof(struct site_config, member)
#define SOURCE(member) offsetof(struct site_source, member)
#define MAINTENANCE(member) offsetof(struct site_maintenance, member)
#define SERVER(member) offsetof(struct site_server, member)
#define EXPECTED(member) offsetof(struct site_expected, member)

const struct site_key site_keys[] = {
	{ "site", "name", SITE_TEXT, SITE(name), "hospital", 1, 100, NULL,
	  "Name of this hospital or clinic, as shown on the page.", "病院・診療所の名前。画面に表示されます。" },
	{ "site", "data_dir", SITE_PATH, SITE(data_dir), "/var/lib/hinomi", 1, 512, NULL,
	  "Folder of the evidence log, the database and all other state.", "証跡ログ、データベースなどを保存するフォルダー。" },
	{ "site", "listen", SITE_LISTEN, SITE(listen), "127.0.0.1:8443", 0, 0, NULL,
	  "Address and port of the console (HTTPS).", "管理画面(HTTPS)のアドレスとポート。" },
	{ "site", "user", SITE_TEXT, SITE(user), "hinomi", 1, 32, NULL,
	  "System user that every process but the first runs as.", "最初のプロセス以外が使うシステムユーザー。" },
	{ "site", "language", SITE_CHOICE, SITE(language), "ja", 0, 0, languages,
	  "Language of the page and of messages: ja or en.", "画面とメッセージの言語。ja または en。" },
	{ "site", "jail", SITE_CHOICE, SITE(jail), "full", 0, 0, jails,
	  "full: refuse to start when the kernel cannot confine the processes. reduced: go on with what the kernel has.",
	  "full: カーネルの機能でプロセスの権限を絞れないときは起動しません。reduced: 使える機能だけで起動します。" },
	{ "site", "internal", SITE_CIDRS, SITE(internal), "", 0, 0, NULL,
	  "Networks of this site, separated by blanks. Not set: all private addresses.",
	  "院内のネットワーク(空白区切り)。指定しないときはすべてのプライベートアドレス。" },
	{ "site", "time_zone", SITE_ZONE, SITE(time_zone), "Asia/Tokyo", 1, 64, NULL,
	  "Zone of the hours in this file: an IANA name or +HH:MM.", "このファイルに書く時刻のタイムゾーン。Asia/Tokyo などの名前、または +HH:MM。" },
	{ "tls", "certificate", SITE_PATH, SITE(certificate), "", 0, 512, NULL,
	  "Certificate chain (PEM). Not set: data_dir/tls/certificate.pem.", "証明書(PEM)。指定しないときは data_dir/tls/certificate.pem。" },
	{ "tls", "key", SITE_PATH, SITE(key), "", 0, 512, NULL,
	  "Private key of the certificate (PEM). Not set: data_dir/tls/key.pem.", "秘密鍵(PEM)。指定しないときは data_dir/tls/key.pem。" },
	{ "evidence", "keep_days", SITE_NUMBER, SITE(evidence_keep_days), "400", 1, 36500, NULL,
	  "Days that raw lines are kept.", "生ログを保存する日数。" },
	{ "evidence", "budget_mb", SITE_NUMBER, SITE(evidence_budget_mb), "102400", 64, 1u << 30, NULL,
	  "Disk space of the raw lines, MB; the oldest go first.", "生ログに使うディスク容量(MB)。古いものから消します。" },
	{ "observables", "keep_days", SITE_NUMBER, SITE(observables_keep_days), "400", 1, 36500, NULL,
	  "Days that domains, addresses and hashes can be searched.", "ドメイン・アドレス・ハッシュを検索できる日数。" },
	{ "observables", "budget_mb", SITE_NUMBER, SITE(observables_budget_mb), "20480", 16, 1u << 30, NULL,
	  "Disk space of the observables, MB.", "観測値に使うディスク容量(MB)。" },
	{ "database", "keep_days", SITE_NUMBER, SITE(database_keep_days), "400", 7, 36500, NULL,
	  "Days that findings of level low and info are kept; others and the audit chain stay.",
	  "重要度「低」「参考」の検知を保存する日数。それ以外の検知と監査記録は消しません。" },
	{ "database", "budget_mb", SITE_NUMBER, SITE(database_budget_mb), "10240", 64, 1u << 30, NULL,
	  "Disk space of findings and audit chain, MB; when little is left, findings of level low and info go after 7 days.",
	  "検知と監査記録に使うディスク容量(MB)。残りが少なくなると、重要度「低」「参考」の検知を7日で消します。" },
	{ "indicators", "path", SITE_PATH, SITE(indicators), "", 0, 512, NULL,
	  "Folder where hinomi indicators import keeps the table of indicators; empty: data_dir/state.",
	  "hinomi indicators import が脅威情報の一覧を置くフォルダー。空のときは data_dir/state。" },
	{ "indicators", "allow", SITE_PATH, SITE(allow), "", 0, 512, NULL,
	  "Warning list: values that are never reported.", "警告リスト。ここにある値は報告しません。" },
	{ "rules", "path", SITE_PATH, SITE(rules), "", 0, 512, NULL,
	  "Folder where hinomi rules import keeps the compiled Sigma rules; empty: data_dir/state.",
	  "hinomi rules import が Sigma の規則を置くフォルダー。空のときは data_dir/state。" },
	{ "rules", "learnt_every_s", SITE_NUMBER, SITE(learnt_every_s), "300", 1, 86400, NULL,
	  "Seconds after which what the detectors remember is kept, so that they go on with it after a restart.",
	  "検知器が覚えたことを保存する間隔(秒)。再起動のあとも続きから見張ります。" },
	{ "disk", "reserve_mb", SITE_NUMBER, SITE(reserve_mb), "1024", 16, 1u << 30, NULL,
	  "Free disk space that is never used, MB; below it receiving pauses.", "必ず空けておくディスク容量(MB)。下回ると受信を一時停止します。" },
	{ "source", "kind", SITE_CHOICE, SOURCE(kind), "", 0, 0, kind_names,
	  "tail (a growing file), drop (a folder of files), syslog-udp, syslog-tcp, syslog-tls, tls-lines (NXLog JSON), "
	  "elastic-bulk (Winlogbeat).",
	  "tail(追記されるファイル)、drop(ファイルを置くフォルダー)、syslog-udp、syslog-tcp、syslog-tls、tls-lines(NXLog JSON)、"
	  "elastic-bulk(Winlogbeat)。" },
	{ "source", "path", SITE_PATH, SOURCE(path), "", 0, 512, NULL,
	  "File (tail) or folder (drop) to read.", "読み取るファイル(tail)またはフォルダー(drop)。" },
	{ "source", "listen", SITE_LISTEN, SOURCE(listen), "", 0, 0, NULL,
	  "Address and port to receive on.", "受信するアドレスとポート。" },
	{ "source", "format", SITE_TEXT, SOURCE(format), "auto", 1, 32, NULL,
	  "Log format; auto recognises it by content.", "ログの形式。auto は内容から判断します。" },
	{ "source", "logformat", SITE_TEXT, SOURCE(logformat), "", 0, 1000, NULL,
	  "Squid's logformat line, when the proxy uses its own.", "Squid の logformat(独自の形式を使うとき)。" },
	{ "source", "time_zone", SITE_ZONE, SOURCE(time_zone), "Asia/Tokyo", 1, 64, NULL,
	  "Zone of times that are written without one: an IANA name or +HH:MM.",
	  "時差の書かれていない時刻のタイムゾーン。Asia/Tokyo などの名前、または +HH:MM。" },
	{ "source", "silent_after_s", SITE_NUMBER, SOURCE(silent_after_s), "3600", 0, 31536000, NULL,
	  "Seconds without a line after which the page warns; 0: never.", "記録がこの秒数届かないと警告します。0 は警告しません。" },
	{ "source", "max_line_bytes", SITE_NUMBER, SOURCE(max_line_bytes), "1048576", 1024, SITE_LINE_MAX, NULL,
	  "A longer line is cut and counted.", "これより長い行は切り詰め、数えます。" },
	{ "maintenance", "account", SITE_TEXT, MAINTENANCE(account), "", 0, 96, NULL,
	  "Account of a vendor's remote maintenance. Not set: whatever comes from the networks of from.",
	  "遠隔保守に使うアカウント。指定しないときは from のネットワークからの接続すべて。" },
	{ "maintenance", "from", SITE_CIDRS, MAINTENANCE(from), "", 0, 0, NULL,
	  "Networks that it comes from, by contract. Not set: anywhere.", "契約上の接続元のネットワーク。指定しないときはどこからでも。" },
	{ "maintenance", "days", SITE_DAYS, MAINTENANCE(days), "Mon-Sun", 0, 0, NULL,
	  "Agreed days.", "取り決めた曜日。" },
	{ "maintenance", "hours", SITE_HOURS, MAINTENANCE(hours), "00:00-24:00", 0, 0, NULL,
	  "Agreed hours, in time_zone of [site].", "取り決めた時間帯([site] の time_zone の時刻)。" },
	{ "server", "address", SITE_CIDRS, SERVER(address), "", 0, 0, NULL,
	  "Addresses of a server.", "サーバーのアドレス。" },
	{ "server", "internet", SITE_CHOICE, SERVER(internet), "no", 0, 0, internets,
	  "Whether it may speak to the outside: no (any talk is told) or yes (none is).",
	  "院外との通信。no は知らせ、yes は知らせません。" },
	{ "expected", "peers", SITE_TEXT, EXPECTED(peers), "", 0, 4000, NULL,
	  "Names outside that are expected, in lower case, between blanks; .name: it and all below it. They lower noise.",
	  "通信して当然の院外の名前(小文字、空白区切り)。.name はその下も含みます。重要度を下げます。" },
};
const size_t site_keys_n = HN_COUNT(site_keys);

static_assert(HN_COUNT(site_keys) <= SEEN_MAX, "a bit per key");

/* How every section that may be repeated begins: site_source and its like. */
struct entry {
	struct hn_view name;
	uint32_t id;
};

static_assert(offsetof(struct entry, id) == SOURCE(id) && offsetof(struct entry, id) == MAINTENANCE(id) &&
    offsetof(struct entry, id) == SERVER(id) && offsetof(struct entry, id) == EXPECTED(id) && SOURCE(name) == 0 &&
    MAINTENANCE(name) == 0 && SERVER(name) == 0 && EXPECTED(name) == 0, "same head");

struct parser;
static enum hn_rc end_source(struct parser *p, const void *entry);
static enum hn_rc end_maintenance(struct parser *p, const void *entry);
static enum hn_rc end_server(struct parser *p, const void *entry);
static enum hn_rc end_expected(struct parser *p, const void *entry);

/* A section that may be repeated: where its entries are, and what one must have. */
static const struct repeated {
	struct hn_view section;
	size_t at, bytes, n_at, max;
	enum hn_rc (*end)(struct parser *p, const void *entry);
} repeated[] = {
	{ HN_INIT("source"), SITE(source), sizeof(struct site_source), SITE(n_sources), SITE_SOURCES_MAX, end_source },
	{ HN_INIT("maintenance"), SITE(maintenance), sizeof(struct site_maintenance), SITE(n_maintenances),
	    SITE_MAINTENANCES_MAX, end_maintenance },
	{ HN_INIT("server"), SITE(server), sizeof(struct site_server), SITE(n_servers), SITE_SERVERS_MAX, end_server },
	{ HN_INIT("expected"), SITE(expected), sizeof(struct site_expected), SITE(n_expected), SITE_EXPECTED_MAX, end_expected },
};

struct parser {
	struct site_config *c;
	struct site_fault *fault;
	struct hn_view section;
	const struct repeated *repeated;	/* in such a section */
	char *entry;				/* its entry */
	uint64_t seen;				/* keys set outside of such sections */
	uint64_t seen_entry;			/* keys set in this entry */
	size_t line;
};

static enum hn_rc __attribute__((format(printf, 3, 4)))
fault(struct parser *p, enum hn_rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	p->fault->line = p->line;
	(void)vsnprintf(p->fault->text, sizeof(p->fault->text), fmt, ap);
	va_end(ap);
	return rc;
}

/* Enough of a view for a message. */
#define SHOWN(v) (int)((v).n < 60 ? (v).n : 60), (v).n > 0 ? (v).p : ""

static const struct repeated *
repeated_of(struct hn_view section)
{
	for (size_t i = 0; i < HN_COUNT(repeated); i++)
		if (hn_view_eq(section, repeated[i].section))
			return &repeated[i];
	return NULL;
}

bool
site_section_is_repeated(struct hn_view section)
{
	return repeated_of(section) != NULL;
}

static enum hn_rc
set(struct parser *p, const struct site_key *k, struct hn_view value)
{
	char *base = site_section_is_repeated(hn_view_of(k->section)) ? p->entry : (char *)p->c;
	struct hn_buf form = HN_BUF(200);
	const enum hn_rc rc = site_value_read(k, value, &p->c->arena, base + k->at);

	if (rc == HN_OK)
		return HN_OK;
	if (rc == HN_E_NOMEM)
		return fault(p, rc, "not enough memory");
	site_value_form(k, &form);
	(void)fault(p, rc, "%s: \"%.*s\" cannot be used; write %.*s", k->key, SHOWN(value), SHOWN(hn_buf_view(&form)));
	hn_buf_fini(&form);
	return rc;
}

/* Of ${p}'s repeated section, or (NULL) of all that are not repeated. */
static enum hn_rc
set_defaults(struct parser *p)
{
	for (size_t i = 0; i < site_keys_n; i++) {
		if (repeated_of(hn_view_of(site_keys[i].section)) != p->repeated || site_keys[i].fallback[0] == '\0')
			continue;
		const enum hn_rc rc = set(p, &site_keys[i], hn_view_of(site_keys[i].fallback));

		if (rc != HN_OK)
			return rc;
	}
	return HN_OK;
}

static const struct site_key *
key_of(struct hn_view section, struct hn_view key)
{
	for (size_t i = 0; i < site_keys_n; i++)
		if (hn_view_eq(section, hn_view_of(site_keys[i].section)) && hn_view_eq(key, hn_view_of(site_keys[i].key)))
			return &site_keys[i];
	return NULL;
}

static enum hn_rc
end_source(struct parser *p, const void *entry)
{
	const struct site_source *s = entry;

	if ((p->seen_entry >> (size_t)(key_of(HN_LIT("source"), HN_LIT("kind")) - site_keys) & 1) == 0)
		return fault(p, HN_E_SYNTAX, "source %.*s: kind is missing; write kind = tail, or another kind", SHOWN(s->name));
	if (site_kinds[s->kind].has_path && s->path.n == 0)
		return fault(p, HN_E_SYNTAX, "source %.*s: path is missing; write path = /...", SHOWN(s->name));
	if (site_kinds[s->kind].has_listen && s->listen.port == 0)
		return fault(p, HN_E_SYNTAX, "source %.*s: listen is missing; write listen = ADDRESS:PORT", SHOWN(s->name));
	return HN_OK;
}

static enum hn_rc
end_maintenance(struct parser *p, const void *entry)
{
	const struct site_maintenance *m = entry;

	if (m->account.n == 0 && m->from.n == 0)
		return fault(p, HN_E_SYNTAX, "maintenance %.*s: account or from is missing; write account = NAME",
		    SHOWN(m->name));
	return HN_OK;
}

static enum hn_rc
end_server(struct parser *p, const void *entry)
{
	const struct site_server *s = entry;

	if (s->address.n == 0)
		return fault(p, HN_E_SYNTAX, "server %.*s: address is missing; write address = ADDRESS", SHOWN(s->name));
	return HN_OK;
}

static enum hn_rc
end_expected(struct parser *p, const void *entry)
{
	const struct site_expected *s = entry;

	if (s->peers.n == 0)
		return fault(p, HN_E_SYNTAX, "expected %.*s: peers is missing; write peers = NAME", SHOWN(s->name));
	return HN_OK;
}

static enum hn_rc
end_entry(struct parser *p)
{
	const struct repeated *const r = p->repeated;

	p->repeated = NULL;
	return r != NULL ? r->end(p, p->entry) : HN_OK;
}

uint32_t
site_source_id(struct hn_view name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 16777619u;
	return h;
}

static bool
is_name(struct hn_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		const char c = hn_lower(v.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
			return false;
	}
	return v.n > 0 && v.n <= 64;
}

static enum hn_rc
begin_entry(struct parser *p, const struct repeated *r, struct hn_view name)
{
	char *const entries = (char *)p->c + r->at;
	size_t *const n = (size_t *)(void *)((char *)p->c + r->n_at);
	struct entry *e;

	if (!is_name(name))
		return fault(p, HN_E_SYNTAX, "[%s %.*s]: a name is 1 to 64 letters, digits, - _ .", r->section.p, SHOWN(name));
	for (size_t i = 0; i < *n; i++) {
		e = (struct entry *)(void *)(entries + i * r->bytes);
		if (e->id == site_source_id(name))
			return fault(p, HN_E_SYNTAX, "[%s %.*s] comes twice; give it another name", r->section.p, SHOWN(name));
	}
	if (*n == r->max)
		return fault(p, HN_E_LIMIT, "over %zu %ss", r->max, r->section.p);
	p->entry = entries + (*n)++ * r->bytes;
	p->repeated = r;
	p->seen_entry = 0;
	e = (struct entry *)(void *)p->entry;
	e->name = hn_arena_copy(&p->c->arena, name);
	e->id = site_source_id(name);
	return e->name.p == NULL ? fault(p, HN_E_NOMEM, "not enough memory") : set_defaults(p);
}

static enum hn_rc
begin_section(struct parser *p, struct hn_view line)
{
	struct hn_view rest, name;
	const struct repeated *r;
	enum hn_rc rc = end_entry(p);

	if (rc != HN_OK)
		return rc;
	if (line.p[line.n - 1] != ']')
		return fault(p, HN_E_SYNTAX, "a section ends with ]: [site]");
	rest = hn_view_trim((struct hn_view){ line.p + 1, line.n - 2 });
	(void)hn_view_cut(&rest, ' ', &name);
	rest = hn_view_trim(rest);
	p->section = name;
	r = repeated_of(name);
	if (r != NULL)
		return begin_entry(p, r, rest);
	for (size_t i = 0; rest.n == 0 && i < site_keys_n; i++)
		if (hn_view_eq(name, hn_view_of(site_keys[i].section)))
			return HN_OK;
	return fault(p, HN_E_SYNTAX, "[%.*s] is not a section; see hinomi site --example-config", SHOWN(name));
}

static enum hn_rc
read_key(struct parser *p, struct hn_view line)
{
	struct hn_view key;
	const struct site_key *k;
	uint64_t *seen;

	if (!hn_view_cut(&line, '=', &key))
		return fault(p, HN_E_SYNTAX, "\"%.*s\" is neither [section] nor key = value", SHOWN(key));
	key = hn_view_trim(key);
	if (p->section.n == 0)
		return fault(p, HN_E_SYNTAX, "%.*s: comes before any [section]", SHOWN(key));
	k = key_of(p->section, key);
	if (k == NULL)
		return fault(p, HN_E_SYNTAX, "%.*s: not a key of [%.*s]; see hinomi site --example-config", SHOWN(key),
		    SHOWN(p->section));
	seen = p->repeated != NULL ? &p->seen_entry : &p->seen;
	if ((*seen >> (size_t)(k - site_keys) & 1) != 0)
		return fault(p, HN_E_SYNTAX, "%s: comes twice; leave one", k->key);
	*seen |= UINT64_C(1) << (size_t)(k - site_keys);
	return set(p, k, hn_view_trim(line));
}

static enum hn_rc
read_line(struct parser *p, struct hn_view line)
{
	if (!hn_utf8_is_valid(line) || memchr(line.p, '\0', line.n) != NULL)
		return fault(p, HN_E_SYNTAX, "this line is not UTF-8; save the file as UTF-8");
	line = hn_view_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return HN_OK;
	return line.p[0] == '[' ? begin_section(p, line) : read_key(p, line);
}

enum hn_rc
site_config_parse(struct hn_view text, struct site_config *out, struct site_fault *fault_out)
{
	struct parser p = { .c = out, .fault = fault_out };
	enum hn_rc rc;

	if (text.n > SITE_CONFIG_MAX)
		return fault(&p, HN_E_LIMIT, "the file is over %u KiB", SITE_CONFIG_MAX / 1024);
	out->arena = HN_ARENA(ARENA_MAX);
	rc = set_defaults(&p);
	if (hn_view_starts(text, HN_LIT("\xef\xbb\xbf")))
		text = hn_view_skip(text, 3);	/* what Windows editors put in front */
	while (rc == HN_OK && text.n > 0) {
		struct hn_view line;

		(void)hn_view_cut(&text, '\n', &line);
		p.line++;
		rc = read_line(&p, line);
	}
	if (rc == HN_OK)
		rc = end_entry(&p);
	if (rc != HN_OK)
		site_config_fini(out);
	return rc;
}

void
site_config_fini(struct site_config *c)
{
	hn_arena_fini(&c->arena);
	*c = (struct site_config){ 0 };
}

static void
put_doc(struct hn_buf *b, const struct site_key *k)
{
	struct hn_buf form = HN_BUF(200);

	site_value_form(k, &form);
	hn_buf_printf(b, "# %s\n# %s\n#   (%.*s)\n", k->doc_ja, k->doc_en, (int)form.n, form.n > 0 ? form.p : "");
	hn_buf_fini(&form);
}

void
site_config_example(struct hn_buf *b)
{
	const char *section = "";

	hn_buf_put(b, HN_LIT("# Hinomi: configuration of a site.  A key with # in front has the value shown.\n"));
	for (size_t i = 0; i < site_keys_n; i++) {
		const struct site_key *k = &site_keys[i];

		if (!hn_view_eq(hn_view_of(section), hn_view_of(k->section))) {
			section = k->section;
			hn_buf_printf(b, site_section_is_repeated(hn_view_of(section)) ? "\n#[%s NAME]\n" : "\n[%s]\n",
			    section);
		}
		put_doc(b, k);
		hn_buf_printf(b, "#%s = %s\n", k->key, k->fallback);
	}
}

bool
site_place_path(const struct site_config *c, enum site_place place, char out[SITE_PATH_MAX])
{
	static const char *const names[SITE_PLACES_OWN] = {
		[SITE_PLACE_EVIDENCE] = "evidence", [SITE_PLACE_DB] = "db", [SITE_PLACE_OBSERVABLES] = "observables",
		[SITE_PLACE_QUARANTINE] = "quarantine", [SITE_PLACE_TLS] = "tls", [SITE_PLACE_STATE] = "state",
	};
	int n;

	assert(place < SITE_PLACES_OWN && c->data_dir.p != NULL);
	n = snprintf(out, SITE_PATH_MAX, "%s/%s", c->data_dir.p, names[place]);
	return n > 0 && n < (int)SITE_PATH_MAX;
}
