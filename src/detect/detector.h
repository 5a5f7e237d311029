#ifndef DETECT_DETECTOR_H
#define DETECT_DETECTOR_H

#include "base/err.h"
#include "detect/prevalence.h"
#include "detect/findings.h"
#include "detect/scope.h"
#include "record/observable.h"
#include "record/record.h"

struct allow;
struct house;
struct indicator_table;
struct sigma_set;

/*
 * The seam between record and detector.
 *
 *     lines -> reader -> record -> [observables] -> every detector that wants its kind -> findings
 *
 * A detector is a row of a table: it is shown each record of the kinds it asks for, in the order in which they came, once;
 * it keeps its own bounded state and says what it holds against the record.  It knows nothing of files, sources, time of
 * day or the database: its clock is the records' own, and `tick` tells it how late it is.
 */

/* One record and what was already worked out of it, for all detectors alike.  Lives until `see` returns. */
struct sight {
	const struct record *record;
	const struct observables *observables;
	const struct contact *contact;		/* NULL: it tells of none (detect/contact.h) */
	struct prevalence prevalence;		/* of the contact's peer outside; all zero: it has none */
	const struct scope *scope;
	const struct house *house;	/* may be NULL */
};

/* What the detectors of one run stand on; outlives them. */
struct detect_conf {
	const struct scope *scope;
	const struct indicator_table *const *indicators;	/* the table in force: swapped whole between batches */
	const struct sigma_set *const *rules;	/* the Sigma rules in force, in the same way; NULL, or NULL in it: none */
	const struct house *house;	/* what it has written down of itself (detect/house.h); NULL: nothing */
	const struct allow *allow;	/* what is expected: no sign of an attack; NULL: nothing */
	struct contacts *contacts;	/* makes keys and registrable domains; made by the engine */
};

#define WANTS(kind) (UINT32_C(1) << (kind))
#define WANTS_ALL (WANTS(RECORD_KINDS) - 1)

struct detector {
	const char *name;
	enum finding_kind kind;
	uint32_t wants;		/* WANTS() of each record kind that it is to be shown */
	bool wants_contacts;	/* sight.contact is worked out for it */

	/* Make its state; NULL state: it needs none. */
	enum hn_rc (*open)(const struct detect_conf *conf, void **state, struct hn_err *err);

	/* Look at one record. */
	void (*see)(void *state, const struct sight *s, struct findings *out);

	/*
	 * A hit of another detector, weighed by itself (score and level are set, whatever the finding has grown to), because of
	 * ${r}; NULL: it does not care.  May add findings of its own with findings_add.
	 */
	void (*hear)(void *state, const struct finding *hit, const struct record *r, struct findings *out);

	/* No record before ${now_ms} will come any more; NULL: it does not care. */
	void (*tick)(void *state, int64_t now_ms, struct findings *out);

	/*
	 * What of its state outlives the process: its tables, always as many and in the same order; NULL: nothing does.  A
	 * detector that reads them back goes on as if it had never stopped.
	 */
	struct keyed *const *(*tables)(void *state, size_t *n);

	void (*close)(void *state);
};

/* All detectors; ends with a NULL. */
extern const struct detector *const detectors[];

#endif
