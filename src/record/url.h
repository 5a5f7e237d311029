#ifndef RECORD_URL_H
#define RECORD_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

/* The parts of a URL as a proxy logs it; views into it, absent ones empty. */
struct url {
	struct hn_view scheme;
	struct hn_view host;	/* without port, user and brackets */
	struct hn_view path;	/* from its slash on, with query and fragment */
	uint16_t port;		/* as written, else the scheme's (http 80, https 443, ftp 21), else 0 */
};

/*
 * Split an absolute URL, "host:port" (CONNECT) or "host/path".  false: there is no host in it ("error:invalid-request",
 * "/path").  Source: RFC 3986, appendix B; RFC 9110, section 7.1.
 */
bool url_split(struct hn_view text, struct url *out);

#endif
