/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Cards: what is shown of them, and edited. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "model/card.h"
#include "model/text.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_shown(const char *name, const char *const *params, const char *const *values,
			 const char *label, const char *value)
{
	struct card_field *field = card_field_new(name, params, values);
	g_autofree char *shown_label =
		card_print_label(field->name, (const char *const *)field->params);
	g_autofree char *shown_value = card_print_value(field);

	assert_string_equal(shown_label, label);
	assert_string_equal(shown_value, value);
	card_field_free(field);
}

static void shown(void **state)
{
	assert_shown("fn", NULL, LIST("Bob Miller"), "name", "Bob Miller");
	assert_shown("TEL", LIST("TYPE=home", "type=voice"), LIST("+49"), "phone (home, voice)",
		     "+49");
	assert_shown("adr", NULL, LIST("", "", "Main St 1", "Berlin", "", "10115", "Germany"),
		     "address", "Main St 1, Berlin, 10115, Germany");
	assert_shown("x-idle-time", NULL, LIST("45"), "idle", "45 s");
	assert_shown("x-idle-time", NULL, LIST("3725"), "idle", "1 h 2 min");
	assert_shown("x-idle-time", NULL, LIST("200000"), "idle", "2 d 7 h");
	assert_shown("x-idle-time", NULL, LIST("soon"), "idle", "soon");
	assert_shown("x-irc-operator", NULL, LIST("false"), "operator", "no");
	assert_shown("x-presence-type", NULL, LIST("2"), "presence", "");
	assert_shown("x-new\x1b", LIST("a\nb"), NULL, "x-new^[ (a^Jb)", "");
}

static void bounded(void **state)
{
	g_autofree char *huge = g_strnfill(5000000, 'x');
	struct card_field *field = card_field_new(huge, LIST(huge, huge), LIST(huge, huge, huge));
	g_autofree char *label = card_print_label(field->name, (const char *const *)field->params);
	g_autofree char *value = card_print_value(field);

	assert_true(strlen(label) <= TEXT_LINE_MAX);
	assert_true(strlen(value) <= TEXT_LINE_MAX);
	card_field_free(field);
}

static void assert_edited(const char *name, const char *text, const char *const *values)
{
	g_auto(GStrv) parsed = card_parse_value(name, text);
	struct card_field *field;
	g_autofree char *again = NULL;

	assert_true(g_strv_equal((const char *const *)parsed, values));
	field = card_field_new(name, NULL, (const char *const *)parsed);
	again = card_edit_value(field);
	assert_string_equal(again, text);
	card_field_free(field);
}

static void edited(void **state)
{
	g_auto(GStrv) padded = card_parse_value("n", "Miller;Bob");

	assert_edited("note", "a; b \\ c", LIST("a; b \\ c"));
	assert_edited("org", "R\\;D;Lab \\\\ 1", LIST("R;D", "Lab \\ 1"));
	assert_edited("n", "Miller;Bob;;;", LIST("Miller", "Bob", "", "", ""));
	assert_int_equal(g_strv_length(padded), 5);
}

static void found(void **state)
{
	struct card_field *field = card_field_new("tel", LIST("type=home"), LIST("+49"));
	g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func(card_spec_free);
	struct card_spec *spec = g_new0(struct card_spec, 1);

	assert_true(card_field_is(field, "TEL;TYPE=HOME"));
	assert_false(card_field_is(field, "tel"));
	assert_false(card_field_is(field, "tel;type=work"));
	card_field_free(field);
	spec->name = g_strdup("tel");
	spec->params = g_strdupv((char **)LIST("type=home", "type=cell"));
	g_ptr_array_add(specs, spec);
	assert_non_null(card_find_spec(specs, "tel;type=cell"));
	assert_non_null(card_find_spec(specs, "tel"));
	assert_null(card_find_spec(specs, "tel;type=work"));
	assert_null(card_find_spec(specs, "fn"));
	assert_null(card_find_spec(NULL, "fn"));
	spec->exact = true;
	assert_null(card_find_spec(specs, "tel"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shown),
		cmocka_unit_test(bounded),
		cmocka_unit_test(edited),
		cmocka_unit_test(found),
	};

	return cmocka_run_group_tests_name("model/card", tests, NULL, NULL);
}
