#ifndef DETECT_SIGMA_MODIFY_H
#define DETECT_SIGMA_MODIFY_H

#include "detect/sigma/atom.h"

enum sigma_anchor {
	SIGMA_ANCHOR_WHOLE,
	SIGMA_ANCHOR_START,	/* startswith */
	SIGMA_ANCHOR_END,	/* endswith */
	SIGMA_ANCHOR_NONE,	/* contains */
};

enum sigma_wide {
	SIGMA_WIDE_NOT,
	SIGMA_WIDE_LE,		/* wide, utf16le */
	SIGMA_WIDE_BE,
	SIGMA_WIDE_BOM,		/* utf16: FF FE ahead of it */
};

/* The modifiers behind a field's name. */
struct sigma_modifiers {
	enum sigma_anchor anchor;
	enum sigma_op op;	/* SIGMA_EQUAL: text with wildcards */
	enum sigma_wide wide;
	bool all, cased, neq, expand, windash, base64, base64offset;
	uint8_t regex_flags;
};

/*
 * Read "contains|all|windash".  Errors: HN_E_UNSUPPORTED: a modifier that Sigma 2.0 does not have, or that cannot go with
 * one before it.  Source: Sigma Specification 2.0, appendix "Modifiers".
 */
enum hn_rc sigma_modifiers_read(struct hn_view text, struct sigma_modifiers *out, struct hn_err *err) HN_MUST_CHECK;

/* Takes each pattern that comes of a value; it lives as long as the arena. */
struct sigma_made {
	void (*take)(void *ctx, struct hn_view pattern);
	void *ctx;
};

/*
 * What the modifiers make of a value as the rule wrote it: wildcards become SIGMA_ANY and SIGMA_ONE (\* \? \\ are plain),
 * then windash (one for each kind of dash), UTF-16, base64 (three for base64offset), the anchors.
 * Errors: HN_E_SYNTAX (control characters, wildcards in what is to be encoded), HN_E_LIMIT.
 */
enum hn_rc sigma_modify(const struct sigma_modifiers *m, struct hn_view text, struct hn_arena *arena, struct sigma_made made,
    struct hn_err *err) HN_MUST_CHECK;

#endif
