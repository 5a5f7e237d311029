#ifndef DETECT_RANSOMWARE_H
#define DETECT_RANSOMWARE_H

#include "detect/detector.h"

/*
 * What comes before and with encryption, as public reports of hospitals hit by ransomware describe it:
 *
 *   recovery     shadow copies or backups deleted, recovery switched off, by command (T1490)
 *   protection   a security tool is switched off by command (T1562.001); detect/protection.h has its own word
 *   log          an event log is cleared (T1070.001)
 *   files        within minutes one machine gives many files of a share one further extension (T1486)
 *   note         and leaves a text of one name in many folders
 *   printing     one machine that never did so prints on many printers within minutes
 *
 * The last three are counted per machine in windows of three minutes.
 */
extern const struct detector ransomware_detector;

#define RANSOMWARE_ACTORS_MAX 8192u	/* 6 MB */
#define RANSOMWARE_NOTES_MAX 32768u	/* 9 MB */
#define RANSOMWARE_PRINTING_MAX 8192u

#endif
