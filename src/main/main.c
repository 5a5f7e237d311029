#include "cli/command.h"
#include "site/child.h"

int
main(int argc, char **argv)
{
	/* How a site starts its own processes; not a command for people. */
	if (argc == 3 && hn_view_eq(hn_view_of(argv[1]), HN_LIT("role")))
		return site_child_main(argv[2]);
	return (int)command_run(argc, (const char *const *)argv, stdout, stderr);
}
