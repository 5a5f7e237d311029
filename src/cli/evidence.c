#include "cli/evidence.h"

#include <inttypes.h>

#include "base/buf.h"
#include "cli/place.h"
#include "store/evidence.h"

#define TEXT_MAX_BYTES 512u

static void
put_json(struct hn_buf *b, const struct hn_evidence_verdict *v)
{
	hn_buf_printf(b, "{\"whole\":%s,\"segments\":%" PRIu64 ",\"records\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"head\":\"",
	    v->is_whole ? "true" : "false", v->segments, v->records, v->bytes);
	hn_buf_hex(b, v->head, sizeof(v->head));
	hn_buf_put(b, HN_LIT("\""));
	if (!v->is_whole) {
		hn_buf_printf(b, ",\"broken\":{\"what\":\"%s\",\"segment\":\"%016" PRIx64 "\",\"offset\":%" PRIu64, v->what,
		    v->segment, v->offset);
		if (v->frame != UINT64_MAX)
			hn_buf_printf(b, ",\"frame\":%" PRIu64, v->frame);
		hn_buf_char(b, '}');
	}
	hn_buf_put(b, HN_LIT("}\n"));
}

static void
put_line(struct hn_buf *b, const struct arguments *a, const char *key, const struct hn_view params[3])
{
	const struct hn_words_param named[] = { { "0", params[0] }, { "1", params[1] }, { "2", params[2] } };

	hn_words_put(b, a->lang, key, named, HN_COUNT(named));
	hn_buf_char(b, '\n');
}

static void
put_text(struct hn_buf *b, const struct arguments *a, const struct hn_evidence_verdict *v)
{
	struct hn_buf n[3] = { HN_BUF(TEXT_MAX_BYTES), HN_BUF(TEXT_MAX_BYTES), HN_BUF(TEXT_MAX_BYTES) };

	hn_buf_u64(&n[0], v->segments);
	hn_buf_u64(&n[1], v->records);
	hn_buf_hex(&n[2], v->head, sizeof(v->head));
	put_line(b, a, "evidence.proven", (struct hn_view[3]){ hn_buf_view(&n[0]), hn_buf_view(&n[1]), hn_buf_view(&n[2]) });
	for (size_t i = 0; i < HN_COUNT(n); i++)
		hn_buf_reset(&n[i]);
	if (v->is_whole) {
		put_line(b, a, "evidence.whole", (struct hn_view[3]){ { 0 } });
	} else {
		hn_buf_printf(&n[0], "%016" PRIx64, v->segment);
		hn_buf_u64(&n[1], v->offset);
		hn_buf_printf(&n[2], "%s", v->what);
		if (v->frame != UINT64_MAX)
			hn_buf_printf(&n[2], " %" PRIu64, v->frame);
		put_line(b, a, "evidence.broken",
		    (struct hn_view[3]){ hn_buf_view(&n[0]), hn_buf_view(&n[1]), hn_buf_view(&n[2]) });
	}
	for (size_t i = 0; i < HN_COUNT(n); i++)
		hn_buf_fini(&n[i]);
}

static enum exit_code
verify(const struct arguments *a)
{
	const bool as_json = hn_view_eq(hn_view_of(arguments_value(a, "output", "text")), HN_LIT("json"));
	char path[SITE_PATH_MAX];
	struct hn_evidence_verdict v;
	struct hn_err err = { .what = "" };
	struct hn_buf b = HN_BUF(4 * TEXT_MAX_BYTES);

	if (!place_path(a, SITE_PLACE_EVIDENCE, path))
		return EXIT_NOT_DONE;
	if (hn_evidence_verify(path, &v, &err) != HN_OK) {
		command_say(a, "evidence.error.read", path, err.what, NULL);
		return EXIT_NOT_DONE;
	}
	if (as_json)
		put_json(&b, &v);
	else
		put_text(&b, a, &v);
	fwrite(b.p, 1, b.n, a->out);
	hn_buf_fini(&b);
	return v.is_whole ? EXIT_DONE : EXIT_PARTLY;
}

const struct command evidence_verify_command = {
	.name = "evidence verify",
	.operands = "",
	.options = {
		PLACE_OPTIONS,
		{ OPTION_VALUE, "output", "text|json" },
	},
	.run = verify,
};
