#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

/* What every unit test starts with: cmocka and the few headers it wants before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/view.h"

#define assert_view_equal(v, s) do { \
	const struct hn_view v_ = (v); const struct hn_view s_ = hn_view_of(s); \
	if (!hn_view_eq(v_, s_)) \
		fail_msg("\"%.*s\" is not \"%s\"", (int)v_.n, v_.n > 0 ? v_.p : "", s_.p); \
} while (0)

#endif
