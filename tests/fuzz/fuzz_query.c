/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes, searched for in any bytes: read without harm, found within bounds, and a text that
 * is found has a place where. */

#include <string.h>

#include "model/query.h"
#include "model/words.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_words(const char *text)
{
	g_autofree char *once = words_fold(text), *twice = words_fold(once);
	struct words words;
	gsize reached = 0;

	g_assert_true(g_utf8_validate(once, -1, NULL));
	g_assert_cmpstr(once, ==, twice);
	words_begin(&words, text);
	while (words_next(&words)) {
		g_assert_true(words.start >= reached && words.end > words.start);
		reached = words.end;
	}
	g_assert_true(reached <= strlen(text));
}

static void check_spans(const struct query *query, const char *text)
{
	g_autoptr(GArray) spans = query_find(query, text);
	gsize reached = 0;

	for (guint i = 0; i < spans->len; i++) {
		const struct query_span *span = &g_array_index(spans, struct query_span, i);

		g_assert_true(span->start >= reached && span->end > span->start);
		reached = span->end;
	}
	g_assert_true(reached <= strlen(text));
	if (query->terms->len && query_matches(query, text))
		g_assert_true(spans->len > 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	gsize cut = size ? data[0] % size : 0;
	g_autofree char *typed = g_strndup((const char *)data, cut);
	g_autofree char *text = g_strndup((const char *)data + cut, size - cut);
	g_autoptr(GError) error = NULL;
	struct query *query = query_parse(typed, true, &error);

	check_words(text);
	if (!query) {
		g_assert_nonnull(error);
		return 0;
	}
	check_spans(query, text);
	query_is_from(query, false, text, typed);
	query_unref(query);
	return 0;
}
