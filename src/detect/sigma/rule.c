#include "detect/sigma/rule.h"

#define NOTE_MAX 1024u

static const char *const statuses[SIGMA_STATUSES] = {
	[SIGMA_STABLE] = "stable", [SIGMA_TEST] = "test", [SIGMA_EXPERIMENTAL] = "experimental",
	[SIGMA_DEPRECATED] = "deprecated", [SIGMA_UNSUPPORTED] = "unsupported",
};

const char *
sigma_status_name(enum sigma_status s)
{
	return statuses[s];
}

static enum sigma_status
status_of(struct hn_view v)
{
	for (size_t i = 0; i < SIGMA_STATUSES; i++)
		if (hn_view_eq_nocase(v, hn_view_of(statuses[i])))
			return (enum sigma_status)i;
	return SIGMA_TEST;
}

static enum finding_level
level_of(struct hn_view v)
{
	enum finding_level level;

	if (hn_view_eq(v, HN_LIT("informational")))
		return LEVEL_INFO;
	return finding_level_find(v, &level) ? level : LEVEL_MEDIUM;
}

/* "attack.t1059.001" to T1059.001. */
static void
take_tag(struct sigma_rule *r, struct hn_view tag, struct hn_arena *arena)
{
	static const struct hn_view prefix = HN_INIT("attack.t");
	struct hn_view id;

	if (hn_view_eq(tag, HN_LIT("detection.threat-hunting")))
		r->is_hunting = true;
	if (!hn_view_starts(tag, prefix) || tag.n == prefix.n || tag.p[prefix.n] < '0' || tag.p[prefix.n] > '9' ||
	    r->n_techniques == FINDING_TECHNIQUES_MAX)
		return;
	id = hn_view_skip(tag, prefix.n - 1);
	char *text = hn_arena_get(arena, id.n);

	if (text == NULL)
		return;
	memcpy(text, id.p, id.n);
	text[0] = 'T';
	r->techniques[r->n_techniques++] = (struct hn_view){ text, id.n };
}

/* The first text of a list, or the text. */
static struct hn_view
first_text(const struct sigma_node *n)
{
	if (n != NULL && n->type == SIGMA_LIST)
		n = n->child;
	return n != NULL && n->type == SIGMA_SCALAR ? n->text : (struct hn_view){ "", 0 };
}

static struct hn_view
note_of(const struct sigma_rule *r, struct hn_arena *arena)
{
	struct hn_buf b = HN_BUF(NOTE_MAX);
	struct hn_view note;

	hn_buf_put(&b, HN_LIT("Sigma; author: "));
	hn_buf_put(&b, r->author.n > 0 ? r->author : HN_LIT("-"));
	if (r->reference.n > 0) {
		hn_buf_put(&b, HN_LIT("; "));
		hn_buf_put(&b, r->reference);
	}
	hn_buf_put(&b, HN_LIT("; "));
	hn_buf_put(&b, r->licence.n > 0 ? r->licence : HN_LIT("DRL 1.1"));
	note = hn_arena_copy(arena, hn_buf_view(&b));
	hn_buf_fini(&b);
	return note.p != NULL ? note : HN_LIT("");
}

enum hn_rc
sigma_rule_read(const struct sigma_node *document, struct hn_arena *arena, struct sigma_rule *out, struct hn_err *err)
{
	const struct sigma_node *source = sigma_node_get(document, "logsource");
	const struct sigma_node *tags = sigma_node_get(document, "tags");
	struct sigma_rule r = {
		.id = sigma_node_text(document, "id"), .title = sigma_node_text(document, "title"),
		.name = sigma_node_text(document, "name"), .description = sigma_node_text(document, "description"),
		.author = sigma_node_text(document, "author"), .licence = sigma_node_text(document, "license"),
		.reference = first_text(sigma_node_get(document, "references")), .document = document,
		.product = sigma_node_text(source, "product"), .category = sigma_node_text(source, "category"),
		.service = sigma_node_text(source, "service"),
	};

	if (r.title.n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "title");
	if (sigma_node_get(document, "detection") == NULL && sigma_node_get(document, "correlation") == NULL)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "detection");
	if (r.id.n == 0)
		r.id = r.name.n > 0 ? r.name : r.title;
	r.status = status_of(sigma_node_text(document, "status"));
	r.level = level_of(sigma_node_text(document, "level"));
	for (const struct sigma_node *t = tags != NULL && tags->type == SIGMA_LIST ? tags->child : NULL; t != NULL; t = t->next)
		take_tag(&r, t->text, arena);
	r.note = note_of(&r, arena);
	*out = r;
	return HN_OK;
}
