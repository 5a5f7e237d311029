#ifndef DETECT_LATERAL_H
#define DETECT_LATERAL_H

#include "detect/detector.h"

/*
 * One machine of ours that begins to work on others of ours (ATT&CK TA0008), in one finding per machine that grows:
 *
 *   spread       machines that it never spoke to before, over SMB, RPC, RDP, WinRM or SSH, within ten minutes and within a day.
 *                Only those count that few others speak to in that way: a workstation that calls a workstation says far more than
 *                one that calls the file server.
 *   control      the first desktop or shell to a machine, from one that never did so in a network where nobody does
 *   execution    services, tasks, WMI methods and remote shells started on others, programs laid into administrators' shares
 *
 * What a machine always did is ordinary: one that worked on others on days before is taken for an administrator's or a
 * management server's, as long as it does not do much more than ever.  In the first seven days connections are only learnt,
 * and execution weighs less.  Sign-ins by themselves are not looked at here, nor what comes from outside.
 */
extern const struct detector lateral_detector;

#define LATERAL_ACTORS_MAX 6144u	/* 8 MB: machines that reach others so */
#define LATERAL_PAIRS_MAX 131072u	/* 6 MB */
#define LATERAL_TARGETS_MAX 32768u	/* 7 MB: machines reached, per service */
#define LATERAL_VISITORS_MAX 8192u	/* 2 MB */

#endif
