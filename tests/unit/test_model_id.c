/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Ids as people can read them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "model/id.h"

static void assert_reads(const char *id, const char *expected)
{
	g_autofree char *text = id_readable(id);

	assert_string_equal(text, expected);
}

static void usual(void **state)
{
	assert_reads("bob@example.org", "bob@example.org");
	assert_reads("bob@example.org/Home", "bob@example.org/Home");
	assert_reads("nick", "nick");
	assert_reads("#room@irc", "#room@irc");
	assert_reads("", "");
	assert_reads("@bob:matrix.example", "@bob:matrix.example");
	assert_reads("50%@example.org", "50%@example.org");
	assert_reads("100%sure@example.org", "100%sure@example.org");
}

static void gateways(void **state)
{
	assert_reads("melissa%hotmail.com@msn.example.org",
		     "melissa@hotmail.com (msn.example.org)");
	assert_reads("user\\40host.net@gateway.example/r", "user@host.net (gateway.example/r)");
	assert_reads("d\\27artagnan@x", "d'artagnan@x");
	assert_reads("a\\20b\\5C20c@x", "a b\\20c@x");
	assert_reads("odd\\99\\4@x", "odd\\99\\4@x");
}

static void domains(void **state)
{
	assert_reads("bob@xn--bcher-kva.example", "bob@b\xc3\xbc"
						  "cher.example");
	assert_reads("bob@xn--bcher-kva.example/r", "bob@b\xc3\xbc"
						    "cher.example/r");
	assert_reads("bob@b\xc3\xbc"
		     "cher.example",
		     "bob@b\xc3\xbc"
		     "cher.example");
	assert_reads("bob@xn--999999999.example", "bob@xn--999999999.example");
}

static void hostile(void **state)
{
	assert_reads("a\x1b\\40b@x", "a^[@b (x)");
	assert_reads("a\xe2\x80\xae@x", "a[U+202E]@x");
	assert_reads("\xff\xfe@x", "\xef\xbf\xbd\xef\xbf\xbd@x");
	assert_reads("\\@x", "\\@x");
	assert_reads("%@x.y", "%@x.y");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual),
		cmocka_unit_test(gateways),
		cmocka_unit_test(domains),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests_name("model/id", tests, NULL, NULL);
}
