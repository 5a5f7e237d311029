#include "cli/doctor.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/load.h"
#include "base/mem.h"
#include "event/jail.h"
#include "net/identity.h"
#include "site/config_value.h"
#include "site/identity.h"
#include "site/messages.h"
#include "site/stores.h"
#include "site/table.h"

#define CONFIG_DEFAULT "/etc/hinomi/hinomi.conf"
#define DAY_MS INT64_C(86400000)
#define CERTIFICATE_DAYS 30
#define TABLE_DAYS 14

/* One look at a set-up: says what it found, counts what is amiss. */
struct doctor {
	const struct arguments *args;
	struct site_config *config;
	unsigned amiss;
};

static void
well(struct doctor *d, const char *key, const char *about)
{
	const struct hn_words_param params[] = { { "0", hn_view_of(about) } };
	struct hn_buf b = HN_BUF(4096);

	hn_buf_put(&b, HN_LIT("[ok] "));
	hn_words_put(&b, d->args->lang, key, params, 1);
	hn_buf_char(&b, '\n');
	(void)fwrite(b.p, 1, b.n, d->args->out);
	hn_buf_fini(&b);
}

/* What is wrong, and behind it, on a line of its own, what to do. */
static void
amiss(struct doctor *d, const char *key, const char *about)
{
	const struct hn_words_param params[] = { { "0", hn_view_of(about) } };
	char remedy[96];
	struct hn_buf b = HN_BUF(8192);

	(void)snprintf(remedy, sizeof(remedy), "%s.do", key);
	hn_buf_put(&b, HN_LIT("[!!] "));
	hn_words_put(&b, d->args->lang, key, params, 1);
	hn_buf_put(&b, HN_LIT("\n     -> "));
	hn_words_put(&b, d->args->lang, remedy, params, 1);
	hn_buf_char(&b, '\n');
	(void)fwrite(b.p, 1, b.n, d->args->out);
	hn_buf_fini(&b);
	d->amiss++;
}

static void
look_at_kernel(struct doctor *d)
{
	const struct hn_jail_state kernel = hn_jail_probe();

	if (kernel.landlock_abi == 0)
		amiss(d, "doctor.landlock", NULL);
	if (!kernel.has_seccomp)
		amiss(d, "doctor.seccomp", NULL);
	if (kernel.landlock_abi > 0 && kernel.has_seccomp)
		well(d, "doctor.kernel", NULL);
}

static void
look_at_user(struct doctor *d)
{
	const char *user = d->config->user.p;

	if (getpwnam(user) == NULL)
		amiss(d, "doctor.user", user);
	else
		well(d, "doctor.user.ok", user);
}

static void
look_at_disk(struct doctor *d)
{
	const char *path = d->config->data_dir.p;
	struct statvfs fs;
	char about[SITE_PATH_MAX + 64];

	if (statvfs(path, &fs) != 0) {
		amiss(d, "doctor.data", path);
		return;
	}
	const uint64_t free_mb = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;

	(void)snprintf(about, sizeof(about), "%s (%" PRIu64 " MB)", path, free_mb);
	if (free_mb < d->config->reserve_mb)
		amiss(d, "doctor.disk.full", about);
	else if (free_mb < d->config->reserve_mb + 1024)
		amiss(d, "doctor.disk", about);
	else
		well(d, "doctor.disk.ok", about);
}

/* Core leaves a file where it waits for room. */
static void
look_at_held(struct doctor *d)
{
	char folder[SITE_PATH_MAX], path[SITE_PATH_MAX + 16];

	if (!site_place_path(d->config, SITE_PLACE_STATE, folder))
		return;
	(void)snprintf(path, sizeof(path), "%s/" SITE_HELD_NAME, folder);
	if (access(path, F_OK) == 0)
		amiss(d, "doctor.held", NULL);
}

static void
look_at_source(struct doctor *d, const struct site_source *s)
{
	const struct site_kind *kind = &site_kinds[s->kind];
	char about[SITE_PATH_MAX + 64];

	(void)snprintf(about, sizeof(about), "%s: %s", s->name.p, s->path.n > 0 ? s->path.p : kind->name);
	if (kind->has_path && access(s->path.p, R_OK) != 0)
		amiss(d, "doctor.source", about);
	else
		well(d, "doctor.source.ok", about);
}

/* What each store uses of its budget. */
static void
look_at_stores(struct doctor *d)
{
	struct site_store_use use[SITE_STORES];

	site_stores_measure(d->config, use);
	for (size_t i = 0; i < SITE_STORES; i++) {
		char key[64], said[96];

		(void)snprintf(key, sizeof(key), "doctor.store.%s", use[i].name);
		(void)snprintf(said, sizeof(said), "%" PRIu64 " / %" PRIu64 " MB", use[i].used_bytes >> 20,
		    use[i].budget_bytes >> 20);
		well(d, key, said);
	}
}

static void
look_at_sources(struct doctor *d)
{
	if (d->config->n_sources == 0)
		amiss(d, "doctor.sources", NULL);
	for (size_t i = 0; i < d->config->n_sources; i++)
		look_at_source(d, &d->config->source[i]);
}

static void
look_at_certificate(struct doctor *d)
{
	char path[SITE_PATH_MAX] = "";
	struct hn_buf pem = HN_BUF(SITE_PEM_MAX);
	int64_t ends_ms;

	if (!site_identity_certificate(d->config, path) || hn_load_file(path, &pem, NULL) != HN_OK ||
	    hn_identity_ends(hn_buf_view(&pem), &ends_ms, NULL) != HN_OK)
		amiss(d, "doctor.certificate", path);
	else if (ends_ms - hn_clock_ms() < CERTIFICATE_DAYS * DAY_MS)
		amiss(d, "doctor.certificate.ends", path);
	else
		well(d, "doctor.certificate.ok", path);
	hn_buf_fini(&pem);
}

static void
look_at_indicators(struct doctor *d)
{
	char path[SITE_PATH_MAX] = "", folder[SITE_PATH_MAX];
	struct stat st;

	if (!site_table_path(d->config, path) || stat(path, &st) != 0) {
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(strlen(path) - strlen("/" SITE_TABLE_NAME)), path);
		amiss(d, "doctor.indicators", folder);
		return;
	}
	if (hn_clock_ms() - (int64_t)st.st_mtim.tv_sec * 1000 > TABLE_DAYS * DAY_MS)
		amiss(d, "doctor.indicators.old", path);
	else
		well(d, "doctor.indicators.ok", path);
}

static void
look_at_console(struct doctor *d)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(d->config->listen.port) };
	struct hn_buf where = HN_BUF(128);
	const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(&to.sin6_addr, d->config->listen.addr.b, 16);
	site_listen_put(&where, d->config->listen);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		amiss(d, "doctor.console", hn_buf_cstr(&where));
	else
		well(d, "doctor.console.ok", hn_buf_cstr(&where));
	if (fd >= 0)
		(void)close(fd);
	hn_buf_fini(&where);
}

static enum exit_code
look(struct doctor *d)
{
	static void (*const looks[])(struct doctor *d) = {
		look_at_kernel, look_at_user, look_at_disk, look_at_held, look_at_stores, look_at_sources, look_at_indicators,
		look_at_certificate, look_at_console,
	};
	char n[32];

	for (size_t i = 0; i < HN_COUNT(looks); i++)
		looks[i](d);
	(void)snprintf(n, sizeof(n), "%u", d->amiss);
	command_say(d->args, d->amiss > 0 ? "doctor.sum" : "doctor.sum.ok", n, NULL, NULL);
	return d->amiss > 0 ? EXIT_PARTLY : EXIT_DONE;
}

static enum exit_code
doctor(const struct arguments *a)
{
	const char *path = arguments_value(a, "config", CONFIG_DEFAULT);
	struct doctor d = { .args = a, .config = hn_alloc(1, sizeof(*d.config)) };
	struct hn_buf text = HN_BUF(SITE_CONFIG_MAX);
	struct site_fault fault = { .text = "" };
	char about[SITE_PATH_MAX + 320];
	enum exit_code code = EXIT_NOT_DONE;

	if (d.config == NULL)
		return EXIT_NOT_DONE;
	if (hn_load_file(path, &text, NULL) != HN_OK) {
		amiss(&d, "doctor.config", path);
	} else if (site_config_parse(hn_buf_view(&text), d.config, &fault) != HN_OK) {
		(void)snprintf(about, sizeof(about), "%s:%zu: %s", path, fault.line, fault.text);
		amiss(&d, "doctor.config.wrong", about);
	} else {
		well(&d, "doctor.config.ok", path);
		code = look(&d);
		site_config_fini(d.config);
	}
	hn_buf_fini(&text);
	hn_free(d.config);
	return code;
}

const struct command doctor_command = {
	.name = "doctor",
	.operands = "",
	.options = { { OPTION_VALUE, "config", "FILE" } },
	.run = doctor,
};
