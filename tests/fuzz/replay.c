#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Runs a fuzz target without a fuzzer: every file of the corpus folder as it is, then mutated.  The mutations come from
 * a fixed seed, so a failure repeats.  argv: FOLDER [MUTATIONS per file]
 */
#define INPUT_MAX 65536u
#define MUTATIONS 3000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seed = 0x9e3779b97f4a7c15u;

/* xorshift64*: good enough to choose bytes, the same on every machine. */
static uint32_t
pick(uint32_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)((seed * 0x2545f4914f6cdd1du) >> 33) % below;
}

/* A copy of the exact size, so that a sanitizer sees one byte too many. */
static void
run(const uint8_t *data, size_t n)
{
	uint8_t *exact = calloc(1, n > 0 ? n : 1);

	if (exact == NULL)
		abort();
	if (n > 0)
		memcpy(exact, data, n);
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
}

static size_t
mutate(uint8_t *d, size_t n)
{
	static const char odd[] = "\"\\{}[]:,.-/ \t\n\r|=#%<>0\xff\x80\xe3\0";
	const size_t at = pick((uint32_t)n + 1), from = pick((uint32_t)n + 1);
	size_t len = pick(24);

	switch (pick(6)) {
	case 0:		/* cut the end */
		return at;
	case 1:		/* one byte of those that mean something somewhere */
		if (at < n)
			d[at] = (uint8_t)odd[pick(sizeof(odd))];
		return n;
	case 2:
		if (at < n)
			d[at] ^= (uint8_t)(1u << pick(8));
		return n;
	case 3:		/* take a run out */
		len = len > n - at ? n - at : len;
		memmove(d + at, d + at + len, n - at - len);
		return n - len;
	case 4:		/* repeat a run elsewhere */
		len = len > n - from ? n - from : len;
		if (n + len > INPUT_MAX)
			return n;
		memmove(d + at + len, d + at, n - at);
		memmove(d + at, d + from, len);
		return n + len;
	default:	/* write a run over another */
		len = len > n - from ? n - from : len;
		len = len > n - at ? n - at : len;
		memmove(d + at, d + from, len);
		return n;
	}
}

static void
run_file(const char *path, size_t mutations)
{
	static uint8_t input[INPUT_MAX], d[INPUT_MAX];
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		abort();
	const size_t n = fread(input, 1, sizeof(input), f);

	(void)fclose(f);
	run(input, n);
	for (size_t i = 0; i < mutations; i++) {
		size_t m = n;

		memcpy(d, input, n);
		for (uint32_t k = pick(4) + 1; k > 0; k--)
			m = mutate(d, m);
		run(d, m);
	}
}

int
main(int argc, char **argv)
{
	const size_t mutations = argc > 2 ? strtoul(argv[2], NULL, 10) : MUTATIONS;
	struct dirent **names;
	size_t files = 0;
	char path[4096];
	const int n = argc > 1 ? scandir(argv[1], &names, NULL, alphasort) : -1;

	run((const uint8_t *)"", 0);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			(void)snprintf(path, sizeof(path), "%s/%s", argv[1], names[i]->d_name);
			run_file(path, mutations);
			files++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	(void)printf("%zu files, %zu mutations of each\n", files, mutations);
	return files > 0 ? 0 : 1;
}
