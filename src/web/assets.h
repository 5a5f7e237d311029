#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include <stddef.h>

/* The console as it was built: made by tools/assets.py out of console/dist; each file is gzipped. */
struct web_asset {
	const char *path;	/* "/", "/app.js" */
	const char *type;
	const char *etag;	/* quoted, of its SHA-256 */
	const unsigned char *gzip;
	size_t n;
};

extern const struct web_asset web_assets[];	/* ends with a NULL path */

#endif
