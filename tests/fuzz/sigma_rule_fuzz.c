#include <stdlib.h>

#include "detect/sigma/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct record r;

static void
ignore(void *ctx, uint32_t rule)
{
	(void)ctx;
	(void)rule;
}

struct found {
	uint32_t atom;
	bool is;
};

static void
note(void *ctx, uint32_t atom)
{
	struct found *f = ctx;

	f->is |= f->atom == atom;
}

/* The index finds exactly the literals that hold up against the value when they are asked one by one. */
static void
check_index(const struct sigma_set *set, struct hn_view low)
{
	for (uint32_t i = 0; i < sigma_set_atoms(set) && i < 64; i++) {
		const struct sigma_atom *a = sigma_set_atom(set, i);
		struct found f = { i, false };

		if (!sigma_index_takes(a))
			continue;
		sigma_index_find(sigma_set_index(set, a->slot), low, note, &f);
		if (f.is != sigma_atom_match(a, &(struct sigma_value){ low, low }))
			abort();
	}
}

/* What is kept of a rule is read back as the same tree. */
static void
check_kept(struct hn_view yaml)
{
	struct hn_arena arena = HN_ARENA(16u << 20);
	struct hn_buf once = HN_BUF(8u << 20), again = HN_BUF(8u << 20);
	struct sigma_node *read, *kept;

	if (sigma_node_read(yaml, &arena, &read, NULL) == HN_OK && read != NULL) {
		sigma_node_put(&once, read);
		if (once.failed || sigma_node_take(hn_buf_view(&once), &arena, &kept, NULL) != HN_OK)
			abort();
		sigma_node_put(&again, kept);
		if (!hn_view_eq(hn_buf_view(&once), hn_buf_view(&again)))
			abort();
	}
	hn_buf_fini(&once);
	hn_buf_fini(&again);
	hn_arena_fini(&arena);
}

/* The bytes are a file of rules, and the value of the fields that its record has. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view bytes = { (const char *)data, size };
	struct sigma_set *set;
	struct sigma_run *run;

	if (size > 65536 || sigma_set_new(&set, NULL) != HN_OK)
		return 0;
	check_kept(bytes);
	(void)!sigma_set_add(set, HN_LIT("x.yml"), bytes, NULL);
	if (sigma_set_seal(set, NULL) != HN_OK)
		abort();
	for (size_t i = 0; i < sigma_set_count(set); i++)
		if (sigma_set_rule(set, i)->why_not == NULL && sigma_set_rule(set, i)->expr == NULL &&
		    sigma_set_rule(set, i)->correlation == NULL)
			abort();
	record_reset(&r);
	r.dataset = "windows.sysmon";
	record_set(&r, FIELD_EVENT_CODE, HN_LIT("1"));
	record_keep(&r, HN_LIT("Image"), bytes);
	record_keep(&r, HN_LIT("CommandLine"), bytes);
	run = sigma_run_new(set);
	if (run != NULL)
		sigma_run_see(run, &r, ignore, NULL);
	const struct hn_view low = sigma_lower(bytes, sigma_set_arena(set));

	if (low.p != NULL)
		check_index(set, low);
	sigma_run_free(run);
	sigma_set_free(set);
	return 0;
}
