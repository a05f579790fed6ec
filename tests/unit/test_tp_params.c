/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Parameters of accounts made D-Bus values, leases, and what errors mean. */

#include <glib/gstdio.h>
#include <string.h>

#include "bus/bus.h"
#include "tests/lib/test.h"
#include "tp/private.h"

/* --- parameters --------------------------------------------------------------------------- */

static struct protocol *make_protocol(void)
{
	static const char *const types[] = {"s", "b", "u", "i", "q",  "n",    "y",
					    "x", "t", "d", "o", "as", "a{sv}"};
	struct protocol *protocol = protocol_new("fixture", "fixture", NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
		g_autofree char *name = g_strdup_printf("p-%s", types[i]);

		protocol_add_param(protocol, name, types[i], 0, NULL);
	}
	protocol_add_param(protocol, "account", "s", PARAM_REQUIRED, NULL);
	protocol_add_param(protocol, "password", "s", PARAM_SECRET | PARAM_REQUIRED, NULL);
	protocol_sort_params(protocol);
	return protocol;
}

/* Writes one parameter beside the required one; NULL, or what was said against it. */
static char *try_param(const char *name, const char *value, const char *secret)
{
	g_autoptr(GHashTable) params = g_hash_table_new(g_str_hash, g_str_equal);
	DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
	struct protocol *protocol = make_protocol();
	struct bus_writer_root root;
	g_autoptr(GError) error = NULL;
	struct bus_writer args;
	bool ok;

	bus_writer_init(&args, &root, message);
	if (name)
		g_hash_table_insert(params, (char *)name, (char *)value);
	if (!name || strcmp(name, "no-account") != 0)
		g_hash_table_insert(params, "account", "alice");
	else
		g_hash_table_remove(params, name);
	ok = tp_write_params(&args, protocol, params, secret, &error);
	assert_int_equal(ok, error == NULL);
	assert_true(bus_writer_ok(&args));
	protocol_free(protocol);
	dbus_message_unref(message);
	return error ? g_strdup(error->message) : NULL;
}

static void accepted(const char *name, const char *value)
{
	g_autofree char *error = try_param(name, value, NULL);

	if (error)
		test_fail("%s=%s: %s", name, value, error);
}

static void refused(const char *name, const char *value, const char *words)
{
	g_autofree char *error = try_param(name, value, NULL);

	if (!error)
		test_fail("%s=%s was accepted", name, value);
	if (!strstr(error, words))
		test_fail("%s=%s: %s", name, value, error);
}

static void values_of_each_type(void **state)
{
	accepted("p-s", "any ünïcode; text");
	accepted("p-b", "yes");
	accepted("p-b", "False");
	accepted("p-u", "4294967295");
	accepted("p-i", "-2147483648");
	accepted("p-q", "65535");
	accepted("p-n", "-32768");
	accepted("p-y", "255");
	accepted("p-x", "-9223372036854775808");
	accepted("p-t", "9223372036854775807");
	accepted("p-d", "1.5e3");
	accepted("p-o", "/a/b");
	accepted("p-as", "one;two");
}

static void values_out_of_range(void **state)
{
	refused("p-b", "maybe", "true or false");
	refused("p-u", "-1", "from 0 to 4294967295");
	refused("p-u", "4294967296", "from 0 to");
	refused("p-q", "70000", "65535");
	refused("p-y", "256", "255");
	refused("p-i", "12x", "whole number");
	refused("p-i", "", "whole number");
	refused("p-x", "99999999999999999999", "whole number");
	refused("p-d", "many", "number");
	refused("p-o", "not a path", "object path");
	refused("p-s", "\xff", "UTF-8");
	refused("p-a{sv}", "x", "cannot be set");
	refused("nosuch\033[2J", "x", "not known");
}

static void errors_name_the_parameter(void **state)
{
	g_autofree char *error = try_param("p-q", "x", NULL);

	assert_true(g_str_has_prefix(error, "param-p-q must be"));
}

static void required_ones(void **state)
{
	g_autofree char *error = try_param("no-account", "", NULL);

	/* A password that is required is asked for, not complained about. */
	assert_string_equal(error, "param-account is missing: fixture needs it");
}

/* --- leases ------------------------------------------------------------------------------- */

static void leases(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("pheme-lease-XXXXXX", NULL);
	g_autofree char *path = g_strdup_printf("%s/account-my %%2Fwork", dir);
	struct lease *first = lease_take(dir, "my /work", NULL);
	struct lease *second;
	g_autofree char *record = NULL, *login = NULL;

	assert_true(lease_is_exclusive(first));
	/* Who sets up is alone with it. */
	assert_null(lease_take(dir, "my /work", NULL));
	assert_true(lease_record(first, "a.b.c", "key", NULL));
	second = lease_take(dir, "my /work", NULL);
	assert_non_null(second);
	assert_false(lease_is_exclusive(second));
	record = lease_read(second, &login);
	assert_string_equal(record, "a.b.c");
	assert_string_equal(login, "key");
	assert_false(lease_is_last(first));
	assert_false(lease_is_last(second));
	lease_free(first);
	assert_true(lease_is_last(second));
	lease_free(second);
	assert_int_equal(g_unlink(path), 0);
	assert_int_equal(g_rmdir(dir), 0);
}

static void a_lease_that_cannot_be(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(lease_take("/nonexistent", "work", &error));
	assert_non_null(strstr(error->message, "cannot lock /nonexistent/account-work: "));
}

/* --- errors ------------------------------------------------------------------------------- */

static void which_ends_are_temporary(void **state)
{
	assert_true(conn_end_is_temporary(
		tp_error_end("org.freedesktop.Telepathy.Error.ConnectionLost")));
	assert_true(conn_end_is_temporary(tp_reason_end(2)));
	assert_true(conn_end_is_temporary(tp_reason_end(4711)));
	assert_false(conn_end_is_temporary(
		tp_error_end("org.freedesktop.Telepathy.Error.AuthenticationFailed")));
	assert_false(conn_end_is_temporary(
		tp_error_end("org.freedesktop.Telepathy.Error.Cert.Expired")));
	assert_false(conn_end_is_temporary(tp_reason_end(3)));
	assert_false(conn_end_is_temporary(tp_reason_end(5)));
	assert_int_equal(tp_error_end("com.example.Unheard"), CONN_END_NETWORK);
}

/* What the manager says, when it says more than we do. */
static void words_of_refusals(void **state)
{
	static const struct {
		const char *name, *detail, *line;
	} refusals[] = {
		{"NotImplemented", "Not implemented",
		 "cannot do it: this connection manager cannot do that"},
		{"NotImplemented", "", "cannot do it: this connection manager cannot do that"},
		{"PermissionDenied", "Permission denied!", "cannot do it: not allowed"},
		{"NotAvailable", "not available", "cannot do it: not available now"},
		{"NotAvailable", "the 7th is not available",
		 "cannot do it: not available now (the 7th is not available)"},
		{"InvalidArgument", "No such port: 99999",
		 "cannot do it: a value is not accepted (No such port: 99999)"},
		{"Disconnected", "some words", "cannot do it: not connected"},
		{"NetworkError", "timed out", "cannot do it: network error (timed out)"},
		{"Unheard", "Nobody knows", "cannot do it: Nobody knows"},
		{"Unheard", "", "cannot do it: org.freedesktop.Telepathy.Error.Unheard"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autofree char *name = g_strconcat(TP_ERROR_PREFIX, refusals[i].name, NULL);
		g_autofree char *line = tp_refusal_line("do it", name, refusals[i].detail);

		assert_string_equal(line, refusals[i].line);
	}
}

static void words_of_errors(void **state)
{
	g_autoptr(GError) timeout = g_error_new(BUS_ERROR, BUS_ERROR_TIMEOUT, "x");
	g_autoptr(GError) gone = g_error_new(BUS_ERROR, BUS_ERROR_DISCONNECTED, "x");
	g_autoptr(GError) a = tp_error_from_bus("do it", timeout);
	g_autoptr(GError) b = tp_error_from_bus("do it", gone);
	g_autofree char *line = tp_error_line("cannot resolve:\nno such name\033\n");

	assert_string_equal(a->message, "cannot do it: the connection manager does not answer");
	assert_int_equal(a->code, TP_ERROR_TIMEOUT);
	assert_string_equal(b->message, "cannot do it: the message bus is gone");
	assert_null(tp_error_words("org.freedesktop.Telepathy.Error.Nosuch"));
	assert_null(tp_error_words(""));
	assert_string_equal(line, "cannot resolve: no such name^[");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/tp/params/values_of_each_type", values_of_each_type, NULL, NULL, NULL},
		{"/tp/params/values_out_of_range", values_out_of_range, NULL, NULL, NULL},
		{"/tp/params/errors_name_the_parameter", errors_name_the_parameter, NULL, NULL,
		 NULL},
		{"/tp/params/required_ones", required_ones, NULL, NULL, NULL},
		{"/tp/lease/shared_and_last", leases, NULL, NULL, NULL},
		{"/tp/lease/cannot_be_made", a_lease_that_cannot_be, NULL, NULL, NULL},
		{"/tp/error/which_ends_are_temporary", which_ends_are_temporary, NULL, NULL, NULL},
		{"/tp/error/words_of_refusals", words_of_refusals, NULL, NULL, NULL},
		{"/tp/error/words", words_of_errors, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("tp params", tests, NULL, NULL);
}
