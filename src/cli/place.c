#include "cli/place.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/load.h"
#include "base/mem.h"

bool
place_config(const struct arguments *a, struct site_config *c)
{
	const char *path = arguments_value(a, "config", PLACE_CONFIG);
	struct hn_buf text = HN_BUF(SITE_CONFIG_MAX + 1);
	struct site_fault fault = { 0 };
	bool is_read = false;

	if (hn_load_file(path, &text, NULL) != HN_OK)
		command_say(a, "place.error.read", path, strerror(errno), NULL);
	else if (site_config_parse(hn_buf_view(&text), c, &fault) != HN_OK)
		command_say(a, "place.error.config", path, fault.text, NULL);
	else
		is_read = true;
	hn_buf_fini(&text);
	return is_read;
}

bool
place_path(const struct arguments *a, enum site_place place, char out[SITE_PATH_MAX])
{
	const char *data = arguments_value(a, "data", NULL);
	struct site_config *c = hn_alloc(1, sizeof(*c));
	bool is_found = false;

	if (c == NULL)
		return false;
	if (data != NULL)
		c->data_dir = hn_view_of(data);
	if (data != NULL || place_config(a, c))
		is_found = site_place_path(c, place, out);
	if (data == NULL)
		site_config_fini(c);
	hn_free(c);
	return is_found;
}

bool
place_table(const struct arguments *a, bool (*find)(const struct site_config *c, char out[SITE_PATH_MAX]), const char *name,
    char out[SITE_PATH_MAX])
{
	const char *store = arguments_value(a, "store", NULL);
	struct site_config *c = hn_alloc(1, sizeof(*c));
	bool is_found = false;

	if (c == NULL)
		return false;
	c->data_dir = HN_LIT(PLACE_DATA);
	if (store != NULL) {
		const int n = snprintf(out, SITE_PATH_MAX, "%s/%s", store, name);

		is_found = n > 0 && (unsigned)n < SITE_PATH_MAX;
		if (!is_found)
			command_say(a, "place.error.table", store, strerror(ENAMETOOLONG), NULL);
	} else if (!arguments_has(a, "config") && access(PLACE_CONFIG, F_OK) != 0) {
		is_found = find(c, out);
	} else if (place_config(a, c)) {
		is_found = find(c, out);
		site_config_fini(c);
	}
	hn_free(c);
	return is_found;
}

/* ${path} without its last part; false: it has one part only. */
static bool
cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return false;
	*slash = '\0';
	return true;
}

bool
place_make_folder(const struct arguments *a, const char *path, char out[SITE_PATH_MAX])
{
	char above[SITE_PATH_MAX];
	struct stat st;

	(void)snprintf(out, SITE_PATH_MAX, "%s", path);
	if (!cut_last(out))
		(void)snprintf(out, SITE_PATH_MAX, path[0] == '/' ? "/" : ".");
	(void)snprintf(above, sizeof(above), "%s", out);
	if (cut_last(above))
		(void)mkdir(above, 0750);	/* the site gives both to its user when it starts */
	if ((mkdir(out, 0750) == 0 || errno == EEXIST) && stat(out, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	command_say(a, "place.error.table", out, strerror(errno), NULL);
	return false;
}
