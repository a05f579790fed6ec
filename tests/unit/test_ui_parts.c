/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/test.h"
#include "ui/input_bytes.h"
#include "ui/keys.h"
#include "ui/wrap.h"

#include <glib.h>
#include <string.h>

/* The parts of the screen that need no terminal. */

static void assert_wrapped(const char *text, int width, const char *const *expected)
{
	g_autoptr(GArray) lines = wrap_text(text, width);

	for (guint i = 0; i < lines->len; i++) {
		const struct wrap_line *line = &g_array_index(lines, struct wrap_line, i);
		g_autofree char *part = g_strndup(text + line->start, line->length);

		assert_non_null(expected[i]);
		assert_string_equal(part, expected[i]);
	}
	assert_null(expected[lines->len]);
}

static void test_wrap(void **state)
{
	assert_wrapped("", 10, (const char *const[]){"", NULL});
	assert_wrapped("one two three", 7, (const char *const[]){"one two", "three", NULL});
	assert_wrapped("one  two", 4, (const char *const[]){"one", "two", NULL});
	assert_wrapped("abcdefgh", 3, (const char *const[]){"abc", "def", "gh", NULL});
	assert_wrapped("a\n\nb\n", 9, (const char *const[]){"a", "", "b", "", NULL});
	assert_wrapped("日本語", 4, (const char *const[]){"日本", "語", NULL});
	assert_wrapped("日本", 1, (const char *const[]){"日", "本", NULL});
	assert_wrapped("ae\xcc\x81i", 2, (const char *const[]){"ae\xcc\x81", "i", NULL});
	assert_wrapped("    text here", 9, (const char *const[]){"    text", "here", NULL});
}

static void test_tabs(void **state)
{
	g_autofree char *expanded = wrap_expand_tabs("a\tb\n\tc");

	assert_string_equal(expanded, "a       b\n        c");
}

static void add(struct input_bytes *bytes, const char *text)
{
	input_bytes_add(bytes, (const guchar *)text, strlen(text), G_MAXUINT);
}

static void assert_key(struct input_bytes *bytes, bool late, const char *expected)
{
	struct input_token token;

	assert_true(input_bytes_next(bytes, late, &token));
	assert_int_equal(token.kind, INPUT_TOKEN_KEY);
	assert_int_equal(token.length, strlen(expected));
	assert_memory_equal(token.bytes, expected, token.length);
}

static void assert_kind(struct input_bytes *bytes, bool late, enum input_token_kind kind)
{
	struct input_token token;

	assert_true(input_bytes_next(bytes, late, &token));
	assert_int_equal(token.kind, kind);
	input_token_clear(&token);
}

static void assert_nothing(struct input_bytes *bytes)
{
	struct input_token token;

	assert_false(input_bytes_next(bytes, false, &token));
}

static void test_sequences(void **state)
{
	struct input_bytes *bytes = input_bytes_new();

	add(bytes, "aé\033[1;3D\033OP\033[[A\033x\033\033[D");
	assert_key(bytes, false, "a");
	assert_key(bytes, false, "é");
	assert_key(bytes, false, "\033[1;3D");
	assert_key(bytes, false, "\033OP");
	assert_key(bytes, false, "\033[[A");
	assert_key(bytes, false, "\033x");
	assert_key(bytes, false, "\033\033[D");
	assert_nothing(bytes);
	input_bytes_free(bytes);
}

static void test_escape(void **state)
{
	struct input_bytes *bytes = input_bytes_new();

	add(bytes, "\033");
	assert_nothing(bytes);
	assert_true(input_bytes_is_waiting(bytes));
	assert_kind(bytes, true, INPUT_TOKEN_ESCAPE);
	add(bytes, "\033[");
	assert_nothing(bytes);
	assert_key(bytes, true, "\033[");
	add(bytes, "\xc3");
	assert_nothing(bytes);
	add(bytes, "\xa9");
	assert_key(bytes, false, "é");
	input_bytes_free(bytes);
}

static void test_replies(void **state)
{
	struct input_bytes *bytes = input_bytes_new();

	add(bytes, "\033[?62;22c\033[I\033]10;rgb:00/00/00\033\\\033[24;80R");
	for (int i = 0; i < 4; i++)
		assert_kind(bytes, false, INPUT_TOKEN_REPLY);
	assert_nothing(bytes);
	input_bytes_free(bytes);
}

static void assert_mouse(struct input_bytes *bytes, enum mouse_kind kind, int y, int x)
{
	struct input_token token;

	assert_true(input_bytes_next(bytes, false, &token));
	assert_int_equal(token.kind, INPUT_TOKEN_MOUSE);
	assert_int_equal(token.mouse.kind, kind);
	assert_int_equal(token.mouse.y, y);
	assert_int_equal(token.mouse.x, x);
	input_token_clear(&token);
}

static void test_mouse(void **state)
{
	struct input_bytes *bytes = input_bytes_new();

	add(bytes, "\033[<0;3;4M\033[<64;1;1M\033[<65;300;200Ma");
	assert_mouse(bytes, MOUSE_CLICK, 3, 2);
	assert_mouse(bytes, MOUSE_WHEEL_UP, 0, 0);
	assert_mouse(bytes, MOUSE_WHEEL_DOWN, 199, 299);
	assert_key(bytes, false, "a");
	/* Cut in two. */
	add(bytes, "\033[<0;3");
	assert_nothing(bytes);
	add(bytes, ";4M");
	assert_mouse(bytes, MOUSE_CLICK, 3, 2);
	/* The older form, whose bytes are no keys. */
	add(bytes, "\033[M #$\033[M`!!");
	assert_mouse(bytes, MOUSE_CLICK, 3, 2);
	assert_mouse(bytes, MOUSE_WHEEL_UP, 0, 0);
	assert_nothing(bytes);
	input_bytes_free(bytes);
}

/* Nothing is done for them, and nothing of them is typed. */
static void test_mouse_ignored(void **state)
{
	static const char *const reports[] = {
		"\033[<0;3;4m", "\033[<1;3;4M",   "\033[<2;3;4M",           "\033[<4;3;4M",
		"\033[<8;3;4M", "\033[<16;3;4M",  "\033[<32;3;4M",          "\033[<66;3;4M",
		"\033[<0;3M",   "\033[<0;3;4;5M", "\033[<0;0;4M",           "\033[<0;3;M",
		"\033[<;;M",    "\033[<M",        "\033[<0;99999999999;4M", "\033[<-1;3;4M",
		"\033[M###",    "\033[M   ",
	};
	struct input_bytes *bytes = input_bytes_new();

	for (gsize i = 0; i < G_N_ELEMENTS(reports); i++) {
		add(bytes, reports[i]);
		assert_kind(bytes, false, INPUT_TOKEN_REPLY);
		assert_nothing(bytes);
	}
	input_bytes_free(bytes);
}

static void test_paste(void **state)
{
	static const char sent[] = "x\033[200~a\r\nb\033[31m\tc\x01\033[201~y";
	struct input_bytes *bytes = input_bytes_new();
	struct input_token token;
	char *pasted = NULL;

	/* Cut anywhere, it stays one. */
	for (gsize i = 0; i + 1 < sizeof(sent); i++) {
		char one[2] = {sent[i], '\0'};

		add(bytes, one);
		while (input_bytes_next(bytes, false, &token))
			if (token.kind == INPUT_TOKEN_PASTE)
				pasted = g_steal_pointer(&token.text);
	}
	assert_string_equal(pasted, "a\nb[31m\tc");
	g_free(pasted);
	input_bytes_free(bytes);
}

static void test_unmarked_paste(void **state)
{
	struct input_bytes *bytes = input_bytes_new();

	input_bytes_add(bytes, (const guchar *)"a\rb\rc\rd\r", 8, 4);
	assert_kind(bytes, false, INPUT_TOKEN_PASTE);
	input_bytes_add(bytes, (const guchar *)"a\r", 2, 4);
	assert_key(bytes, false, "a");
	input_bytes_free(bytes);
}

static void test_keys_are_whole(void **state)
{
	for (int i = 0; i < ACTION_COUNT; i++) {
		assert_non_null(keys_table[i].function);
		assert_non_null(keys_table[i].shown);
		assert_non_null(keys_table[i].help);
		assert_true(g_str_has_prefix(keys_table[i].function, "pheme-"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),           cmocka_unit_test(test_tabs),
		cmocka_unit_test(test_sequences),      cmocka_unit_test(test_escape),
		cmocka_unit_test(test_replies),        cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_mouse_ignored),  cmocka_unit_test(test_paste),
		cmocka_unit_test(test_unmarked_paste), cmocka_unit_test(test_keys_are_whole),
	};

	return cmocka_run_group_tests_name("ui/parts", tests, NULL, NULL);
}
