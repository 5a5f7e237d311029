#include "detect/sigma/correlation.h"

#include "base/num.h"

#define SPAN_MAX_MS (INT64_C(366) * 86400000)

static enum hn_rc
read_type(const struct sigma_node *c, struct sigma_correlation *out, struct hn_err *err)
{
	static const struct hn_view types[SIGMA_CORRELATION_TYPES] = {
		[SIGMA_EVENT_COUNT] = HN_INIT("event_count"), [SIGMA_VALUE_COUNT] = HN_INIT("value_count"),
		[SIGMA_TEMPORAL] = HN_INIT("temporal"), [SIGMA_TEMPORAL_ORDERED] = HN_INIT("temporal_ordered"),
	};
	const struct hn_view type = sigma_node_text(c, "type");

	for (size_t i = 0; i < SIGMA_CORRELATION_TYPES; i++)
		if (hn_view_eq(type, types[i])) {
			out->type = (enum sigma_correlation_type)i;
			return HN_OK;
		}
	return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "type of correlation");
}

/* "5m": seconds, minutes, hours, days. */
static enum hn_rc
read_span(const struct sigma_node *c, struct sigma_correlation *out, struct hn_err *err)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 } };
	struct hn_view text = sigma_node_text(c, "timespan");
	uint64_t n;

	for (size_t i = 0; text.n > 1 && i < HN_COUNT(units); i++) {
		if (units[i].unit != text.p[text.n - 1])
			continue;
		text.n--;
		if (hn_num_u64(text, (uint64_t)(SPAN_MAX_MS / units[i].ms), &n) != HN_OK || n == 0)
			break;
		out->span_ms = (int64_t)n * units[i].ms;
		return HN_OK;
	}
	return HN_FAIL(err, HN_E_SYNTAX, 0, "timespan");
}

static enum hn_rc
read_refers(const struct sigma_node *c, struct sigma_correlation *out, struct hn_err *err)
{
	const struct sigma_node *n = sigma_node_get(c, "rules");

	if (n != NULL && n->type == SIGMA_SCALAR)
		out->names[out->n_refers++] = n->text;
	else
		for (n = n != NULL ? n->child : NULL; n != NULL; n = n->next) {
			if (out->n_refers == SIGMA_REFERS_MAX)
				return HN_FAIL(err, HN_E_LIMIT, 0, "number of rules of one correlation");
			out->names[out->n_refers++] = n->text;
		}
	return out->n_refers > 0 ? HN_OK : HN_FAIL(err, HN_E_SYNTAX, 0, "a correlation without rules");
}

/* The field that ${name} means in the rule ${refer}: an alias may call it otherwise there. */
static struct hn_view
field_of(const struct sigma_node *aliases, struct hn_view name, struct hn_view refer)
{
	for (const struct sigma_node *a = aliases != NULL ? aliases->child : NULL; a != NULL; a = a->next)
		for (const struct sigma_node *r = hn_view_eq(a->key, name) ? a->child : NULL; r != NULL; r = r->next)
			if (hn_view_eq(r->key, refer))
				return r->text;
	return name;
}

static enum hn_rc
add_group(const struct sigma_node *c, struct hn_view name, const struct sigma_store *store, struct sigma_correlation *out,
    struct hn_err *err)
{
	if (out->n_groups == SIGMA_GROUPS_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "number of fields to group by");
	for (uint32_t i = 0; i < out->n_refers; i++) {
		const struct hn_view field = field_of(sigma_node_get(c, "aliases"), name, out->names[i]);
		const uint32_t slot = store->slot(store->ctx, field);

		if (slot == SIGMA_ATOM_NONE)
			return HN_FAIL(err, HN_E_LIMIT, 0, "number of fields");
		out->groups[out->n_groups][i] = slot;
	}
	out->n_groups++;
	return HN_OK;
}

static enum hn_rc
read_groups(const struct sigma_node *c, const struct sigma_store *store, struct sigma_correlation *out, struct hn_err *err)
{
	const struct sigma_node *n = sigma_node_get(c, "group-by");
	enum hn_rc rc = HN_OK;

	if (n != NULL && n->type == SIGMA_SCALAR)
		return add_group(c, n->text, store, out, err);
	for (n = n != NULL ? n->child : NULL; n != NULL && rc == HN_OK; n = n->next)
		rc = add_group(c, n->text, store, out, err);
	return rc;
}

static enum hn_rc
add_bound(const struct sigma_node *n, struct sigma_correlation *out, struct hn_err *err)
{
	static const struct {
		struct hn_view name;
		enum sigma_op op;
	} ops[] = {
		{ HN_INIT("gt"), SIGMA_GT }, { HN_INIT("gte"), SIGMA_GTE }, { HN_INIT("lt"), SIGMA_LT },
		{ HN_INIT("lte"), SIGMA_LTE },
		{ HN_INIT("eq"), SIGMA_EQUAL },
	};
	uint64_t number;

	for (size_t i = 0; i < HN_COUNT(ops); i++) {
		if (!hn_view_eq(n->key, ops[i].name))
			continue;
		if (out->n_bounds == SIGMA_BOUNDS_MAX || hn_num_u64(n->text, UINT32_MAX, &number) != HN_OK)
			break;
		if (out->type == SIGMA_VALUE_COUNT && number >= SIGMA_DISTINCT_MAX)
			return HN_FAIL(err, HN_E_LIMIT, 0, "more different values than are told apart");
		out->bounds[out->n_bounds++] = (struct sigma_bound){ ops[i].op, (double)number };
		return HN_OK;
	}
	return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "condition of the correlation");
}

static enum hn_rc
read_condition(const struct sigma_node *c, const struct sigma_store *store, struct sigma_correlation *out, struct hn_err *err)
{
	const struct sigma_node *n = sigma_node_get(c, "condition");
	enum hn_rc rc = HN_OK;

	out->value = SIGMA_ATOM_NONE;
	for (n = n != NULL ? n->child : NULL; n != NULL && rc == HN_OK; n = n->next) {
		if (hn_view_eq(n->key, HN_LIT("field")))
			out->value = store->slot(store->ctx, n->text);
		else
			rc = add_bound(n, out, err);
	}
	if (rc == HN_OK && out->type <= SIGMA_VALUE_COUNT && out->n_bounds == 0)
		rc = HN_FAIL(err, HN_E_SYNTAX, 0, "condition of the correlation");
	if (rc == HN_OK && out->type == SIGMA_VALUE_COUNT && out->value == SIGMA_ATOM_NONE)
		rc = HN_FAIL(err, HN_E_SYNTAX, 0, "the field whose values are counted");
	return rc;
}

enum hn_rc
sigma_correlation_read(const struct sigma_node *document, const struct sigma_store *store, struct sigma_correlation *out,
    struct hn_err *err)
{
	const struct sigma_node *c = sigma_node_get(document, "correlation");
	const struct sigma_node *inside = sigma_node_get(c, "generate");
	const struct hn_view generate = inside != NULL ? inside->text : sigma_node_text(document, "generate");
	enum hn_rc rc;

	*out = (struct sigma_correlation){ .generates = hn_view_eq_nocase(generate, HN_LIT("true")) };
	rc = read_type(c, out, err);
	if (rc == HN_OK)
		rc = read_span(c, out, err);
	if (rc == HN_OK)
		rc = read_refers(c, out, err);
	if (rc == HN_OK)
		rc = read_groups(c, store, out, err);
	return rc == HN_OK ? read_condition(c, store, out, err) : rc;
}

bool
sigma_correlation_holds(const struct sigma_correlation *c, double n)
{
	for (uint32_t i = 0; i < c->n_bounds; i++) {
		const double b = c->bounds[i].number;
		const bool rows[SIGMA_OPS] = {
			[SIGMA_GT] = n > b, [SIGMA_GTE] = n >= b, [SIGMA_LT] = n < b, [SIGMA_LTE] = n <= b,
			[SIGMA_EQUAL] = n >= b && n <= b,
		};

		if (!rows[c->bounds[i].op])
			return false;
	}
	return true;
}
