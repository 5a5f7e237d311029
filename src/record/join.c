#include "record/join.h"

static size_t
indent_of(struct hn_view line)
{
	size_t n = 0;

	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

bool
join_begins(struct hn_view line)
{
	const size_t indent = indent_of(line);

	if (indent == line.n || line.p[indent] != '{')
		return false;
	while (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t')
		line.n--;
	return strchr("{[,:", line.p[line.n - 1]) != NULL && line.p[line.n - 1] != '\0';
}

/* Count the brackets of one line; false: a string does not end in it.  *used: bytes up to the object's last brace. */
static bool
weigh(struct join *j, struct hn_view line, size_t *used)
{
	bool in_string = false;

	for (size_t i = 0; i < line.n; i++) {
		const char c = line.p[i];

		if (in_string) {
			i += c == '\\' ? 1 : 0;
			in_string = c != '"';
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			j->depth++;
		} else if ((c == '}' || c == ']') && --j->depth == 0) {
			*used = i + 1;
			return true;
		}
	}
	*used = line.n;
	return !in_string;
}

static enum join_state
take(struct join *j, struct hn_view line)
{
	const size_t before = j->text.n;
	size_t used;

	if (!weigh(j, line, &used))
		return JOIN_BROKEN;
	line.n = used;
	hn_buf_put(&j->text, line);
	if (j->depth > 0)
		hn_buf_char(&j->text, '\n');
	if (j->text.failed) {
		j->text.n = before;
		return JOIN_BROKEN;
	}
	return j->depth == 0 ? JOIN_DONE : JOIN_MORE;
}

enum join_state
join_start(struct join *j, struct hn_view line, uint64_t number)
{
	j->first = number;
	j->depth = 0;
	j->indent = indent_of(line);
	return take(j, line);
}

enum join_state
join_add(struct join *j, struct hn_view line)
{
	const size_t indent = indent_of(line);

	if (indent < line.n && line.p[indent] == '{' && indent <= j->indent)
		return JOIN_BROKEN;
	return take(j, line);
}

void
join_close(struct join *j)
{
	j->first = 0;
	hn_buf_reset(&j->text);
}

void
join_fini(struct join *j)
{
	hn_buf_fini(&j->text);
}
