#ifndef DETECT_CHAIN_WHO_H
#define DETECT_CHAIN_WHO_H

#include "detect/detector.h"

/*
 * Who is who: one machine is "EHR-AP01.hospital.example" in its own log and 172.16.1.11 in the proxy's.  Names are learnt from
 * sign-ins that give both and from answers of DNS; the newest holds.
 */
struct chain_who;

#define CHAIN_NAMES_MAX 16384u		/* 0.5 MB */

struct chain_who *chain_who_new(const struct detect_conf *conf);
void chain_who_free(struct chain_who *w);

/* Learn from ${r}; *name, *address: keys that turn out to be one machine, true: for the first time. */
bool chain_who_learn(struct chain_who *w, const struct record *r, uint64_t *name, uint64_t *address);

/* The key of a machine of ours; 0: it is none, as far as can be told (an address outside, an empty text). */
uint64_t chain_who_machine(const struct chain_who *w, struct hn_view text);

/* The key of a person's account; 0: a machine's or the system's own, which says nothing of who it was. */
uint64_t chain_who_account(const struct chain_who *w, struct hn_view user);

struct keyed *chain_who_table(struct chain_who *w);

#endif
