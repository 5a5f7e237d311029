#include "detect/detector.h"

#include "detect/indicator.h"

const struct detector *const detectors[] = {
	&indicator_detector,
	NULL,
};
