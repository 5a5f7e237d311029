#include "detect/engine.h"

#include "unit/test.h"

/* However many machines and names somebody makes up: the tables of all detectors together stay within what was promised. */
static void
all_tables_fit(void **state)
{
	struct scope scope = { 0 };
	const struct detect_conf conf = { .scope = &scope };
	struct engine *e;

	(void)state;
	assert_int_equal(engine_open(&conf, 0, (struct engine_memory){ 0 }, &e, NULL), HN_OK);
	printf("# %.1f MB when all tables are full\n", (double)engine_bytes_max(e) / 1048576);
	assert_true(engine_bytes_max(e) > 1u << 20);
	assert_true(engine_bytes_max(e) <= ENGINE_BYTES_MAX);
	engine_close(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_tables_fit) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
