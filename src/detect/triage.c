#include "detect/triage.h"

#include "detect/expected.h"
#include "detect/house.h"

#define DAY_MS (INT64_C(86400) * 1000)
#define NEW_MS (7 * DAY_MS)
#define OLD_MS (30 * DAY_MS)
#define EXPECTED (-2.5)		/* a quarter of what half the house speaks to weighs, so that a misuse can still be seen */
#define LEARNING (-0.1)		/* that a peer is rare is known from a few days only: told, and it weighs a little less */
#define MACHINES_MIN 8u		/* with fewer machines in all, a share of them says little */

/* Log-odds by the share of machines that speak to the same site. */
static double
weight_of_rarity(const struct prevalence *p)
{
	static const struct {
		double share;
		uint32_t machines;	/* either, and more */
		double weight;
	} steps[] = {
		{ 0.5, UINT32_MAX, -4.0 }, { 0.2, 20, -3.0 }, { 0.1, 10, -2.2 }, { 0.05, 5, -1.5 }, { 1, 3, -0.7 }, { 1, 2, 0.2 },
	};
	const double share = p->active > 0 ? (double)p->machines / p->active : 0;

	if (p->active < MACHINES_MIN)
		return 0;
	for (size_t i = 0; i < HN_COUNT(steps); i++)
		if (p->machines > 1 && (share >= steps[i].share || p->machines >= steps[i].machines))
			return steps[i].weight;
	return 0.8;
}

/* Newness counts only where we have watched for long enough to know. */
static double
weight_of_newness(const struct prevalence *p, int64_t now_ms)
{
	if (now_ms - p->began_ms < NEW_MS)
		return 0;
	if (now_ms - p->site_first_ms < NEW_MS)
		return 0.7;
	return now_ms - p->site_first_ms > OLD_MS ? -0.7 : 0;
}

/* What the house or dated data expects: updates, antivirus, the state's lines, contracts. */
static bool
is_expected(const struct sight *s)
{
	const struct expected_service *const e = expected_find(s->contact->whom);

	return (e != NULL && e->is_confirmed) || house_expects(s->house, s->contact->whom);
}

void
detect_hit(const struct sight *s, struct finding *f, struct findings *out)
{
	if (s->contact != NULL && s->prevalence.active > 0) {
		const double rarity = weight_of_rarity(&s->prevalence);

		finding_part(f, "rarity", rarity);
		finding_part(f, "newness", weight_of_newness(&s->prevalence, s->record->at_ms));
		if (rarity > 0 && s->record->at_ms - s->prevalence.began_ms < NEW_MS)
			finding_part(f, "learning", LEARNING);
	}
	if (s->contact != NULL && s->contact->way == CONTACT_OUT && f->kind != FINDING_INDICATOR && is_expected(s))
		finding_part(f, "expected.peer", EXPECTED);
	findings_hit(out, f, s->record);
}
