#include "cli/site.h"

#include "site/config.h"
#include "site/parent.h"

#define EXAMPLE_MAX 65536u

static enum exit_code
print_example(const struct arguments *a)
{
	struct hn_buf b = HN_BUF(EXAMPLE_MAX);

	site_config_example(&b);
	fwrite(b.p, 1, b.n, a->out);
	hn_buf_fini(&b);
	return EXIT_DONE;
}

static enum exit_code
run(const struct arguments *a)
{
	const char *config = arguments_value(a, "config", "/etc/hinomi/hinomi.conf");

	if (arguments_has(a, "example-config"))
		return print_example(a);
	return (enum exit_code)site_parent_main(config);
}

const struct command site_command = {
	.name = "site",
	.operands = "",
	.options = {
		{ OPTION_VALUE, "config", "FILE" },
		{ OPTION_FLAG, "example-config", NULL },
	},
	.run = run,
};
