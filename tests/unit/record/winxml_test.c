#include "unit/test.h"

#include "record/winxml.h"

static void
makes_json(void **state)
{
	static const struct {
		const char *xml, *json;
	} rows[] = {
		{ "<Event><a>x</a><b/></Event>", "{\"Event\":{\"a\":\"x\",\"b\":\"\"}}" },
		{ "<?xml version='1.0'?><!-- c --><Event xmlns='ns'><a>x</a></Event>",
		    "{\"Event\":{\"#attributes\":{\"xmlns\":\"ns\"},\"a\":\"x\"}}" },
		{ "<Event><EventID Qualifiers=\"1\">800</EventID></Event>",
		    "{\"Event\":{\"EventID\":{\"#attributes\":{\"Qualifiers\":\"1\"},\"#text\":\"800\"}}}" },
		{ "<Event><D><Data Name='a'>1</Data><Data Name='b'/></D></Event>",
		    "{\"Event\":{\"D\":{\"a\":\"1\",\"b\":\"\"}}}" },
		{ "<Event><D><Data>1</Data><Data>2</Data></D></Event>", "{\"Event\":{\"D\":{\"Data\":[\"1\",\"2\"]}}}" },
		{ "<Event><D><Data Name='n'>0</Data><Data>1</Data><Binary>2</Binary></D></Event>",
		    "{\"Event\":{\"D\":{\"n\":\"0\",\"Data\":[\"1\"],\"Binary\":\"2\"}}}" },
		{ "<Event><a>&lt;b&gt; &amp; &quot;c&quot; &#x41;&#26085; & &nosuch;</a></Event>",
		    "{\"Event\":{\"a\":\"<b> & \\\"c\\\" A日 & &nosuch;\"}}" },
		{ "<Event><a><![CDATA[<x>]]></a></Event>", "{\"Event\":{\"a\":\"<x>\"}}" },
		{ "<Event><a>0x00000000000003e7</a><b>0x00000000</b><c>0x0000</c></Event>",
		    "{\"Event\":{\"a\":\"0x3e7\",\"b\":\"0x0\",\"c\":\"0x0000\"}}" },
		{ "<Event>\n  <System>\n    <a>x</a>\n  </System>\n</Event>\n", "{\"Event\":{\"System\":{\"a\":\"x\"}}}" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(4096);

		assert_int_equal(winxml_json(hn_view_of(rows[i].xml), &b, NULL), HN_OK);
		assert_view_equal(hn_buf_view(&b), rows[i].json);
		hn_buf_fini(&b);
	}
}

static void
refuses_what_is_no_event(void **state)
{
	static const struct {
		const char *xml, *what;
		enum hn_rc rc;
	} rows[] = {
		{ "", "XML event", HN_E_SYNTAX }, { "x", "XML event", HN_E_SYNTAX }, { "<", "XML tag", HN_E_SYNTAX },
		{ "<Event", "XML attribute", HN_E_SYNTAX }, { "<Event><a>x</b></Event>", "XML end tag", HN_E_SYNTAX },
		{ "<Event><a>x</a>", "XML element", HN_E_SYNTAX }, { "<Event a=b/>", "XML attribute", HN_E_SYNTAX },
		{ "<Event/><Event/>", "XML behind the event", HN_E_SYNTAX }, { "<!-- ", "XML comment", HN_E_SYNTAX },
		{ "<E><E><E><E><E><E><E><E><E><E><E><E><E><E><E><E><E><E><E><E>", "XML depth", HN_E_LIMIT },
		{ "<Event><a>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</a></Event>", "XML event",
		    HN_E_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(64);
		struct hn_err err = { 0 };

		hn_buf_put(&b, HN_LIT("kept"));
		assert_int_equal(winxml_json(hn_view_of(rows[i].xml), &b, &err), rows[i].rc);
		assert_string_equal(err.what, rows[i].what);
		assert_int_equal(b.n, 4);
		hn_buf_fini(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_json),
		cmocka_unit_test(refuses_what_is_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
