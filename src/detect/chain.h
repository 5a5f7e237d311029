#ifndef DETECT_CHAIN_H
#define DETECT_CHAIN_H

#include "detect/detector.h"

/*
 * What belongs together, over time: signs of different stages of an attack (detect/chain_stage.h) on one machine, on machines
 * that one of them signed in to or worked on, or by one account, grow into one finding.  It is told when two stages or more, each
 * at least of level low, have come in an order in which attacks come.
 *
 * Its weight is a sum of log-odds: how seldom even two signs of ordinary work meet on a machine (the prior), for each stage what
 * its best sign is worth (not the sum of its signs: many views of one thing are one thing), and that stages meet at all, for each
 * pair of them.  Three low stages that are linked may so be high, and thirty of one stage stay what they are.
 *
 * One machine's signs are linked to another's, or to an account's, only when one of them is worth a person's time by itself:
 * faint signs are everywhere, and everything is linked to everything.  A sign that turned out to be nothing is taken back.
 *
 * What a stage was is forgotten CHAIN_WINDOW_MS after its last sign.  A machine or account that is linked to more than
 * CHAIN_LINKS_MAX others (an administrator's, a monitoring server's) does not link further ones.
 */
extern const struct detector chain_detector;

#define CHAIN_WINDOW_MS (14 * INT64_C(86400000))
#define CHAIN_LINKS_MAX 16u
#define CHAINS_MAX 2048u		/* 10 MB */
#define CHAIN_NODES_MAX 8192u		/* 1 MB: machines and accounts with a sign */
#define CHAIN_VISITS_MAX 8192u		/* 1 MB: machines that one with a sign signed in to */

#endif
