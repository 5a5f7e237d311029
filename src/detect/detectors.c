#include "detect/detector.h"

#include "detect/beacon.h"
#include "detect/bruteforce.h"
#include "detect/chain.h"
#include "detect/destruction.h"
#include "detect/device.h"
#include "detect/indicator.h"
#include "detect/lateral.h"
#include "detect/logon.h"
#include "detect/maintenance.h"
#include "detect/outward.h"
#include "detect/protection.h"
#include "detect/ransomware.h"
#include "detect/restart.h"
#include "detect/scan.h"
#include "detect/dga.h"
#include "detect/exfiltration.h"
#include "detect/long_connection.h"
#include "detect/sigma/detector.h"
#include "detect/silence.h"
#include "detect/tunnel.h"

const struct detector *const detectors[] = {
	&indicator_detector,
	&beacon_detector,
	&tunnel_detector,
	&dga_detector,
	&exfiltration_detector,
	&long_connection_detector,
	&sigma_detector,
	&scan_detector,
	&bruteforce_detector,
	&logon_detector,
	&lateral_detector,
	&ransomware_detector,
	&protection_detector,
	&destruction_detector,
	&restart_detector,
	&device_detector,
	&outward_detector,
	&maintenance_detector,
	&silence_detector,
	&chain_detector,
	NULL,
};
