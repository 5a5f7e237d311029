#include "base/rand.h"

#include <assert.h>
#include <stdint.h>
#include <sys/random.h>

void
hn_random(void *bytes, size_t n)
{
	char *to = bytes;

	while (n > 0) {
		const ssize_t got = getrandom(to, n < 256 ? n : 256, 0);

		assert(got > 0);
		to += got;
		n -= (size_t)got;
	}
}

void
hn_random_token(struct hn_buf *b, unsigned groups)
{
	static const char alphabet[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";	/* 31: a byte below 248 is 8 times as many */
	unsigned n = 0;

	while (n < groups * 4) {
		uint8_t byte;

		hn_random(&byte, 1);
		if (byte >= 248)
			continue;
		if (n > 0 && n % 4 == 0)
			hn_buf_char(b, '-');
		hn_buf_char(b, alphabet[byte % 31]);
		n++;
	}
}
