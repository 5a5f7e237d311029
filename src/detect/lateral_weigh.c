#include "detect/lateral_weigh.h"

#include <math.h>

#define MANAGER_DAYS 2u			/* days before on which it worked on others */
#define MANAGER_MACHINES 5u

static unsigned
days_before(const struct lateral_actor *a)
{
	return (unsigned)__builtin_popcountll(a->days & ~UINT64_C(1));
}

uint32_t
lateral_run(const struct lateral_actor *a)
{
	const uint32_t addressed = few_count(&a->run), named = few_count(&a->run_named);

	return addressed > named ? addressed : named;
}

bool
lateral_is_manager(const struct lateral_actor *a)
{
	return days_before(a) >= MANAGER_DAYS && a->ever_before >= MANAGER_MACHINES;
}

struct step {
	uint32_t n;
	double weight;
};

static double
weight_of(const struct step *steps, size_t n_steps, uint32_t n)
{
	for (size_t i = 0; i < n_steps; i++)
		if (n >= steps[i].n)
			return steps[i].weight;
	return 0;
}

static double
weight_of_spread(const struct lateral_actor *a)
{
	static const struct step minutes[] = { { 20, 3.7 }, { 10, 2.6 }, { 5, 1.8 }, { 3, 0.9 } };
	static const struct step day[] = { { 40, 2.8 }, { 20, 2.2 }, { 10, 1.5 }, { 6, 0.8 } };
	const uint32_t span = few_count(&a->span);

	if (lateral_is_manager(a) && span <= 2 * a->most)
		return 0;
	return fmax(weight_of(minutes, HN_COUNT(minutes), a->most_minutes), weight_of(day, HN_COUNT(day), span));
}

static double
weight_of_execution(const struct lateral_actor *a)
{
	static const struct {
		enum lateral_sign sign;
		double weight;
	} signs[] = {
		{ LATERAL_SERVICE, 1.7 }, { LATERAL_TASK, 1.3 }, { LATERAL_WMI, 1.3 }, { LATERAL_SHELL, 1.0 },
	};

	for (size_t i = 0; i < HN_COUNT(signs); i++)
		if ((a->signs & 1u << signs[i].sign) != 0)
			return signs[i].weight;
	return 0;
}

static double
weight_of_file(const struct lateral_actor *a)
{
	return (a->signs & 1u << LATERAL_WRITTEN) != 0 ? 1.6 : (a->signs & 1u << LATERAL_OPENED) != 0 ? 0.6 : 0;
}

/* A manager that does what it always did, and one that does far more than ever. */
static double
weight_of_past(const struct lateral_actor *a)
{
	const uint32_t run = lateral_run(a), span = few_count(&a->span);

	if (!lateral_is_manager(a))
		return 0;
	return (run > span ? run : span) > 3 * (a->most > 1 ? a->most : 1) ? -1.0 : -3.5;
}

/* Installers put the same program onto one machine after another, into its own folder, and nothing lies where tools land. */
static bool
is_rollout(const struct lateral_actor *a)
{
	return a->is_installed != 0 && a->is_odd == 0 && weight_of_file(a) <= 0;
}

bool
lateral_is_ordinary(const struct lateral_actor *a)
{
	return lateral_is_manager(a) || is_rollout(a);
}

void
lateral_weigh(struct finding *f, const struct lateral_actor *a, bool is_learning, bool is_serving)
{
	static const struct step machines[] = { { 10, 2.6 }, { 5, 1.8 }, { 3, 1.0 }, { 2, 0.6 } };

	finding_part(f, "lateral.prior", -1.6);
	finding_part(f, "lateral.spread", is_learning ? 0 : weight_of_spread(a));
	finding_part(f, "lateral.control", is_learning ? 0 : a->control / 100.0);
	if (is_rollout(a)) {
		finding_part(f, "lateral.rollout", -2.4);
	} else {
		finding_part(f, "lateral.execution", weight_of_execution(a));
		finding_part(f, "lateral.file", weight_of_file(a));
		finding_part(f, "lateral.place", a->is_odd != 0 ? 0.6 : 0);
		finding_part(f, "lateral.machines", weight_of(machines, HN_COUNT(machines), lateral_run(a)));
	}
	finding_part(f, "lateral.manager", weight_of_past(a));
	finding_part(f, "lateral.server", is_serving ? -0.6 : 0);
	finding_part(f, "lateral.learning", is_learning ? -2.4 : 0);
}

void
lateral_name_techniques(struct finding *f, const struct lateral_actor *a)
{
	static const struct {
		uint32_t signs;
		struct hn_view id;
	} techniques[] = {
		{ 1u << LATERAL_WRITTEN | 1u << LATERAL_OPENED, HN_INIT("T1021.002") },
		{ 1u << LATERAL_WRITTEN, HN_INIT("T1570") }, { 1u << LATERAL_SERVICE, HN_INIT("T1569.002") },
		{ 1u << LATERAL_TASK, HN_INIT("T1053.005") },
		{ 1u << LATERAL_WMI, HN_INIT("T1047") }, { 1u << LATERAL_SHELL, HN_INIT("T1021.006") },
		{ 1u << LATERAL_DESKTOP, HN_INIT("T1021.001") },
	};

	for (size_t i = 0; i < HN_COUNT(techniques); i++)
		if ((a->signs & techniques[i].signs) != 0)
			f->techniques[f->n_techniques++] = techniques[i].id;
	if (f->n_techniques == 0)
		f->techniques[f->n_techniques++] = HN_LIT("T1021");
}

