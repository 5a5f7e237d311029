#ifndef SITE_INTAKE_FOLDER_H
#define SITE_INTAKE_FOLDER_H

#include "site/intake.h"

/*
 * The folders of tailed and dropped files as they were when the jail was entered.  The jail opens these very folders, not
 * their names: one that is made later (a share that is mounted, a log folder that its program makes) stays closed to this
 * process, so intake ends and is started anew where it sees one.  Asking what a name means is not forbidden, only opening is.
 */

/* Note them; for `prepare`. */
void intake_folders_note(struct intake *in, const struct site_config *config);

/* The name of a source whose folder is another than was noted, or there at last; NULL: none. */
const char *intake_folders_changed(const struct intake *in);

#endif
