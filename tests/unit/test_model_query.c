/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a word is, and how what is typed to search for is understood. */

#include "model/query.h"
#include "model/words.h"
#include "tests/lib/test.h"

#include <string.h>

static void assert_folded(const char *text, const char *folded)
{
	g_autofree char *found = words_fold(text);

	assert_string_equal(found, folded);
}

static void test_words(void **state)
{
	assert_folded(NULL, "");
	assert_folded("  ", "");
	assert_folded("Hello, World-42!", "hello world 42 ");
	assert_folded("http://example.org/a_b?c", "http example org a b c ");
}

static void test_words_folded(void **state)
{
	assert_folded("Zürich", "zurich ");
	assert_folded("Zu\xcc\x88rich", "zurich "); /* U+0308: the same in two characters */
	assert_folded("ÉCOLE Ђорђе ΑΘΉΝΑ", "ecole ђорђе αθηνα ");
	assert_folded("ＡＢＣ ﬁn x²", "abc fin x2 ");
}

static void test_words_unspaced(void **state)
{
	assert_folded("abc日本語def", "abc 日 本 語 def ");
	assert_folded("你好 世界", "你 好 世 界 ");
	assert_folded("h㊈9 ㊱", "h 九 9 36 "); /* in a circle */
	assert_folded("j\uff9f u", "j\u309a u ");
	assert_folded("\uff76\uff9e", "\u30ab\u3099 ");
	assert_folded("\u30ac", "\u30ab\u3099 ");
	assert_folded("한국어 좋아", "한국어 좋아 ");
	assert_folded("ok🦊🦊", "ok 🦊 🦊 ");
}

static void test_words_garbage(void **state)
{
	g_autofree char *longest = g_strnfill(100000, 'x');
	g_autofree char *folded = words_fold(longest);

	assert_int_equal(strlen(folded), WORD_MAX + 1);
	assert_folded("a\xff\xfe"
		      "b\xe2\x80",
		      "a b ");
	assert_folded("\xcc\x88", "");
}

static void test_words_places(void **state)
{
	struct words words;

	words_begin(&words, "-- Zürich!");
	assert_true(words_next(&words));
	assert_int_equal(words.start, 3);
	assert_int_equal(words.end, 10);
	assert_false(words_next(&words));
	assert_false(words_next(&words));
}

/* --- what is typed ------------------------------------------------------------------------ */

static struct query *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct query *query = query_parse(text, false, &error);

	if (!query)
		fail_msg("%s: %s", text, error->message);
	return query;
}

static void assert_refused(const char *text, const char *part)
{
	g_autoptr(GError) error = NULL;

	assert_null(query_parse(text, false, &error));
	if (!strstr(error->message, part))
		fail_msg("%s: %s", text, error->message);
}

static void assert_found(const char *typed, const char *text, bool found)
{
	struct query *query = parse(typed);

	if (query_matches(query, text) != found)
		fail_msg("%s in %s", typed, text);
	query_unref(query);
}

static void test_terms(void **state)
{
	assert_found("back", "the backup is done", true);
	assert_found("up", "the backup is done", false);
	assert_found("done back", "the backup is done", true);
	assert_found("done nothing", "the backup is done", false);
	assert_found("\"back\"", "the backup is done", false);
	assert_found("\"backup is\"", "the backup is done", true);
	assert_found("\"is backup\"", "the backup is done", false);
	assert_found("\"is done", "the backup is done", true);
	assert_found("zurich", "nach Zürich", true);
	assert_found("Zürich", "NACH ZURICH", true);
	assert_found("bob@exam", "ask bob@example.org", true);
	assert_found("世界", "你好世界", true);
	assert_found("界世", "你好世界", false);
	assert_found("http://x.org", "see https://x.org", false);
}

static void test_filters(void **state)
{
	struct query *query =
		parse("from:me in:\"Dave Miller\" account:work after:2026-01-01 x before:2026");

	assert_true(query->from_me);
	assert_string_equal(query->in, "Dave Miller");
	assert_string_equal(query->in_fold, "dave miller");
	assert_string_equal(query->account, "work");
	assert_true(query->after > query->before - 60);
	assert_int_equal(query->after, query->before);
	assert_int_equal(query->terms->len, 1);
	assert_true(query_is_from(query, true, NULL, NULL));
	assert_false(query_is_from(query, false, "james", "James"));
	query_unref(query);
}

static void test_from(void **state)
{
	struct query *query = parse("from:bób");

	assert_true(query_is_from(query, false, "bob@example.org", NULL));
	assert_true(query_is_from(query, false, "x@example.org", "Jim Bob"));
	assert_false(query_is_from(query, true, NULL, NULL));
	query_unref(query);
	query = parse("from:##");
	assert_true(query_is_from(query, false, "##", NULL));
	assert_false(query_is_from(query, false, "a", "b"));
	query_unref(query);
}

static void test_refused(void **state)
{
	g_autofree char *mega = g_strnfill(1024 * 1024, 'x');
	g_autofree char *many = g_strnfill(QUERY_WORDS_MAX * 2 + 2, ' ');

	for (char *p = many; *p; p += 2)
		*p = 'a';
	assert_refused("", "no word");
	assert_refused("\"", "no word");
	assert_refused("*", "no word");
	assert_refused("\"*\" -- ()", "no word");
	assert_refused(mega, "too long");
	assert_refused(many, "too much");
	assert_refused("after:never x", "no time");
	assert_refused("before:2026-13", "no time");
	assert_refused("in:", "needs a value");
}

static void test_all(void **state)
{
	struct query *query = query_parse("  ", true, NULL);

	assert_non_null(query);
	assert_true(query_matches(query, "anything"));
	query_unref(query);
	assert_null(query_parse("*", true, NULL));
}

static gint64 time_of(const char *text)
{
	gint64 time;

	if (!query_parse_time(text, &time))
		fail_msg("%s", text);
	return time;
}

static void test_times(void **state)
{
	gint64 day = 24 * 3600, now = g_get_real_time() / G_USEC_PER_SEC, time;

	assert_int_equal(time_of("2026-11-22T14:05:06"), time_of("2026-11-22 14:05") + 6);
	assert_int_equal(time_of("2026-11-22"), time_of("2026-11-22T00:00"));
	assert_int_equal(time_of("2026-11"), time_of("2026-11-01"));
	assert_int_equal(time_of("2026"), time_of("2026-01-01"));
	assert_true(time_of("today") <= now && now - time_of("yesterday") <= 3 * day);
	assert_true(ABS(time_of("3h") - (now - 3 * 3600)) <= 2);
	assert_true(ABS(time_of("1w") - (now - 7 * day)) <= 3602);
	assert_true(time_of("23:59") > time_of("00:00"));
	assert_false(query_parse_time("", &time));
	assert_false(query_parse_time("26-1-1", &time));
	assert_false(query_parse_time("2026-11-31", &time));
	assert_false(query_parse_time("2026-11-22x", &time));
	assert_false(query_parse_time("2026-11-22T25:00", &time));
	assert_false(query_parse_time("99999999d", &time));
}

static void test_spans(void **state)
{
	const char *text = "A back, a Backup: back up";
	struct query *query = parse("back \"back up\"");
	g_autoptr(GArray) spans = query_find(query, text);
	const struct query_span *span = (const struct query_span *)spans->data;

	assert_int_equal(spans->len, 3);
	assert_int_equal(span[0].start, 2);
	assert_int_equal(span[0].end, 6);
	assert_int_equal(span[1].start, 10);
	assert_int_equal(span[1].end, 16);
	assert_int_equal(span[2].start, 18);
	assert_int_equal(span[2].end, 25);
	query_unref(query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/words/plain", test_words},
		{"/words/folded", test_words_folded},
		{"/words/unspaced-scripts", test_words_unspaced},
		{"/words/garbage", test_words_garbage},
		{"/words/places", test_words_places},
		{"/query/terms", test_terms},
		{"/query/filters", test_filters},
		{"/query/from", test_from},
		{"/query/refused", test_refused},
		{"/query/all", test_all},
		{"/query/times", test_times},
		{"/query/spans", test_spans},
	};

	return cmocka_run_group_tests_name("model/query", tests, NULL, NULL);
}
