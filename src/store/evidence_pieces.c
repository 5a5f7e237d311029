#include "store/evidence_pieces.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"
#include "store/segment.h"

#define TAILS_MAX 256u	/* that wait to be sealed; open at once */

static_assert(HN_EVIDENCE_PIECE_NAME >= HN_SEGMENT_NAME, "a segment's name fits");

/*
 * Tails are opened first and from the newest: what is sealed meanwhile is sealed from the oldest, so that no tail is taken
 * before a segment that carries its hash.
 */
struct pieces {
	struct hn_evidence_pieces *asked;
	struct hn_evidence_dir list;
	int dir;
	size_t first;			/* entry that the backup begins with */
	size_t tails_at;		/* entries from here on are open tails */
	int tail[TAILS_MAX];
	bool has_taken;
};

void
hn_evidence_piece_name(char out[HN_EVIDENCE_PIECE_NAME], uint64_t base, bool is_sealed)
{
	hn_segment_name(out, base, is_sealed ? ".seg" : ".open");
}

static void
find_first(struct pieces *p)
{
	const struct hn_evidence_dir *d = &p->list;

	p->first = p->asked->wants_all ? 0 : hn_evidence_dir_find(d, p->asked->from);
	if (p->first >= d->n)
		p->first = 0;
	while (p->first > 0 && !d->entry[p->first].has_seg)
		p->first--;
}

static enum hn_rc
open_tails(struct pieces *p, struct hn_err *err)
{
	p->tails_at = p->list.n;
	for (size_t i = p->list.n; i > p->first && !p->list.entry[i - 1].has_seg; i--) {
		char name[HN_SEGMENT_NAME];
		int fd;

		if (p->list.n - i == TAILS_MAX)
			return HN_FAIL(err, HN_E_LIMIT, i, "unsealed tails");
		hn_segment_name(name, p->list.entry[i - 1].base, ".open");
		fd = hn_file_open(p->dir, name, O_RDONLY);
		if (fd < 0 && errno == ENOENT)
			return HN_OK;	/* sealed just now, and all before it */
		if (fd < 0)
			return HN_FAIL(err, HN_E_IO, i, "tail");
		p->tail[p->list.n - i] = fd;
		p->tails_at = i - 1;
	}
	return HN_OK;
}

static enum hn_rc
take(struct pieces *p, uint64_t base, bool is_sealed, int fd, struct hn_err *err)
{
	struct hn_evidence_piece piece = { .base = base, .is_sealed = is_sealed, .fd = fd };
	struct stat st;

	if (fstat(fd, &st) != 0)
		return HN_FAIL(err, HN_E_IO, (size_t)base, "segment");
	piece.size_bytes = (uint64_t)st.st_size;
	p->has_taken = true;
	return p->asked->take(p->asked->ctx, &piece, err);
}

/* The first piece says what the chain carries up to it. */
static void
begin_chain(struct pieces *p, size_t i, const struct hn_segment_head *head)
{
	struct hn_evidence_anchor *a = &p->asked->anchor;

	a->deleted += i;
	a->base = head->base;
	memcpy(a->prev, head->prev, sizeof(a->prev));
}

static enum hn_rc
take_sealed(struct pieces *p, size_t i, struct hn_err *err)
{
	struct hn_segment s;
	enum hn_rc rc = hn_segment_open(p->dir, p->list.entry[i].base, &s, err);

	if (rc == HN_E_NOTFOUND && !p->has_taken)
		return HN_OK;	/* the oldest may be deleted while we look */
	if (rc != HN_OK)
		return rc;
	if (!p->has_taken)
		begin_chain(p, i, &s.head);
	memcpy(p->asked->head, s.head.hash, sizeof(p->asked->head));
	rc = take(p, s.head.base, true, s.fd, err);
	hn_segment_close(&s);
	return rc;
}

static enum hn_rc
take_all(struct pieces *p, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	for (size_t i = p->first; rc == HN_OK && i < p->tails_at; i++)
		rc = take_sealed(p, i, err);
	for (size_t i = p->tails_at; rc == HN_OK && i < p->list.n; i++)
		rc = take(p, p->list.entry[i].base, false, p->tail[p->list.n - 1 - i], err);
	return rc;
}

enum hn_rc
hn_evidence_pieces_walk(const char *path, struct hn_evidence_pieces *asked, struct hn_err *err)
{
	struct pieces p = { .asked = asked };
	enum hn_rc rc = hn_dir_open(path, false, &p.dir, err);

	if (rc != HN_OK)
		return rc;
	asked->anchor = (struct hn_evidence_anchor){ 0 };
	rc = hn_evidence_anchor_read(p.dir, &asked->anchor);
	rc = rc == HN_OK || rc == HN_E_NOTFOUND ? hn_evidence_dir_list(p.dir, &p.list, err) : HN_FAIL(err, rc, 0, "anchor");
	memcpy(asked->head, asked->anchor.prev, sizeof(asked->head));
	p.tails_at = p.list.n;
	if (rc == HN_OK) {
		find_first(&p);
		rc = open_tails(&p, err);
	}
	if (rc == HN_OK)
		rc = take_all(&p, err);
	for (size_t i = p.tails_at; i < p.list.n; i++)
		(void)close(p.tail[p.list.n - 1 - i]);
	hn_evidence_dir_fini(&p.list);
	(void)close(p.dir);
	return rc;
}
