#include <stdio.h>

#include "base/buf.h"
#include "cli/command.h"
#include "site/child.h"
#include "site/config.h"
#include "site/parent.h"

#define EXAMPLE_MAX 65536u

static bool
is(const char *argument, const char *word)
{
	return hn_view_eq(hn_view_of(argument), hn_view_of(word));
}

static int
print_example(void)
{
	struct hn_buf b = HN_BUF(EXAMPLE_MAX);

	site_config_example(&b);
	fwrite(b.p, 1, b.n, stdout);
	hn_buf_fini(&b);
	return SITE_EXIT_OK;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && is(argv[1], "role"))
		return site_child_main(argv[2]);
	if (argc == 4 && is(argv[1], "site") && is(argv[2], "--config"))
		return site_parent_main(argv[3]);
	if (argc == 3 && is(argv[1], "site") && is(argv[2], "--example-config"))
		return print_example();
	return (int)command_run(argc, (const char *const *)argv, stdout, stderr);
}
