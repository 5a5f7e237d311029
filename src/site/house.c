#include "site/house.h"

#include <assert.h>

#include "site/config_value.h"

static_assert(SITE_MAINTENANCES_MAX <= HOUSE_MAINTENANCES_MAX &&
    SITE_SERVERS_MAX <= HOUSE_SERVERS_MAX && SITE_EXPECTED_MAX <= HOUSE_EXPECTED_MAX, "they fit");

enum hn_rc
site_house_read(const struct site_config *c, struct house *out, struct hn_err *err)
{
	const enum hn_rc rc = site_zone_of(c->time_zone, &out->zone);

	if (rc != HN_OK)
		return HN_FAIL(err, rc, 0, "time_zone");
	for (size_t i = 0; i < c->n_maintenances; i++) {
		const struct site_maintenance *const m = &c->maintenance[i];

		out->maintenance[i] = (struct house_maintenance){ .name = m->name, .account = m->account,
			.from = m->from.net, .n_from = m->from.n, .days = (uint32_t)m->days,
			.from_min = m->hours.from_min, .to_min = m->hours.to_min };
	}
	for (size_t i = 0; i < c->n_servers; i++) {
		const struct site_server *const s = &c->server[i];

		out->server[i] = (struct house_server){ .name = s->name, .address = s->address.net, .n_address = s->address.n,
			.may_speak = s->internet == SITE_INTERNET_YES };
	}
	for (size_t i = 0; i < c->n_expected; i++)
		out->expected[i] = (struct house_expected){ c->expected[i].name, c->expected[i].peers };
	out->n_expected = c->n_expected;
	out->n_maintenances = c->n_maintenances;
	out->n_servers = c->n_servers;
	return HN_OK;
}
