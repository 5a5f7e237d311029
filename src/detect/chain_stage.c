#include "detect/chain_stage.h"

#include <stdlib.h>

#include "base/num.h"

#define TECHNIQUE_LETTERS 5u	/* "T1021": a sub-technique belongs where its technique does */

/* Techniques by number, ascending.  Where one serves several tactics, the one that it tells of most in logs. */
static const struct row {
	uint16_t technique;
	uint8_t stage;
} rows[] = {
	{ 1003, STAGE_CREDENTIAL }, { 1005, STAGE_EXFILTRATION }, { 1007, STAGE_DISCOVERY }, { 1008, STAGE_COMMAND },
	{ 1012, STAGE_DISCOVERY }, { 1016, STAGE_DISCOVERY }, { 1018, STAGE_DISCOVERY }, { 1020, STAGE_EXFILTRATION },
	{ 1021, STAGE_LATERAL }, { 1027, STAGE_EVASION }, { 1029, STAGE_EXFILTRATION }, { 1030, STAGE_EXFILTRATION },
	{ 1033, STAGE_DISCOVERY }, { 1036, STAGE_EVASION }, { 1039, STAGE_EXFILTRATION }, { 1040, STAGE_CREDENTIAL },
	{ 1041, STAGE_EXFILTRATION }, { 1046, STAGE_DISCOVERY }, { 1047, STAGE_FOOTHOLD }, { 1048, STAGE_EXFILTRATION },
	{ 1049, STAGE_DISCOVERY }, { 1052, STAGE_EXFILTRATION }, { 1053, STAGE_FOOTHOLD }, { 1055, STAGE_FOOTHOLD },
	{ 1057, STAGE_DISCOVERY }, { 1059, STAGE_FOOTHOLD }, { 1068, STAGE_FOOTHOLD }, { 1069, STAGE_DISCOVERY },
	{ 1070, STAGE_EVASION }, { 1071, STAGE_COMMAND }, { 1072, STAGE_LATERAL }, { 1078, STAGE_ENTRY },
	{ 1080, STAGE_LATERAL }, { 1082, STAGE_DISCOVERY }, { 1083, STAGE_DISCOVERY }, { 1087, STAGE_DISCOVERY },
	{ 1090, STAGE_COMMAND }, { 1095, STAGE_COMMAND }, { 1098, STAGE_FOOTHOLD }, { 1102, STAGE_COMMAND },
	{ 1104, STAGE_COMMAND }, { 1105, STAGE_FOOTHOLD }, { 1106, STAGE_FOOTHOLD }, { 1110, STAGE_CREDENTIAL },
	{ 1112, STAGE_EVASION }, { 1114, STAGE_EXFILTRATION }, { 1119, STAGE_EXFILTRATION }, { 1129, STAGE_FOOTHOLD },
	{ 1132, STAGE_COMMAND }, { 1133, STAGE_ENTRY }, { 1134, STAGE_FOOTHOLD }, { 1135, STAGE_DISCOVERY },
	{ 1136, STAGE_FOOTHOLD }, { 1140, STAGE_EVASION }, { 1187, STAGE_CREDENTIAL }, { 1189, STAGE_ENTRY },
	{ 1190, STAGE_ENTRY }, { 1195, STAGE_ENTRY }, { 1197, STAGE_EVASION }, { 1199, STAGE_ENTRY },
	{ 1201, STAGE_DISCOVERY }, { 1202, STAGE_EVASION }, { 1203, STAGE_FOOTHOLD }, { 1204, STAGE_FOOTHOLD },
	{ 1205, STAGE_COMMAND }, { 1210, STAGE_LATERAL }, { 1211, STAGE_EVASION }, { 1212, STAGE_CREDENTIAL },
	{ 1218, STAGE_EVASION }, { 1219, STAGE_COMMAND }, { 1222, STAGE_EVASION }, { 1482, STAGE_DISCOVERY },
	{ 1484, STAGE_EVASION }, { 1485, STAGE_IMPACT }, { 1486, STAGE_IMPACT }, { 1489, STAGE_IMPACT },
	{ 1490, STAGE_IMPACT }, { 1491, STAGE_IMPACT }, { 1496, STAGE_IMPACT }, { 1498, STAGE_IMPACT },
	{ 1499, STAGE_IMPACT }, { 1505, STAGE_FOOTHOLD }, { 1518, STAGE_DISCOVERY }, { 1529, STAGE_IMPACT },
	{ 1531, STAGE_IMPACT }, { 1534, STAGE_LATERAL }, { 1537, STAGE_EXFILTRATION }, { 1539, STAGE_CREDENTIAL },
	{ 1543, STAGE_FOOTHOLD }, { 1546, STAGE_FOOTHOLD }, { 1547, STAGE_FOOTHOLD }, { 1548, STAGE_FOOTHOLD },
	{ 1550, STAGE_LATERAL }, { 1552, STAGE_CREDENTIAL }, { 1553, STAGE_EVASION }, { 1555, STAGE_CREDENTIAL },
	{ 1557, STAGE_CREDENTIAL }, { 1558, STAGE_CREDENTIAL }, { 1560, STAGE_EXFILTRATION }, { 1561, STAGE_IMPACT },
	{ 1562, STAGE_EVASION }, { 1563, STAGE_LATERAL }, { 1564, STAGE_EVASION }, { 1565, STAGE_IMPACT },
	{ 1566, STAGE_ENTRY }, { 1567, STAGE_EXFILTRATION }, { 1568, STAGE_COMMAND }, { 1569, STAGE_FOOTHOLD },
	{ 1570, STAGE_LATERAL }, { 1571, STAGE_COMMAND }, { 1572, STAGE_COMMAND }, { 1573, STAGE_COMMAND },
	{ 1574, STAGE_FOOTHOLD }, { 1615, STAGE_DISCOVERY }, { 1620, STAGE_EVASION }, { 1649, STAGE_CREDENTIAL },
};

static const struct {
	const char *name;
	unsigned rank;
} stages[STAGES] = {
	[STAGE_ENTRY] = { "chain.entry", 0 }, [STAGE_CREDENTIAL] = { "chain.credential", 1 },
	[STAGE_FOOTHOLD] = { "chain.foothold", 1 }, [STAGE_COMMAND] = { "chain.command", 2 },
	[STAGE_DISCOVERY] = { "chain.discovery", 2 }, [STAGE_LATERAL] = { "chain.lateral", 3 },
	[STAGE_EVASION] = { "chain.evasion", 4 }, [STAGE_EXFILTRATION] = { "chain.exfiltration", 4 },
	[STAGE_IMPACT] = { "chain.impact", 5 },
};

static int
compare_rows(const void *key, const void *row)
{
	const uint64_t wanted = *(const uint64_t *)key, is = ((const struct row *)row)->technique;

	return (wanted > is) - (wanted < is);
}

bool
chain_stage_of(const struct finding *f, enum chain_stage *out)
{
	if (f->kind == FINDING_LATERAL) {	/* whatever it does there */
		*out = STAGE_LATERAL;
		return true;
	}
	for (size_t i = 0; i < f->n_techniques; i++) {
		const struct hn_view t = f->techniques[i];
		const struct row *row;
		uint64_t number;

		if (t.n < TECHNIQUE_LETTERS || t.p[0] != 'T' ||
		    hn_num_u64((struct hn_view){ t.p + 1, TECHNIQUE_LETTERS - 1 }, 9999, &number) != HN_OK)
			continue;
		row = bsearch(&number, rows, HN_COUNT(rows), sizeof(rows[0]), compare_rows);
		if (row != NULL) {
			*out = (enum chain_stage)row->stage;
			return true;
		}
	}
	return false;
}

const char *
chain_stage_name(enum chain_stage s)
{
	assert(s < STAGES);
	return stages[s].name;
}

unsigned
chain_stage_rank(enum chain_stage s)
{
	assert(s < STAGES);
	return stages[s].rank;
}
