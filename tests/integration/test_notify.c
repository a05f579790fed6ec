/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Notifications of the desktop, with a service for them that keeps what it was told. */

#include "tests/lib/pheme.h"
#include "tests/lib/test.h"
#include "tests/lib/tpclient.h"
#include "tests/lib/wait.h"

#include <string.h>

#define ME      "me@fixture"
#define BOB     "bob@fixture"
#define CAROL   "carol@fixture"
#define SERVICE "org.freedesktop.Notifications"
#define PATH    "/org/freedesktop/Notifications"

static const char interface_xml[] =
	"<node><interface name='" SERVICE "'>"
	"<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
	"<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
	"<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
	"<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
	"<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
	"<method name='CloseNotification'><arg type='u' direction='in'/></method>"
	"</interface></node>";

struct service {
	GDBusConnection *bus;
	guint object, name;
	bool owned, plain; /* plain: knows no markup */
	unsigned calls;    /* of Notify */
	guint32 last_id;   /* given */
	guint32 replaced;  /* asked for last */
	char *title, *body;
	guint32 closed; /* asked for last; 0: none */
};

static void on_notify(struct service *service, GVariant *args, GDBusMethodInvocation *call)
{
	guint32 id;

	service->calls++;
	g_free(service->title);
	g_free(service->body);
	g_variant_get_child(args, 1, "u", &service->replaced);
	g_variant_get_child(args, 3, "s", &service->title);
	g_variant_get_child(args, 4, "s", &service->body);
	id = service->replaced != 0 ? service->replaced : ++service->last_id;
	g_dbus_method_invocation_return_value(call, g_variant_new("(u)", id));
}

static void on_call(GDBusConnection *bus, const char *sender, const char *path,
		    const char *interface, const char *method, GVariant *args,
		    GDBusMethodInvocation *call, void *data)
{
	struct service *service = data;

	if (strcmp(method, "Notify") == 0) {
		on_notify(service, args, call);
	} else if (strcmp(method, "CloseNotification") == 0) {
		g_variant_get(args, "(u)", &service->closed);
		g_dbus_method_invocation_return_value(call, NULL);
	} else {
		const char *const can[] = {"body", service->plain ? NULL : "body-markup", NULL};

		g_dbus_method_invocation_return_value(call, g_variant_new("(^as)", can));
	}
}

static void on_owned(GDBusConnection *bus, const char *name, void *data)
{
	((struct service *)data)->owned = true;
}

static bool is_owned(void *data)
{
	return ((struct service *)data)->owned;
}

static void service_start(struct service *service, struct pheme_world *w)
{
	static const GDBusInterfaceVTable vtable = {.method_call = on_call};
	GDBusNodeInfo *info = g_dbus_node_info_new_for_xml(interface_xml, NULL);

	service->bus = test_env_bus(w->env);
	service->object = g_dbus_connection_register_object(service->bus, PATH, info->interfaces[0],
							    &vtable, service, NULL, NULL);
	g_dbus_node_info_unref(info);
	service->name = g_bus_own_name_on_connection(
		service->bus, SERVICE, G_BUS_NAME_OWNER_FLAGS_NONE, on_owned, NULL, service, NULL);
	assert_true(test_wait_until(is_owned, service, TEST_WAIT_MS));
}

static void service_stop(struct service *service)
{
	g_bus_unown_name(service->name);
	g_dbus_connection_unregister_object(service->bus, service->object);
	g_free(service->title);
	g_free(service->body);
}

struct wanted {
	const struct service *service;
	const char *body;
	guint32 closed;
};

static bool is_shown(void *data)
{
	const struct wanted *wanted = data;

	return g_strcmp0(wanted->service->body, wanted->body) == 0;
}

static bool is_closed(void *data)
{
	const struct wanted *wanted = data;

	return wanted->service->closed == wanted->closed;
}

static void wait_shown(struct service *service, const char *body)
{
	struct wanted wanted = {.service = service, .body = body};

	if (!test_wait_until(is_shown, &wanted, TEST_WAIT_MS))
		fail_msg("not shown: \"%s\"; last \"%s\"", body, service->body);
}

static void wait_closed(struct service *service, guint32 id)
{
	struct wanted wanted = {.service = service, .closed = id};

	assert_true(test_wait_until(is_closed, &wanted, TEST_WAIT_MS));
}

static struct screen *start(struct pheme_world *w)
{
	struct pheme_options options = {0};

	pheme_use_fixture(w);
	fixture_set_contact(w->fixture, ME, BOB, "Bob <b>", "Friends", 4, 4, "");
	fixture_set_contact(w->fixture, ME, CAROL, "Carol", "Friends", 4, 4, "");
	pheme_add_fixture(w, NULL, "work", ME, "");
	return pheme_start_until(w, &options, "connected as");
}

static void receive(struct pheme_world *w, const char *from, const char *text)
{
	fixture_receive(w->fixture, ME, from, false, from, text, NULL);
}

static void test_shown_and_taken_away(void **state)
{
	struct pheme_world *w = *state;
	struct service service = {0};
	struct screen *s;

	service_start(&service, w);
	s = start(w);
	receive(w, BOB, "<a href='http://evil.example'>x</a> & \033[31m");
	wait_shown(&service, "&lt;a href=&apos;http://evil.example&apos;&gt;x&lt;/a&gt; &amp; "
			     "^[[31m");
	assert_string_equal(service.title, "Bob <b>");
	assert_int_equal(service.replaced, 0);
	/* One for each chat. */
	receive(w, BOB, "again");
	wait_shown(&service, "again");
	assert_int_equal(service.replaced, 1);
	assert_string_equal(service.title, "Bob <b> (2)");
	receive(w, CAROL, "hello");
	wait_shown(&service, "hello");
	assert_string_equal(service.title, "Carol");
	assert_int_equal(service.replaced, 0);
	assert_int_equal(service.last_id, 2);
	/* What is read is not news. */
	screen_key(s, "M-1");
	wait_closed(&service, 1);
	screen_key(s, "M-2");
	wait_closed(&service, 2);
	/* In the chat one is in, the next key says that it was seen. */
	receive(w, CAROL, "still there?");
	wait_shown(&service, "still there?");
	screen_type(s, "y");
	wait_closed(&service, 3);
	screen_key(s, "C-u");
	pheme_quit(w, s);
	service_stop(&service);
}

static void test_not_wanted(void **state)
{
	struct pheme_world *w = *state;
	struct service service = {.plain = true};
	struct screen *s;

	service_start(&service, w);
	s = start(w);
	receive(w, BOB, "one");
	wait_shown(&service, "one");
	screen_key(s, "M-1");
	screen_line(s, "/notify off");
	screen_wait_text(s, "Bob <b>: off");
	receive(w, BOB, "two");
	screen_wait_text(s, "two");
	/* This service takes text as it is. */
	receive(w, CAROL, "three < four");
	wait_shown(&service, "three < four");
	screen_line(s, "/set notify.desktop false");
	screen_wait_text(s, "notify.desktop = false");
	receive(w, CAROL, "five");
	screen_wait_text(s, "Carol(2)");
	assert_string_equal(service.body, "three < four");
	assert_int_equal(service.calls, 2);
	pheme_quit(w, s);
	service_stop(&service);
}

static void test_flood(void **state)
{
	struct pheme_world *w = *state;
	struct service service = {0};
	struct screen *s;

	service_start(&service, w);
	s = start(w);
	fixture_burst(w->fixture, ME, BOB, false, BOB, 2000);
	wait_shown(&service, "message 2000 of 2000");
	assert_in_range(service.calls, 1, 200);
	assert_int_equal(service.last_id, 1);
	pheme_quit(w, s);
	service_stop(&service);
}

/* Nothing is started or told; one that comes later is used. */
static void test_without_a_service(void **state)
{
	struct pheme_world *w = *state;
	struct service service = {0};
	struct screen *s = start(w);

	receive(w, BOB, "nobody sees this");
	screen_wait_text(s, "Bob <b>(1)");
	service_start(&service, w);
	receive(w, BOB, "but this");
	wait_shown(&service, "but this");
	assert_int_equal(service.calls, 1);
	pheme_quit(w, s);
	service_stop(&service);
}

static bool is_there(void *data)
{
	return g_file_test(data, G_FILE_TEST_EXISTS);
}

/* One that can be started is, when there is something to show; that it fails troubles nobody. */
static void test_started(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *trace = test_env_path(w->env, "started");
	g_autofree char *command = g_strdup_printf("/bin/mkdir %s", trace);
	struct screen *s;

	test_env_add_service(w->env, SERVICE, command);
	s = start(w);
	assert_false(is_there(trace));
	receive(w, BOB, "one");
	assert_true(test_wait_until(is_there, trace, TEST_WAIT_MS));
	receive(w, BOB, "two");
	screen_wait_text(s, "Bob <b>(2)");
	assert_false(screen_find(s, "otification", NULL, NULL));
	pheme_quit(w, s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(test_##fn, pheme_setup, pheme_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shown_and_taken_away), TEST(not_wanted), TEST(flood),
		TEST(without_a_service),    TEST(started),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
