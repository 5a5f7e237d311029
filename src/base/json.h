#ifndef HN_BASE_JSON_H
#define HN_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/view.h"

#define HN_JSON_SIZE_MAX (64u << 20)	/* bytes of one object */
#define HN_JSON_DEPTH_MAX 32u		/* objects and arrays inside one another, the outermost counted */
#define HN_JSON_PATH_MAX 512u		/* bytes of a dotted path below the outermost object */

enum hn_json_type {
	HN_JSON_STRING,
	HN_JSON_NUMBER,
	HN_JSON_TRUE,
	HN_JSON_FALSE,
	HN_JSON_NULL,
	HN_JSON_OBJECT,		/* of hn_json_members only */
	HN_JSON_ARRAY,		/* of hn_json_members only */
};

/* One value of an object. */
struct hn_json_item {
	/*
	 * Its name as written between the quotes, escapes and all; a value deeper down has the names on its way joined
	 * with dots ("alert.signature"); an array adds nothing, so all its elements share one name.  A name of the
	 * outermost object is a view into the input, another one lives until the next call.
	 */
	struct hn_view key;
	struct hn_view value;	/* into the input: a string without its quotes, all else as it stands */
	enum hn_json_type type;
	bool escaped;		/* a string with a backslash in it: hn_json_text makes it plain */
	bool in_array;		/* an element of an array, or below one */
};

/* A walk over one object.  Nothing in it is for its holder. */
struct hn_json {
	const char *start, *at, *end;
	uint8_t state;
	bool deep;
	enum hn_rc rc;			/* of what ended the walk */
	unsigned depth;			/* containers that are open */
	uint64_t arrays;		/* bit d: the container at depth d is an array */
	size_t path_n[HN_JSON_DEPTH_MAX + 1];	/* bytes of path that name the container at that depth */
	char path[HN_JSON_PATH_MAX];
};

/* Begin to walk ${text}, one object with nothing but blanks around it; yields each member, nested ones as a whole. */
void hn_json_members(struct hn_json *j, struct hn_view text);

/* The same, but objects and arrays are entered and only what is not one is yielded, under its dotted path, in order. */
void hn_json_leaves(struct hn_json *j, struct hn_view text);

/*
 * The next value.  HN_SKIP: the object ended and all of the text was sound.  Values come before the whole is known to be
 * sound: who must not act on half an object reads to the end first.  The same name twice is yielded twice.
 * Errors: HN_E_SYNTAX (also bytes that are not UTF-8, and half a surrogate pair), HN_E_LIMIT (size, depth, path); err->at is
 * the offset of the offending byte.  After an error the walk is over: the same again.  Source: RFC 8259.
 */
enum hn_rc hn_json_next(struct hn_json *j, struct hn_json_item *out, struct hn_err *err) HN_MUST_CHECK;

/*
 * The inside of a JSON string that hn_json_next has found sound, without escapes; a view into ${raw} where it has none,
 * else in ${a}.  p == NULL: no room in the arena.
 */
struct hn_view hn_json_unescape(struct hn_view raw, struct hn_arena *a);

/* The item's value as plain text; p == NULL: no room in the arena. */
static inline struct hn_view
hn_json_text(const struct hn_json_item *item, struct hn_arena *a)
{
	return item->escaped ? hn_json_unescape(item->value, a) : item->value;
}

/*
 * The first byte of ${p}..${end} that a string cannot just go over: a quote, a backslash, a control character or one
 * over 127; ${end}: none.  For who must find where a string ends without reading all of JSON.
 */
const char *hn_json_plain_end(const char *p, const char *end);

#endif
