#include "record/document.h"

#include "record/evtx.h"

const struct document *const documents[] = {
	&evtx_document,
	NULL,
};

const struct document *
document_of(struct hn_view head)
{
	for (size_t i = 0; documents[i] != NULL; i++)
		if (hn_view_starts(head, documents[i]->magic))
			return documents[i];
	return NULL;
}
