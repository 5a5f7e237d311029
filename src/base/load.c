#include "base/load.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIECE_BYTES 4096u

static enum hn_rc
read_all(int fd, struct hn_buf *b, struct hn_err *err)
{
	for (;;) {
		char *to = hn_buf_room(b, PIECE_BYTES);
		ssize_t n;

		if (to == NULL)
			return HN_FAIL(err, HN_E_LIMIT, b->n, "size of the file");
		n = read(fd, to, PIECE_BYTES);
		if (n < 0)
			return HN_FAIL(err, HN_E_IO, b->n, "read");
		if (n == 0)
			return HN_OK;
		b->n += (size_t)n;
	}
}

enum hn_rc
hn_load_file(const char *path, struct hn_buf *b, struct hn_err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum hn_rc rc;
	int why;

	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "open");
	rc = read_all(fd, b, err);
	why = errno;
	(void)close(fd);
	errno = why;
	return rc;
}
