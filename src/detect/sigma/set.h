#ifndef DETECT_SIGMA_SET_H
#define DETECT_SIGMA_SET_H

#include "detect/sigma/index.h"
#include "detect/sigma/rule.h"

#define SIGMA_RULES_MAX 65536u
#define SIGMA_ATOMS_MAX 1048576u
#define SIGMA_SLOTS_MAX 16384u
#define SIGMA_SET_BYTES (256u << 20)

/*
 * Rules as one graph: log source, then the literals of each field at once, then the rules of which a necessary literal
 * holds, and of these what is costly last.  Atoms and fields stand in it once, however many rules ask for them.
 */
struct sigma_set;

struct sigma_watch {
	const uint32_t *rules;	/* which have the atom among their keys */
	uint32_t n;
};

enum hn_rc sigma_set_new(struct sigma_set **out, struct hn_err *err) HN_MUST_CHECK;
void sigma_set_free(struct sigma_set *s);

/*
 * Add all rules of a file of YAML.  A rule that cannot be used is added too, with its reason; of two with one id the first
 * stands.  Errors: what sigma_node_read returns; HN_E_LIMIT.
 */
enum hn_rc sigma_set_add(struct sigma_set *s, struct hn_view file, struct hn_view yaml, struct hn_err *err) HN_MUST_CHECK;

/* The same of a document that was read already; it must live as long as the set. */
enum hn_rc sigma_set_add_document(struct sigma_set *s, struct hn_view file, const struct sigma_node *document,
    struct hn_err *err) HN_MUST_CHECK;

/* No more rules: build the indexes.  HN_E_NOMEM. */
enum hn_rc sigma_set_seal(struct sigma_set *s, struct hn_err *err) HN_MUST_CHECK;

/* The arena of the set, for what must live as long. */
struct hn_arena *sigma_set_arena(struct sigma_set *s);

size_t sigma_set_count(const struct sigma_set *s);
const struct sigma_rule *sigma_set_rule(const struct sigma_set *s, size_t i);
size_t sigma_set_atoms(const struct sigma_set *s);
const struct sigma_atom *sigma_set_atom(const struct sigma_set *s, uint32_t i);
size_t sigma_set_slots(const struct sigma_set *s);
struct hn_view sigma_set_slot_name(const struct sigma_set *s, uint32_t slot);

/* The field's literals; NULL: it has none.  And who watches an atom. */
const struct sigma_index *sigma_set_index(const struct sigma_set *s, uint32_t slot);
struct sigma_watch sigma_set_watch(const struct sigma_set *s, uint32_t atom);

/* A number that no other set of this process has. */
uint64_t sigma_set_serial(const struct sigma_set *s);

#endif
