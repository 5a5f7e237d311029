#ifndef SITE_FRAME_H
#define SITE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

enum site_framing {
	SITE_FRAME_LINES,	/* ended by LF; a CR before it stays part of the line */
	SITE_FRAME_SYSLOG,	/* RFC 6587: "LENGTH SP MESSAGE" or ended by LF, decided for each message */
};

/* Cuts a stream of bytes into messages.  Zeroed but for kind and max; holds no bytes itself. */
struct site_framer {
	enum site_framing kind;
	size_t max;		/* bytes of a message; a longer one is cut */
	uint64_t skip_bytes;	/* of a counted message that was cut: still to be dropped */
	bool skips_line;	/* of a line that was cut: drop up to its LF */
};

struct site_frame {
	struct hn_view raw;	/* the message, without its LF */
	size_t used;		/* bytes of the input that are done with */
	uint64_t dropped;	/* bytes among them that nobody gets */
	bool is_message;	/* false: only `used` counts */
	bool is_cut;		/* its rest will be dropped */
};

/*
 * The next message at the start of ${in}; used == 0: more bytes are needed first (never when in.n >= max + 16).
 * An empty line is used up without being a message.
 * Source: RFC 6587, section 3.4.
 */
struct site_frame site_frame_next(struct site_framer *f, struct hn_view in);

#endif
