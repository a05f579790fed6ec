/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/link.h"
#include "src/local/place.h"
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A telepathy-local that works, and a peer that speaks its protocol and means harm: under another
 * user's id when the test runs as root, else under another nickname. */

#define NOBODY 65534

struct world {
	struct test_env *env;
	struct local_node *node;
	struct place *place;
	struct link *link;
	bool greeted, closed;
	guint frames;
	pid_t pid;
};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	signal(SIGPIPE, SIG_IGN);
	w->env = test_env_new(TEST_ENV_NO_BUS);
	w->node = local_node_new(w->env, "ann", false);
	local_connect(w->node, "ann");
	w->pid = local_pid(w->node);
	*state = w;
	return 0;
}

/* Whatever was done to it: it is there, and it is the same process. */
static int teardown(void **state)
{
	struct world *w = *state;
	int result = local_pid(w->node) == w->pid ? 0 : -1;

	link_free(w->link);
	place_free(w->place);
	local_node_free(w->node);
	if (test_env_free(w->env) < 0)
		result = -1;
	g_free(w);
	return result;
}

/* --- the peer --- */

static void on_frame(struct link *link, enum frame_kind kind, GVariant *payload, void *data)
{
	struct world *w = data;

	w->frames++;
	w->greeted = w->greeted || kind == FRAME_HELLO;
}

static void on_closed(struct link *link, const char *why, void *data)
{
	((struct world *)data)->closed = true;
}

static bool is_greeted(void *data)
{
	return ((struct world *)data)->greeted;
}

static bool is_closed(void *data)
{
	return ((struct world *)data)->closed;
}

/* Connects with the rights of another user where there is one. */
static int knock(struct world *w)
{
	g_autofree char *dir = local_meeting(w->env);
	g_autoptr(GError) error = NULL;
	int fd;

	if (!w->place)
		w->place = place_new(dir, &error);
	assert_non_null(w->place);
	if (geteuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	fd = place_connect(w->place, getuid(), "ann", "", &error);
	assert_int_equal(seteuid(getuid()), 0);
	if (fd < 0)
		test_fail("%s", error->message);
	return fd;
}

static void say(struct world *w, enum frame_kind kind, GVariant *payload)
{
	assert_true(link_send(w->link, kind, payload));
}

static void greet(struct world *w)
{
	w->link = link_new(knock(w), on_frame, on_closed, w);
	say(w, FRAME_HELLO, g_variant_new("(uss)", 1, "eve", ""));
	assert_true(test_wait_until(is_greeted, w, TEST_WAIT_MS));
}

static const char *eve(void)
{
	return geteuid() == 0 ? "nobody/eve" : NULL;
}

static void expect_end(struct world *w)
{
	assert_true(test_wait_until(is_closed, w, TEST_WAIT_MS));
}

static void send_text(struct world *w, const char *room, const char *text)
{
	say(w, FRAME_TEXT, g_variant_new("(ssuxss)", room, "token", 0, G_MAXINT64, text, ""));
}

/* --- what it tries --- */

static char *sender_of(struct tp_signal *signal)
{
	g_autoptr(GVariant) message = g_variant_get_child_value(signal->args, 0);
	g_autoptr(GVariant) head = g_variant_get_child_value(message, 0);
	char *id = NULL;

	g_variant_lookup(head, "message-sender-id", "s", &id);
	return id;
}

/* Whatever it calls itself, it is known by the user that it runs as. */
static void test_is_who_it_is(void **state)
{
	struct world *w = *state;
	struct tp_signal *signal;
	g_autofree char *sender = NULL;
	g_autofree char *own = g_strdup_printf("%s/eve", w->node->id);

	*strchr(own, '/') = '\0';
	greet(w);
	send_text(w, "", "I am root");
	signal = tp_wait_message(w->node->client, NULL, "I am root");
	sender = sender_of(signal);
	tp_signal_free(signal);
	assert_true(g_str_has_suffix(sender, "/eve"));
	if (eve())
		assert_string_equal(sender, eve());
}

static void test_message_time_is_not_in_the_future(void **state)
{
	struct world *w = *state;
	struct tp_signal *signal;
	g_autoptr(GVariant) message = NULL;
	g_autoptr(GVariant) head = NULL;
	gint64 sent = 0;

	greet(w);
	send_text(w, "", "from tomorrow");
	signal = tp_wait_message(w->node->client, NULL, "from tomorrow");
	message = g_variant_get_child_value(signal->args, 0);
	head = g_variant_get_child_value(message, 0);
	g_variant_lookup(head, "message-sent", "x", &sent);
	assert_true(sent > 0 && sent <= g_get_real_time() / G_USEC_PER_SEC);
	tp_signal_free(signal);
}

/* Said before the text that is waited for, and heard by nobody. */
static void test_not_heard_in_rooms_it_is_not_in(void **state)
{
	struct world *w = *state;
	g_autofree char *room = local_channel(w->node, TP_TEXT, 2, "den", NULL);

	greet(w);
	send_text(w, "den", "through the wall");
	say(w, FRAME_ROOM_SUBJECT, g_variant_new("(ssbx)", "den", "mine", TRUE, (gint64)1));
	say(w, FRAME_ROOM_INVITE, g_variant_new("(ss)", "cellar", "come"));
	say(w, FRAME_ROOM_DECLINE, g_variant_new("(ss)", "den", ""));
	say(w, FRAME_CHAT_STATE, g_variant_new("(su)", "den", 4));
	send_text(w, "", "done");
	tp_signal_free(tp_wait_message(w->node->client, NULL, "done"));
	assert_int_equal(tp_count(w->node->client, room, "MessageReceived"), 0);
	assert_int_equal(tp_count(w->node->client, room, "PropertiesChanged"), 0);
	assert_int_equal(tp_count(w->node->client, room, "ChatStateChanged"), 0);
}

/* Nobody says of another that he has set the subject. */
static void test_subject_of_another(void **state)
{
	struct world *w = *state;
	g_autofree char *room = local_channel(w->node, TP_TEXT, 2, "den", NULL);
	g_autoptr(GVariant) actor = NULL;

	greet(w);
	say(w, FRAME_ROOM_JOIN, g_variant_new("(s)", "den"));
	say(w, FRAME_ROOM_SUBJECT, g_variant_new("(ssbx)", "den", "ann's", FALSE, (gint64)1));
	tp_signal_free(tp_wait(w->node->client, room, "PropertiesChanged", NULL, NULL));
	actor = tp_get(w->node->client, w->node->conn->name, room, TP_CHANNEL ".Interface.Subject2",
		       "Actor");
	assert_string_equal(g_variant_get_string(actor, NULL), "");
}

static void test_streams_and_tubes_it_has_not(void **state)
{
	struct world *w = *state;
	struct link *stream;
	struct world other = {.env = w->env};

	greet(w);
	say(w, FRAME_TUBE_ACCEPT, g_variant_new("(t)", (guint64)0));
	say(w, FRAME_TUBE_CLOSE, g_variant_new("(tb)", (guint64)0, FALSE));
	say(w, FRAME_TUBE_REFUSED, g_variant_new("(tu)", (guint64)7, 7));
	say(w, FRAME_FILE_ACCEPT, g_variant_new("(tt)", (guint64)7, G_MAXUINT64));
	say(w, FRAME_FILE_END, g_variant_new("(tbu)", (guint64)7, FALSE, 0));
	say(w, FRAME_TEXT_RESULT, g_variant_new("(sb)", "made up", TRUE));
	for (guint64 i = 0; i < 8; i++) {
		other.closed = false;
		stream = link_new(knock(w), on_frame, on_closed, &other);
		link_send(stream, FRAME_STREAM, g_variant_new("(stu)", "eve", i, 1));
		assert_true(test_wait_until(is_closed, &other, TEST_WAIT_MS));
		link_free(stream);
	}
	assert_false(w->closed);
}

struct bad {
	enum frame_kind kind;
	const char *payload;
};

/* Each of these ends the link, and nothing else. */
static void test_nonsense_ends_the_link(void **state)
{
	struct world *w = *state;
	static const struct bad bad[] = {
		{FRAME_HELLO, "(uint32 1, 'root', '')"},
		{FRAME_STREAM, "('eve', uint64 1, uint32 1)"},
		{FRAME_PRESENCE, "(uint32 77, '')"},
		{FRAME_AVATAR_TOKEN, "('../../etc/passwd',)"},
		{FRAME_AVATAR, "('image/png', b'x')"},
		{FRAME_ROOM_JOIN, "('a b',)"},
		{FRAME_ROOM_JOIN, "('',)"},
		{FRAME_TUBE_OFFER, "(uint64 1, uint32 9, '', 'x', @a{sv} {})"},
		{FRAME_TUBE_OFFER, "(uint64 0, uint32 0, '', 'x', @a{sv} {})"},
		{FRAME_TUBE_OFFER, "(uint64 1, uint32 1, '', 'not a bus name', @a{sv} {})"},
		{FRAME_FILE_OFFER, "(uint64 1, 'a', '', uint64 1, int64 0, uint32 99, '', '')"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		GVariant *payload = g_variant_parse(NULL, bad[i].payload, NULL, NULL, NULL);

		w->greeted = w->closed = false;
		greet(w);
		say(w, bad[i].kind, payload);
		if (!test_wait_until(is_closed, w, TEST_WAIT_MS))
			test_fail("%s %s was taken", frame_name(bad[i].kind), bad[i].payload);
		g_clear_pointer(&w->link, link_free);
	}
}

/* Whole frames with bytes changed, and plain noise. */
static void test_noise(void **state)
{
	struct world *w = *state;
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);

	for (int i = 0; i < 300; i++) {
		guint8 bytes[512];
		guint32 length = (guint32)g_rand_int_range(rand, 1, 500);
		int fd = knock(w);

		for (gsize k = 0; k < sizeof bytes; k++)
			bytes[k] = (guint8)g_rand_int(rand);
		if (i % 3)
			memcpy(bytes, &length, sizeof length);
		if (send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) < 0)
			test_fail("it does not listen any more");
		close(fd);
		test_wait_drain();
	}
	greet(w);
}

/* Names that are made up cost nothing for ever: there is an end to them. */
static void test_many_rooms(void **state)
{
	struct world *w = *state;

	greet(w);
	for (int i = 0; i < 100 && !w->closed; i++) {
		g_autofree char *name = g_strdup_printf("room%d", i);

		link_send(w->link, FRAME_ROOM_JOIN, g_variant_new("(s)", name));
		test_wait_drain();
	}
	expect_end(w);
}

static void test_many_offers(void **state)
{
	struct world *w = *state;
	int count;

	greet(w);
	for (guint64 i = 1; i <= 500; i++)
		say(w, FRAME_FILE_OFFER,
		    g_variant_new("(tsstxuss)", i, "a", "b", (guint64)1, (gint64)0, 0, "", ""));
	send_text(w, "", "done");
	tp_signal_free(tp_wait_message(w->node->client, NULL, "done"));
	count = tp_count(w->node->client, NULL, "NewChannels");
	assert_in_range(count, 10, 100);
}

/* Messages that nobody reads are kept up to a limit, and the sender is told of the rest. */
static void test_memory_is_bounded(void **state)
{
	struct world *w = *state;
	g_autofree char *text = g_strnfill(200000, 'x');

	greet(w);
	for (int i = 0; i < 120; i++) {
		guint before = w->frames;

		send_text(w, "", text);
		while (w->frames == before && !w->closed)
			g_main_context_iteration(NULL, TRUE);
	}
	/* Under a sanitizer or valgrind what is free is kept. */
	if (!g_getenv("PHEME_TEST_SLOW"))
		assert_true(test_proc_pss(w->pid) < 80 << 20);
}

static bool is_gone(void *data)
{
	struct world *w = data;

	return tp_count(w->node->client, NULL, "MessageReceived") > 0;
}

/* Sends; once the queue is full that fails, which is right. */
static void send_anyhow(struct world *w, const char *path, const char *text)
{
	g_autoptr(GVariant) content = g_variant_ref_sink(g_variant_new_string(text));
	GVariant *args = g_variant_new_parsed(
		"([@a{sv} {}, {'content-type': <'text/plain'>, 'content': <%@s>}], uint32 1)",
		content);
	GVariant *reply = test_bus_call(w->node->bus, w->node->conn->name, path, TP_MESSAGES,
					"SendMessage", args, NULL);

	if (reply)
		g_variant_unref(reply);
}

/* It reads nothing: it is let go, and what was under way has failed. */
static void test_does_not_read(void **state)
{
	struct world *w = *state;
	g_autofree char *text = g_strnfill(200000, 'x');
	g_autofree char *path = NULL;
	g_autoptr(GBytes) hello = frame_encode(FRAME_HELLO, g_variant_new("(uss)", 1, "eve", ""));
	g_autoptr(GBytes) here = frame_encode(FRAME_PRESENCE, g_variant_new("(us)", 1, ""));
	int fd = knock(w);

	if (!eve())
		skip(); /* only root can be another user */
	assert_true(send(fd, g_bytes_get_data(hello, NULL), g_bytes_get_size(hello), 0) > 0);
	assert_true(send(fd, g_bytes_get_data(here, NULL), g_bytes_get_size(here), 0) > 0);
	local_wait_presence(w->node, eve(), "available");
	path = tp_conn_text(w->node->client, w->node->conn, 1, eve());
	for (int i = 0; i < 12; i++)
		send_anyhow(w, path, text);
	assert_true(test_wait_until(is_gone, w, TEST_WAIT_MS));
	local_wait_presence(w->node, eve(), "offline");
	close(fd);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/local/hostile/is_who_it_is", test_is_who_it_is),
		TEST("/local/hostile/message_time", test_message_time_is_not_in_the_future),
		TEST("/local/hostile/rooms_it_is_not_in", test_not_heard_in_rooms_it_is_not_in),
		TEST("/local/hostile/subject_of_another", test_subject_of_another),
		TEST("/local/hostile/streams_it_has_not", test_streams_and_tubes_it_has_not),
		TEST("/local/hostile/nonsense", test_nonsense_ends_the_link),
		TEST("/local/hostile/noise", test_noise),
		TEST("/local/hostile/many_rooms", test_many_rooms),
		TEST("/local/hostile/many_offers", test_many_offers),
		TEST("/local/hostile/memory", test_memory_is_bounded),
		TEST("/local/hostile/does_not_read", test_does_not_read),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
