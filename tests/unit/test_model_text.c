/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "model/text.h"
#include "model/text_char.h"

static void assert_clean_n(const char *bytes, gssize length, enum text_kind kind,
			   const char *expected)
{
	g_autofree char *cleaned = text_clean(bytes, length, kind);

	assert_string_equal(cleaned, expected);
	assert_true(text_is_clean(cleaned, kind));
}

static void assert_line(const char *text, const char *expected)
{
	assert_clean_n(text, -1, TEXT_LINE, expected);
}

static void assert_body(const char *text, const char *expected)
{
	assert_clean_n(text, -1, TEXT_BODY, expected);
}

static void test_nothing(void **state)
{
	assert_clean_n(NULL, -1, TEXT_LINE, "");
	assert_clean_n(NULL, 5, TEXT_BODY, "");
	assert_line("", "");
	assert_body("", "");
	assert_clean_n("abc", 0, TEXT_BODY, "");
}

static void test_ordinary(void **state)
{
	static const char *const texts[] = {
		"hello",      "Grüße, 世界", "naïve café",     "Ελληνικά",  "שלום",
		"мир",        "한국어",      "日本語テキスト", "हिन्दी",     "ไทย",
		"√2 ≠ π → ∞", "│ box ░▒▓ ⠿", "1,5\u00A0€",     "a\u0301bc",
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
		assert_line(texts[i], texts[i]);
		assert_body(texts[i], texts[i]);
	}
}

static void test_controls(void **state)
{
	assert_line("a\033[31mred\033[0m", "a^[[31mred^[[0m");
	assert_body("\033]0;title\007", "^[]0;title^G");
	assert_line("\177\001\037", "^?^A^_");
	assert_line("a\nb\tc\rd", "a^Jb^Ic^Md");
	assert_body("a\nb\tc\rd", "a\nb\tc^Md");
	assert_body("a\r\nb\r\r\nc\r", "a\nb^M\nc^M");
	assert_line("a\r\nb", "a^M^Jb");
}

static void test_c1(void **state)
{
	assert_line("a\302\23331mb\302\205c\302\200\302\237",
		    "a[U+009B]31mb[U+0085]c[U+0080][U+009F]");
	/* the same as single bytes is not UTF-8 */
	assert_line("a\x9b"
		    "31m",
		    "a\uFFFD31m");
}

static void test_every_control(void **state)
{
	for (gunichar c = 1; c < 0xA0; c++) {
		char raw[8] = {0};
		g_autofree char *cleaned = NULL;

		g_unichar_to_utf8(c, raw);
		cleaned = text_clean(raw, -1, TEXT_LINE);
		for (const char *p = cleaned; *p; p++)
			assert_true(*p >= 0x20 && *p < 0x7F);
	}
}

static void test_bidi(void **state)
{
	static const gunichar bidi[] = {0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067,
					0x2068, 0x2069, 0x200E, 0x200F, 0x061C, 0x2028, 0x2029};

	for (unsigned i = 0; i < G_N_ELEMENTS(bidi); i++) {
		char raw[8] = {0};
		g_autofree char *text = NULL, *expected = NULL;

		g_unichar_to_utf8(bidi[i], raw);
		text = g_strdup_printf("a%sb", raw);
		expected = g_strdup_printf("a[U+%04X]b", bidi[i]);
		assert_line(text, expected);
		assert_body(text, expected);
	}
	assert_line("user\u202Egpj.exe", "user[U+202E]gpj.exe");
}

static void test_invisible(void **state)
{
	static const gunichar invisible[] = {
		0x00AD,  0x034F,  0x115F,  0x1160,  0x17B4,  0x17B5,  0x180B,  0x180E,  0x180F,
		0x200B,  0x200C,  0x200D,  0x2060,  0x2061,  0x2064,  0x2065,  0x206A,  0x206F,
		0x3164,  0xFE00,  0xFE0E,  0xFE0F,  0xFEFF,  0xFFA0,  0xFFF0,  0xFFF9,  0xFFFB,
		0x1BCA0, 0x1D173, 0x1D17A, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF, 0xE0FFF};

	for (unsigned i = 0; i < G_N_ELEMENTS(invisible); i++) {
		char raw[8] = {0};
		g_autofree char *text = NULL;

		g_unichar_to_utf8(invisible[i], raw);
		text = g_strdup_printf("%sa%sb%s", raw, raw, raw);
		assert_line(text, "ab");
	}
	/* those that are seen stay */
	assert_line("\u0600\u06DD\u070F", "\u0600\u06DD\u070F");
}

static void test_not_assigned(void **state)
{
	assert_line("a\uFDD0b\uFFFFc\U0001FFFEd\U0010FFFF", "a\uFFFDb\uFFFDc\uFFFDd\uFFFD");
	assert_line("\u0378\U000EFFFF", "\uFFFD\uFFFD");
	/* private use has fonts and meaning for those who use it */
	assert_line("\uE0B0\U000F0000", "\uE0B0\U000F0000");
}

static void test_emoji(void **state)
{
	/* family, rainbow flag, astronaut with a skin tone, heart on fire, keycap */
	assert_line("\U0001F468\u200D\U0001F469\u200D\U0001F467",
		    "\U0001F468\u200D\U0001F469\u200D\U0001F467");
	assert_line("\U0001F3F3\uFE0F\u200D\U0001F308", "\U0001F3F3\uFE0F\u200D\U0001F308");
	assert_line("\U0001F469\U0001F3FD\u200D\U0001F680", "\U0001F469\U0001F3FD\u200D\U0001F680");
	assert_line("\u2764\uFE0F\u200D\U0001F525", "\u2764\uFE0F\u200D\U0001F525");
	assert_line("1\uFE0F\u20E3", "1\uFE0F\u20E3");
	assert_line("\U0001F1E9\U0001F1EA", "\U0001F1E9\U0001F1EA");
}

static void test_joiner_elsewhere(void **state)
{
	assert_line("a\u200Db", "ab");
	assert_line("\U0001F468\u200D", "\U0001F468");
	assert_line("\u200D\U0001F468", "\U0001F468");
	assert_line("\U0001F468\u200D\u200D\U0001F469", "\U0001F468\u200D\U0001F469");
	assert_line("\U0001F468\u200Dx", "\U0001F468x");
	assert_line("\U0001F468\u200D\n", "\U0001F468^J");
	assert_line("a\uFE0F1\uFE0F2", "a12");
	assert_line("\u2764\uFE0F\uFE0F\uFE0F", "\u2764\uFE0F");
	/* a flag of tags is only the flag */
	assert_line("\U0001F3F4\U000E0067\U000E0062\U000E007F", "\U0001F3F4");
}

static void test_marks(void **state)
{
	g_autoptr(GString) tall = g_string_new("Z");

	for (unsigned i = 0; i < 300; i++)
		g_string_append(tall, "\u0301");
	g_string_append(tall, "x");
	assert_body(tall->str, "Z\u0301\u0301\u0301\u0301x");
	/* others, and other things in between, do not help */
	assert_line("e\u0301\u0302\u0303\u0304\u0305\u20DDx", "e\u0301\u0302\u0303\u0304x");
	assert_line("e\u0301\u0302\u200B\u0303\u0304\u034F\u0305x", "e\u0301\u0302\u0303\u0304x");
}

static void test_marks_without_base(void **state)
{
	assert_line("\u0301x", "\u25CC\u0301x");
	assert_body("a\n\u0301x\t\u0302", "a\n\u25CC\u0301x\t\u25CC\u0302");
	assert_line("\u200B\u0301", "\u25CC\u0301");
}

static void test_invalid_utf8(void **state)
{
	assert_line("a\xff\xfe"
		    "b",
		    "a\uFFFD\uFFFDb");
	assert_line("\xc3", "\uFFFD");             /* truncated */
	assert_line("\xe2\x82x", "\uFFFD\uFFFDx"); /* truncated */
	assert_line("\xf0\x9f\x98", "\uFFFD\uFFFD\uFFFD");
	assert_line("\xc0\xaf", "\uFFFD\uFFFD");                     /* overlong / */
	assert_line("\xc1\x9b", "\uFFFD\uFFFD");                     /* overlong ESC */
	assert_line("\xe0\x80\x8a", "\uFFFD\uFFFD\uFFFD");           /* overlong newline */
	assert_line("\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD");           /* surrogate */
	assert_line("\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"); /* beyond Unicode */
	assert_line("\x80", "\uFFFD");
}

static void test_length(void **state)
{
	static const char raw[] = {'a', '\0', 'b', '\xc3', '\xa4'};

	assert_clean_n(raw, 5, TEXT_LINE, "a^@b\u00E4");
	assert_clean_n(raw, 5, TEXT_BODY, "a^@b\u00E4");
	assert_clean_n(raw, 4, TEXT_LINE, "a^@b\uFFFD");
	assert_clean_n("abcdef", 3, TEXT_LINE, "abc");
}

/* Past the length there is nothing to read: a sanitizer or valgrind would tell. */
static void test_not_terminated(void **state)
{
	static const char *const ends[] = {"\xf0\x9f", "\xe2", "\r", "\U0001F468\u200D", "1\uFE0F"};

	for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
		gsize n = strlen(ends[i]);
		char *bytes = g_malloc(n);
		char *cleaned;

		memcpy(bytes, ends[i], n);
		cleaned = text_clean(bytes, (gssize)n, TEXT_BODY);
		assert_true(text_is_clean(cleaned, TEXT_BODY));
		g_free(cleaned);
		g_free(bytes);
	}
}

static char *repeat(const char *what, gsize times)
{
	GString *all = g_string_sized_new(strlen(what) * times + 1);

	while (times--)
		g_string_append(all, what);
	return g_string_free(all, FALSE);
}

static void test_long_name(void **state)
{
	g_autofree char *raw = repeat("x", 64 * 1024);
	g_autofree char *cleaned = text_clean(raw, -1, TEXT_LINE);

	assert_int_equal(strlen(cleaned), TEXT_LINE_MAX);
	assert_true(g_str_has_suffix(cleaned, "x\u2026"));
	assert_true(text_is_clean(cleaned, TEXT_LINE));
}

static void test_just_fits(void **state)
{
	g_autofree char *most = repeat("x", TEXT_LINE_MAX);
	g_autofree char *more = repeat("x", TEXT_LINE_MAX + 1);
	g_autofree char *wide = repeat("世", TEXT_LINE_MAX / 3);

	assert_line(most, most);
	assert_line(wide, wide);
	assert_false(text_is_clean(more, TEXT_LINE));
}

static void test_long_body(void **state)
{
	g_autofree char *raw = repeat("0123456789abcdef", 64 * 1024);
	g_autofree char *cleaned = text_clean(raw, -1, TEXT_BODY);

	assert_true(strlen(cleaned) <= TEXT_BODY_MAX);
	assert_true(strlen(cleaned) > TEXT_BODY_MAX - 64);
	assert_non_null(strstr(cleaned, "\u2026 [cut: 1048576 bytes in all]"));
	assert_true(text_is_clean(cleaned, TEXT_BODY));
}

/* What grows when it is shown, and what must not be cut apart. */
static void test_long_hostile(void **state)
{
	static const char *const parts[] = {
		"\033",
		"\u202E",
		"世",
		"\xff",
		"\u200B",
		"e\u0301\u0302\u0303\u0304",
		"\u0301",
		"\n",
		"\U0001F468\u200D",
		"\r\n",
		"a\xe2\x80\xae\xf0",
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
		for (unsigned kind = TEXT_LINE; kind <= TEXT_BODY; kind++) {
			g_autofree char *raw = repeat(parts[i], 1 << 18);
			g_autofree char *cleaned = text_clean(raw, -1, kind);

			assert_true(strlen(cleaned) <=
				    (kind == TEXT_LINE ? TEXT_LINE_MAX : TEXT_BODY_MAX));
			assert_true(text_is_clean(cleaned, kind));
		}
}

static void test_cut_between_cells(void **state)
{
	/* whatever the offset, a base keeps its marks and no character is torn */
	for (unsigned pad = 0; pad < 12; pad++) {
		g_autofree char *front = repeat("x", pad);
		g_autofree char *rest = repeat("e\u0301\u0302", 200);
		g_autofree char *raw = g_strconcat(front, rest, NULL);
		g_autofree char *cleaned = text_clean(raw, -1, TEXT_LINE);

		assert_true(g_str_has_suffix(cleaned, "e\u0301\u0302\u2026"));
	}
}

/* --- width -------------------------------------------------------------------------------- */

static void test_char_width(void **state)
{
	assert_int_equal(text_char_width('a'), 1);
	assert_int_equal(text_char_width(0xE9), 1);
	assert_int_equal(text_char_width(0x4E16), 2);
	assert_int_equal(text_char_width(0x1F600), 2);
	assert_int_equal(text_char_width(0x0301), 0);
	assert_int_equal(text_char_width(0x200D), 0);
	assert_int_equal(text_char_width(0xFE0F), 0);
	assert_int_equal(text_char_width('\n'), 0);
	assert_int_equal(text_char_width(0xFFFD), 1);
	assert_int_equal(text_char_width(0x25CC), 1);
}

/* curses places cells by wcwidth(): where the two disagree the screen would be torn. */
static void test_width_of_the_c_library(void **state)
{
	unsigned wrong = 0;

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip(); /* no UTF-8 locale to compare with */
	for (gunichar c = 0x20; c < 0x110000; c++) {
		enum text_class class = text_char_class(c);
		int theirs;

		if (!g_unichar_validate(c) ||
		    (class != TEXT_CLASS_BASE && class != TEXT_CLASS_MARK))
			continue;
		theirs = wcwidth((wchar_t)c);
		/* -1: GLib knows a younger Unicode than the C library */
		wrong += theirs >= 0 && theirs != text_char_width(c);
	}
	setlocale(LC_CTYPE, "C");
	assert_int_equal(wrong, 0);
}

static void test_width(void **state)
{
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("世界"), 4);
	assert_int_equal(text_width("e\u0301\u0302x"), 2);
}

static void assert_fit(const char *s, int cells, gsize bytes, int used)
{
	int taken = -1;

	assert_int_equal(text_fit(s, cells, &taken), bytes);
	assert_int_equal(taken, used);
	assert_int_equal(text_fit(s, cells, NULL), bytes);
}

static void test_fit(void **state)
{
	assert_fit("hello", 3, 3, 3);
	assert_fit("hello", 9, 5, 5);
	assert_fit("hello", 0, 0, 0);
	assert_fit("hello", -1, 0, 0);
	assert_fit("", 5, 0, 0);
	assert_fit("世界", 3, 3, 2);
	assert_fit("世界", 1, 0, 0);
	assert_fit("e\u0301\u0302x", 1, 5, 1);
	assert_fit("xe\u0301", 1, 1, 1);
	assert_fit("xe\u0301", 2, 4, 2);
}

/* --- looking for text --------------------------------------------------------------------- */

static void test_sort_key(void **state)
{
	g_autofree char *anna = text_sort_key("anna"), *bob = text_sort_key("Bob");
	g_autofree char *big = text_sort_key("ANNA"), *none = text_sort_key("");

	assert_true(strcmp(anna, bob) < 0);
	assert_string_equal(anna, big);
	assert_true(strcmp(none, anna) < 0);
}

static void test_contains(void **state)
{
	assert_true(text_contains("Hello World", "WORLD"));
	assert_true(text_contains("GRÜSSE", "grüß"));
	assert_true(text_contains("abc", ""));
	assert_false(text_contains("", "a"));
	assert_false(text_contains("abc", "abd"));
}

static void test_mentions(void **state)
{
	static const char *const yes[] = {"bob",      "Bob: hi",  "hi BOB!", "(bob)",
					  "hey, bob", "@bob",     "bob's",   "bobby and bob",
					  "\nbob\n",  "世界 bob", "b bob",   "ask bob?"};
	static const char *const no[] = {"",     "bobby", "kabob", "bo b", "bob_",  "_bob",
					 "bob2", "2bob",  "äbob",  "bobé", "b-o-b", "bob\u0301"};

	for (unsigned i = 0; i < G_N_ELEMENTS(yes); i++)
		assert_true(text_mentions(yes[i], "bob"));
	for (unsigned i = 0; i < G_N_ELEMENTS(no); i++)
		assert_false(text_mentions(no[i], "bob"));
	assert_false(text_mentions("anything", ""));
	assert_true(text_mentions("hi JÜRGEN!", "jürgen"));
	assert_false(text_mentions("jürgens", "jürgen"));
	assert_true(text_mentions("x[a] [a]", "[a]"));
	assert_true(text_mentions("世界: ja", "世界"));
}

/* --- any bytes ---------------------------------------------------------------------------- */

static const char *const spice[] = {
	"\033[",  "\u202E",   "\u0301", "\u200D",     "\uFE0F", "\u20E3",   "\U0001F468",
	"\u2764", "\r",       "\n",     "1",          "\xf0",   "\xe2\x80", "\u200B",
	"世",     "\302\205", "\uFFFF", "\U000E0067", "\u1160", " ",
};

static void fill(GByteArray *bytes, GRand *rand)
{
	unsigned n = (unsigned)g_rand_int_range(rand, 0, 60);

	g_byte_array_set_size(bytes, 0);
	for (unsigned i = 0; i < n; i++) {
		guint8 any = (guint8)g_rand_int(rand);
		const char *part = spice[g_rand_int_range(rand, 0, G_N_ELEMENTS(spice))];

		if (g_rand_int_range(rand, 0, 4) == 0)
			g_byte_array_append(bytes, &any, 1);
		else
			g_byte_array_append(bytes, (const guint8 *)part, (guint)strlen(part));
	}
}

static void assert_shown(const char *s, enum text_kind kind)
{
	unsigned marks = 0;

	assert_true(g_utf8_validate(s, -1, NULL));
	for (; *s; s = g_utf8_next_char(s)) {
		gunichar c = g_utf8_get_char(s);
		enum text_class class = text_char_class(c);

		if (kind == TEXT_BODY && (c == '\n' || c == '\t'))
			continue;
		marks = class == TEXT_CLASS_BASE ? 0 : marks + 1;
		assert_true(marks <= 4);
		assert_true(class == TEXT_CLASS_BASE || class == TEXT_CLASS_MARK ||
			    class == TEXT_CLASS_VS16 || class == TEXT_CLASS_ZWJ);
	}
}

static void test_any_bytes(void **state)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20260);
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	for (unsigned round = 0; round < 40000; round++) {
		enum text_kind kind = round % 2 ? TEXT_LINE : TEXT_BODY;
		g_autofree char *once = NULL, *twice = NULL;

		fill(bytes, rand);
		once = text_clean((const char *)bytes->data, (gssize)bytes->len, kind);
		twice = text_clean(once, -1, kind);
		assert_string_equal(once, twice);
		assert_true(text_is_clean(once, kind));
		assert_shown(once, kind);
	}
}

static void test_fit_any_bytes(void **state)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	for (unsigned round = 0; round < 5000; round++) {
		g_autofree char *s = NULL;
		const char *rest;

		fill(bytes, rand);
		s = text_clean((const char *)bytes->data, (gssize)bytes->len, TEXT_LINE);
		for (rest = s; *rest;) {
			int used = 0;
			gsize n = text_fit(rest, 7, &used);
			g_autofree char *part = g_strndup(rest, n);

			assert_true(n > 0 && used <= 7);
			assert_int_equal(text_width(part), used);
			rest += n;
			assert_true(!*rest || text_char_width(g_utf8_get_char(rest)) > 0);
		}
	}
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, NULL, NULL, NULL                                                   \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST("/text/nothing is an empty string", test_nothing),
		TEST("/text/ordinary text stays", test_ordinary),
		TEST("/text/controls are shown", test_controls),
		TEST("/text/C1 is shown", test_c1),
		TEST("/text/every control becomes ASCII", test_every_control),
		TEST("/text/bidi controls are shown", test_bidi),
		TEST("/text/invisible characters are dropped", test_invisible),
		TEST("/text/what is not assigned is replaced", test_not_assigned),
		TEST("/text/emoji stay whole", test_emoji),
		TEST("/text/joiners elsewhere are dropped", test_joiner_elsewhere),
		TEST("/text/four marks a cell", test_marks),
		TEST("/text/marks without a base get one", test_marks_without_base),
		TEST("/text/invalid UTF-8 is replaced", test_invalid_utf8),
		TEST("/text/length counts, NUL is shown", test_length),
		TEST("/text/nothing past the length is read", test_not_terminated),
		TEST("/text/long name is cut", test_long_name),
		TEST("/text/what just fits is not cut", test_just_fits),
		TEST("/text/long body is cut", test_long_body),
		TEST("/text/long hostile text is bounded", test_long_hostile),
		TEST("/text/cut falls between cells", test_cut_between_cells),
		TEST("/text/width of characters", test_char_width),
		TEST("/text/width agrees with the C library", test_width_of_the_c_library),
		TEST("/text/width of strings", test_width),
		TEST("/text/fit counts cells", test_fit),
		TEST("/text/sort key ignores case", test_sort_key),
		TEST("/text/contains ignores case", test_contains),
		TEST("/text/mentions are whole words", test_mentions),
		TEST("/text/any bytes come out clean", test_any_bytes),
		TEST("/text/any text can be wrapped", test_fit_any_bytes),
	};

	return cmocka_run_group_tests_name("model/text", tests, NULL, NULL);
}
