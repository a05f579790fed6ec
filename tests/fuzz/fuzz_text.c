/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes, cleaned, are valid UTF-8, clean, within bounds, and stay as they are when
 * cleaned again; and what is clean can be measured and wrapped. */

#include <string.h>

#include "model/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(const char *bytes, gsize size, enum text_kind kind)
{
	gsize max = kind == TEXT_LINE ? TEXT_LINE_MAX : TEXT_BODY_MAX;
	g_autofree char *once = text_clean(bytes, (gssize)size, kind);
	g_autofree char *twice = text_clean(once, -1, kind);
	const char *rest = once;

	g_assert_true(strlen(once) <= max);
	g_assert_true(g_utf8_validate(once, -1, NULL));
	g_assert_true(text_is_clean(once, kind));
	g_assert_cmpstr(once, ==, twice);
	while (*rest) {
		gsize n = text_fit(rest, 5, NULL);

		g_assert_true(n > 0);
		rest += n;
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *bytes = (const char *)data;
	g_autofree char *text = NULL, *nick = NULL;

	check(bytes, size, TEXT_LINE);
	check(bytes, size, TEXT_BODY);
	text = text_clean(bytes, (gssize)size, TEXT_BODY);
	nick = text_clean(bytes, (gssize)MIN(size, 8), TEXT_LINE);
	text_mentions(text, nick);
	if (!text_contains(text, text))
		g_error("a text does not contain itself");
	return 0;
}
