#include "record/evtx.h"

#include <libbfio.h>
#include <libevtx.h>

#include "base/mem.h"
#include "record/winxml.h"

#define HEADER_BYTES 4096u	/* libbfio's memory range is read past its end where less than that is there */
#define XML_MAX (4u << 20)	/* bytes of one event */
#define HUNGER_MAX (64u << 20)	/* bytes for one step: libevtx believes a log's counts before it looks whether they can be */
#define CODEPAGE LIBEVTX_CODEPAGE_WINDOWS_932	/* of the few texts that are not Unicode */

/* What libevtx needs for one document. */
struct evtx {
	libbfio_handle_t *bytes;
	libevtx_file_t *file;
	struct hn_buf json;
	char *xml;
};

static void
evtx_close(struct evtx *e)
{
	if (e->file != NULL) {
		(void)libevtx_file_close(e->file, NULL);
		(void)libevtx_file_free(&e->file, NULL);
	}
	if (e->bytes != NULL)
		(void)libbfio_handle_free(&e->bytes, NULL);
	hn_buf_fini(&e->json);
	hn_free(e->xml);
}

static enum hn_rc
evtx_open(struct evtx *e, struct hn_view bytes, struct hn_err *err)
{
	uint8_t *const p = (uint8_t *)(uintptr_t)bytes.p;	/* only read from */
	enum hn_rc rc;

	if (bytes.n < HEADER_BYTES)
		return HN_FAIL(err, HN_E_SYNTAX, bytes.n, "EVTX header");
	e->xml = hn_alloc(1, XML_MAX);
	if (e->xml == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "EVTX");
	if (libbfio_memory_range_initialize(&e->bytes, NULL) != 1 ||
	    libbfio_memory_range_set(e->bytes, p, bytes.n, NULL) != 1 || libevtx_file_initialize(&e->file, NULL) != 1 ||
	    libevtx_file_set_ascii_codepage(e->file, CODEPAGE, NULL) != 1)
		return HN_FAIL(err, HN_E_NOMEM, 0, "EVTX");
	if (!hn_mem_cap(HUNGER_MAX + 2 * bytes.n))
		return HN_FAIL(err, HN_E_NOMEM, 0, "EVTX");
	rc = libevtx_file_open_file_io_handle(e->file, e->bytes, LIBEVTX_OPEN_READ, NULL) == 1 ? HN_OK :
	    HN_FAIL(err, HN_E_SYNTAX, 0, "EVTX header");
	hn_mem_uncap();
	return rc;
}

/* libevtx's two lists: the records in order, and those it found in free space or behind damage. */
static const struct list {
	int (*count)(libevtx_file_t *, int *, libevtx_error_t **);
	int (*get)(libevtx_file_t *, int, libevtx_record_t **, libevtx_error_t **);
	bool tells_faults;
} lists[] = {
	{ libevtx_file_get_number_of_records, libevtx_file_get_record_by_index, true },
	{ libevtx_file_get_number_of_recovered_records, libevtx_file_get_recovered_record_by_index, false },
};

/* One event as XML of ${n} bytes in e->xml. */
static enum hn_rc
read_xml(struct evtx *e, libevtx_record_t *record, size_t *out, struct hn_err *err)
{
	off64_t offset = 0;
	size_t n = 0;

	(void)libevtx_record_get_offset(record, &offset, NULL);
	const size_t at = offset > 0 ? (size_t)offset : 0;

	if (libevtx_record_get_utf8_xml_string_size(record, &n, NULL) != 1 || n < 2)
		return HN_FAIL(err, HN_E_SYNTAX, at, "EVTX record");
	if (n > XML_MAX)
		return HN_FAIL(err, HN_E_LIMIT, at, "EVTX record");
	if (libevtx_record_get_utf8_xml_string(record, (uint8_t *)e->xml, n, NULL) != 1)
		return HN_FAIL(err, HN_E_SYNTAX, at, "EVTX record");
	*out = n - 1;
	return HN_OK;
}

/* One event of a list as JSON in e->json. */
static enum hn_rc
unfold_record(struct evtx *e, const struct list *l, int index, struct hn_err *err)
{
	libevtx_record_t *record = NULL;
	size_t n = 0;
	enum hn_rc rc = HN_FAIL(err, HN_E_SYNTAX, 0, "EVTX record");

	if (!hn_mem_cap(HUNGER_MAX))
		return HN_FAIL(err, HN_E_NOMEM, 0, "EVTX");
	if (l->get(e->file, index, &record, NULL) == 1 && record != NULL)
		rc = read_xml(e, record, &n, err);
	if (record != NULL)
		(void)libevtx_record_free(&record, NULL);
	hn_mem_uncap();
	hn_buf_reset(&e->json);
	return rc == HN_OK ? winxml_json((struct hn_view){ e->xml, n }, &e->json, err) : rc;
}

static uint64_t
unfold_list(struct evtx *e, const struct list *l, uint64_t number, const struct input_ops *ops)
{
	int n = 0;

	if (l->count(e->file, &n, NULL) != 1)
		return number;
	for (int i = 0; i < n; i++) {
		struct hn_err why = { 0 };

		number++;
		if (unfold_record(e, l, i, &why) == HN_OK)
			ops->line(ops->ctx, hn_buf_view(&e->json), number);
		else if (l->tells_faults)
			ops->fault(ops->ctx, number, &why);
	}
	return number;
}

static enum hn_rc
evtx_unfold(struct hn_view bytes, const struct input_ops *ops, struct hn_err *err)
{
	struct evtx e = { .json = HN_BUF(WINXML_JSON_MAX) };
	enum hn_rc rc = evtx_open(&e, bytes, err);

	if (rc == HN_OK) {
		const uint64_t number = unfold_list(&e, &lists[0], 0, ops);

		/* What is left of older events in free space is not this log's; behind damage stand the later ones of it. */
		if (libevtx_file_is_corrupted(e.file, NULL) == 1) {
			(void)unfold_list(&e, &lists[1], number, ops);
			rc = HN_FAIL(err, HN_E_SYNTAX, 0, "EVTX chunk");
		}
	}
	evtx_close(&e);
	return rc;
}

const struct document evtx_document = {
	.name = "evtx",
	.magic = HN_INIT("ElfFile\0"),
	.unfold = evtx_unfold,
};
