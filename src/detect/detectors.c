#include "detect/detector.h"

#include "detect/beacon.h"
#include "detect/indicator.h"

const struct detector *const detectors[] = {
	&indicator_detector,
	&beacon_detector,
	NULL,
};
