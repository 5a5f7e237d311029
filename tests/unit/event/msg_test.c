#include "unit/test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/msg.h"

enum { SENSE = 1, CORE = 2 };
enum { HELLO, LINES, FILE_OF, GAP, ONLY_CORE };

static const struct hn_msg_type types[] = {
	[HELLO] = { "HELLO", 0, 4, 1u << SENSE | 1u << CORE, 1u << SENSE | 1u << CORE, 0 },
	[LINES] = { "LINES", 1, HN_MSG_MAX, 1u << SENSE, 1u << CORE, 0 },
	[FILE_OF] = { "FILE_OF", 1, 100, 1u << SENSE, 1u << CORE, 2 },
	[ONLY_CORE] = { "ONLY_CORE", 0, 100, 1u << CORE, 1u << SENSE, 0 },
};
static const struct hn_msg_table table = { types, HN_COUNT(types) };

struct end {
	struct hn_chan *c;
	size_t messages;
	size_t bytes;
	char last;
	int fds[2];
	size_t writable;
	const char *why;
	enum hn_rc answer;
	bool free_in_message;
};

static struct hn_loop *loop;
static struct end sense, core;
static int fds[2];

static enum hn_rc
message(void *arg, const struct hn_msg *m)
{
	struct end *e = arg;

	e->messages++;
	e->bytes += m->body.n;
	e->last = m->body.n > 0 ? m->body.p[m->body.n - 1] : '\0';
	for (size_t i = 0; i < m->n_fds; i++) {
		e->fds[i] = m->fds[i];
		if (i == 0)
			m->fds[i] = -1;
	}
	if (e->free_in_message) {
		hn_chan_free(e->c);
		e->c = NULL;
	}
	return e->answer;
}

static void
writable(void *arg)
{
	((struct end *)arg)->writable++;
}

static void
closed(void *arg, const struct hn_err *why)
{
	struct end *e = arg;

	assert_null(e->why);
	e->why = why->what;
	hn_chan_free(e->c);
	e->c = NULL;
}

static void
open_end(struct end *e, int fd, unsigned self, unsigned peer)
{
	*e = (struct end){ .fds = { -1, -1 } };
	assert_int_equal(hn_chan_new(loop, (struct hn_chan_setup){ fd, self, peer, table, { message, writable, closed }, e },
	    &e->c, NULL), HN_OK);
}

static int
setup(void **state)
{
	(void)state;
	assert_int_equal(hn_loop_new(&loop, NULL), HN_OK);
	assert_int_equal(hn_chan_pair(fds, NULL), HN_OK);
	open_end(&sense, fds[0], SENSE, CORE);
	open_end(&core, fds[1], CORE, SENSE);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hn_chan_free(sense.c);
	hn_chan_free(core.c);
	hn_loop_free(loop);
	return 0;
}

static void
turns(int n)
{
	while (n-- > 0)
		assert_int_equal(hn_loop_turn(loop, 0, NULL), HN_OK);
}

static void
messages_arrive_whole_and_in_order(void **state)
{
	static char big[HN_MSG_MAX];
	size_t sent = 0;

	(void)state;
	for (char i = 'a'; i <= 'e'; i++) {
		big[sizeof(big) - 1] = i;
		assert_int_equal(hn_chan_send(sense.c, LINES, (struct hn_view){ big, sizeof(big) }), HN_OK);
		sent += sizeof(big);
	}
	assert_true(hn_chan_queued(sense.c) > 0);	/* more than the kernel holds */
	turns(20);
	assert_int_equal(core.messages, 5);
	assert_int_equal(core.bytes, sent);
	assert_int_equal(core.last, 'e');
	assert_int_equal(hn_chan_queued(sense.c), 0);
	assert_int_equal(hn_chan_send(core.c, HELLO, HN_LIT("")), HN_OK);
	turns(2);
	assert_int_equal(sense.messages, 1);
}

static void
a_reader_that_pauses_pushes_back(void **state)
{
	static const char big[64 * 1024];
	const struct hn_view body = { big, sizeof(big) };
	size_t sent = 0;

	(void)state;
	hn_chan_pause(core.c, true);
	while (hn_chan_send(sense.c, LINES, body) == HN_OK)
		sent++;
	assert_true(sent * sizeof(big) <= HN_MSG_QUEUE_MAX + 2 * HN_MSG_MAX * 2);
	turns(5);
	assert_int_equal(core.messages, 0);
	assert_int_equal(sense.writable, 0);
	hn_chan_pause(core.c, false);
	turns(30);
	assert_int_equal(core.messages, sent);
	assert_int_equal(sense.writable, 1);
}

static void
descriptors_arrive_and_what_is_not_kept_is_closed(void **state)
{
	int in[2];
	char c = 0;

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(hn_chan_send_fds(sense.c, FILE_OF, HN_LIT("f"), in, 2), HN_OK);
	turns(2);
	assert_int_equal(core.messages, 1);
	assert_int_equal(write(in[1], "!", 1), 1);
	assert_int_equal(read(core.fds[0], &c, 1), 1);
	assert_int_equal(c, '!');
	assert_int_equal(fcntl(core.fds[1], F_GETFD), -1);
	close(core.fds[0]);
	close(in[0]);
	close(in[1]);
}

/* Descriptors that wait in the queue are the queue's own: the sender may close his. */
static void
queued_descriptors_outlive_the_senders(void **state)
{
	static const char big[HN_MSG_MAX];
	int in[2];

	(void)state;
	assert_int_equal(pipe(in), 0);
	while (hn_chan_queued(sense.c) == 0)
		assert_int_equal(hn_chan_send(sense.c, LINES, (struct hn_view){ big, sizeof(big) }), HN_OK);
	assert_int_equal(hn_chan_send_fds(sense.c, FILE_OF, HN_LIT("f"), in, 2), HN_OK);
	close(in[0]);
	close(in[1]);
	turns(20);
	assert_true(core.fds[0] >= 0);
	assert_int_equal(fcntl(core.fds[0], F_GETFD), FD_CLOEXEC);
	close(core.fds[0]);
}

/* Packets as a taken-over peer could write them: each ends this channel and nothing else. */
static void
a_broken_rule_ends_the_channel(void **state)
{
	static const struct {
		const char *packet;
		size_t n;
		const char *why;
	} rows[] = {
		{ "\x00\x00\x00\x00\x05\x00\x00\x00" "12345", 13, "message of a wrong size" },
		{ "\x01\x00\x00\x00\x00\x00\x00\x00", 8, "message of a wrong size" },
		{ "\x03\x00\x00\x00\x00\x00\x00\x00", 8, "message of an unknown type" },
		{ "\xff\xff\x00\x00\x00\x00\x00\x00", 8, "message of an unknown type" },
		{ "\x04\x00\x00\x00\x00\x00\x00\x00", 8, "message that this peer may not send" },
		{ "\x02\x00\x00\x00\x01\x00\x00\x00" "f", 9, "message with a wrong number of descriptors" },
		{ "\x00\x00\x01\x00\x00\x00\x00\x00", 8, "message with a broken header" },
		{ "\x00\x00\x00\x00\x01\x00\x00\x00", 8, "message with a broken header" },
		{ "\x00\x00\x00\x00\x00\x00\x00\x00" "1", 9, "message with a broken header" },
		{ "\x00\x00\x00", 3, "message with a broken header" },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		assert_int_equal(send(fds[0], rows[i].packet, rows[i].n, 0), rows[i].n);
		turns(2);
		assert_non_null(core.why);
		assert_string_equal(core.why, rows[i].why);
		assert_int_equal(core.messages, 0);
		assert_string_equal(sense.why, "peer is gone");
		teardown(state);
		setup(state);
	}
}

static void
an_oversized_packet_ends_the_channel(void **state)
{
	static char packet[HN_MSG_MAX + 9] = { LINES };

	(void)state;
	assert_int_equal(send(fds[0], packet, sizeof(packet), 0), sizeof(packet));
	turns(2);
	assert_string_equal(core.why, "message with a broken header");
	assert_int_equal(core.messages, 0);
}

static void
a_refused_body_ends_the_channel(void **state)
{
	(void)state;
	core.answer = HN_E_SYNTAX;
	assert_int_equal(hn_chan_send(sense.c, HELLO, HN_LIT("x")), HN_OK);
	turns(2);
	assert_string_equal(core.why, "message with a broken body");
	assert_null(core.c);
}

static void
what_was_sent_before_the_end_arrives(void **state)
{
	(void)state;
	assert_int_equal(hn_chan_send(sense.c, HELLO, HN_LIT("bye")), HN_OK);
	hn_chan_free(sense.c);
	sense.c = NULL;
	turns(2);
	assert_int_equal(core.messages, 1);
	assert_string_equal(core.why, "peer is gone");
}

static void
a_channel_may_be_freed_in_its_own_callback(void **state)
{
	(void)state;
	core.free_in_message = true;
	assert_int_equal(hn_chan_send(sense.c, HELLO, HN_LIT("1")), HN_OK);
	assert_int_equal(hn_chan_send(sense.c, HELLO, HN_LIT("2")), HN_OK);
	turns(3);
	assert_int_equal(core.messages, 1);
	assert_null(core.why);
	assert_string_equal(sense.why, "peer is gone");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages_arrive_whole_and_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reader_that_pauses_pushes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(descriptors_arrive_and_what_is_not_kept_is_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(queued_descriptors_outlive_the_senders, setup, teardown),
		cmocka_unit_test_setup_teardown(a_broken_rule_ends_the_channel, setup, teardown),
		cmocka_unit_test_setup_teardown(an_oversized_packet_ends_the_channel, setup, teardown),
		cmocka_unit_test_setup_teardown(a_refused_body_ends_the_channel, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_sent_before_the_end_arrives, setup, teardown),
		cmocka_unit_test_setup_teardown(a_channel_may_be_freed_in_its_own_callback, setup, teardown),
	};

	return cmocka_run_group_tests_name("event/msg", tests, NULL, NULL);
}
