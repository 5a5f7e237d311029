#include "cli/token.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/load.h"
#include "base/mem.h"
#include "cli/place.h"
#include "net/identity.h"
#include "site/config_value.h"
#include "site/identity.h"

#define TRIES 50u
#define TRY_EVERY_US 200000u

/* Wait for the token's file: core writes it within a second or two. */
static bool
read_token(const char *path, char *token, size_t size)
{
	for (unsigned i = 0; i < TRIES; i++) {
		const int fd = open(path, O_RDONLY | O_CLOEXEC);
		const ssize_t n = fd >= 0 ? read(fd, token, size - 1) : -1;

		if (fd >= 0)
			(void)close(fd);
		if (n > 0 && token[n - 1] == '\n') {
			token[n] = '\0';
			return true;
		}
		(void)usleep(TRY_EVERY_US);
	}
	return false;
}

static void
ask_for_one(const char *folder)
{
	char path[SITE_PATH_MAX + 16];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/token-wanted", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		(void)close(fd);
}

/* Where the console is, and the fingerprint of its certificate for people to compare. */
static void
say_where(const struct arguments *a, const struct site_config *config)
{
	char path[SITE_PATH_MAX];
	struct hn_buf pem = HN_BUF(SITE_PEM_MAX), print = HN_BUF(256), where = HN_BUF(256);
	uint8_t digest[HN_FINGERPRINT_BYTES];

	if (site_identity_certificate(config, path) && hn_load_file(path, &pem, NULL) == HN_OK &&
	    hn_identity_fingerprint(hn_buf_view(&pem), digest, NULL) == HN_OK)
		hn_buf_hex(&print, digest, sizeof(digest));
	site_listen_put(&where, config->listen);
	command_say(a, "token.where", hn_buf_cstr(&where), hn_buf_cstr(&print), NULL);
	hn_buf_fini(&pem);
	hn_buf_fini(&print);
	hn_buf_fini(&where);
}

static enum exit_code
print_token(const struct arguments *a, const struct site_config *config)
{
	char folder[SITE_PATH_MAX] = "", path[SITE_PATH_MAX + 16], token[128];

	if (!site_place_path(config, SITE_PLACE_STATE, folder))
		return EXIT_NOT_DONE;
	(void)snprintf(path, sizeof(path), "%s/token", folder);
	if (arguments_has(a, "new"))
		(void)unlink(path);
	if (access(path, R_OK) != 0)
		ask_for_one(folder);
	if (!read_token(path, token, sizeof(token))) {
		command_say(a, "token.none", path, NULL, NULL);
		return EXIT_NOT_DONE;
	}
	say_where(a, config);
	fputs(token, a->out);
	return EXIT_DONE;
}

static enum exit_code
token(const struct arguments *a)
{
	struct site_config *config = hn_alloc(1, sizeof(*config));
	enum exit_code code = EXIT_NOT_DONE;

	if (config != NULL && place_config(a, config)) {
		code = print_token(a, config);
		site_config_fini(config);
	}
	hn_free(config);
	return code;
}

const struct command token_command = {
	.name = "token",
	.operands = "",
	.options = { { OPTION_VALUE, "config", "FILE" }, { OPTION_FLAG, "new", NULL } },
	.run = token,
};
