/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --watch: what is printed, when it is acknowledged, and how it ends. */

#include "watch_world.h"

#include <glib-unix.h>

/* --- what is printed ---------------------------------------------------------------------- */

static json_t *parse_line(const char *line)
{
	json_error_t error;
	json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, &error);

	if (!record)
		test_fail("%s: %s", error.text, line);
	return record;
}

/* The texts of all messages, each line being a record. */
static GPtrArray *read_texts(const struct watcher *watcher)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *all = watch_read(watcher->out);
	g_auto(GStrv) lines = g_strsplit(all, "\n", -1);

	for (char **line = lines; *line; line++) {
		json_t *record = **line ? parse_line(*line) : NULL;
		json_t *text = record ? json_object_get(record, "text") : NULL;

		if (text)
			g_ptr_array_add(texts, g_strdup(json_string_value(text)));
		json_decref(record);
	}
	return texts;
}

static void test_text(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch");
	watch_wait(watcher, "[work] connected\n");
	fixture_wait_calls(w->fixture, "GetContactListAttributes", 1);
	fixture_set_presence(w->fixture, ME, BOB, "away", "lunch");
	watch_wait(watcher, "[work] Bob <bob@fixture> is away: lunch\n");
	watch_says(w, "hello\n2026-11-22 14:01:00 [work] me: \033[2Jforged");
	watch_wait(watcher, "[work] Bob <bob@fixture>: hello\n    2026-11-22 14:01:00 [work] me: "
			    "^[[2Jforged\n");
	fixture_set_contact(w->fixture, ME, "mallory@evil", "M", NULL, 1, 3, "let me in");
	watch_wait(watcher, "request 1: M <mallory@evil> wants to see your presence: let me in\n");
	watch_wait_pending(w, 0);
	watch_end(w, watcher);
}

/* Whatever comes is valid JSON, and what was said. */
static void test_hostile(void **state)
{
	static const char *const texts[] = {
		"\"}\n{\"event\":\"message\"",
		"\033]0;x\007\x01\x7f",
		"\xc2\x9b\x33\x31m",
		"user\xe2\x80\xaegpj.exe",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb caf\xc3\xa9",
		"\\u0000 \\ / \xe2\x80\xa8",
		"\xef\xbf\xbe\xef\xbb\xbf",
	};
	struct pheme_world *w = *state;
	g_autoptr(GPtrArray) got = NULL;
	struct watcher *watcher;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch", "--json");
	watch_wait(watcher, "\"connected\"");
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		watch_says(w, texts[i]);
	watch_says(w, "the end");
	watch_wait(watcher, "the end");
	got = read_texts(watcher);
	assert_int_equal(got->len, G_N_ELEMENTS(texts) + 1);
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_string_equal(got->pdata[i], texts[i]);
	watch_end(w, watcher);
}

static void test_filter_and_count(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *out = NULL;
	struct watcher *watcher;

	watch_use_account(w);
	fixture_set_contact(w->fixture, ME, "carol@fixture", "Carol", NULL, 4, 4, "");
	watcher = WATCH(w, "a", "--watch", "Bob", "--count", "2");
	watch_wait(watcher, "connected\n");
	fixture_wait_calls(w->fixture, "GetContactListAttributes", 1);
	watch_says(w, "one");
	watch_wait(watcher, "one\n");
	fixture_receive(w->fixture, ME, "carol@fixture", false, "carol@fixture", "not me", NULL);
	/* At once: after the first of them it leaves. */
	fixture_burst(w->fixture, ME, BOB, false, BOB, 2);
	watch_wait(watcher, "message 1 of 2\n");
	out = watch_read(watcher->out);
	watch_ends(w, watcher, 0, "");
	assert_null(strstr(out, "not me"));
	assert_null(strstr(out, "message 2 of 2"));
}

/* A name is of one contact: neither of two, nor of who takes it later. */
static void test_names(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch", "bob", "--count", "2");
	watch_wait(watcher, "connected\n");
	fixture_wait_calls(w->fixture, "GetContactListAttributes", 1);
	watch_says(w, "one");
	watch_wait(watcher, "one\n");
	fixture_set_contact(w->fixture, ME, "carol@fixture", "Bob", NULL, 4, 4, "");
	fixture_receive(w->fixture, ME, "carol@fixture", false, "carol@fixture", "not me", NULL);
	watch_says(w, "two");
	watch_wait(watcher, "two\n");
	g_autofree char *out = watch_read(watcher->out);

	assert_null(strstr(out, "not me"));
	watch_ends(w, watcher, 0, "");
	watcher = WATCH(w, "b", "--watch", "Bob");
	watch_ends(w, watcher, 3, "Bob could be several: work:bob@fixture, work:carol@fixture\n");
	watcher = WATCH(w, "c", "--reply-with", "cat", "Bob");
	watch_ends(w, watcher, 3, "Bob could be several: ");
}

static void test_color(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch", "--once", "--color", "always");
	watch_wait(watcher, "connected\n");
	fixture_wait_calls(w->fixture, "GetContactListAttributes", 1);
	watch_says(w, "hello");
	watch_wait(watcher, "[work] \033[36mBob\033[0m <bob@fixture>: hello\n");
	watch_ends(w, watcher, 0, "");
}

/* --- what nobody has read ----------------------------------------------------------------- */

static void test_from_start(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch", "--count", "3");
	watch_wait(watcher, "connected\n");
	for (int i = 1; i <= 3; i++) {
		g_autofree char *text = g_strdup_printf("message %d", i);

		watch_says(w, text);
	}
	watch_ends(w, watcher, 0, "");
	/* It only looked on: they are unread still. */
	watcher = WATCH(w, "b", "--watch", "--from-start", "--count", "2");
	watch_wait(watcher, "message 1\n");
	watch_wait(watcher, "message 2\n");
	watch_ends(w, watcher, 0, "");
	watcher = WATCH(w, "c", "--watch", "--from-start", "--count", "2");
	watch_wait(watcher, "message 3\n");
	watch_wait(watcher, "connected\n");
	watch_says(w, "message 4");
	watch_wait(watcher, "message 4\n");
	watch_ends(w, watcher, 0, "");
	watcher = WATCH(w, "d", "--watch", "--from-start", "--once");
	watch_wait(watcher, "connected\n");
	watch_says(w, "message 5");
	watch_ends(w, watcher, 0, "");
	watcher = WATCH(w, "e", "--watch", "--from-start", "--once");
	watch_wait(watcher, "connected\n");
	g_autofree char *out = watch_read(watcher->out);

	assert_null(strstr(out, "message"));
	watch_end(w, watcher);
}

/* --- who reads ---------------------------------------------------------------------------- */

/* Opens a fifo that a watcher writes to. */
static int open_fifo(struct pheme_world *w, const char *path)
{
	int fd;

	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

struct reading {
	int fd;
	GString *text;
	const char *wanted;
};

static bool has_come(void *data)
{
	struct reading *reading = data;
	char bytes[65536];
	ssize_t n;

	while ((n = read(reading->fd, bytes, sizeof(bytes))) > 0)
		g_string_append_len(reading->text, bytes, n);
	return strstr(reading->text->str, reading->wanted) != NULL;
}

/* So that has_come() is asked. */
static gboolean on_readable(int fd, GIOCondition condition, void *data)
{
	return G_SOURCE_CONTINUE;
}

static void read_until(struct reading *reading, const char *text)
{
	guint source = g_unix_fd_add(reading->fd, G_IO_IN, on_readable, NULL);
	bool came;

	reading->wanted = text;
	came = test_wait_until(has_come, reading, TEST_WAIT_MS);
	g_source_remove(source);
	if (!came)
		test_fail("no \"%s\" in %zu bytes", text, reading->text->len);
}

/* Nothing is acknowledged that was not written, nothing is lost, and little is kept. */
static void test_slow_reader(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *fifo = test_env_path(w->env, "fifo");
	struct reading reading = {.fd = open_fifo(w, fifo), .text = g_string_new(NULL)};
	g_autofree char *shell = g_strdup_printf("exec \"$@\" >%s 2>\"$ERR\"", fifo);
	const char *const args[] = {"--watch", "--json", NULL};
	struct watcher *watcher;
	unsigned pending;

	watch_use_account(w);
	watcher = watch_start(w, "a", shell, args);
	read_until(&reading, "\"connected\"");
	fixture_burst(w->fixture, ME, BOB, false, BOB, 10000);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "10000");
	pending = fixture_pending(w->fixture, ME, BOB, false);
	/* A pipe holds some hundred of them. */
	assert_in_range(pending, 9000, 10000);
	/* Under a sanitizer what is free is kept. */
	if (!g_getenv("PHEME_TEST_SLOW"))
		assert_in_range(test_proc_pss(screen_pid(watcher->screen)), 0, 40 << 20);
	read_until(&reading, "message 10000 of 10000");
	watch_wait_pending(w, 0);
	assert_int_equal(pheme_count(reading.text->str, "\"text\":\"message "), 10000);
	watch_end(w, watcher);
	close(reading.fd);
	g_string_free(reading.text, TRUE);
}

/* What comes when nobody reads any more is for the next one. */
static void test_reader_goes(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *fifo = test_env_path(w->env, "fifo");
	struct reading reading = {.fd = open_fifo(w, fifo), .text = g_string_new(NULL)};
	g_autofree char *shell = g_strdup_printf("exec \"$@\" >%s 2>\"$ERR\"", fifo);
	const char *const args[] = {"--watch", NULL};
	struct watcher *first, *second;

	watch_use_account(w);
	first = watch_start(w, "a", shell, args);
	read_until(&reading, "connected\n");
	second = WATCH(w, "b", "--watch");
	watch_wait(second, "connected\n");
	watch_says(w, "one");
	read_until(&reading, "one\n");
	watch_wait(second, "one\n");
	watch_wait_pending(w, 0);
	screen_signal(first->screen, SIGSTOP);
	watch_says(w, "two");
	watch_wait(second, "two\n");
	assert_int_equal(fixture_pending(w->fixture, ME, BOB, false), 1);
	close(reading.fd);
	screen_signal(first->screen, SIGCONT);
	watch_ends(w, first, 0, "");
	watch_wait_pending(w, 0);
	watch_says(w, "three");
	watch_wait(second, "three\n");
	watch_wait_pending(w, 0);
	g_autofree char *out = watch_read(second->out);

	assert_int_equal(pheme_count(out, "two\n"), 1);
	watch_end(w, second);
	g_string_free(reading.text, TRUE);
}

static void test_no_stdout(void **state)
{
	struct pheme_world *w = *state;
	const char *const args[] = {"--watch", NULL};
	struct watcher *watcher;

	watch_use_account(w);
	watcher = watch_start(w, "a", "exec \"$@\" >&- 2>\"$ERR\"", args);
	watch_ends(w, watcher, 1, "cannot write to stdout");
	watcher = watch_start(w, "a", "exec \"$@\" >/dev/full 2>\"$ERR\"", args);
	watch_ends(w, watcher, 1, "cannot write to stdout: No space left");
}

/* --- beside a pheme on the screen --------------------------------------------------------- */

static void test_screen_first(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;
	struct screen *screen;

	watch_use_account(w);
	screen = pheme_start_until(w, NULL, "work:");
	screen_wait_text(screen, "Bob");
	watcher = WATCH(w, "a", "--watch");
	watch_wait(watcher, "connected\n");
	watch_says(w, "one");
	watch_wait(watcher, "one\n");
	screen_wait_text(screen, "Bob");
	watch_wait_pending(w, 0);
	/* The handler stands still: nobody else acknowledges; then it dies. */
	screen_signal(screen, SIGSTOP);
	watch_says(w, "two");
	watch_wait(watcher, "two\n");
	assert_int_equal(fixture_pending(w->fixture, ME, BOB, false), 1);
	pheme_kill(w, screen);
	watch_wait_pending(w, 0);
	watch_says(w, "three");
	watch_wait(watcher, "three\n");
	watch_wait_pending(w, 0);
	g_autofree char *out = watch_read(watcher->out);

	for (int i = 0; i < 3; i++)
		assert_int_equal(
			pheme_count(out, (const char *const[]){"one\n", "two\n", "three\n"}[i]), 1);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "3");
	watch_end(w, watcher);
}

static void test_watch_first(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;
	struct screen *screen;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch");
	watch_wait(watcher, "connected\n");
	screen = pheme_start_until(w, NULL, "work:");
	screen_wait_text(screen, "Bob");
	watch_says(w, "number one");
	watch_wait(watcher, "number one\n");
	watch_wait_pending(w, 0);
	screen_signal(watcher->screen, SIGSTOP);
	watch_says(w, "number two");
	screen_line(screen, "/query Bob");
	screen_wait_text(screen, "number two");
	assert_int_equal(fixture_pending(w->fixture, ME, BOB, false), 1);
	kill(screen_pid(watcher->screen), SIGKILL);
	watch_wait_pending(w, 0);
	watch_says(w, "number three");
	screen_wait_text(screen, "number three");
	watch_wait_pending(w, 0);
	pheme_wait_rows(screen, "number two", 1);
	pheme_wait_history(w, NULL, "SELECT count(*) FROM message", "3");
	pheme_quit(w, screen);
	watch_free(watcher);
}

/* --- faults ------------------------------------------------------------------------------- */

static void test_manager_dies(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch", "--json");
	watch_wait(watcher, "\"connected\"");
	fixture_abort(w->fixture);
	watch_wait(watcher, "\"disconnected\"");
	watch_wait(watcher, "\"retrying\":true");
	watch_wait(watcher, "\"connected\"");
	watch_says(w, "back again");
	watch_wait(watcher, "back again");
	watch_end(w, watcher);
}

static void test_cannot_connect(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;

	watch_use_account(w);
	fixture_connect_error(w->fixture, ME, "org.freedesktop.Telepathy.Error.NetworkError",
			      "no route", 2);
	watcher = WATCH(w, "a", "--watch", "--timeout", "2");
	watch_ends(w, watcher, 124, "no account is online after 2 s");
	fixture_connect_error(w->fixture, ME,
			      "org.freedesktop.Telepathy.Error.AuthenticationFailed", "no", 3);
	watcher = WATCH(w, "b", "--watch");
	watch_ends(w, watcher, 4, "work: wrong password or login");
}

static void test_bus_dies(void **state)
{
	struct pheme_world *w = *state;
	struct watcher *watcher;

	watch_use_account(w);
	watcher = WATCH(w, "a", "--watch");
	watch_wait(watcher, "connected\n");
	test_env_bus_kill(w->env);
	watch_wait(watcher, "disconnected");
	watch_ends(w, watcher, 4, "the session bus is gone");
}

static void test_signals(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct pheme_world *w = *state;

	watch_use_account(w);
	for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
		g_autofree char *name = g_strdup_printf("%d", signals[i]);
		struct watcher *watcher = WATCH(w, name, "--watch");

		watch_wait(watcher, "connected\n");
		screen_signal(watcher->screen, SIGSTOP);
		screen_signal(watcher->screen, SIGCONT);
		watch_says(w, "hello");
		watch_wait(watcher, "hello\n");
		screen_signal(watcher->screen, signals[i]);
		watch_ends(w, watcher, 130, "");
	}
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/watch/" name, fn, pheme_setup, pheme_teardown, NULL                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("as text", test_text),
		TEST("hostile text as JSON", test_hostile),
		TEST("one contact, so many messages", test_filter_and_count),
		TEST("names", test_names),
		TEST("colour", test_color),
		TEST("from the start", test_from_start),
		TEST("a slow reader", test_slow_reader),
		TEST("the reader goes", test_reader_goes),
		TEST("no stdout", test_no_stdout),
		TEST("beside a screen that came first", test_screen_first),
		TEST("beside a screen that came later", test_watch_first),
		TEST("the manager dies", test_manager_dies),
		TEST("no connection", test_cannot_connect),
		TEST("the bus dies", test_bus_dies),
		TEST("signals", test_signals),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
