#include "detect/detector.h"

const struct detector *const detectors[] = {
	NULL,
};
