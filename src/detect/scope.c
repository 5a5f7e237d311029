#include "detect/scope.h"

enum hn_rc
scope_add(struct scope *s, struct hn_view cidr, struct hn_err *err)
{
	if (s->n == SCOPE_NETS_MAX)
		return HN_FAIL(err, HN_E_LIMIT, SCOPE_NETS_MAX, "internal networks");
	if (hn_cidr_parse(cidr, &s->nets[s->n]) != HN_OK)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "network in CIDR notation");
	s->n++;
	return HN_OK;
}

bool
scope_is_internal(const struct scope *s, struct hn_addr a)
{
	if (s->n == 0)
		return hn_addr_is_private(a);
	for (size_t i = 0; i < s->n; i++)
		if (hn_cidr_has(s->nets[i], a))
			return true;
	return false;
}

bool
scope_is_internal_text(const struct scope *s, struct hn_view text)
{
	struct hn_addr a;

	return hn_addr_parse(text, &a) == HN_OK && scope_is_internal(s, a);
}
