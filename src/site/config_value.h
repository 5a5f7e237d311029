#ifndef SITE_CONFIG_VALUE_H
#define SITE_CONFIG_VALUE_H

#include "base/zone.h"
#include "site/config.h"

/*
 * Read ${text} as a value of ${k} into ${out} (its type by k->type: hn_view, uint64_t, int64_t, site_cidrs, site_listen,
 * site_hours; days: uint64_t).
 * ${out} is set only on success.  Errors: HN_E_SYNTAX, HN_E_LIMIT, HN_E_NOMEM.
 */
enum hn_rc site_value_read(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out) HN_MUST_CHECK;

/* In words, what may be written: "a whole number from 1 to 36500". */
void site_value_form(const struct site_key *k, struct hn_buf *b);

/*
 * The zone of a time_zone value: an IANA name (its file is read: before the jail) or "+HH:MM".
 * Errors: HN_E_SYNTAX, HN_E_NOTFOUND, HN_E_LIMIT, HN_E_IO.
 */
enum hn_rc site_zone_of(struct hn_view text, struct hn_zone *out) HN_MUST_CHECK;

/* "127.0.0.1:8443", "[::1]:8443", ":514" (every address). */
enum hn_rc site_listen_parse(struct hn_view v, struct site_listen *out) HN_MUST_CHECK;
void site_listen_put(struct hn_buf *b, struct site_listen l);

#endif
