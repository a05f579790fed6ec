/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/local.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* telepathy-local between sessions, seen by a client that has nothing to do with pheme. */

#define NODES 3

struct world {
	struct test_env *env;
	struct local_node *nodes[NODES];
};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	w->env = test_env_new(TEST_ENV_NO_BUS);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	int result;

	for (int i = 0; i < NODES; i++)
		local_node_free(w->nodes[i]);
	result = test_env_free(w->env);
	g_free(w);
	return result;
}

static const char *const names[] = {"ann", "ben", "cat"};

static void start(struct world *w, int count)
{
	for (int i = 0; i < count; i++) {
		w->nodes[i] = local_node_new(w->env, names[i], false);
		local_connect(w->nodes[i], names[i]);
	}
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			if (i != j)
				local_wait_presence(w->nodes[i], w->nodes[j]->id, "available");
}

/* --- people --- */

static void test_see_each_other(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) alias = NULL;
	g_autoptr(GVariant) subscribe = NULL;
	g_autoptr(GVariant) types = NULL;

	start(w, 2);
	alias = local_attribute(w->nodes[0], w->nodes[1]->id, TP_CONNECTION ".Interface.Aliasing",
				"alias");
	assert_string_equal(g_variant_get_string(alias, NULL), "ben");
	subscribe = local_attribute(w->nodes[0], w->nodes[1]->id,
				    TP_CONNECTION ".Interface.ContactList", "subscribe");
	assert_int_equal(g_variant_get_uint32(subscribe), 4);
	types = local_attribute(w->nodes[0], w->nodes[1]->id,
				TP_CONNECTION ".Interface.ClientTypes", "client-types");
	assert_int_equal(g_variant_n_children(types), 1);
}

static void set_presence(struct local_node *node, const char *status, const char *message)
{
	g_variant_unref(local_call(node, NULL, TP_CONNECTION ".Interface.SimplePresence",
				   "SetPresence", g_variant_new("(ss)", status, message)));
}

static void test_presence(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) presence = NULL;
	const char *message;

	start(w, 2);
	set_presence(w->nodes[1], "busy", "writing tests");
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "busy");
	presence = local_attribute(w->nodes[0], w->nodes[1]->id,
				   TP_CONNECTION ".Interface.SimplePresence", "presence");
	g_variant_get_child(presence, 2, "&s", &message);
	assert_string_equal(message, "writing tests");
	set_presence(w->nodes[1], "hidden", "");
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "offline");
	set_presence(w->nodes[1], "xa", "");
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "xa");
}

static void test_leaving_and_coming_back(void **state)
{
	struct world *w = *state;

	start(w, 2);
	local_disconnect(w->nodes[1]);
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "offline");
	local_connect(w->nodes[1], "ben");
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "available");
	test_proc_kill(local_pid(w->nodes[1]));
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "offline");
}

static guint roster_size(struct local_node *node)
{
	const char *const none[] = {NULL};
	g_autoptr(GVariant) reply =
		local_call(node, NULL, TP_CONNECTION ".Interface.ContactList",
			   "GetContactListAttributes", g_variant_new("(^asb)", none, FALSE));
	g_autoptr(GVariant) roster = g_variant_get_child_value(reply, 0);

	return (guint)g_variant_n_children(roster);
}

static void test_remembers_who_was_here(void **state)
{
	struct world *w = *state;

	start(w, 2);
	local_disconnect(w->nodes[0]);
	local_disconnect(w->nodes[1]);
	local_connect(w->nodes[0], "ann");
	assert_int_equal(roster_size(w->nodes[0]), 1);
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "offline");
}

static void test_one_name_once(void **state)
{
	struct world *w = *state;
	g_autofree char *error = NULL;
	g_autofree char *meeting = local_meeting(w->env);
	GVariantBuilder b;

	start(w, 1);
	w->nodes[1] = local_node_new(w->env, "other", false);
	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", "nickname", g_variant_new_string("ann"));
	g_variant_builder_add(&b, "{sv}", "directory", g_variant_new_string(meeting));
	w->nodes[1]->conn =
		tp_conn_request(w->nodes[1]->client, "local", "local", g_variant_builder_end(&b));
	error = tp_call_error(w->nodes[1]->client, w->nodes[1]->conn->name, w->nodes[1]->conn->path,
			      TP_CONNECTION, "Connect", NULL);
	assert_string_equal(error, TP "Error.AlreadyConnected");
}

static void test_two_users(void **state)
{
	struct world *w = *state;
	g_autofree char *path = NULL;

	if (geteuid() != 0)
		skip(); /* only root can be two users */
	w->nodes[0] = local_node_new(w->env, "ann", false);
	w->nodes[1] = local_node_new(w->env, "ben", true);
	local_connect(w->nodes[0], "");
	local_connect(w->nodes[1], "");
	assert_string_equal(w->nodes[0]->id, "root");
	assert_string_equal(w->nodes[1]->id, "nobody");
	local_wait_presence(w->nodes[0], "nobody", "available");
	local_wait_presence(w->nodes[1], "root", "available");
	path = tp_conn_text(w->nodes[1]->client, w->nodes[1]->conn, 1, "root");
	g_free(tp_send(w->nodes[1]->client, w->nodes[1]->conn, path, "who am I"));
	tp_signal_free(tp_wait_message(w->nodes[0]->client, NULL, "who am I"));
}

/* Where users meet who have set nothing: with nicknames, because the machine's own may be there. */
static void test_abstract_sockets(void **state)
{
	struct world *w = *state;
	g_autofree char *first = g_strdup_printf("t%08x", g_random_int());
	g_autofree char *second = g_strdup_printf("t%08x", g_random_int());

	w->nodes[0] = local_node_new(w->env, "ann", false);
	w->nodes[1] = local_node_new(w->env, "ben", geteuid() == 0);
	local_connect_abstract(w->nodes[0], first);
	local_connect_abstract(w->nodes[1], second);
	local_wait_presence(w->nodes[0], w->nodes[1]->id, "available");
	local_wait_presence(w->nodes[1], w->nodes[0]->id, "available");
}

static void test_avatar(void **state)
{
	struct world *w = *state;
	static const guint8 image[] = {0x89, 'P', 'N', 'G', 0, 1, 2};
	guint32 handle;
	struct tp_signal *signal;
	g_autoptr(GVariant) bytes = NULL;
	gsize size;
	gconstpointer data;

	start(w, 2);
	handle = local_handle(w->nodes[0], w->nodes[1]->id);
	tp_forget(w->nodes[0]->client);
	g_variant_unref(local_call(w->nodes[1], NULL, TP_CONNECTION ".Interface.Avatars",
				   "SetAvatar",
				   g_variant_new("(@ays)",
						 g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE,
									   image, sizeof image, 1),
						 "image/png")));
	tp_signal_free(tp_wait(w->nodes[0]->client, NULL, "AvatarUpdated", NULL, NULL));
	g_variant_unref(
		local_call(w->nodes[0], NULL, TP_CONNECTION ".Interface.Avatars", "RequestAvatars",
			   g_variant_new("(@au)", g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32,
									    &handle, 1, 4))));
	signal = tp_wait(w->nodes[0]->client, NULL, "AvatarRetrieved", NULL, NULL);
	bytes = g_variant_get_child_value(signal->args, 2);
	data = g_variant_get_fixed_array(bytes, &size, 1);
	assert_int_equal(size, sizeof image);
	assert_memory_equal(data, image, size);
	tp_signal_free(signal);
}

/* --- capabilities --- */

static bool has_service(void *data)
{
	struct world *w = data;
	g_autoptr(GVariant) caps =
		local_attribute(w->nodes[0], w->nodes[1]->id,
				TP_CONNECTION ".Interface.ContactCapabilities", "capabilities");
	g_autofree char *text = caps ? g_variant_print(caps, FALSE) : NULL;

	return text && strstr(text, "'x-chess'");
}

static bool lacks_service(void *data)
{
	return !has_service(data);
}

/* What a client can do is told for as long as it is on the bus. */
static void test_capabilities(void **state)
{
	struct world *w = *state;
	g_autoptr(GError) error = NULL;
	GDBusConnection *client;
	GVariant *args =
		g_variant_new_parsed("([('chess', [{'" TP_CHANNEL ".ChannelType': <'" TP_CHANNEL
				     ".Type.StreamTube'>, '" TP_CHANNEL
				     ".Type.StreamTube.Service': <'x-chess'>}], @as [])],)");

	start(w, 2);
	client = g_dbus_connection_new_for_address_sync(
		w->nodes[1]->address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, &error);
	assert_non_null(client);
	g_variant_unref(test_bus_call(client, w->nodes[1]->conn->name, w->nodes[1]->conn->path,
				      TP_CONNECTION ".Interface.ContactCapabilities",
				      "UpdateCapabilities", args, &error));
	assert_true(test_wait_until(has_service, w, TEST_WAIT_MS));
	g_dbus_connection_set_exit_on_close(client, FALSE);
	g_dbus_connection_close_sync(client, NULL, NULL);
	g_object_unref(client);
	assert_true(test_wait_until(lacks_service, w, TEST_WAIT_MS));
}

/* --- text --- */

static void test_text_is_delivered(void **state)
{
	struct world *w = *state;
	g_autofree char *path = NULL;
	g_autofree char *token = NULL;
	g_autofree char *theirs = NULL;
	g_autoptr(GVariant) pending = NULL;

	start(w, 2);
	path = tp_conn_text(w->nodes[0]->client, w->nodes[0]->conn, 1, w->nodes[1]->id);
	token = local_send(w->nodes[0], path, "hello");
	assert_int_equal(local_wait_report(w->nodes[0], token), 1);
	theirs = local_wait_channel(w->nodes[1], TP_TEXT, NULL);
	pending = local_pending(w->nodes[1], theirs);
	assert_int_equal(g_variant_n_children(pending), 1);
}

static void test_pending_stay(void **state)
{
	struct world *w = *state;
	g_autofree char *path = NULL;
	g_autofree char *theirs = NULL;
	g_autoptr(GVariant) pending = NULL;
	g_autofree char *last = NULL;

	start(w, 2);
	path = tp_conn_text(w->nodes[0]->client, w->nodes[0]->conn, 1, w->nodes[1]->id);
	for (int i = 0; i < 50; i++) {
		g_free(last);
		last = local_send(w->nodes[0], path, "keep this");
	}
	assert_int_equal(local_wait_report(w->nodes[0], last), 1);
	theirs = local_wait_channel(w->nodes[1], TP_TEXT, NULL);
	/* Closed by a client that has read nothing, it comes back with all of it. */
	g_variant_unref(local_call(w->nodes[1], theirs, TP_CHANNEL, "Close", NULL));
	g_free(local_wait_channel(w->nodes[1], TP_TEXT, NULL));
	pending = local_pending(w->nodes[1], theirs);
	assert_int_equal(g_variant_n_children(pending), 50);
}

static void test_text_to_nobody(void **state)
{
	struct world *w = *state;
	g_autofree char *path = NULL;
	g_autofree char *token = NULL;
	g_autofree char *error = NULL;
	g_autoptr(GVariant) empty = g_variant_ref_sink(g_variant_new_parsed(
		"@(aa{sv}u) ([{}, {'content-type': <'text/plain'>, 'content': <'x'>}], 0)"));

	start(w, 2);
	path = tp_conn_text(w->nodes[0]->client, w->nodes[0]->conn, 1, w->nodes[1]->id);
	/* A manager that is stopped takes nothing; killed, what was under way has failed. */
	kill(local_pid(w->nodes[1]), SIGSTOP);
	token = local_send(w->nodes[0], path, "into the void");
	test_proc_kill(local_pid(w->nodes[1]));
	assert_int_equal(local_wait_report(w->nodes[0], token), 2);
	error = tp_call_error(w->nodes[0]->client, w->nodes[0]->conn->name, path, TP_MESSAGES,
			      "SendMessage", empty);
	assert_string_equal(error, TP "Error.Offline");
}

static bool is_composing(const struct tp_signal *signal, void *data)
{
	guint32 state;

	g_variant_get_child(signal->args, 1, "u", &state);
	return state == 4;
}

static void test_chat_state(void **state)
{
	struct world *w = *state;
	g_autofree char *path = NULL;
	g_autofree char *theirs = NULL;

	start(w, 2);
	path = tp_conn_text(w->nodes[0]->client, w->nodes[0]->conn, 1, w->nodes[1]->id);
	theirs = tp_conn_text(w->nodes[1]->client, w->nodes[1]->conn, 1, w->nodes[0]->id);
	g_variant_unref(local_call(w->nodes[0], path, TP_CHANNEL ".Interface.ChatState",
				   "SetChatState", g_variant_new("(u)", 4)));
	tp_signal_free(
		tp_wait(w->nodes[1]->client, theirs, "ChatStateChanged", is_composing, NULL));
}

/* --- rooms --- */

static char *join(struct local_node *node, const char *room)
{
	return local_channel(node, TP_TEXT, 2, room, NULL);
}

struct members_wait {
	struct local_node *node;
	const char *path;
	gsize count;
};

static bool has_members(void *data)
{
	struct members_wait *w = data;
	g_autoptr(GVariant) members = tp_get(w->node->client, w->node->conn->name, w->path,
					     TP_CHANNEL ".Interface.Group", "Members");

	return g_variant_n_children(members) == w->count;
}

static void wait_members(struct local_node *node, const char *path, gsize count)
{
	struct members_wait w = {node, path, count};

	if (!test_wait_until(has_members, &w, TEST_WAIT_MS))
		test_fail("%s does not see %zu in the room", node->id, count);
}

static void test_room(void **state)
{
	struct world *w = *state;
	char *paths[NODES];

	start(w, NODES);
	for (int i = 0; i < NODES; i++)
		paths[i] = join(w->nodes[i], "lobby");
	for (int i = 0; i < NODES; i++)
		wait_members(w->nodes[i], paths[i], NODES);
	g_free(tp_send(w->nodes[1]->client, w->nodes[1]->conn, paths[1], "hello all"));
	tp_signal_free(tp_wait_message(w->nodes[0]->client, paths[0], "hello all"));
	tp_signal_free(tp_wait_message(w->nodes[2]->client, paths[2], "hello all"));
	g_variant_unref(local_call(w->nodes[2], paths[2], TP_CHANNEL, "Close", NULL));
	wait_members(w->nodes[0], paths[0], 2);
	test_proc_kill(local_pid(w->nodes[1]));
	wait_members(w->nodes[0], paths[0], 1);
	for (int i = 0; i < NODES; i++)
		g_free(paths[i]);
}

static bool has_subject(const struct tp_signal *signal, void *data)
{
	g_autoptr(GVariant) changed = g_variant_get_child_value(signal->args, 1);
	const char *subject = NULL;

	return g_variant_lookup(changed, "Subject", "&s", &subject) && !strcmp(subject, data);
}

static void test_subject(void **state)
{
	struct world *w = *state;
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autoptr(GVariant) actor = NULL;

	start(w, 2);
	first = join(w->nodes[0], "lobby");
	g_variant_unref(local_call(w->nodes[0], first, TP_CHANNEL ".Interface.Subject2",
				   "SetSubject", g_variant_new("(s)", "be nice")));
	second = join(w->nodes[1], "lobby");
	tp_signal_free(tp_wait(w->nodes[1]->client, second, "PropertiesChanged", has_subject,
			       (void *)"be nice"));
	actor = tp_get(w->nodes[1]->client, w->nodes[1]->conn->name, second,
		       TP_CHANNEL ".Interface.Subject2", "Actor");
	assert_string_equal(g_variant_get_string(actor, NULL), w->nodes[0]->id);
}

static GVariant *one_handle(guint32 handle)
{
	return g_variant_new("(@aus)",
			     g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, &handle, 1, 4),
			     "come in");
}

static void test_invitation(void **state)
{
	struct world *w = *state;
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autoptr(GVariant) self = NULL;

	start(w, 2);
	first = join(w->nodes[0], "den");
	g_variant_unref(local_call(w->nodes[0], first, TP_CHANNEL ".Interface.Group", "AddMembers",
				   one_handle(local_handle(w->nodes[0], w->nodes[1]->id))));
	second = local_wait_channel(w->nodes[1], TP_TEXT, NULL);
	self = tp_get(w->nodes[1]->client, w->nodes[1]->conn->name, w->nodes[1]->conn->path,
		      TP_CONNECTION, "SelfHandle");
	g_variant_unref(local_call(w->nodes[1], second, TP_CHANNEL ".Interface.Group", "AddMembers",
				   one_handle(g_variant_get_uint32(self))));
	wait_members(w->nodes[0], first, 2);
	wait_members(w->nodes[1], second, 2);
}

static void test_room_list(void **state)
{
	struct world *w = *state;
	g_autofree char *room = NULL;
	g_autofree char *list = NULL;
	struct tp_signal *signal;
	g_autofree char *text = NULL;

	start(w, 2);
	room = join(w->nodes[0], "lobby");
	/* What the room's member says next comes after that he is in it. */
	set_presence(w->nodes[0], "away", "");
	local_wait_presence(w->nodes[1], w->nodes[0]->id, "away");
	list = local_channel(w->nodes[1], TP_CHANNEL ".Type.RoomList", 0, NULL, NULL);
	g_variant_unref(
		local_call(w->nodes[1], list, TP_CHANNEL ".Type.RoomList", "ListRooms", NULL));
	signal = tp_wait(w->nodes[1]->client, list, "GotRooms", NULL, NULL);
	text = g_variant_print(signal->args, FALSE);
	assert_non_null(strstr(text, "'lobby'"));
	tp_signal_free(signal);
}

/* --- its life --- */

static void test_ends_without_connections(void **state)
{
	struct world *w = *state;
	pid_t pid;

	start(w, 1);
	pid = local_pid(w->nodes[0]);
	local_disconnect(w->nodes[0]);
	assert_true(test_wait_exit(pid, NULL, TEST_WAIT_MS));
}

static void test_debug_interface(void **state)
{
	struct world *w = *state;
	g_autoptr(GVariant) reply = NULL;
	g_autofree char *text = NULL;

	start(w, 2);
	reply = tp_call(w->nodes[0]->client, LOCAL_CM, "/org/freedesktop/Telepathy/debug",
			TP "Debug", "GetMessages", NULL);
	text = g_variant_print(reply, FALSE);
	assert_non_null(strstr(text, "/ben is here"));
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/local/see_each_other", test_see_each_other),
		TEST("/local/presence", test_presence),
		TEST("/local/leaving_and_coming_back", test_leaving_and_coming_back),
		TEST("/local/remembers_who_was_here", test_remembers_who_was_here),
		TEST("/local/one_name_once", test_one_name_once),
		TEST("/local/two_users", test_two_users),
		TEST("/local/abstract_sockets", test_abstract_sockets),
		TEST("/local/avatar", test_avatar),
		TEST("/local/capabilities", test_capabilities),
		TEST("/local/text_is_delivered", test_text_is_delivered),
		TEST("/local/pending_stay", test_pending_stay),
		TEST("/local/text_to_nobody", test_text_to_nobody),
		TEST("/local/chat_state", test_chat_state),
		TEST("/local/room", test_room),
		TEST("/local/subject", test_subject),
		TEST("/local/invitation", test_invitation),
		TEST("/local/room_list", test_room_list),
		TEST("/local/debug_interface", test_debug_interface),
		TEST("/local/ends_without_connections", test_ends_without_connections),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
