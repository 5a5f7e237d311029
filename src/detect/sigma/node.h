#ifndef DETECT_SIGMA_NODE_H
#define DETECT_SIGMA_NODE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define SIGMA_YAML_MAX (1u << 20)	/* bytes of one file */
#define SIGMA_DEPTH_MAX 24u		/* lists and maps inside one another */
#define SIGMA_NODES_MAX 65536u		/* of one file */

enum sigma_node_type {
	SIGMA_NULL,
	SIGMA_SCALAR,
	SIGMA_LIST,
	SIGMA_MAP,
	SIGMA_NODE_TYPES
};

/* A YAML document as a tree: what a rule is read from, and what the compiled cache keeps. */
struct sigma_node {
	enum sigma_node_type type;
	struct hn_view key;		/* its name within a map */
	struct hn_view text;		/* of a scalar */
	uint32_t n;			/* children */
	struct sigma_node *child, *next;
};

/*
 * All documents of ${yaml}, joined by ->next, in ${arena}.  A plain "", "~" or "null" is a null; a quoted one is text.
 * Errors: HN_E_SYNTAX (err->at: offset), HN_E_LIMIT, HN_E_UNSUPPORTED (anchors and aliases: no rule needs them, and they can
 * make much of little), HN_E_NOMEM.  Source: YAML 1.1, read by libyaml.
 */
enum hn_rc sigma_node_read(struct hn_view yaml, struct hn_arena *arena, struct sigma_node **out,
    struct hn_err *err) HN_MUST_CHECK;

/* The child of that name; NULL: none, or ${map} is no map. */
const struct sigma_node *sigma_node_get(const struct sigma_node *map, const char *key);

/* The text of the child of that name; the empty view: none. */
struct hn_view sigma_node_text(const struct sigma_node *map, const char *key);

/* As bytes and back (views into ${in}); errors of the latter: HN_E_SYNTAX, HN_E_LIMIT, HN_E_NOMEM. */
void sigma_node_put(struct hn_buf *b, const struct sigma_node *node);
enum hn_rc sigma_node_take(struct hn_view in, struct hn_arena *arena, struct sigma_node **out,
    struct hn_err *err) HN_MUST_CHECK;

#endif
