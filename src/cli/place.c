#include "cli/place.h"

#include <errno.h>
#include <string.h>

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
