/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay_test.h"

#include <sys/un.h>

#include "relay/address.h"
#include "relay/argv.h"

static void check_target(const char *text, enum address_kind kind, const char *inside, guint port)
{
	g_autoptr(GError) error = NULL;
	struct address *address = address_parse_target(text, &error);
	g_autofree char *printed = NULL;

	assert_non_null(address);
	assert_int_equal(address->kind, kind);
	assert_int_equal(address->port, port);
	if (inside)
		assert_string_equal(address->text, inside);
	else
		assert_null(address->text);
	printed = address_print(address);
	assert_string_equal(printed, text);
	address_free(address);
}

static void test_targets(void **state)
{
	check_target("8080", ADDRESS_TCP, NULL, 8080);
	check_target("localhost:80", ADDRESS_TCP, "localhost", 80);
	check_target("192.0.2.1:65535", ADDRESS_TCP, "192.0.2.1", 65535);
	check_target("[::1]:22", ADDRESS_TCP, "::1", 22);
	check_target("unix:/run/a b", ADDRESS_UNIX, "/run/a b", 0);
	check_target("exec:sshd -i", ADDRESS_EXEC, "sshd -i", 0);
	check_target("-", ADDRESS_STDIO, NULL, 0);
}

static void check_refused(struct address *(*parse)(const char *, GError **), const char *text,
			  const char *reason)
{
	GError *error = NULL;

	assert_null(parse(text, &error));
	assert_non_null(error);
	if (!strstr(error->message, reason) || !g_str_has_prefix(error->message, "cannot use "))
		fail_msg("%s: %s", text, error->message);
	g_error_free(error);
}

static void test_bad_targets(void **state)
{
	g_autofree char *path = g_strnfill(108, 'x');
	g_autofree char *too_long = g_strconcat("unix:", path, NULL);

	check_refused(address_parse_target, "", "it is empty");
	check_refused(address_parse_target, "0", "a number from 1");
	check_refused(address_parse_target, "65536", "a number from 1");
	check_refused(address_parse_target, "99999999999999999999", "a number from 1");
	check_refused(address_parse_target, "host", "the port is missing");
	check_refused(address_parse_target, "host:", "a number from 1");
	check_refused(address_parse_target, "host:+80", "a number from 1");
	check_refused(address_parse_target, "host:080", "a number from 1");
	check_refused(address_parse_target, ":80", "not a name");
	check_refused(address_parse_target, "a b:80", "not a name");
	check_refused(address_parse_target, "-o:80", "not a name");
	check_refused(address_parse_target, "::1:80", "[IPV6]:PORT");
	check_refused(address_parse_target, "[::1]", "[IPV6]:PORT");
	check_refused(address_parse_target, "[nonsense]:80", "not a name");
	check_refused(address_parse_target, "a\nb:80", "control characters");
	check_refused(address_parse_target, "unix:", "the path is missing");
	check_refused(address_parse_target, too_long, "107 bytes");
	check_refused(address_parse_target, "exec:", "the command is missing");
	check_refused(address_parse_target, "exec:a 'b", "quotes");
}

static void test_listening(void **state)
{
	static const char *const fine[] = {"0",          "8080",        "127.0.0.1:80", "[::1]:80",
					   "0.0.0.0:80", "localhost:1", "unix:here",    NULL};

	for (gsize i = 0; fine[i]; i++) {
		struct address *address = address_parse_listen(fine[i], NULL);

		assert_non_null(address);
		address_free(address);
	}
	check_refused(address_parse_listen, "example.org:80", "IP address");
	check_refused(address_parse_listen, "-", "cannot be listened on");
	check_refused(address_parse_listen, "exec:cat", "cannot be listened on");
}

static void test_abstract(void **state)
{
	struct address *address = address_new_abstract("a\0b", 3), *back;
	g_autofree char *printed = address_print(address);
	struct sockaddr_storage socket;
	socklen_t length;

	assert_string_equal(printed, "abstract:a\\000b");
	assert_true(address_to_socket(address, false, &socket, &length));
	assert_int_equal(length, sizeof(sa_family_t) + 4);
	back = address_from_socket(&socket, length);
	assert_int_equal(back->kind, ADDRESS_ABSTRACT);
	assert_memory_equal(back->text, "a\0b", 3);
	address_free(back);
	address_free(address);
}

static void test_services(void **state)
{
	g_autofree char *too_long = g_strnfill(256, 'x');

	assert_true(service_name_check("rfb", NULL));
	assert_true(service_name_check("x-ssh-contact", NULL));
	assert_true(service_name_check("_odd.näme/1", NULL));
	assert_false(service_name_check("", NULL));
	assert_false(service_name_check("a b", NULL));
	assert_false(service_name_check("a\tb", NULL));
	assert_false(service_name_check("a\u202eb", NULL));
	assert_false(service_name_check("\xff", NULL));
	assert_false(service_name_check(too_long, NULL));
}

static char *fill(const char *command, const struct argv_values *values, GError **error)
{
	g_auto(GStrv) words = argv_parse(command, error);
	g_auto(GStrv) filled = words ? argv_fill(words, values, error) : NULL;

	return filled ? g_strjoinv("|", filled) : NULL;
}

static const struct argv_values values = {
	.host = "127.0.0.1", .port = "5900", .service = "rfb", .contact = "a b;$(c)'\"*"};

static void check_filled(const char *command, const char *expected)
{
	g_autofree char *filled = fill(command, &values, NULL);

	assert_string_equal(filled, expected);
}

static void test_argv(void **state)
{
	check_filled("vncviewer {host}::{port}", "vncviewer|127.0.0.1::5900");
	check_filled("a '{contact} x' \"y z\"", "a|a b;$(c)'\"* x|y z");
	check_filled("awk '{print}' {{port}}", "awk|{print}|{5900}");
	check_filled("a $HOME `b` > c", "a|$HOME|`b`|>|c");
}

static void check_bad_argv(const char *command, const struct argv_values *with, const char *reason)
{
	GError *error = NULL;

	assert_null(fill(command, with, &error));
	if (!strstr(error->message, reason))
		fail_msg("%s: %s", command, error->message);
	g_error_free(error);
}

static void test_bad_argv(void **state)
{
	const struct argv_values option = {.host = "", .contact = "-oProxyCommand=x"};

	check_bad_argv("", &values, "empty");
	check_bad_argv("a 'b", &values, "quotes");
	check_bad_argv("{contact}", &values, "choose the program");
	check_bad_argv("a {path}", &values, "has none");
	check_bad_argv("ssh {contact}", &option, "option");
	check_bad_argv("ssh {host}{contact}", &option, "option");
}

/* {contact} within itself is not filled in again. */
static void test_values_are_not_templates(void **state)
{
	const struct argv_values nested = {.port = "1", .contact = "{port}"};
	g_autofree char *filled = fill("a {contact}", &nested, NULL);

	assert_string_equal(filled, "a|{port}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/relay/address/targets", test_targets, NULL, NULL, NULL},
		{"/relay/address/bad-targets", test_bad_targets, NULL, NULL, NULL},
		{"/relay/address/listening", test_listening, NULL, NULL, NULL},
		{"/relay/address/abstract", test_abstract, NULL, NULL, NULL},
		{"/relay/address/services", test_services, NULL, NULL, NULL},
		{"/relay/argv/filled-in-words", test_argv, NULL, NULL, NULL},
		{"/relay/argv/refused", test_bad_argv, NULL, NULL, NULL},
		{"/relay/argv/values-are-not-templates", test_values_are_not_templates, NULL, NULL,
		 NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
