/*
 * The stores under a disk that fails and a process that dies: every call that changes the disk, one after the other, fails
 * with each error, is cut short, or is the last thing the process does.  What was acknowledged is there once, in order,
 * and the chain is whole.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "unit/store/scratch.h"

#include "store/evidence.h"
#include "store/file.h"
#include "store/observable.h"

#define RECORDS 120u
#define BATCH 8u
#define CUT_EVERY 40u
#define DAY INT64_C(86400000)
#define NOW (INT64_C(1780844400000) + DAY / 2)
#define DIED 9

/* Shared with the child that dies. */
struct shared {
	unsigned acknowledged;	/* records */
	unsigned committed;	/* batches of observables that were put and synced */
	uint64_t synced;	/* offset of the evidence log */
};

static struct shared *shared;

struct plan {
	unsigned at, calls;	/* the call that it happens to; calls so far */
	int told;		/* what the gate answers; -2: die; -3: write half, then die */
	bool is_over, dies_next;
};

static int
gate(void *ctx, enum hn_file_op op, const char *name)
{
	struct plan *p = ctx;

	(void)name;
	if (p->dies_next)
		_exit(DIED);
	if (++p->calls != p->at)
		return 0;
	p->is_over = true;
	if (p->told == -2)
		_exit(DIED);
	if (p->told == -3) {
		p->dies_next = true;
		return op == HN_FILE_WRITE ? HN_FILE_SHORT : 0;
	}
	return p->told == HN_FILE_SHORT && op != HN_FILE_WRITE ? 0 : p->told;
}

static unsigned
number_of(struct hn_view v)
{
	unsigned n = 0;

	for (size_t i = 0; i < v.n && v.p[i] >= '0' && v.p[i] <= '9'; i++)
		n = n * 10 + (unsigned)(v.p[i] - '0');
	return n;
}

static void
append(struct hn_evidence *e, unsigned from, unsigned to)
{
	char text[BATCH][64], mark[BATCH][16];
	struct hn_evidence_record r[BATCH];

	while (from < to) {
		size_t done = 0;
		unsigned n = 0;

		for (; n < BATCH && from + n < to; n++) {
			const int len = snprintf(text[n], sizeof(text[n]), "%u line of a log, of some length", from + n);
			const int k = snprintf(mark[n], sizeof(mark[n]), "%u", from + n + 1);

			r[n] = (struct hn_evidence_record){ .received_ms = from + n, .source = 7, .raw = { text[n], (size_t)len },
				.bookmark = { mark[n], (size_t)k } };
		}
		if (hn_evidence_append(e, r, n, &done, NULL) != HN_OK)
			continue;	/* offered again, as intake does */
		from += (unsigned)done;
		shared->acknowledged = from;
	}
}

/* Everything a log does, from where the bookmark says to the last record.  false: it could not be opened. */
static bool
evidence_run(const char *path)
{
	struct hn_evidence *e;
	struct hn_evidence_state s;
	unsigned from;

	if (hn_evidence_open(path, &e, NULL) != HN_OK)
		return false;
	from = number_of(hn_evidence_bookmark(e, 7));
	while (from < RECORDS) {
		const unsigned to = from + CUT_EVERY - from % CUT_EVERY;

		append(e, from, to);
		if (hn_evidence_sync(e, NULL) == HN_OK) {
			hn_evidence_state(e, &s);
			shared->synced = s.end;
		}
		(void)!hn_evidence_cut(e, 0, true, NULL);
		(void)!hn_evidence_seal(e, NULL);
		from = to;
	}
	hn_evidence_close(e);
	return true;
}

static void
evidence_check(const char *path, unsigned at_least)
{
	struct hn_evidence_reader *reader;
	struct hn_evidence_record r = { 0 };
	struct hn_evidence_verdict v;
	unsigned n = 0;

	assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
	if (!v.is_whole)
		fail_msg("broken: %s at %lu", v.what, (unsigned long)v.offset);
	assert_int_equal(hn_evidence_reader_open(path, &reader, NULL), HN_OK);
	for (; hn_evidence_next(reader, r.next, &r, NULL) == HN_OK; n++)
		assert_int_equal(number_of(r.raw), n);
	assert_true(n >= at_least);
	hn_evidence_reader_close(reader);
}

static bool
observables_run(const char *path)
{
	const struct hn_observation o[] = {
		{ .kind = 1, .count = 1, .value = HN_LIT("evil.example"), .host = HN_LIT("pc"), .first_ms = NOW, .last_ms = NOW },
		{ .kind = 1, .count = 1, .value = HN_LIT("evil.example"), .host = HN_LIT("pc"), .first_ms = NOW - DAY,
		    .last_ms = NOW - DAY },
	};
	struct hn_observables *s;

	if (hn_observables_open(path, HN_OBSERVABLE_ZONE_S, shared->committed, &s, NULL) != HN_OK)
		return false;
	while (shared->committed < 12) {
		const struct hn_observations batch = { o, 2, shared->committed + 1 };

		if (hn_observables_put(s, batch, NOW, NULL) != HN_OK || hn_observables_sync(s, NULL) != HN_OK)
			continue;
		shared->committed++;
		if (shared->committed % 5 == 0)
			while (hn_observables_merge(s, NOW, true, NULL) == HN_OK)
				continue;
	}
	hn_observables_close(s);
	return true;
}

static enum hn_rc
add_up(void *ctx, const struct hn_sighting *s)
{
	*(uint64_t *)ctx += s->count;
	return HN_OK;
}

static void
observables_check(const char *path, unsigned at_least)
{
	static const struct hn_hunted value = { 1, HN_INIT("evil.example") };
	uint64_t sum = 0;
	const struct hn_hunt h = { &value, 1, 0, NOW + DAY, HN_OBSERVABLE_ZONE_S, add_up, &sum };
	struct hn_hunt_result r;

	if (at_least == 0)
		return;
	assert_int_equal(hn_observables_hunt(path, &h, &r, NULL), HN_OK);
	assert_int_equal(r.broken, 0);
	assert_in_range(sum, 2 * at_least, 2 * at_least + 2);	/* one batch may be there and not yet committed */
}

struct store {
	bool (*run)(const char *path);
	void (*check)(const char *path, unsigned at_least);
	unsigned *acknowledged;
	unsigned all;
};

/* One error at call number ${at}; true: there was such a call. */
static bool
once_failed(const struct store *store, unsigned at, int told)
{
	struct plan plan = { .at = at, .told = told };
	char path[SCRATCH_PATH];
	bool is_done;

	scratch_make(path);
	memset(shared, 0, sizeof(*shared));
	hn_file_gate_set(gate, &plan);
	is_done = store->run(path);
	hn_file_gate_set(NULL, NULL);
	assert_true(is_done || plan.is_over);
	assert_true(store->run(path));
	store->check(path, store->all);
	scratch_remove(path);
	return plan.is_over;
}

static bool
once_died(const struct store *store, unsigned at, int told)
{
	char path[SCRATCH_PATH];
	int status;
	pid_t child;

	scratch_make(path);
	memset(shared, 0, sizeof(*shared));
	child = fork();
	if (child == 0) {
		struct plan plan = { .at = at, .told = told };

		hn_file_gate_set(gate, &plan);
		(void)store->run(path);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == DIED));

	const unsigned acknowledged = *store->acknowledged;

	assert_true(store->run(path));
	assert_true(*store->acknowledged >= acknowledged);
	store->check(path, store->all);
	scratch_remove(path);
	return WEXITSTATUS(status) == DIED;
}

static const int errors[] = { ENOSPC, EIO, EINTR, HN_FILE_SHORT };

static void
every_failing_call(const struct store *store)
{
	for (size_t i = 0; i < HN_COUNT(errors); i++) {
		unsigned at = 1;

		while (once_failed(store, at, errors[i]))
			at++;
		assert_true(at > 20);	/* the gate did see the calls */
	}
}

static void
every_last_call(const struct store *store)
{
	for (int told = -3; told <= -2; told++) {
		unsigned at = 1;

		while (once_died(store, at, told))
			at++;
		assert_true(at > 20);
	}
}

static struct store
evidence(void)
{
	return (struct store){ evidence_run, evidence_check, &shared->acknowledged, RECORDS };
}

static struct store
observables(void)
{
	return (struct store){ observables_run, observables_check, &shared->committed, 12 };
}

static void
evidence_outlives_a_failing_disk(void **state)
{
	const struct store s = evidence();

	(void)state;
	every_failing_call(&s);
}

static void
evidence_outlives_its_process(void **state)
{
	const struct store s = evidence();

	(void)state;
	every_last_call(&s);
}

static void
observables_outlive_a_failing_disk(void **state)
{
	const struct store s = observables();

	(void)state;
	every_failing_call(&s);
}

static void
observables_outlive_their_process(void **state)
{
	const struct store s = observables();

	(void)state;
	every_last_call(&s);
}

/* Of the live tail, what was written since the last sync is gone, zeros, or there: the rest is whole and goes on. */
static void
a_power_cut_takes_only_what_was_not_synced(void **state)
{
	static const char zeros[4096];

	(void)state;
	for (unsigned kind = 0; kind < 2; kind++) {
		char path[SCRATCH_PATH], file[2 * SCRATCH_PATH];
		struct hn_evidence *e;
		struct hn_evidence_state s;
		size_t size;

		scratch_make(path);
		memset(shared, 0, sizeof(*shared));
		assert_int_equal(hn_evidence_open(path, &e, NULL), HN_OK);
		append(e, 0, 50);
		assert_int_equal(hn_evidence_sync(e, NULL), HN_OK);
		hn_evidence_state(e, &s);
		append(e, 50, 90);
		hn_evidence_close(e);
		assert_int_equal(scratch_count(path, ".open", file, sizeof(file)), 1);
		size = scratch_size(file);
		assert_int_equal(truncate(file, (off_t)s.synced + 100), 0);
		if (kind == 1) {
			const int fd = open(file, O_WRONLY);

			assert_true(size - s.synced < sizeof(zeros));
			assert_true(pwrite(fd, zeros, size - s.synced, (off_t)s.synced) > 0);
			(void)close(fd);
		}
		evidence_run(path);
		evidence_check(path, RECORDS);
		scratch_remove(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_outlives_a_failing_disk),
		cmocka_unit_test(evidence_outlives_its_process),
		cmocka_unit_test(observables_outlive_a_failing_disk),
		cmocka_unit_test(observables_outlive_their_process),
		cmocka_unit_test(a_power_cut_takes_only_what_was_not_synced),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	return cmocka_run_group_tests_name("fault/store", tests, NULL, NULL);
}
