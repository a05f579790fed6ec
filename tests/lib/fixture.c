/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/fixture.h"
#include "tests/fixture/control.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME TEST_CM_PREFIX "fixture"

struct fixture {
	struct test_env *env;
};

/* It lies beside the directories of the test binaries: build/tests/fixture-cm. */
static char *find_program(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname(self);

	return g_build_filename(dir, "..", "fixture-cm", NULL);
}

struct fixture *fixture_new(struct test_env *env)
{
	struct fixture *fixture = g_new0(struct fixture, 1);
	g_autofree char *program = find_program();

	if (access(program, X_OK) < 0)
		test_fail("%s is not built", program);
	fixture->env = env;
	test_env_add_service(env, NAME, program);
	return fixture;
}

void fixture_free(struct fixture *fixture)
{
	g_free(fixture);
}

static GVariant *try_call(struct fixture *fixture, const char *method, GVariant *args,
			  GError **error)
{
	return test_bus_call(test_env_bus(fixture->env), NAME, FIXTURE_PATH, FIXTURE_IFACE, method,
			     args, error);
}

GVariant *fixture_call(struct fixture *fixture, const char *method, GVariant *args)
{
	g_autoptr(GError) error = NULL;
	GVariant *reply = try_call(fixture, method, args, &error);

	if (!reply)
		test_fail("fixture %s: %s", method, error->message);
	return reply;
}

static void run(struct fixture *fixture, const char *method, GVariant *args)
{
	g_variant_unref(fixture_call(fixture, method, args));
}

GVariant *fixture_params(const char *account, const char *password)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", "account", g_variant_new_string(account));
	if (password)
		g_variant_builder_add(&b, "{sv}", "password", g_variant_new_string(password));
	return g_variant_builder_end(&b);
}

static GVariant *or_empty(GVariant *value, const char *type)
{
	return value ? value : g_variant_new_array(G_VARIANT_TYPE(type), NULL, 0);
}

/* --- roster --- */

void fixture_set_roster(struct fixture *fixture, const char *account, unsigned count,
			unsigned online)
{
	run(fixture, "SetRoster", g_variant_new("(suu)", account, count, online));
}

void fixture_set_contact(struct fixture *fixture, const char *account, const char *id,
			 const char *alias, const char *group, unsigned subscribe, unsigned publish,
			 const char *request)
{
	run(fixture, "SetContact",
	    g_variant_new("(ssssuus)", account, id, alias, group ? group : "", subscribe, publish,
			  request));
}

void fixture_remove_contact(struct fixture *fixture, const char *account, const char *id)
{
	run(fixture, "RemoveContact", g_variant_new("(ss)", account, id));
}

void fixture_set_presence(struct fixture *fixture, const char *account, const char *id,
			  const char *status, const char *message)
{
	run(fixture, "SetPresence", g_variant_new("(ssss)", account, id, status, message));
}

void fixture_set_alias(struct fixture *fixture, const char *account, const char *id,
		       const char *alias)
{
	run(fixture, "SetAlias", g_variant_new("(sss)", account, id, alias));
}

void fixture_presence_storm(struct fixture *fixture, const char *account, unsigned count)
{
	run(fixture, "PresenceStorm", g_variant_new("(su)", account, count));
}

/* --- messages --- */

void fixture_receive(struct fixture *fixture, const char *account, const char *chat, bool room,
		     const char *sender, const char *text, GVariant *headers)
{
	run(fixture, "Receive",
	    g_variant_new("(ssbss@a{sv})", account, chat, room, sender, text,
			  or_empty(headers, "{sv}")));
}

void fixture_receive_parts(struct fixture *fixture, const char *account, const char *chat,
			   bool room, const char *sender, GVariant *parts)
{
	run(fixture, "ReceiveParts",
	    g_variant_new("(ssbs@aa{sv})", account, chat, room, sender, parts));
}

void fixture_burst(struct fixture *fixture, const char *account, const char *chat, bool room,
		   const char *sender, unsigned count)
{
	run(fixture, "Burst", g_variant_new("(ssbsu)", account, chat, room, sender, count));
}

void fixture_chat_state(struct fixture *fixture, const char *account, const char *chat, bool room,
			const char *member, unsigned state)
{
	run(fixture, "ChatState", g_variant_new("(ssbsu)", account, chat, room, member, state));
}

void fixture_delivery_report(struct fixture *fixture, const char *account, const char *chat,
			     const char *token, unsigned status, const char *error)
{
	run(fixture, "DeliveryReport",
	    g_variant_new("(sssus)", account, chat, token, status, error ? error : ""));
}

void fixture_set_plain(struct fixture *fixture, const char *account, bool plain)
{
	run(fixture, "SetPlain", g_variant_new("(sb)", account, plain));
}

GStrv fixture_sent(struct fixture *fixture, const char *account, const char *chat)
{
	g_autoptr(GVariant) reply = fixture_call(fixture, "Sent", g_variant_new("(s)", account));
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GVariantIter) iter = NULL;
	const char *to, *text;

	g_variant_get(reply, "(a(sss))", &iter);
	while (g_variant_iter_next(iter, "(&s&s&s)", &to, NULL, &text))
		if (!chat || !strcmp(chat, to))
			g_ptr_array_add(texts, g_strdup(text));
	g_ptr_array_add(texts, NULL);
	return (GStrv)g_ptr_array_free(g_steal_pointer(&texts), FALSE);
}

void fixture_wait_sent(struct fixture *fixture, const char *account, unsigned count)
{
	run(fixture, "WaitSent", g_variant_new("(su)", account, count));
}

unsigned fixture_pending(struct fixture *fixture, const char *account, const char *chat, bool room)
{
	g_autoptr(GVariant) reply =
		fixture_call(fixture, "Pending", g_variant_new("(ssb)", account, chat, room));
	guint32 count;

	g_variant_get(reply, "(u)", &count);
	return count;
}

void fixture_wait_pending(struct fixture *fixture, const char *account, const char *chat, bool room,
			  unsigned count)
{
	run(fixture, "WaitPending", g_variant_new("(ssbu)", account, chat, room, count));
}

/* --- rooms and other channels --- */

void fixture_room_member(struct fixture *fixture, const char *account, const char *room,
			 const char *member, bool present, const char *actor, const char *message)
{
	run(fixture, "RoomMember",
	    g_variant_new("(sssbss)", account, room, member, present, actor ? actor : "", message));
}

void fixture_fill_room(struct fixture *fixture, const char *account, const char *room,
		       unsigned count)
{
	run(fixture, "FillRoom", g_variant_new("(ssu)", account, room, count));
}

void fixture_split_room(struct fixture *fixture, const char *account, const char *room,
			unsigned count, const char *message)
{
	run(fixture, "SplitRoom", g_variant_new("(ssus)", account, room, count, message));
}

void fixture_set_rooms(struct fixture *fixture, const char *account, const char *facts)
{
	GVariant *value = g_variant_parse(G_VARIANT_TYPE("a{sv}"), facts, NULL, NULL, NULL);

	run(fixture, "SetRooms", g_variant_new("(s@a{sv})", account, value));
}

void fixture_set_directory(struct fixture *fixture, const char *account, unsigned people,
			   unsigned fails_at)
{
	run(fixture, "SetDirectory", g_variant_new("(suu)", account, people, fails_at));
}

void fixture_set_person(struct fixture *fixture, const char *account, const char *id,
			const char *key, GVariant *fact)
{
	run(fixture, "SetPerson", g_variant_new("(sssv)", account, id, key, fact));
}

void fixture_set_room_list(struct fixture *fixture, const char *account, unsigned count)
{
	run(fixture, "SetRoomList", g_variant_new("(su)", account, count));
}

void fixture_invite(struct fixture *fixture, const char *account, const char *room,
		    const char *inviter, const char *message)
{
	run(fixture, "Invite", g_variant_new("(ssss)", account, room, inviter, message));
}

char *fixture_new_channel(struct fixture *fixture, const char *account, const char *channel_type,
			  unsigned handle_type, const char *id, GVariant *properties)
{
	g_autoptr(GVariant) reply =
		fixture_call(fixture, "NewChannel",
			     g_variant_new("(ssus@a{sv})", account, channel_type, handle_type, id,
					   or_empty(properties, "{sv}")));
	char *path;

	g_variant_get(reply, "(o)", &path);
	return path;
}

void fixture_close(struct fixture *fixture, const char *account, const char *chat, bool room)
{
	run(fixture, "Close", g_variant_new("(ssb)", account, chat, room));
}

char *fixture_channel(struct fixture *fixture, const char *account, const char *chat, bool room)
{
	g_autoptr(GVariant) reply =
		fixture_call(fixture, "Channel", g_variant_new("(ssb)", account, chat, room));
	char *path;

	g_variant_get(reply, "(o)", &path);
	return path;
}

/* --- faults --- */

void fixture_connect_error(struct fixture *fixture, const char *account, const char *error,
			   const char *text, unsigned reason)
{
	run(fixture, "ConnectError", g_variant_new("(sssu)", account, error, text, reason));
}

void fixture_drop(struct fixture *fixture, const char *account, const char *error, const char *text,
		  unsigned reason)
{
	run(fixture, "Drop", g_variant_new("(sssu)", account, error, text, reason));
}

void fixture_set_password(struct fixture *fixture, const char *account, const char *password)
{
	run(fixture, "SetPassword", g_variant_new("(ss)", account, password));
}

void fixture_hang(struct fixture *fixture, const char *method)
{
	run(fixture, "Hang", g_variant_new("(s)", method));
}

void fixture_fail(struct fixture *fixture, const char *method, const char *error)
{
	run(fixture, "Fail", g_variant_new("(ss)", method, error));
}

void fixture_heal(struct fixture *fixture, const char *method)
{
	run(fixture, "Heal", g_variant_new("(s)", method));
}

static GVariant *get_calls(struct fixture *fixture, const char *method)
{
	g_autoptr(GVariant) reply = fixture_call(fixture, "Calls", g_variant_new("(s)", method));

	return g_variant_get_child_value(reply, 0);
}

unsigned fixture_count_calls(struct fixture *fixture, const char *method)
{
	g_autoptr(GVariant) calls = get_calls(fixture, method);

	return (unsigned)g_variant_n_children(calls);
}

char *fixture_last_call(struct fixture *fixture, const char *method)
{
	g_autoptr(GVariant) calls = get_calls(fixture, method);
	gsize count = g_variant_n_children(calls);
	char *text = NULL;

	if (count == 0)
		return g_strdup("");
	g_variant_get_child(calls, count - 1, "(os)", NULL, &text);
	return text;
}

void fixture_wait_calls(struct fixture *fixture, const char *method, unsigned count)
{
	run(fixture, "WaitCalls", g_variant_new("(su)", method, count));
}

unsigned fixture_connection(struct fixture *fixture, const char *account, char **name, char **path)
{
	g_autoptr(GVariant) reply =
		fixture_call(fixture, "Connection", g_variant_new("(s)", account));
	guint32 status;

	if (name)
		g_variant_get_child(reply, 0, "s", name);
	if (path)
		g_variant_get_child(reply, 1, "s", path);
	g_variant_get_child(reply, 2, "u", &status);
	return status;
}

void fixture_emit(struct fixture *fixture, const char *account, const char *path,
		  const char *interface, const char *member, GVariant *args)
{
	g_autofree char *own = NULL, *full = NULL;

	if (*path == '+') {
		fixture_connection(fixture, account, NULL, &own);
		full = g_strconcat(own, path + 1, NULL);
	}
	run(fixture, "Emit", g_variant_new("(ossv)", full ? full : path, interface, member, args));
}

static void die(struct fixture *fixture, const char *method, GVariant *args)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = try_call(fixture, method, args, &error);

	if (reply)
		test_fail("the fixture survived %s", method);
	test_env_wait_name(fixture->env, NAME, false);
}

void fixture_exit(struct fixture *fixture, int status)
{
	die(fixture, "Exit", g_variant_new("(i)", status));
}

void fixture_abort(struct fixture *fixture)
{
	die(fixture, "Abort", NULL);
}

/* --- tubes -------------------------------------------------------------------------------- */

void fixture_set_tubes(struct fixture *fixture, const char *account, const char *const *flags)
{
	run(fixture, "SetTubes", g_variant_new("(s^as)", account, flags));
}

void fixture_offer_tube(struct fixture *fixture, const char *account, const char *contact,
			const char *service)
{
	run(fixture, "OfferTube", g_variant_new("(sss)", account, contact, service));
}

void fixture_open_tube(struct fixture *fixture, const char *account)
{
	run(fixture, "OpenTube", g_variant_new("(s)", account));
}

void fixture_close_tube(struct fixture *fixture, const char *account)
{
	run(fixture, "CloseTube", g_variant_new("(s)", account));
}

struct answer {
	struct fixture *fixture;
	const char *account;
	char *text;
};

/* That sockets have something to read is told to nobody: so asks again. */
static bool has_answer(void *data)
{
	struct answer *answer = data;
	g_autoptr(GVariant) reply =
		fixture_call(answer->fixture, "TubeAnswer", g_variant_new("(s)", answer->account));
	gboolean done;

	g_free(answer->text);
	g_variant_get(reply, "(bs)", &done, &answer->text);
	return done;
}

static gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

void fixture_serve_tube(struct fixture *fixture, const char *account, const char *command)
{
	run(fixture, "ServeTube", g_variant_new("(ss)", account, command));
}

char *fixture_ask_tube(struct fixture *fixture, const char *account, const char *text)
{
	struct answer answer = {fixture, account, NULL};
	guint tick = g_timeout_add(10, on_tick, NULL);
	bool answered;

	run(fixture, "ConnectTube", g_variant_new("(ss)", account, text));
	answered = test_wait_until(has_answer, &answer, TEST_WAIT_MS);
	g_source_remove(tick);
	if (!answered)
		test_fail("the tube gives no answer");
	return answer.text;
}
