#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/rand.h"
#include "base/wire.h"
#include "site/core_parts.h"
#include "store/audit.h"

#define SESSION_BYTES 32u
#define TOKEN_MAX 64u
#define ADDRESS_MAX 64u
#define LOGIN_WAIT_MS 500u

/* Write the token where only the site's own user and root can read it; it is gone when it has been used. */
static bool
write_token(const char *path, struct hn_view token)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, token.p, token.n) == (ssize_t)token.n && write(fd, "\n", 1) == 1;
	return close(fd) == 0 && ok;
}

static enum hn_rc
audit(struct core *c, const char *act, struct hn_view from, const char *after, struct hn_err *err)
{
	const struct hn_audit_act row = {
		.at_ms = hn_clock_ms(), .who = HN_LIT("system"), .role = HN_LIT("system"), .from = from,
		.act = hn_view_of(act), .object = HN_LIT("console"), .after = hn_view_of(after),
	};

	return hn_audit_add(c->db, &row, err);
}

/* One act and its audit row: both or neither. */
static enum hn_rc
run_audited(struct core *c, enum hn_sql sql, const struct hn_value *values, size_t n, const struct hn_audit_act *act,
    struct hn_err *err)
{
	enum hn_rc rc = hn_db_begin(c->db, err);

	if (rc != HN_OK)
		return rc;
	rc = hn_db_run(c->db, sql, values, n, err);
	if (rc == HN_OK)
		rc = hn_audit_add(c->db, act, err);
	if (rc == HN_OK)
		return hn_db_commit(c->db, err);
	hn_db_rollback(c->db);
	return rc;
}

static enum hn_rc
make_token(struct core *c, struct hn_err *err)
{
	const int64_t now_ms = site_steady_now(&c->steady);
	struct hn_buf token = HN_BUF(TOKEN_MAX);
	enum hn_rc rc;

	hn_random_token(&token, CORE_TOKEN_GROUPS);
	hn_sha256(hn_buf_view(&token), c->token_hash);
	const struct hn_value values[] = {
		HN_SQL_BLOB(c->token_hash, HN_SHA256_BYTES), HN_SQL_TEXT(HN_LIT("operator")), HN_SQL_INT(now_ms),
		HN_SQL_INT(now_ms + CORE_TOKEN_LIVES_MS),
	};
	const struct hn_audit_act act = {
		.at_ms = hn_clock_ms(), .who = HN_LIT("system"), .role = HN_LIT("system"), .act = HN_LIT("token.made"),
		.object = HN_LIT("console"),
	};

	rc = run_audited(c, HN_SQL_TOKEN_ADD, values, HN_COUNT(values), &act, err);
	if (rc == HN_OK && !write_token(c->token_path, hn_buf_view(&token)))
		rc = HN_FAIL(err, HN_E_IO, 0, "token file");
	OPENSSL_cleanse(token.p, token.n);
	hn_buf_fini(&token);
	return rc;
}

enum hn_rc
core_login_start(struct core *c, struct hn_err *err)
{
	char folder[SITE_PATH_MAX];

	if (!site_place_path(c->child->config, SITE_PLACE_STATE, folder) || strlen(folder) + 32 > SITE_PATH_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	(void)snprintf(c->token_path, sizeof(c->token_path), "%.900s/token", folder);
	(void)snprintf(c->wanted_path, sizeof(c->wanted_path), "%.900s/token-wanted", folder);

	const enum hn_rc rc = make_token(c, err);

	c->lacks_token = core_lacks_room(rc);
	return c->lacks_token ? HN_OK : rc;
}

static void
sweep(struct core *c)
{
	const struct hn_value now = HN_SQL_INT(site_steady_now(&c->steady));
	enum hn_rc rc = hn_db_run(c->db, HN_SQL_SESSION_SWEEP, &now, 1, NULL);

	if (rc == HN_OK)
		rc = hn_db_run(c->db, HN_SQL_TOKEN_SWEEP, &now, 1, NULL);
	if (rc != HN_OK)
		hn_log(HN_LOG_WARNING, "sweep-failed", "rc=%d", (int)rc);
}

void
core_login_tick(struct core *c)
{
	static unsigned seconds;
	struct hn_err err = { .what = "" };

	if (++seconds % 600 == 0)
		sweep(c);
	if (unlink(c->wanted_path) == 0)
		c->lacks_token = true;
	if (!c->lacks_token)
		return;
	c->lacks_token = make_token(c, &err) != HN_OK;
	if (c->lacks_token && seconds % 60 == 0)
		hn_log(HN_LOG_ERROR, "token-not-made", "what=%s", err.what);
}

struct role_found {
	char role[32];
	size_t n;
};

static enum hn_rc
take_role(void *ctx, const struct hn_row *row)
{
	struct role_found *f = ctx;
	const struct hn_view role = hn_row_text(row, 0);

	f->n = role.n < sizeof(f->role) ? role.n : 0;
	memcpy(f->role, role.p, f->n);
	return HN_OK;
}

/* Use the token up and make a session of it: HN_E_DENIED: it is not one, or was used, or is too old. */
static enum hn_rc
sign_in(struct core *c, struct hn_view token, struct hn_view from, struct hn_buf *session, struct hn_err *err)
{
	const int64_t now_ms = site_steady_now(&c->steady);
	uint8_t hash[HN_SHA256_BYTES], secret[SESSION_BYTES];
	struct role_found found = { .n = 0 };
	enum hn_rc rc;

	hn_sha256(token, hash);
	const struct hn_value use[] = { HN_SQL_BLOB(hash, sizeof(hash)), HN_SQL_INT(now_ms) };

	rc = hn_db_ask(c->db, HN_SQL_TOKEN_USE, use, 2, (struct hn_rows){ take_role, &found }, err);
	if (rc != HN_OK)
		return rc;
	if (found.n == 0) {
		rc = audit(c, "login.refused", from, "", err);
		return rc == HN_OK ? HN_E_DENIED : rc;
	}
	hn_random(secret, sizeof(secret));
	hn_buf_hex(session, secret, sizeof(secret));
	hn_sha256(hn_buf_view(session), hash);
	const struct hn_value add[] = {
		HN_SQL_BLOB(hash, sizeof(hash)), HN_SQL_TEXT(HN_LIT("token")),
		HN_SQL_TEXT(((struct hn_view){ found.role, found.n })),
		HN_SQL_TEXT(from), HN_SQL_INT(now_ms), HN_SQL_INT(now_ms + CORE_SESSION_LIVES_MS),
	};

	rc = hn_db_run(c->db, HN_SQL_SESSION_ADD, add, HN_COUNT(add), err);
	return rc == HN_OK ? audit(c, "login", from, found.role, err) : rc;
}

static enum hn_rc
sign_in_whole(struct core *c, struct hn_view token, struct hn_view from, struct hn_buf *session, struct hn_err *err)
{
	enum hn_rc rc = hn_db_begin(c->db, err), done;

	if (rc != HN_OK)
		return rc;
	rc = sign_in(c, token, from, session, err);
	if (rc != HN_OK && rc != HN_E_DENIED) {
		hn_db_rollback(c->db);
		return rc;
	}
	done = hn_db_commit(c->db, err);
	return done == HN_OK ? rc : done;
}

/*
 * The wait of where ${from} is: each wrong token makes the next one longer.  Nobody else waits for it: who guesses keeps nobody
 * out, and guessing is hopeless anyway (a token has CORE_TOKEN_GROUPS groups of random letters).
 */
static struct core_wrong *
wrong_of(struct core *c, struct hn_view from)
{
	struct core_wrong *oldest = &c->wrong[0];
	struct hn_addr a = { 0 };

	if (hn_addr_parse(from, &a) == HN_OK && !hn_addr_is_v4(a))
		memset(a.b + 8, 0, 8);
	for (size_t i = 0; i < CORE_WRONG_MAX; i++) {
		struct core_wrong *w = &c->wrong[i];

		if (w->n > 0 && hn_addr_eq(w->from, a))
			return w;
		oldest = w->free_at_ms < oldest->free_at_ms ? w : oldest;
	}
	*oldest = (struct core_wrong){ .from = a };
	return oldest;
}

static uint32_t
wait_ms(const struct core_wrong *w)
{
	const int64_t left = w->n > 0 ? w->free_at_ms - hn_clock_monotonic_ms() : 0;

	return left > 0 ? (uint32_t)left : 0;
}

static void
count_wrong(struct core_wrong *w)
{
	const unsigned doublings = w->n < 7 ? w->n : 7;
	const uint32_t next = LOGIN_WAIT_MS << doublings;

	w->n++;
	w->free_at_ms = hn_clock_monotonic_ms() + (next < CORE_LOGIN_WAIT_MAX_MS ? next : CORE_LOGIN_WAIT_MAX_MS);
}

static enum hn_rc
on_login(struct core *c, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t request = hn_get_u32(&g);
	const struct hn_view token = hn_get_bytes(&g, TOKEN_MAX);
	const struct hn_view from = hn_get_bytes(&g, ADDRESS_MAX);
	struct hn_buf session = HN_BUF(128), answer = HN_BUF(256);
	struct hn_err err = { .what = "" };
	struct core_wrong *wrong;
	enum hn_rc rc = HN_E_DENIED;

	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	wrong = wrong_of(c, from);
	if (wait_ms(wrong) == 0) {
		rc = sign_in_whole(c, token, from, &session, &err);
		if (rc == HN_OK) {
			*wrong = (struct core_wrong){ .n = 0 };
			(void)unlink(c->token_path);
		} else {
			hn_log(HN_LOG_WARNING, "login-refused", "rc=%d what=%s", (int)rc, err.what);
			count_wrong(wrong);
		}
	}
	hn_put_u32(&answer, request);
	hn_put_u8(&answer, rc == HN_OK ? 1 : 0);
	hn_put_u32(&answer, wait_ms(wrong));
	hn_put_bytes(&answer, rc == HN_OK ? hn_buf_view(&session) : HN_LIT(""));
	rc = site_child_send(c->child, HN_WEB, SITE_MSG_LOGIN_DONE, hn_buf_view(&answer));
	OPENSSL_cleanse(answer.p, answer.n);
	hn_buf_fini(&session);
	hn_buf_fini(&answer);
	return rc == HN_E_SYNTAX ? rc : HN_OK;
}

static enum hn_rc
take_found(void *ctx, const struct hn_row *row)
{
	(void)row;
	*(bool *)ctx = true;
	return HN_OK;
}

static enum hn_rc
on_check(struct core *c, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t request = hn_get_u32(&g);
	const struct hn_view hash = hn_get_bytes(&g, HN_SHA256_BYTES);
	const struct hn_value values[] = { HN_SQL_BLOB(hash.p, hash.n), HN_SQL_INT(site_steady_now(&c->steady)) };
	struct hn_buf answer = HN_BUF(64);
	bool is_there = false;
	enum hn_rc rc;

	if (!hn_get_done(&g) || hash.n != HN_SHA256_BYTES)
		return HN_E_SYNTAX;
	rc = hn_db_ask(c->db, HN_SQL_SESSION_GET, values, 2, (struct hn_rows){ take_found, &is_there }, NULL);
	hn_put_u32(&answer, request);
	hn_put_u8(&answer, rc == HN_OK && is_there ? 1 : 0);
	rc = site_child_send(c->child, HN_WEB, SITE_MSG_SESSION_STATE, hn_buf_view(&answer));
	hn_buf_fini(&answer);
	return rc == HN_E_SYNTAX ? rc : HN_OK;
}

static enum hn_rc
on_logout(struct core *c, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const struct hn_view hash = hn_get_bytes(&g, HN_SHA256_BYTES);
	const struct hn_view from = hn_get_bytes(&g, ADDRESS_MAX);
	const struct hn_value value = HN_SQL_BLOB(hash.p, hash.n);
	const struct hn_audit_act act = {
		.at_ms = hn_clock_ms(), .who = HN_LIT("token"), .role = HN_LIT("operator"), .from = from,
		.act = HN_LIT("logout"), .object = HN_LIT("console"),
	};
	struct hn_err err = { .what = "" };

	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	if (run_audited(c, HN_SQL_SESSION_END, &value, 1, &act, &err) != HN_OK)
		hn_log(HN_LOG_WARNING, "logout-failed", "what=%s", err.what);
	return HN_OK;
}

enum hn_rc
core_login_message(struct core *c, const struct hn_msg *m)
{
	static const struct {
		enum site_msg type;
		enum hn_rc (*take)(struct core *c, struct hn_view body);
	} rows[] = {
		{ SITE_MSG_LOGIN, on_login }, { SITE_MSG_SESSION_CHECK, on_check }, { SITE_MSG_LOGOUT, on_logout },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].type == m->type)
			return rows[i].take(c, m->body);
	return HN_E_SYNTAX;
}
