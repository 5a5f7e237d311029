#include "site/intake_folder.h"

#include <stdio.h>
#include <sys/stat.h>

/* What the folder's name means now; ino 0: nothing. */
static struct intake_folder
look(const struct site_source *s)
{
	char path[SITE_PATH_MAX];
	size_t n = s->path.n;
	struct stat st;

	if (s->kind != SITE_TAIL && s->kind != SITE_DROP)
		return (struct intake_folder){ 0 };
	while (s->kind == SITE_TAIL && n > 1 && s->path.p[n - 1] != '/')
		n--;
	(void)snprintf(path, sizeof(path), "%.*s", (int)n, s->path.p);
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return (struct intake_folder){ 0 };
	return (struct intake_folder){ st.st_dev, st.st_ino };
}

void
intake_folders_note(struct intake *in, const struct site_config *config)
{
	for (size_t i = 0; i < config->n_sources; i++)
		in->source[i].folder = look(&config->source[i]);
}

const char *
intake_folders_changed(const struct intake *in)
{
	for (size_t i = 0; i < in->child->config->n_sources; i++) {
		const struct intake_folder *const then = &in->source[i].folder, now = look(in->source[i].config);

		/* One that is gone is waited for. */
		if (now.ino != 0 && (now.dev != then->dev || now.ino != then->ino))
			return in->source[i].config->name.p;
	}
	return NULL;
}
