/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Real managers are killed, or stand still, in the middle of things: haze, idle and telepathy-local
 * serve one pheme, and what happens to one of them is nothing to the others. */

#include "tests/lib/irc.h"
#include "tests/lib/local.h"
#include "tests/lib/xmpp.h"
#include "watch_world.h"

#define HAZE  TEST_CM_PREFIX "haze"
#define IDLE  TEST_CM_PREFIX "idle"
#define LOCAL TEST_CM_PREFIX "local"

static const struct pheme_options wide = {.rows = 50, .cols = 160};

struct scene {
	struct pheme_world *w;
	struct xmpp_peer *bob;
	struct irc_peer *carol;
	struct screen *ann; /* on this machine */
};

/* The first account of its place. */
static void add_local(struct pheme_world *w, const char *file, const char *nick)
{
	g_autofree char *meeting = local_meeting(w->env);
	g_autofree char *lines =
		g_strdup_printf("[here]\nmanager=local\nprotocol=local\nenabled=true\n"
				"param-nickname=%s\nparam-directory=%s\n",
				nick, meeting);

	test_env_write(w->env, file, lines);
}

static int setup(void **state)
{
	struct scene *scene = g_new0(struct scene, 1);
	struct pheme_options ann = {.place = "ann"};
	void *w;

	pheme_setup(&w);
	scene->w = w;
	*state = scene;
	test_env_xmpp_start(scene->w->env);
	test_env_irc_start(scene->w->env);
	scene->bob = xmpp_peer_new(test_env_xmpp_port(scene->w->env), "bob", "bob");
	xmpp_presence(scene->bob, NULL, NULL);
	scene->carol = irc_peer_new(test_env_irc_port(scene->w->env), "carol");
	irc_join(scene->carol, "#dev");
	add_local(scene->w, "ann/config/pheme/accounts.conf", "ann");
	ann.bus = pheme_second_bus(scene->w);
	scene->ann = pheme_start_until(scene->w, &ann, "connected as");
	add_local(scene->w, "config/pheme/accounts.conf", "me");
	pheme_add_haze(scene->w, NULL, "work", "alice", "alice", "");
	pheme_add_idle(scene->w, NULL, "net", "alice", "autojoin=#dev\n");
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;
	void *w = scene->w;
	int result;

	pheme_kill(scene->w, scene->ann);
	xmpp_peer_free(scene->bob);
	irc_peer_free(scene->carol);
	result = pheme_teardown(&w);
	g_free(scene);
	return result;
}

static struct screen *start(struct scene *scene)
{
	struct screen *s = pheme_start_until(scene->w, &wide, "here:o work:o net:o");

	screen_wait_text(s, "o bob@localhost");
	screen_wait_text(s, "o ann");
	g_free(irc_wait(scene->carol, "alice", "JOIN", "#dev", NULL));
	return s;
}

static void check_usable(struct screen *s)
{
	screen_line(s, "/version");
	screen_wait_text(s, "GLib");
	screen_line(s, "/clear");
	screen_wait_no_text(s, "GLib");
}

/* --- killed ------------------------------------------------------------------------------- */

static void check_room(struct scene *scene, struct screen *s)
{
	screen_line(s, "/chat #dev");
	screen_wait_row(s, 0, "#dev (2)");
	screen_type(s, "half a thought");
	screen_wait_row(s, 49, "half a thought");
	assert_true(test_env_kill_name(scene->w->env, IDLE));
	screen_wait_text(s, "here:o work:o net:...");
	screen_wait_row(s, 49, "half a thought");
	screen_key(s, "C-u");
	screen_line(s, "/connect net");
	screen_wait_text(s, "here:o work:o net:o");
	screen_wait_row(s, 0, "#dev (2)");
	irc_message(scene->carol, "#dev", "welcome back");
	screen_wait_text(s, "welcome back");
}

static void check_chat(struct scene *scene, struct screen *s)
{
	screen_line(s, "/query bob@localhost");
	screen_wait_row(s, 0, "bob@localhost");
	assert_true(test_env_kill_name(scene->w->env, HAZE));
	screen_wait_text(s, "here:o work:... net:o");
	screen_line(s, "when you are back");
	screen_wait_text(s, "[queued]");
	screen_line(s, "/connect work");
	g_free(xmpp_wait_text(scene->bob, "<message", "when you are back", NULL));
	screen_wait_text(s, "here:o work:o net:o");
	screen_wait_no_text(s, "[queued]");
}

static void check_chat_here(struct scene *scene, struct screen *s)
{
	screen_line(s, "/query ann");
	screen_wait_row(s, 0, "ann");
	assert_true(test_env_kill_name(scene->w->env, LOCAL));
	screen_wait_text(s, "here:... work:o net:o");
	screen_line(s, "risen again");
	screen_wait_text(s, "[queued]");
	screen_line(s, "/connect here");
	screen_wait_text(s, "[dlvd]");
	screen_wait_text(scene->ann, "(1)");
}

/* What was filled in is kept. */
static void check_form(struct scene *scene, struct screen *s)
{
	screen_line(s, "/account edit work");
	screen_wait_text(s, "[ save ]");
	screen_key(s, "Enter");
	screen_wait_row(s, 49, "name here: work");
	screen_line(s, "ing");
	screen_wait_text(s, "name here                working");
	assert_true(test_env_kill_name(scene->w->env, HAZE));
	screen_wait_text(s, "here:o work:... net:o");
	screen_wait_text(s, "name here                working");
	screen_key(s, "End");
	screen_key(s, "Up");
	screen_key(s, "Enter");
	screen_wait_text(s, "here:o working:o net:o");
}

static void test_killed(void **state)
{
	struct scene *scene = *state;
	struct screen *s = start(scene);

	check_room(scene, s);
	check_chat(scene, s);
	check_chat_here(scene, s);
	check_form(scene, s);
	pheme_quit(scene->w, s);
}

/* --- stopped ------------------------------------------------------------------------------ */

static void stop(struct scene *scene, const char *name, int signal)
{
	pid_t pid = test_env_name_pid(scene->w->env, name);

	assert_true(pid > 0);
	kill(pid, signal);
}

static void check_stopped_chat(struct scene *scene, struct screen *s)
{
	screen_line(s, "/query bob@localhost");
	screen_wait_row(s, 0, "bob@localhost");
	stop(scene, HAZE, SIGSTOP);
	screen_line(s, "are you there?");
	screen_wait_text(s, "[....]");
	check_usable(s);
	/* Others go on. */
	screen_line(s, "/query ann");
	screen_wait_row(s, 0, "ann");
	screen_line(s, "hello ann");
	screen_wait_text(s, "[dlvd]");
	irc_message(scene->carol, "#dev", "alice: hello");
	screen_wait_text(s, "#dev(!)");
	stop(scene, HAZE, SIGCONT);
	g_free(xmpp_wait_text(scene->bob, "<message", "are you there?", NULL));
	screen_line(s, "/query bob@localhost");
	screen_wait_row(s, 0, "bob@localhost");
	/* The window was cleared. */
	screen_key(s, "PageUp");
	screen_wait_text(s, "are you there?");
	screen_wait_text(s, "[sent]");
	screen_line(s, "/chat 0");
	screen_wait_row(s, 49, "[status]");
}

/* One can leave all the same. */
static void test_stopped(void **state)
{
	static const char *const managers[] = {HAZE, IDLE, LOCAL};
	struct scene *scene = *state;
	struct screen *s = start(scene);

	check_stopped_chat(scene, s);
	for (gsize i = 0; i < G_N_ELEMENTS(managers); i++)
		stop(scene, managers[i], SIGSTOP);
	check_usable(s);
	screen_line(s, "/rooms -a net");
	screen_wait_text(s, "listing...");
	screen_key(s, "Esc");
	screen_wait_no_text(s, "listing...");
	screen_key(s, "Esc");
	screen_wait_row(s, 49, "[status]");
	pheme_quit(scene->w, s);
	for (gsize i = 0; i < G_N_ELEMENTS(managers); i++)
		assert_true(test_env_kill_name(scene->w->env, managers[i]));
}

/* --- without the screen ------------------------------------------------------------------- */

static void wait_account(struct watcher *watcher, const char *account, const char *status)
{
	g_autofree char *text =
		g_strdup_printf("\"account\":\"%s\",\"status\":\"%s\"", account, status);

	watch_wait(watcher, text);
}

/* All is told, and comes back by itself. */
static void test_watch(void **state)
{
	struct scene *scene = *state;
	struct pheme_world *w = scene->w;
	struct watcher *watcher = WATCH(w, "a", "--watch", "--json");

	watch_wait(watcher, "\"change\":\"joined\"");
	assert_true(test_env_kill_name(w->env, IDLE));
	wait_account(watcher, "net", "disconnected");
	wait_account(watcher, "net", "connected");
	assert_true(test_env_kill_name(w->env, HAZE));
	wait_account(watcher, "work", "disconnected");
	wait_account(watcher, "work", "connected");
	assert_true(test_env_kill_name(w->env, LOCAL));
	wait_account(watcher, "here", "disconnected");
	wait_account(watcher, "here", "connected");
	stop(scene, HAZE, SIGSTOP);
	xmpp_message(scene->bob, "alice@localhost", NULL, "to who sleeps");
	irc_message(scene->carol, "alice", "to who does not");
	watch_wait(watcher, "to who does not");
	stop(scene, HAZE, SIGCONT);
	watch_wait(watcher, "to who sleeps");
	watch_end(w, watcher);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/faults/real/" name, function, setup, teardown, NULL                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("killed", test_killed),
		TEST("stopped", test_stopped),
		TEST("watch", test_watch),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
