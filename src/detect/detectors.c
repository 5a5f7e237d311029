#include "detect/detector.h"

#include "detect/beacon.h"
#include "detect/indicator.h"
#include "detect/sigma/detector.h"

const struct detector *const detectors[] = {
	&indicator_detector,
	&beacon_detector,
	&sigma_detector,
	NULL,
};
