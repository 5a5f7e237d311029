#include "site/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"

#define PIECE_BYTES (1u << 20)
#define LEAST (BACKUP_MAGIC_BYTES + BACKUP_SEAL_BYTES)

static enum hn_rc
read_exactly(const struct backup_file *f, void *p, size_t n, uint64_t at, struct hn_err *err)
{
	const ssize_t got = hn_file_read(f->fd, p, n, at);

	if (got < 0)
		return HN_FAIL(err, HN_E_IO, (size_t)at, "read");
	return (size_t)got == n ? HN_OK : HN_FAIL(err, HN_E_CORRUPT, (size_t)at, "cut");
}

static enum hn_rc
check_magic(const struct backup_file *f, struct hn_err *err)
{
	char magic[BACKUP_MAGIC_BYTES] = "";
	const ssize_t n = hn_file_read(f->fd, magic, sizeof(magic), 0);
	const struct hn_view got = { magic, sizeof(magic) };

	if (n < 0)
		return HN_FAIL(err, HN_E_IO, 0, "read");
	if (hn_view_eq(got, BACKUP_MAGIC))
		return HN_OK;
	/* The same but for the number of the form: of a later program. */
	return HN_FAIL(err, hn_view_starts(got, HN_LIT("HINOMI BACKUP ")) ? HN_E_UNSUPPORTED : HN_E_SYNTAX, 0, "magic");
}

/* The manifest's bytes, as long as the seal says and with its hash; what is before them must be the members'. */
static enum hn_rc
read_manifest(struct backup_file *f, struct hn_err *err)
{
	char bytes[BACKUP_SEAL_BYTES];
	uint8_t hash[HN_SHA256_BYTES];
	struct backup_seal seal;
	enum hn_rc rc = f->size_bytes < LEAST ? HN_FAIL(err, HN_E_CORRUPT, 0, "cut") : HN_OK;
	char *room;

	if (rc == HN_OK)
		rc = read_exactly(f, bytes, sizeof(bytes), f->size_bytes - sizeof(bytes), err);
	if (rc != HN_OK)
		return rc;
	if (backup_seal_read((struct hn_view){ bytes, sizeof(bytes) }, &seal) != HN_OK ||
	    seal.manifest_bytes > f->size_bytes - LEAST)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "seal");
	room = hn_buf_room(&f->bytes, (size_t)seal.manifest_bytes);
	if (room == NULL)
		return HN_FAIL(err, HN_E_LIMIT, 0, "manifest");
	f->bytes.n = (size_t)seal.manifest_bytes;
	rc = read_exactly(f, room, f->bytes.n, f->size_bytes - sizeof(bytes) - f->bytes.n, err);
	if (rc != HN_OK)
		return rc;
	hn_sha256(hn_buf_view(&f->bytes), hash);
	if (memcmp(hash, seal.sha256.p, sizeof(hash)) != 0)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "manifest");
	rc = backup_manifest_read(hn_buf_view(&f->bytes), &f->manifest, err);
	if (rc == HN_OK && f->manifest.bytes != f->size_bytes - LEAST - f->bytes.n)
		rc = HN_FAIL(err, HN_E_CORRUPT, 0, "size");
	return rc;
}

enum hn_rc
backup_file_open(const char *path, struct backup_file *out, struct hn_err *err)
{
	struct backup_file f = { .bytes = HN_BUF(BACKUP_MANIFEST_MAX) };
	struct stat st;
	enum hn_rc rc = HN_OK;

	f.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f.fd < 0 || fstat(f.fd, &st) != 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "open");
	else if (!S_ISREG(st.st_mode))
		rc = HN_FAIL(err, HN_E_SYNTAX, 0, "no plain file");
	else
		f.size_bytes = (uint64_t)st.st_size;
	if (rc == HN_OK)
		rc = check_magic(&f, err);
	if (rc == HN_OK)
		rc = read_manifest(&f, err);
	if (rc == HN_OK)
		*out = f;
	else
		backup_file_close(&f);
	return rc;
}

void
backup_file_close(struct backup_file *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	backup_manifest_fini(&f->manifest);
	hn_buf_fini(&f->bytes);
	*f = (struct backup_file){ .fd = -1 };
}

static enum hn_rc
hand_on(const struct backup_file *f, const struct backup_member *m, struct backup_taker taker, struct hn_err *err)
{
	struct hn_buf piece = HN_BUF(PIECE_BYTES);
	struct hn_sha256 *hash = hn_sha256_new();
	char *room = hn_buf_room(&piece, PIECE_BYTES);
	uint8_t got[HN_SHA256_BYTES] = { 0 };
	enum hn_rc rc = hash != NULL && room != NULL ? HN_OK : HN_FAIL(err, HN_E_NOMEM, 0, "piece");

	for (uint64_t done = 0; rc == HN_OK && done < m->size_bytes;) {
		const uint64_t left = m->size_bytes - done;
		const struct hn_view v = { room, left < PIECE_BYTES ? (size_t)left : PIECE_BYTES };

		rc = read_exactly(f, room, v.n, BACKUP_MAGIC_BYTES + m->at + done, err);
		if (rc == HN_OK) {
			hn_sha256_put(hash, v);
			rc = taker.take(taker.ctx, v, done, err);
		}
		done += v.n;
	}
	if (hash != NULL)
		hn_sha256_end(hash, got);
	hn_buf_fini(&piece);
	if (rc == HN_OK && memcmp(got, m->sha256, sizeof(got)) != 0)
		rc = HN_FAIL(err, HN_E_CORRUPT, 0, "member");
	return rc;
}

enum hn_rc
backup_file_member(const struct backup_file *f, size_t i, struct backup_taker taker, struct hn_err *err)
{
	return hand_on(f, &f->manifest.member[i], taker, err);
}
