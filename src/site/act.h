#ifndef SITE_ACT_H
#define SITE_ACT_H

/* What a person does on the console: message ACT, and its texts in this order. */
enum site_act {
	SITE_ACT_VERDICT,	/* finding (32 hexadecimal digits), verdict, reason */
	SITE_ACT_ALLOW,		/* value, until (YYYY-MM-DD, the last day), reason */
	SITE_ACT_UNALLOW,	/* number, "", reason */
	SITE_ACTS
};

#define SITE_ACT_TEXTS 3u
#define SITE_ACT_TEXT_MAX 2048u		/* bytes of one */

#endif
