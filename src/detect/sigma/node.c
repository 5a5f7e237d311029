#include "detect/sigma/node.h"

#include <yaml.h>

#include "base/wire.h"

/* A container that is open. */
struct level {
	struct sigma_node *node;
	struct sigma_node **end;	/* where its next child goes */
	struct hn_view key;		/* of the next child of a map */
	bool has_key;
};

struct build {
	struct hn_arena *arena;
	struct sigma_node *first, **end;	/* documents */
	size_t depth, nodes;
	struct level levels[SIGMA_DEPTH_MAX];
};

static bool
is_null(const yaml_event_t *e)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	for (size_t i = 0; i < HN_COUNT(nulls); i++)
		if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strcmp((const char *)e->data.scalar.value, nulls[i]) == 0)
			return true;
	return false;
}

/* A node in its place; NULL: no room. */
static struct sigma_node *
add(struct build *b, enum sigma_node_type type)
{
	struct level *top = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
	struct sigma_node ***end = top != NULL ? &top->end : &b->end;
	struct sigma_node *n = b->nodes++ < SIGMA_NODES_MAX ? hn_arena_get(b->arena, sizeof(*n)) : NULL;

	if (n == NULL)
		return NULL;
	*n = (struct sigma_node){ .type = type };
	if (top != NULL) {
		n->key = top->key;
		top->has_key = false;
		top->node->n++;
	}
	**end = n;
	*end = &n->next;
	return n;
}

static enum hn_rc
take_scalar(struct build *b, const yaml_event_t *e, struct hn_err *err)
{
	const struct hn_view text = { (const char *)e->data.scalar.value, e->data.scalar.length };
	struct level *top = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
	const struct hn_view copy = hn_arena_copy(b->arena, text);
	struct sigma_node *n;

	if (copy.p == NULL)
		return HN_FAIL(err, HN_E_LIMIT, e->start_mark.index, "size of the rules");
	if (top != NULL && top->node->type == SIGMA_MAP && !top->has_key) {
		top->key = copy;
		top->has_key = true;
		return HN_OK;
	}
	n = add(b, is_null(e) ? SIGMA_NULL : SIGMA_SCALAR);
	if (n == NULL)
		return HN_FAIL(err, HN_E_LIMIT, e->start_mark.index, "number of values");
	n->text = copy;
	return HN_OK;
}

static enum hn_rc
enter(struct build *b, const yaml_event_t *e, enum sigma_node_type type, struct hn_err *err)
{
	struct sigma_node *n;

	if (b->depth > 0 && b->levels[b->depth - 1].node->type == SIGMA_MAP && !b->levels[b->depth - 1].has_key)
		return HN_FAIL(err, HN_E_UNSUPPORTED, e->start_mark.index, "a key that is no text");
	if (b->depth == SIGMA_DEPTH_MAX || (n = add(b, type)) == NULL)
		return HN_FAIL(err, HN_E_LIMIT, e->start_mark.index, "depth or number of values");
	b->levels[b->depth++] = (struct level){ .node = n, .end = &n->child };
	return HN_OK;
}

static enum hn_rc
take_event(struct build *b, const yaml_event_t *e, struct hn_err *err)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return e->data.scalar.anchor != NULL ? HN_FAIL(err, HN_E_UNSUPPORTED, e->start_mark.index, "anchor") :
		    take_scalar(b, e, err);
	case YAML_SEQUENCE_START_EVENT:
		return e->data.sequence_start.anchor != NULL ? HN_FAIL(err, HN_E_UNSUPPORTED, e->start_mark.index, "anchor") :
		    enter(b, e, SIGMA_LIST, err);
	case YAML_MAPPING_START_EVENT:
		return e->data.mapping_start.anchor != NULL ? HN_FAIL(err, HN_E_UNSUPPORTED, e->start_mark.index, "anchor") :
		    enter(b, e, SIGMA_MAP, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return HN_OK;
	case YAML_ALIAS_EVENT:
		return HN_FAIL(err, HN_E_UNSUPPORTED, e->start_mark.index, "alias");
	default:
		return HN_OK;
	}
}

static enum hn_rc
read_all(yaml_parser_t *p, struct build *b, struct hn_err *err)
{
	bool is_over = false;
	enum hn_rc rc = HN_OK;

	while (rc == HN_OK && !is_over) {
		yaml_event_t e;

		if (yaml_parser_parse(p, &e) == 0)
			return HN_FAIL(err, HN_E_SYNTAX, p->problem_mark.index, "YAML");
		is_over = e.type == YAML_STREAM_END_EVENT;
		rc = take_event(b, &e, err);
		yaml_event_delete(&e);
	}
	return rc;
}

enum hn_rc
sigma_node_read(struct hn_view yaml, struct hn_arena *arena, struct sigma_node **out, struct hn_err *err)
{
	struct build b = { .arena = arena };
	yaml_parser_t p;
	enum hn_rc rc;

	if (yaml.n > SIGMA_YAML_MAX)
		return HN_FAIL(err, HN_E_LIMIT, yaml.n, "size of the file");
	if (yaml_parser_initialize(&p) == 0)
		return HN_FAIL(err, HN_E_NOMEM, 0, "YAML");
	b.end = &b.first;
	yaml_parser_set_input_string(&p, (const unsigned char *)yaml.p, yaml.n);
	rc = read_all(&p, &b, err);
	yaml_parser_delete(&p);
	if (rc == HN_OK)
		*out = b.first;
	return rc;
}

const struct sigma_node *
sigma_node_get(const struct sigma_node *map, const char *key)
{
	const struct hn_view name = hn_view_of(key);

	if (map == NULL || map->type != SIGMA_MAP)
		return NULL;
	for (const struct sigma_node *n = map->child; n != NULL; n = n->next)
		if (hn_view_eq(n->key, name))
			return n;
	return NULL;
}

struct hn_view
sigma_node_text(const struct sigma_node *map, const char *key)
{
	const struct sigma_node *n = sigma_node_get(map, key);

	return n != NULL && n->type == SIGMA_SCALAR ? n->text : (struct hn_view){ "", 0 };
}

void
sigma_node_put(struct hn_buf *b, const struct sigma_node *node)
{
	hn_put_u8(b, (uint8_t)node->type);
	hn_put_bytes(b, node->key);
	hn_put_bytes(b, node->text);
	hn_put_u32(b, node->n);
	for (const struct sigma_node *c = node->child; c != NULL; c = c->next)
		sigma_node_put(b, c);
}

static struct sigma_node *
take_node(struct hn_get *g, struct hn_arena *arena, unsigned depth)
{
	struct sigma_node *n = depth < SIGMA_DEPTH_MAX ? hn_arena_get(arena, sizeof(*n)) : NULL;
	struct sigma_node **end;
	const unsigned type = hn_get_u8(g);

	if (n == NULL || type >= SIGMA_NODE_TYPES || g->failed) {
		g->failed = true;
		return NULL;
	}
	*n = (struct sigma_node){ .type = (enum sigma_node_type)type };
	n->key = hn_get_bytes(g, SIGMA_YAML_MAX);
	n->text = hn_get_bytes(g, SIGMA_YAML_MAX);
	n->n = hn_get_u32(g);
	if (n->n > 0 && n->type < SIGMA_LIST)
		g->failed = true;
	end = &n->child;
	for (uint32_t i = 0; i < n->n && !g->failed; i++) {
		*end = take_node(g, arena, depth + 1);
		if (*end != NULL)
			end = &(*end)->next;
	}
	return g->failed ? NULL : n;
}

enum hn_rc
sigma_node_take(struct hn_view in, struct hn_arena *arena, struct sigma_node **out, struct hn_err *err)
{
	struct hn_get g = HN_GET(in);
	struct sigma_node *n = take_node(&g, arena, 0);

	if (n == NULL || !hn_get_done(&g))
		return HN_FAIL(err, HN_E_SYNTAX, in.n - g.rest.n, "compiled rule");
	*out = n;
	return HN_OK;
}
