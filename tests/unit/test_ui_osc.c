/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/osc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>

static void assert_sequence(const char *kind, enum osc_way way, bool ascii, const char *title,
			    const char *body, const char *expected)
{
	g_autofree char *sequence = osc_notification(kind, way, ascii, title, body);

	assert_string_equal(sequence, expected);
}

static void test_kinds(void **state)
{
	assert_sequence("9", OSC_DIRECT, false, "Bob", "hi", "\033]9;[Bob] hi\007");
	assert_sequence("777", OSC_DIRECT, false, "Bob", "hi", "\033]777;notify;Bob;hi\007");
	assert_sequence("99", OSC_DIRECT, false, "Bob", "hi",
			"\033]99;i=pheme:d=0:e=1;Qm9i\033\\\033]99;i=pheme:p=body:e=1;aGk=\033\\");
	assert_null(osc_notification("off", OSC_DIRECT, false, "Bob", "hi"));
}

static void test_multiplexers(void **state)
{
	assert_sequence("777", OSC_TMUX, false, "Bob", "hi",
			"\033Ptmux;\033\033]777;notify;Bob;hi\007\033\\");
	assert_sequence("777", OSC_SCREEN, false, "Bob", "hi",
			"\033P\033]777;notify;Bob;hi\007\033\\");
	assert_sequence("99", OSC_TMUX, false, "Bob", "hi",
			"\033Ptmux;\033\033]99;i=pheme:d=0:e=1;Qm9i\007\033\\"
			"\033Ptmux;\033\033]99;i=pheme:p=body:e=1;aGk=\007\033\\");
}

/* Nothing from outside is a part of the sequence. */
static void test_hostile(void **state)
{
	assert_sequence("9", OSC_DIRECT, false, "4;1;50", "\033]0;x\007\033\\\n\t\302\234\302\235",
			"\033]9;[4,1,50] ^[]0,x^G^[\\^J^I[U+009C][U+009D]\007");
	assert_sequence("777", OSC_DIRECT, false, "a;b", "c;d\xff\x9c",
			"\033]777;notify;a,b;c,d\357\277\275\357\277\275\007");
	assert_sequence("777", OSC_TMUX, false, "\033\033", "\033\\",
			"\033Ptmux;\033\033]777;notify;^[^[;^[\\\007\033\\");
	assert_sequence("9", OSC_DIRECT, true, "B\303\266b", "\342\202\254 5",
			"\033]9;[Bb]  5\007");
}

static void test_bounded(void **state)
{
	g_autofree char *long_text = g_strnfill(100000, 'x');
	g_autofree char *sequence = osc_notification("777", OSC_TMUX, false, long_text, long_text);

	assert_in_range(strlen(sequence), 100, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_multiplexers),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests_name("ui osc", tests, NULL, NULL);
}
