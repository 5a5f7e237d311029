#include "detect/expected.h"

static bool
is_of(const struct expected_peer *p, struct hn_view name)
{
	const struct hn_view peer = { p->name, p->n };

	if (hn_view_eq(name, peer))
		return true;
	return p->has_below && name.n > p->n && hn_view_ends(name, peer) && name.p[name.n - p->n - 1] == '.';
}

const struct expected_service *
expected_find(struct hn_view name)
{
	for (size_t i = 0; i < expected_peers_n; i++)
		if (is_of(&expected_peers[i], name))
			return &expected_services[expected_peers[i].service];
	return NULL;
}
