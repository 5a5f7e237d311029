#include "record/reader.h"

#include "record/cef.h"
#include "record/eve.h"
#include "record/fortigate.h"
#include "record/logformat.h"
#include "record/squid.h"
#include "record/syslog.h"
#include "record/winevent.h"
#include "record/winxml.h"
#include "record/yamaha.h"
#include "record/zeek.h"

const struct reader *const readers[] = {
	&cef_reader,
	&zeek_reader,
	&eve_reader,
	&zeek_json_reader,
	&zeek_summary_reader,
	&fortigate_reader,
	&squid_reader,
	&combined_reader,
	&logformat_reader,
	&winevent_reader,
	&winxml_reader,
	&yamaha_reader,
	&syslog_reader,
	NULL,
};

const struct reader *
reader_find(struct hn_view name)
{
	for (size_t i = 0; readers[i] != NULL; i++)
		if (hn_view_eq(hn_view_of(readers[i]->name), name))
			return readers[i];
	return NULL;
}

const struct reader *
reader_recognise(struct hn_view line)
{
	const struct reader *best = NULL;
	unsigned best_sure = 0;

	for (size_t i = 0; readers[i] != NULL; i++) {
		const unsigned sure = readers[i]->recognise(line);

		if (sure > best_sure) {
			best = readers[i];
			best_sure = sure;
		}
	}
	return best;
}
