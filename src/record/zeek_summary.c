#include "record/zeek.h"

static unsigned
summary_recognise(struct hn_view line)
{
	return hn_view_starts(line, HN_LIT(">== ")) && hn_view_search(line, HN_LIT(" === ")) < line.n ? 90 : 0;
}

static bool
is_of_summary(struct hn_view line)
{
	static const struct hn_view starts[] = { HN_INIT(">== "), HN_INIT(" "), HN_INIT("First: ") };

	for (size_t i = 0; i < HN_COUNT(starts); i++)
		if (hn_view_starts(line, starts[i]))
			return true;
	return hn_view_search(line, HN_LIT("s real, ")) < line.n;
}

static enum hn_rc
summary_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	(void)state;
	(void)conf;
	(void)r;
	return is_of_summary(line) ? HN_SKIP : HN_FAIL(err, HN_E_SYNTAX, 0, "summary");
}

const struct reader zeek_summary_reader = {
	.name = "zeek-summary",
	.frame = READER_LINE,
	.recognise = summary_recognise,
	.read = summary_read,
};
