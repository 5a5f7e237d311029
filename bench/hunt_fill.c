/*
 * Fills FOLDER with DAYS days of ROWS observations each, as a hospital of 400 machines leaves them. For bench/run.py.
 * The last day is today in Japan, so that a hunt over 400 days touches all of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "store/observable.h"

#define BATCH 4096u
#define MACHINES 400u
#define DAY_MS INT64_C(86400000)
#define KIND 1u			/* OBSERVABLE_DOMAIN */

static uint64_t seed = 88172645463325252u;

static uint32_t
pick(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 32) * below >> 32);
}

static enum hn_rc
put_batch(struct hn_observables *s, int64_t day_ms, size_t n, uint64_t *offset, struct hn_err *err)
{
	static struct hn_observation at[BATCH];
	static char values[BATCH][48], hosts[BATCH][24];

	for (size_t i = 0; i < n; i++) {
		const int value_n = snprintf(values[i], sizeof(values[i]), "host%u.site%u.example", pick(20), pick(3000000));
		const unsigned machine = pick(MACHINES);
		const int host_n = snprintf(hosts[i], sizeof(hosts[i]), "10.20.%u.%u", machine / 200, machine % 200 + 20);

		at[i] = (struct hn_observation){
			.kind = KIND, .count = 1 + pick(9), .value = { values[i], (size_t)value_n }, .host = { hosts[i], (size_t)host_n },
			.first_ms = day_ms, .last_ms = day_ms + pick(3600000),
		};
	}
	*offset += 1;
	return hn_observables_put(s, (struct hn_observations){ at, n, *offset }, hn_clock_ms(), err);
}

static enum hn_rc
fill_day(struct hn_observables *s, int64_t day_ms, uint64_t rows, uint64_t *offset, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	for (uint64_t done = 0; rc == HN_OK && done < rows; done += BATCH) {
		rc = put_batch(s, day_ms, rows - done < BATCH ? (size_t)(rows - done) : BATCH, offset, err);
		if (rc == HN_OK && *offset % 64 == 0) {
			rc = hn_observables_merge(s, hn_clock_ms(), false, err);
			rc = rc == HN_E_AGAIN ? HN_OK : rc;
		}
	}
	while (rc == HN_OK)
		rc = hn_observables_merge(s, hn_clock_ms(), true, err);
	return rc == HN_E_AGAIN ? HN_OK : rc;
}

int
main(int argc, char **argv)
{
	struct hn_observables *s = NULL;
	struct hn_err err = { .what = "" };
	uint64_t days = 0, rows = 0, offset = 0;

	if (argc != 4 || hn_num_u64(hn_view_of(argv[2]), HN_OBSERVABLE_DAYS, &days) != HN_OK ||
	    hn_num_u64(hn_view_of(argv[3]), HN_OBSERVABLE_DAY_ROWS_MAX, &rows) != HN_OK) {
		fputs("usage: bench_hunt_fill FOLDER DAYS ROWS\n", stderr);
		return 2;
	}
	const int64_t noon_ms = (hn_clock_ms() / DAY_MS) * DAY_MS + INT64_C(3) * 3600000;
	enum hn_rc rc = hn_observables_open(argv[1], HN_OBSERVABLE_ZONE_S, 0, &s, &err);

	for (uint64_t i = 0; rc == HN_OK && i < days; i++)
		rc = fill_day(s, noon_ms - (int64_t)(days - 1 - i) * DAY_MS, rows, &offset, &err);
	hn_observables_close(s);
	if (rc != HN_OK)
		fprintf(stderr, "bench_hunt_fill: %s\n", err.what);
	return rc != HN_OK;
}
