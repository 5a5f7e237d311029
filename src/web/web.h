#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "site/child.h"

/*
 * The role that speaks HTTPS with the console: static pages built into the program, requests passed on to core and view as small
 * messages, server-sent events.  It has neither database nor files.
 */
extern const struct site_role_ops web_ops;

#endif
