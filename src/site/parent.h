#ifndef SITE_PARENT_H
#define SITE_PARENT_H

/*
 * The first process of a site: reads the configuration, makes the folders, opens the sockets, starts the roles and starts
 * them anew when they die, hands them their channels.  It never reads a byte from outside.
 */

/* `hinomi site --config FILE`.  Returns the exit status: 0 ended by SIGTERM, 1 failed, 2 configuration. */
int site_parent_main(const char *config_path);

/* What a role does just now; for core and the page. */
enum site_role_state { SITE_ROLE_ABSENT, SITE_ROLE_STARTING, SITE_ROLE_RUNNING, SITE_ROLE_WAITING, SITE_ROLE_STOPPING };

#endif
