#ifndef HN_STORE_OBSERVABLE_DIR_H
#define HN_STORE_OBSERVABLE_DIR_H

#include "store/observable_day.h"

/* What lies in the folder; shared by the writer and the hunt only. */

struct hn_days {
	int32_t *day;	/* ascending, each once, whatever files it has */
	size_t n, size;
	bool has_file;	/* of any day */
};

enum hn_rc hn_days_list(int dir, struct hn_days *out, struct hn_err *err) HN_MUST_CHECK;
void hn_days_fini(struct hn_days *d);

/* The site's secret.  HN_E_NOTFOUND: there is none; HN_E_CORRUPT. */
enum hn_rc hn_observable_secret(int dir, uint64_t *out) HN_MUST_CHECK;

uint64_t hn_observable_key(uint8_t kind, struct hn_view value, uint64_t secret);

#endif
