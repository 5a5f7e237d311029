#ifndef DETECT_FINDING_H
#define DETECT_FINDING_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "record/record.h"

#define FINDING_ID_BYTES 16u
#define FINDING_EVIDENCE_MAX 10u	/* lines kept in the finding itself; the evidence log has all */
#define FINDING_RAW_MAX 4096u		/* bytes of one such line */
#define FINDING_TEXT_MAX 512u		/* bytes of source, destination, user, rule */
#define FINDING_PARTS_MAX 16u
#define FINDING_TECHNIQUES_MAX 8u
#define FINDING_FACTS_MAX 12u
#define FINDING_MEMBERS_MAX 32u		/* findings that a chain is made of */

enum finding_kind {
#define KIND(name, text, grows) FINDING_##name,
#include "detect/kinds.def"
#undef KIND
	FINDING_KINDS
};

/* medium and above: worth a person's time. */
enum finding_level {
	LEVEL_INFO,
	LEVEL_LOW,
	LEVEL_MEDIUM,
	LEVEL_HIGH,
	LEVEL_CRITICAL,
	LEVEL_COUNT
};

/* A reason for or against, in log-odds: +2.2 turns an even chance into nine in ten. */
struct finding_part {
	struct hn_view name;	/* "indicator.domain", "allowed": has words under "part.NAME" */
	double weight;		/* -20..20 */
};

/*
 * What its words tell: {name} in a title or advice is its value, said as people say it.  The name's end is its unit:
 * "..._ms" a span of time, "..._bytes", "..._share"
 * (0..1), "..._words" names of parts between commas; else a number or a text as it is.
 */
struct finding_fact {
	struct hn_view name;
	struct hn_view value;
};

struct finding_evidence {
	uint32_t source;	/* file or configured source, as in struct record */
	uint64_t line;
	int64_t at_ms;
	struct hn_view raw;	/* at most FINDING_RAW_MAX bytes */
};

/* What a detector holds against records.  Grows: the same id is the same finding, seen again. */
struct finding {
	uint8_t id[FINDING_ID_BYTES];	/* from kind, rule, source, destination, user: the same in every run */
	enum finding_kind kind;
	enum finding_level level;
	enum finding_level at_least;	/* what the detector insists on, whatever the score */
	enum finding_level at_most;
	double score;			/* 0..1: chance that this is worth a person's time */
	uint64_t count;			/* records that speak for it */
	int64_t first_ms, last_ms;
	struct hn_view rule;		/* id of the rule, indicator or Sigma rule */
	struct hn_view words;		/* its title and advice are under "finding.WORDS.*" in the catalogue */
	struct hn_view source;		/* machine of ours */
	struct hn_view destination;
	struct hn_view user;
	struct hn_view note;		/* free text of the rule: where the indicator comes from, a rule's author and link */
	struct hn_view members;		/* of a chain: the ids of its findings, FINDING_ID_BYTES each */
	struct hn_view chain;		/* id of the chain that it belongs to; empty: none.  Not part of what detectors say */
	size_t n_techniques, n_parts, n_facts, n_evidence;
	struct hn_view techniques[FINDING_TECHNIQUES_MAX];	/* MITRE ATT&CK ids */
	struct finding_part parts[FINDING_PARTS_MAX];
	struct finding_fact facts[FINDING_FACTS_MAX];
	struct finding_evidence evidence[FINDING_EVIDENCE_MAX];
};

/* Set id from the fields that identify (kind, rule, source, destination, user).  Source: SHA-256, first 16 bytes. */
void finding_identify(struct finding *f);

/* Add a part, unless it weighs nothing or there is no room. */
void finding_part(struct finding *f, const char *name, double weight);

/*
 * Add a fact, unless there is no room.  A number's text is written into ${b}, whose bytes must not move any more: it has its
 * room already.
 */
void finding_fact_number(struct finding *f, const char *name, double value, struct hn_buf *b);
void finding_fact_text(struct finding *f, const char *name, struct hn_view value);

/*
 * Let ${more}, of the same id, grow ${f}: counts add, times widen, evidence fills up (first come, first kept), score and level
 * follow.  Of a part the larger weight stays; of a kind whose every hit weighs the whole anew (kinds.def) all parts and levels
 * are those of the later one.  Facts, words and members are those of the later one.  Texts of ${more} are copied into ${arena}.
 * HN_E_NOMEM: ${f} is as before but for what had fitted.
 */
enum hn_rc finding_merge(struct finding *f, const struct finding *more, struct hn_arena *arena) HN_MUST_CHECK;

/* Compute score and level from the parts: logistic of their sum, capped by at_least and at_most. */
void finding_weigh(struct finding *f);

/* Deep copy of ${from} into ${arena}. */
enum hn_rc finding_copy(struct finding *to, const struct finding *from, struct hn_arena *arena) HN_MUST_CHECK;

/* Most urgent first: level, score, last_ms, id; for qsort over pointers to findings. */
int finding_compare_urgency(const void *a, const void *b);

const char *finding_kind_name(enum finding_kind k);
const char *finding_level_name(enum finding_level l);

/* Whether its newest hit's parts are the whole picture, rather than one more reason. */
bool finding_kind_weighs_anew(enum finding_kind k);

/* Back from the name; false: there is no such kind or level. */
bool finding_kind_find(struct hn_view name, enum finding_kind *out);
bool finding_level_find(struct hn_view name, enum finding_level *out);

/* The two names of a source by its number, for finding_json; NULL context allowed by the function itself. */
struct finding_sources {
	struct hn_view (*name)(void *ctx, uint32_t source);
	void *ctx;
};

/* Append the catalogue's "title" or "advice" of ${f} with its machine, peer, user and facts filled in. */
void finding_say(struct hn_buf *b, const struct finding *f, const char *which, enum hn_lang lang);

/* Append ${f} as one JSON object, the form of `hinomi watch --output json`: one line without its newline. */
void finding_json(struct hn_buf *b, const struct finding *f, const struct finding_sources *sources);

#endif
