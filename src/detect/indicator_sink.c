#include "detect/indicator_sink.h"

static void
remember(struct indicator_sink *s, struct hn_view text, const char *what, uint64_t line)
{
	struct indicator_fault *f;
	size_t n = text.n;

	if (s->report.n_faults == INDICATOR_FAULTS_MAX)
		return;
	if (n > INDICATOR_FAULT_TEXT_MAX - 1)
		for (n = INDICATOR_FAULT_TEXT_MAX - 1; n > 0 && ((uint8_t)text.p[n] & 0xc0) == 0x80; n--)
			;	/* not in the middle of a character */
	f = &s->report.faults[s->report.n_faults++];
	*f = (struct indicator_fault){ .line = line, .what = what };
	if (n > 0)
		memcpy(f->text, text.p, n);
}

void
indicator_sink_unread(struct indicator_sink *s, struct hn_view text, const char *what, uint64_t line)
{
	s->report.unread++;
	remember(s, text, what, line);
}

/* The key of a value whose form alone does not say what it is: a JA3 looks like an MD5. */
static enum hn_rc
key_of(struct indicator_sink *s, struct hn_view text, struct hn_view type, struct indicator_key *key, struct hn_err *err)
{
	static const struct hn_view ja3 = HN_INIT("ja3");
	struct hn_buf said = HN_BUF(INDICATOR_KEY_MAX);
	enum hn_rc rc;

	if (type.n < ja3.n || !hn_view_eq_nocase((struct hn_view){ type.p, ja3.n }, ja3))
		return indicator_key_of_text(text, &s->scratch, key, err);
	hn_buf_put(&said, HN_LIT("ja3:"));
	hn_buf_put(&said, hn_view_trim(text));
	rc = said.failed ? HN_FAIL(err, HN_E_LIMIT, 0, "a value too long") :
	    indicator_key_of_text(hn_buf_view(&said), &s->scratch, key, err);
	hn_buf_fini(&said);
	return rc;
}

void
indicator_sink_take(struct indicator_sink *s, struct hn_view text, struct hn_view type,
    const struct indicator_about *about, uint64_t line)
{
	struct indicator i = { .about = *about };
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	if (s->rc != HN_OK)
		return;
	if (about->expires_ms != 0 && about->expires_ms < s->now_ms) {
		s->report.passed++;
		return;
	}
	rc = key_of(s, text, type, &i.key, &err);
	if (rc != HN_OK) {
		indicator_sink_unread(s, text, err.what, line);
		return;
	}
	rc = indicator_build_add(s->build, &i, &err);
	if (rc == HN_E_DENIED) {
		s->report.refused++;
		remember(s, text, err.what, line);
	} else if (rc != HN_OK) {
		s->rc = rc;
		s->err = err;
	} else {
		s->report.added++;
	}
}
