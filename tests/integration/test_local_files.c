/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Files between two managers: the test is the programs at both ends, and compares what comes out
 * with what went in. */

#define NODES 2
#define FILE_ TP_CHANNEL ".Type.FileTransfer"
#define BIG   (100u << 20)

enum { UNIX };
enum { LOCALHOST };

struct world {
	struct test_env *env;
	struct local_node *nodes[NODES];
	char *tubes[NODES]; /* paths */
};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	signal(SIGPIPE, SIG_IGN);
	w->env = test_env_new(TEST_ENV_NO_BUS);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	int result;

	for (int i = 0; i < NODES; i++) {
		local_node_free(w->nodes[i]);
		g_free(w->tubes[i]);
	}
	result = test_env_free(w->env);
	g_free(w);
	return result;
}

static void start(struct world *w, int count)
{
	static const char *const names[] = {"ann", "ben"};

	for (int i = 0; i < count; i++) {
		w->nodes[i] = local_node_new(w->env, names[i], false);
		local_connect(w->nodes[i], names[i]);
	}
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			if (i != j)
				local_wait_presence(w->nodes[i], w->nodes[j]->id, "available");
}

static void take_files(struct local_node *node)
{
	g_autoptr(GVariant) args = g_variant_ref_sink(g_variant_new_parsed(
		"([('test', [{'" TP_CHANNEL ".ChannelType': <'" FILE_ "'>}], @as [])],)"));

	g_variant_unref(local_call(node, NULL, TP_CONNECTION ".Interface.ContactCapabilities",
				   "UpdateCapabilities", args));
}

static bool takes_files(void *data)
{
	struct world *w = data;
	g_autoptr(GVariant) caps =
		local_attribute(w->nodes[0], w->nodes[1]->id,
				TP_CONNECTION ".Interface.ContactCapabilities", "capabilities");
	g_autofree char *text = caps ? g_variant_print(caps, FALSE) : NULL;

	return text && strstr(text, FILE_);
}

static GVariant *file_properties(const char *name, guint64 size)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Filename", g_variant_new_string(name));
	g_variant_builder_add(&b, "{sv}", FILE_ ".ContentType", g_variant_new_string("text/plain"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Size", g_variant_new_uint64(size));
	return g_variant_builder_end(&b);
}

static void offer_file(struct world *w, const char *name, guint64 size)
{
	take_files(w->nodes[1]);
	assert_true(test_wait_until(takes_files, w, TEST_WAIT_MS));
	w->tubes[0] =
		local_channel(w->nodes[0], FILE_, 1, w->nodes[1]->id, file_properties(name, size));
}

static bool is_state(const struct tp_signal *signal, void *data)
{
	guint32 state;

	g_variant_get_child(signal->args, 0, "u", &state);
	return state == *(guint32 *)data;
}

static void wait_state(struct world *w, int node, guint32 state)
{
	tp_signal_free(tp_wait(w->nodes[node]->client, w->tubes[node], "FileTransferStateChanged",
			       is_state, &state));
}

static int open_file(struct world *w, int node, const char *method, GVariant *args)
{
	g_autoptr(GVariant) reply = local_call(w->nodes[node], w->tubes[node], FILE_, method, args);
	g_autoptr(GVariant) address = NULL;

	g_variant_get(reply, "(v)", &address);
	return stream_connect_unix(address);
}

static void transfer(struct world *w, guint64 size, guint64 offset)
{
	int in, out;

	out = open_file(w, 1, "AcceptFile",
			g_variant_new("(uuvt)", UNIX, LOCALHOST, g_variant_new_byte(0), offset));
	in = open_file(w, 0, "ProvideFile",
		       g_variant_new("(uuv)", UNIX, LOCALHOST, g_variant_new_byte(0)));
	wait_state(w, 0, 3);
	wait_state(w, 1, 3);
	assert_true(stream_move(in, out, size - offset, 3));
	wait_state(w, 1, 4);
	wait_state(w, 0, 4);
	close(in);
	close(out);
}

static void test_file(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) properties = NULL;
	const char *name = NULL;

	start(w, 2);
	offer_file(w, "../../etc/photo.jpg", BIG);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, &properties);
	g_variant_lookup(properties, FILE_ ".Filename", "&s", &name);
	assert_string_equal(name, "photo.jpg");
	transfer(w, BIG, 0);
}

static void test_file_resumed(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) offset = NULL;

	start(w, 2);
	offer_file(w, "a", 1000000);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	transfer(w, 1000000, 400000);
	offset = tp_get(w->nodes[0]->client, w->nodes[0]->conn->name, w->tubes[0], FILE_,
			"InitialOffset");
	assert_int_equal(g_variant_get_uint64(offset), 400000);
}

static void test_empty_file(void **state)
{
	struct world *w = *state;

	start(w, 2);
	offer_file(w, "empty", 0);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	transfer(w, 0, 0);
}

static void test_file_declined(void **state)
{
	struct world *w = *state;

	start(w, 2);
	offer_file(w, "a", 10);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	g_variant_unref(local_call(w->nodes[1], w->tubes[1], TP_CHANNEL, "Close", NULL));
	wait_state(w, 0, 5);
}

static void test_file_sender_gives_up(void **state)
{
	struct world *w = *state;
	int in, out;

	start(w, 2);
	offer_file(w, "a", 1000);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	out = open_file(
		w, 1, "AcceptFile",
		g_variant_new("(uuvt)", UNIX, LOCALHOST, g_variant_new_byte(0), (guint64)0));
	in = open_file(w, 0, "ProvideFile",
		       g_variant_new("(uuv)", UNIX, LOCALHOST, g_variant_new_byte(0)));
	stream_say(in, "not all of it");
	close(in);
	wait_state(w, 0, 5);
	wait_state(w, 1, 5);
	close(out);
}

static void test_file_sender_killed(void **state)
{
	struct world *w = *state;
	int in, out;

	start(w, 2);
	offer_file(w, "a", 1000);
	w->tubes[1] = local_wait_channel(w->nodes[1], FILE_, NULL);
	out = open_file(
		w, 1, "AcceptFile",
		g_variant_new("(uuvt)", UNIX, LOCALHOST, g_variant_new_byte(0), (guint64)0));
	in = open_file(w, 0, "ProvideFile",
		       g_variant_new("(uuv)", UNIX, LOCALHOST, g_variant_new_byte(0)));
	stream_say(in, "half of it");
	stream_expect(out, "half of it");
	test_proc_kill(local_pid(w->nodes[0]));
	wait_state(w, 1, 5);
	stream_expect_end(out);
	close(in);
	close(out);
}

static void test_file_without_capability(void **state)
{
	struct world *w = *state;
	g_autofree char *error = NULL;
	GVariantBuilder b;

	start(w, 2);
	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".ChannelType", g_variant_new_string(FILE_));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".TargetHandleType", g_variant_new_uint32(1));
	g_variant_builder_add(&b, "{sv}", TP_CHANNEL ".TargetID",
			      g_variant_new_string(w->nodes[1]->id));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Filename", g_variant_new_string("a"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".ContentType", g_variant_new_string("b"));
	g_variant_builder_add(&b, "{sv}", FILE_ ".Size", g_variant_new_uint64(1));
	error = tp_call_error(w->nodes[0]->client, w->nodes[0]->conn->name, w->nodes[0]->conn->path,
			      TP_CONNECTION ".Interface.Requests", "CreateChannel",
			      g_variant_new("(a{sv})", &b));
	assert_string_equal(error, TP "Error.NotCapable");
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/local/file/hundred_megabytes", test_file),
		TEST("/local/file/resumed", test_file_resumed),
		TEST("/local/file/empty", test_empty_file),
		TEST("/local/file/declined", test_file_declined),
		TEST("/local/file/sender_gives_up", test_file_sender_gives_up),
		TEST("/local/file/sender_killed", test_file_sender_killed),
		TEST("/local/file/without_capability", test_file_without_capability),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
