#include "detect/sigma/detector.h"

#include "base/mem.h"
#include "detect/sigma/correlate.h"

struct state {
	const struct detect_conf *conf;
	const struct sigma_set *set;	/* the one that `run` was made for */
	uint64_t serial;
	struct sigma_run *run;
	struct keyed *memory[1];	/* of correlations */
};

/* One record on its way through the rules. */
struct look {
	struct state *state;
	const struct sight *sight;
	struct findings *out;
};

static const struct {
	struct hn_view words;
	const char *part;
	double weight;
	enum finding_level at_least, at_most;
} levels[LEVEL_COUNT] = {
	[LEVEL_INFO] = { HN_INIT("sigma-low"), "sigma.informational", -3.5, LEVEL_INFO, LEVEL_LOW },
	[LEVEL_LOW] = { HN_INIT("sigma-low"), "sigma.low", -1.8, LEVEL_INFO, LEVEL_LOW },
	[LEVEL_MEDIUM] = { HN_INIT("sigma-medium"), "sigma.medium", 0.2, LEVEL_INFO, LEVEL_MEDIUM },
	[LEVEL_HIGH] = { HN_INIT("sigma-high"), "sigma.high", 1.8, LEVEL_MEDIUM, LEVEL_HIGH },
	[LEVEL_CRITICAL] = { HN_INIT("sigma-critical"), "sigma.critical", 3.0, LEVEL_MEDIUM, LEVEL_CRITICAL },
};

static const struct {
	const char *part;
	double weight;
} statuses[SIGMA_STATUSES] = {
	[SIGMA_STABLE] = { "sigma.stable", 0.4 }, [SIGMA_TEST] = { "sigma.test", -0.3 },
	[SIGMA_EXPERIMENTAL] = { "sigma.experimental", -0.8 }, [SIGMA_DEPRECATED] = { "sigma.deprecated", -2.0 },
	[SIGMA_UNSUPPORTED] = { "sigma.deprecated", -2.0 },
};

static enum hn_rc
sigma_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "sigma");
	s->conf = conf;
	s->memory[0] = sigma_correlate_new();
	if (s->memory[0] == NULL) {
		hn_free(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "sigma");
	}
	*state = s;
	return HN_OK;
}

static void
sigma_close(void *state)
{
	struct state *s = state;

	if (s != NULL) {
		sigma_run_free(s->run);
		keyed_free(s->memory[0]);
	}
	hn_free(s);
}

/* Whether there are rules; a set that came in place of another is taken up. */
static bool
is_ready(struct state *s)
{
	const struct sigma_set *set = s->conf->rules != NULL ? *s->conf->rules : NULL;

	if (set == NULL)
		return false;
	if (s->run == NULL || s->set != set || s->serial != sigma_set_serial(set)) {
		sigma_run_free(s->run);
		s->run = sigma_run_new(set);
		s->set = set;
		s->serial = sigma_set_serial(set);
	}
	return s->run != NULL;
}

/* Where the machine spoke to, if the record tells. */
static struct hn_view
peer_of(const struct record *r)
{
	static const enum field fields[] = { FIELD_DESTINATION_DOMAIN, FIELD_DESTINATION_IP, FIELD_URL_DOMAIN };

	for (size_t i = 0; i < HN_COUNT(fields); i++)
		if (record_has(r, fields[i]))
			return r->value[fields[i]];
	return HN_LIT("");
}

/* The machine: for an event of Windows the one that wrote it, whoever its addresses are. */
static struct hn_view
machine_of(const struct record *r)
{
	if (hn_view_starts(hn_view_of(r->dataset), HN_LIT("windows.")) && record_has(r, FIELD_HOST_NAME))
		return r->value[FIELD_HOST_NAME];
	return record_machine(r);
}

/* A finding of the rule. */
static void
tell(void *ctx, uint32_t number)
{
	const struct look *l = ctx;
	const struct sigma_rule *r = sigma_set_rule(l->state->set, number);
	const struct record *rec = l->sight->record;
	struct finding f = {
		.kind = FINDING_SIGMA, .rule = r->id, .words = levels[r->level].words, .note = r->note,
		.source = machine_of(rec), .destination = peer_of(rec), .user = record_get(rec, FIELD_USER_NAME),
		.at_least = r->is_hunting ? LEVEL_INFO : levels[r->level].at_least,
		.at_most = r->is_hunting ? LEVEL_LOW : levels[r->level].at_most,
		.n_techniques = r->n_techniques,
	};

	if (r->is_silent)
		return;

	memcpy(f.techniques, r->techniques, sizeof(f.techniques));
	finding_part(&f, levels[r->level].part, levels[r->level].weight);
	finding_part(&f, statuses[r->status].part, statuses[r->status].weight);
	finding_part(&f, "sigma.hunting", r->is_hunting ? -2.0 : 0);
	finding_fact_text(&f, "title", r->title);
	finding_fact_text(&f, "description", r->description);
	findings_hit(l->out, &f, rec);
}

static void
on_hit(void *ctx, uint32_t number)
{
	const struct look *l = ctx;
	const struct sigma_hit h = { l->state->set, l->state->run, number, l->sight->record->at_ms };

	tell(ctx, number);
	sigma_correlate(l->state->memory[0], &h, tell, ctx);
}

static struct keyed *const *
sigma_tables(void *state, size_t *n)
{
	*n = 1;
	return ((struct state *)state)->memory;
}

static void
sigma_see(void *state, const struct sight *s, struct findings *out)
{
	struct look l = { state, s, out };

	if (is_ready(state))
		sigma_run_see(l.state->run, s->record, on_hit, &l);
}

const struct detector sigma_detector = {
	.name = "sigma",
	.kind = FINDING_SIGMA,
	.wants = WANTS_ALL,
	.open = sigma_open,
	.see = sigma_see,
	.tables = sigma_tables,
	.close = sigma_close,
};
