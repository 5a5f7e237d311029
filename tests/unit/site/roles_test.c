#include "unit/test.h"

#include <stdio.h>

#include "event/role.h"
#include "site/messages.h"
#include "site/roles_doc.h"

#define DOC_MAX 65536u

/* HINOMI_WRITE_DOCS=1 writes the page instead. */
static void
the_page_is_what_the_rows_say(void **state)
{
	static char page[DOC_MAX];
	const char *root = getenv("HINOMI_SOURCE");
	struct hn_buf b = HN_BUF(DOC_MAX);
	char path[512];
	FILE *f;
	size_t n;

	(void)state;
	assert_non_null(root);
	(void)snprintf(path, sizeof(path), "%s/docs/roles.md", root);
	site_roles_doc(&b);
	assert_false(b.failed);
	f = fopen(path, getenv("HINOMI_WRITE_DOCS") != NULL ? "w+" : "r");
	assert_non_null(f);
	if (getenv("HINOMI_WRITE_DOCS") != NULL)
		assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
	rewind(f);
	n = fread(page, 1, sizeof(page), f);
	fclose(f);
	if (n != b.n || memcmp(page, b.p, n) != 0)
		fail_msg("docs/roles.md is old: HINOMI_WRITE_DOCS=1 HINOMI_SOURCE=. build/tests/unit/unit_site_roles");
	hn_buf_fini(&b);
}

/* Whoever may talk to a role is one that it may talk to. */
static void
peers_are_mutual(void **state)
{
	(void)state;
	for (unsigned a = 0; a < HN_ROLES; a++)
		for (unsigned b = 0; b < HN_ROLES; b++)
			assert_int_equal(hn_roles[a].peers >> b & 1, hn_roles[b].peers >> a & 1);
}

/* A message that no channel can carry is a slip in the table. */
static void
every_message_has_a_channel(void **state)
{
	(void)state;
	for (size_t i = 0; i < site_messages.n; i++) {
		const struct hn_msg_type *m = &site_messages.rows[i];
		bool has_channel = false;

		for (unsigned a = 0; a < HN_ROLES; a++)
			for (unsigned b = 0; b < HN_ROLES; b++)
				has_channel = has_channel || ((m->from >> a & 1) != 0 && (m->to >> b & 1) != 0 &&
				    (a == HN_PARENT || b == HN_PARENT || (hn_roles[a].peers >> b & 1) != 0));
		if (!has_channel)
			fail_msg("%s", m->name);
		assert_true(m->min <= m->max && m->max <= HN_MSG_MAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_is_what_the_rows_say),
		cmocka_unit_test(peers_are_mutual),
		cmocka_unit_test(every_message_has_a_channel),
	};

	return cmocka_run_group_tests_name("site/roles", tests, NULL, NULL);
}
