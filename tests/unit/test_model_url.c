/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Addresses in text. */

#include "model/url.h"
#include "tests/lib/test.h"

#include <string.h>

static void assert_url(const char *text, const char *expected)
{
	gsize length = 0;
	const char *found = url_find(text, &length);
	g_autofree char *url = found ? g_strndup(found, length) : NULL;

	if (g_strcmp0(url, expected))
		fail_msg("%s: %s", text, url ? url : "none");
}

static void test_found(void **state)
{
	assert_url("see https://example.org/a?b=c#d now", "https://example.org/a?b=c#d");
	assert_url("HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG");
	assert_url("mailto:bob@example.org", "mailto:bob@example.org");
	assert_url("xmpp:dev@conference.example.org?join", "xmpp:dev@conference.example.org?join");
	assert_url("https://de.wikipedia.org/wiki/Zürich", "https://de.wikipedia.org/wiki/Zürich");
}

static void test_ends(void **state)
{
	assert_url("(see http://x.org/a).", "http://x.org/a");
	assert_url("http://x.org/a_(b) is it", "http://x.org/a_(b)");
	assert_url("<http://x.org>", "http://x.org");
	assert_url("\"http://x.org\"", "http://x.org");
	assert_url("is it http://x.org/?", "http://x.org/");
	assert_url("http://x.org/a\nb", "http://x.org/a");
	assert_url("http://[::1]/a", "http://[::1]/a");
}

static void test_others(void **state)
{
	assert_url("", NULL);
	assert_url("http://", NULL);
	assert_url("http:// x", NULL);
	assert_url("xhttp://x.org", NULL);
	assert_url("file:///etc/passwd", NULL);
	assert_url("javascript:alert(1)", NULL);
	assert_url("ftp://x.org data:text/html,x", NULL);
	assert_url("https://...", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/url/found", test_found},
		{"/url/ends", test_ends},
		{"/url/others", test_others},
	};

	return cmocka_run_group_tests_name("model/url", tests, NULL, NULL);
}
