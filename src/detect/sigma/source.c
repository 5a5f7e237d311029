#include "detect/sigma/source.h"

#include "base/num.h"

struct sigma_kin
sigma_kin_of(const struct record *r)
{
	return (struct sigma_kin){
		.dataset = r->dataset, .kind = r->kind, .program = record_get(r, FIELD_EVENT_PROVIDER),
		.channel = record_get(r, FIELD_WINLOG_CHANNEL), .event = record_get(r, FIELD_EVENT_CODE),
	};
}

static bool
is_event(const struct sigma_when *w, struct hn_view event)
{
	uint64_t id;

	if (w->n_events == 0)
		return true;
	if (hn_num_u64(event, UINT32_MAX, &id) != HN_OK)
		return false;
	for (size_t i = 0; i < w->n_events; i++)
		if (w->events[i] == id)
			return true;
	return false;
}

const struct sigma_when *
sigma_source_when(const struct sigma_source *s, const struct sigma_kin *k)
{
	for (size_t i = 0; i < s->n_when; i++) {
		const struct sigma_when *w = &s->when[i];

		if (hn_view_starts(hn_view_of(k->dataset), w->dataset) && (w->kind == RECORD_KINDS || w->kind == k->kind) &&
		    (w->program.n == 0 || hn_view_eq(w->program, k->program)) &&
		    (w->channel.n == 0 || hn_view_eq_nocase(w->channel, k->channel)) && is_event(w, k->event))
			return w;
	}
	return NULL;
}

size_t
sigma_source_find(struct hn_view product, struct hn_view category, struct hn_view service)
{
	size_t i = 0;

	while (i < sigma_sources_n && !(hn_view_eq(sigma_sources[i].product, product) &&
	    hn_view_eq(sigma_sources[i].category, category) && hn_view_eq(sigma_sources[i].service, service)))
		i++;
	return i;
}
