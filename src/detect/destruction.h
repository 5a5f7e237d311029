#ifndef DETECT_DESTRUCTION_H
#define DETECT_DESTRUCTION_H

#include "detect/detector.h"

/*
 * Files of a share that are deleted, renamed, or read and then written over by one client, hundreds a minute (ATT&CK T1485,
 * T1486), whether or not a note or a new ending is left: counted in windows of three minutes, each file once.  A person who
 * tidies up deletes hundreds, not thousands; a job that does so on several days is the house's own.
 *
 * Read from Windows' audit of shares (5145) and of files (4663), and from Zeek's smb_files.  An audit of files does not say
 * which client it was: the one from which its account last came does.  Files that are only made, as in copying, do not count.
 */
extern const struct detector destruction_detector;

#define DESTRUCTION_CLIENTS_MAX 8192u	/* 4 MB */
#define DESTRUCTION_READ_MAX 65536u	/* 3 MB: files read lately */

#endif
