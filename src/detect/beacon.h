#ifndef DETECT_BEACON_H
#define DETECT_BEACON_H

#include "detect/detector.h"

/*
 * A machine of ours that speaks to one peer outside at regular intervals, 2 seconds to 6 hours, with up to half an interval of
 * jitter and with pauses: how a remote-control program asks its master for orders (ATT&CK T1071, T1573).
 *
 * For each pair of machine and peer (behind a proxy: client and CONNECT host) the last intervals between visits are kept, a
 * visit being what comes together within some seconds.  An interval is regular when it lies within half of the pair's median;
 * a long one is a pause and says nothing.  How much more likely that many regular ones are from a timer than from people
 * or from independent events (exponential intervals) is the evidence, as in a likelihood-ratio test.  Peers of the house's
 * daily business are told apart by rarity and newness (detect/triage.h), not here.
 * Ideas: Hu et al., BAYWATCH, DSN 2016 (periodicity, then ranking); the weights are our own.
 */
extern const struct detector beacon_detector;

#define BEACON_PAIRS_MAX 110000u	/* 48 MB; the pair that was silent for longest is forgotten */
#define BEACON_MACHINES_MAX 20000u

#endif
