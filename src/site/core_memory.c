#include "site/core_memory.h"

enum hn_rc
core_memory_open(const struct site_config *config, struct core_memory **out, struct hn_err *err)
{
	(void)config;
	(void)err;
	*out = NULL;
	return HN_OK;
}

void
core_memory_close(struct core_memory *m)
{
	(void)m;
}

void
core_memory_add(struct core_memory *m, const struct site_observed *seen)
{
	(void)m;
	(void)seen;
}

enum hn_rc
core_memory_flush(struct core_memory *m, struct hn_err *err)
{
	(void)m;
	(void)err;
	return HN_OK;
}
