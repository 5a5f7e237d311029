#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/evidence.h"
#include "cli/expected.h"
#include "cli/findings.h"
#include "cli/hunt.h"
#include "cli/indicators.h"
#include "cli/manual.h"
#include "cli/rules.h"
#include "cli/site.h"
#include "cli/token.h"
#include "cli/watch.h"

const struct command *const commands[] = {
	&watch_command,
	&indicators_import_command,
	&indicators_list_command,
	&indicators_check_command,
	&indicators_export_command,
	&rules_list_command,
	&rules_check_command,
	&rules_import_command,
	&rules_show_command,
	&findings_list_command,
	&findings_show_command,
	&findings_verdict_command,
	&findings_allow_command,
	&findings_allowed_command,
	&findings_unallow_command,
	&expected_list_command,
	&expected_check_command,
	&hunt_command,
	&evidence_verify_command,
	&manual_command,
	&site_command,
	&site_backup_command,
	&site_restore_command,
	&doctor_command,
	&token_command,
	NULL,
};
