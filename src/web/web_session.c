#include "base/clock.h"
#include "base/hash.h"
#include "web/parts.h"

#define COOKIE "hn_session"

bool
web_session_of(struct hn_http_request *request, uint8_t hash[32])
{
	const struct hn_view cookie = hn_http_cookie(request, COOKIE);

	if (cookie.n != WEB_SESSION_CHARS)
		return false;
	hn_sha256(cookie, hash);
	return true;
}

/* Only the hash is compared, and that with hashes: what time it takes tells nothing of the session itself. */
static struct web_session *
find(struct web *w, const uint8_t hash[32])
{
	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++)
		if (w->session[i].until_ms > 0 && memcmp(w->session[i].hash, hash, 32) == 0)
			return &w->session[i];
	return NULL;
}

bool
web_session_is_fresh(struct web *w, const uint8_t hash[32])
{
	const struct web_session *s = find(w, hash);

	return s != NULL && s->until_ms > hn_clock_monotonic_ms();
}

void
web_session_keep(struct web *w, const uint8_t hash[32])
{
	struct web_session *s = find(w, hash), *oldest = &w->session[0];

	for (size_t i = 0; s == NULL && i < WEB_SESSIONS_MAX; i++)
		if (w->session[i].until_ms < oldest->until_ms)
			oldest = &w->session[i];
	s = s != NULL ? s : oldest;
	memcpy(s->hash, hash, 32);
	s->until_ms = hn_clock_monotonic_ms() + WEB_SESSION_FRESH_MS;
}

void
web_session_forget(struct web *w, const uint8_t hash[32])
{
	struct web_session *s = find(w, hash);

	if (s != NULL)
		s->until_ms = 0;
}
