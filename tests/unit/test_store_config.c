/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store_test.h"

#include "store/config.h"

struct fixture {
	char *dir, *path;
	GPtrArray *problems;
	struct config *config;
	char *changed;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	f->path = g_build_filename(f->dir, "pheme.conf", NULL);
	f->problems = new_problems();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	config_free(f->config);
	g_ptr_array_unref(f->problems);
	g_free(f->changed);
	g_free(f->path);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static void load(struct fixture *f, const char *text)
{
	if (text)
		g_free(write_file(f->dir, "pheme.conf", text));
	config_free(f->config);
	f->config = config_load(f->path, f->problems);
}

static void test_defaults(void **state)
{
	struct fixture *f = *state;

	load(f, NULL);
	assert_int_equal(f->problems->len, 0);
	assert_string_equal(config_string(f->config, "ui.theme"), "default");
	assert_int_equal(config_int(f->config, "ui.pane-width"), 19);
	assert_true(config_bool(f->config, "ui.pane"));
	assert_string_equal(config_string(f->config, "ui.time-format"), "%H:%M");
	assert_true(config_bool(f->config, "ui.join-part"));
	assert_int_equal(config_int(f->config, "ui.paste-confirm-lines"), 2);
	assert_string_equal(config_string(f->config, "notify.bell"), "mention");
	assert_true(config_bool(f->config, "chat.send-typing"));
}

/* Sorted, since it is searched; every default is a value that would be taken. */
static void test_table(void **state)
{
	for (const struct setting *s = config_settings; s->name; s++) {
		g_autofree char *value = setting_check(s, s->fallback, NULL);

		assert_ptr_equal(config_find_setting(s->name), s);
		assert_non_null(s->help);
		assert_non_null(value);
		assert_string_equal(value, s->fallback);
		assert_true(!s[1].name || strcmp(s->name, s[1].name) < 0);
	}
	assert_null(config_find_setting("ui"));
	assert_null(config_find_setting(""));
	assert_null(config_find_setting("zz.zz"));
}

static void test_values(void **state)
{
	struct fixture *f = *state;

	load(f, "[ui]\ntheme=dusk\npane-width=30 \njoin-part=No\n[notify]\nbell=all\n"
		"[tube vnc]\nservice=rfb\n[alias]\nj=/join\n");
	assert_int_equal(f->problems->len, 0);
	assert_string_equal(config_string(f->config, "ui.theme"), "dusk");
	assert_int_equal(config_int(f->config, "ui.pane-width"), 30);
	assert_false(config_bool(f->config, "ui.join-part"));
	assert_string_equal(config_string(f->config, "notify.bell"), "all");
	assert_string_equal(config_alias(f->config, "j"), "/join");
}

static void test_wrong_values(void **state)
{
	struct fixture *f = *state;

	load(f, "[ui]\npane-width=wide\nmember-width=10000\njoin-part=maybe\ntime-format=%q\n"
		"date-format=%n%n\n[notify]\nbell=loud\nbel=all\n[uu]\na=1\nrubbish\n");
	assert_problem(f->problems, "pheme.conf:2: [ui] pane-width:");
	assert_problem(f->problems, "pheme.conf:3: [ui] member-width:");
	assert_problem(f->problems, "pheme.conf:4: [ui] join-part:");
	assert_problem(f->problems, "pheme.conf:5: [ui] time-format:");
	assert_problem(f->problems, "pheme.conf:6: [ui] date-format:");
	assert_problem(f->problems, "pheme.conf:8: [notify] bell:");
	assert_problem(f->problems, "pheme.conf:9: [notify] bel: there is no such setting");
	assert_problem(f->problems, "pheme.conf:10: [uu]: there is no such group");
	assert_problem(f->problems, "pheme.conf:12: not understood");
	assert_int_equal(f->problems->len, 9);
	assert_int_equal(config_int(f->config, "ui.pane-width"), 19);
	assert_string_equal(config_string(f->config, "ui.time-format"), "%H:%M");
}

static void on_change(const char *name, void *data)
{
	struct fixture *f = data;

	g_free(f->changed);
	f->changed = g_strdup(name);
}

static void test_set(void **state)
{
	struct fixture *f = *state;

	load(f, "# mine\n[ui]\ntheme=dusk\nodd=1\n");
	config_on_change(f->config, on_change, f);
	assert_true(config_set(f->config, "ui.join-part", "off", NULL));
	assert_string_equal(f->changed, "ui.join-part");
	assert_false(config_bool(f->config, "ui.join-part"));
	assert_file(f->path, "# mine\n[ui]\ntheme=dusk\nodd=1\njoin-part=false\n");
	assert_true(config_set(f->config, "ui.join-part", NULL, NULL));
	assert_true(config_bool(f->config, "ui.join-part"));
	assert_file(f->path, "# mine\n[ui]\ntheme=dusk\nodd=1\n");
}

static void assert_not_set(struct fixture *f, const char *name, const char *value, const char *part)
{
	g_autoptr(GError) error = NULL;

	assert_false(config_set(f->config, name, value, &error));
	assert_non_null(strstr(error->message, "cannot "));
	assert_non_null(strstr(error->message, part));
	assert_null(f->changed);
}

static void test_set_wrong(void **state)
{
	struct fixture *f = *state;

	load(f, "[ui]\ntheme=dusk\n");
	config_on_change(f->config, on_change, f);
	assert_not_set(f, "ui.nothing", "1", "no such setting");
	assert_not_set(f, "ui.pane-width", "0", "8 to 80");
	assert_not_set(f, "ui.pane-width", "99999999999999999999", "8 to 80");
	assert_not_set(f, "notify.bell", "", "off|mention|all");
	assert_not_set(f, "ui.theme", "a\nb", "control");
	assert_not_set(f, "ui.time-format", "%H\xc2\x9b", "plain line");
	assert_file(f->path, "[ui]\ntheme=dusk\n");
}

static void test_set_in_broken_file(void **state)
{
	struct fixture *f = *state;

	load(f, "[ui]\nrubbish\n");
	assert_not_set(f, "ui.join-part", "false", "line 2");
	assert_true(config_bool(f->config, "ui.join-part"));
	assert_file(f->path, "[ui]\nrubbish\n");
}

/* The user's editor, or another pheme, saved it in between. */
static void test_set_after_edit(void **state)
{
	struct fixture *f = *state;

	load(f, "[ui]\ntheme=dusk\n");
	g_free(write_file(f->dir, "pheme.conf", "# edited\n[ui]\ntheme=dawn\n"));
	assert_true(config_set(f->config, "ui.join-part", "false", NULL));
	assert_file(f->path, "# edited\n[ui]\ntheme=dawn\njoin-part=false\n");
}

static void test_aliases(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GError) error = NULL;

	load(f, NULL);
	assert_true(config_set_alias(f->config, "wii", "/whois; x # y", NULL));
	assert_true(config_set_alias(f->config, "j", "/join", NULL));
	load(f, NULL);
	assert_string_equal(config_alias(f->config, "wii"), "/whois; x # y");
	g_auto(GStrv) names = config_aliases(f->config);

	assert_int_equal(g_strv_length(names), 2);
	assert_string_equal(names[0], "j");
	assert_true(config_set_alias(f->config, "j", NULL, NULL));
	assert_null(config_alias(f->config, "j"));
	assert_false(config_set_alias(f->config, "a b", "/join", &error));
	g_clear_error(&error);
	assert_false(config_set_alias(f->config, "ab", "/join\n/quit", &error));
}

static void test_chat_notify(void **state)
{
	struct fixture *f = *state;

	load(f, "[notify-chat]\nwork:a@b=all\nwork:c=loud\n");
	assert_problem(f->problems, "one of all, mention, off");
	assert_string_equal(config_chat_notify(f->config, "work", "a@b"), "all");
	assert_null(config_chat_notify(f->config, "work", "c"));
	/* Whatever an id holds. */
	assert_true(config_set_chat_notify(f->config, "work", "#[x]=\n\xff y", "off", NULL));
	load(f, NULL);
	assert_string_equal(config_chat_notify(f->config, "work", "#[x]=\n\xff y"), "off");
	assert_true(config_set_chat_notify(f->config, "work", "#[x]=\n\xff y", NULL, NULL));
	assert_null(config_chat_notify(f->config, "work", "#[x]=\n\xff y"));
}

static void test_replies(void **state)
{
	struct fixture *f = *state;
	const struct config_reply *reply;

	load(f, "[reply parrot]\ncommand=sh -c 'cat; date'\nlines=true\n[reply b]\ncommand=cat\n"
		"[reply c]\ncommand='open\n[reply d]\n[reply e]\ncommand=cat\nline=1\nlines=2\n");
	reply = config_find_reply(f->config, "parrot");
	assert_int_equal(g_strv_length(reply->argv), 3);
	assert_string_equal(reply->argv[2], "cat; date");
	assert_true(reply->lines);
	assert_false(config_find_reply(f->config, "b")->lines);
	assert_null(config_find_reply(f->config, "c"));
	assert_null(config_find_reply(f->config, "d"));
	assert_false(config_find_reply(f->config, "e")->lines);
	assert_problem(f->problems, "[reply c] command: a program is expected");
	assert_problem(f->problems, "[reply d] command: a program is expected");
	assert_problem(f->problems, "[reply e] line: there is no such setting");
	assert_problem(f->problems, "[reply e] lines: true or false");
	assert_int_equal(f->problems->len, 4);
}

/* All that names the account, and nothing else. */
static void test_rename_account(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = NULL;

	load(f, "# mine\n[notify-chat]\nwork:a@b=all\nworker:a@b=off\n"
		"[tube web]\nservice=x-http\nalways=work:ann;ben;worker:carol\n");
	for (int again = 0; again < 2; again++) {
		assert_true(config_rename_account(f->config, "work", "my office", NULL));
		assert_string_equal(config_chat_notify(f->config, "my office", "a@b"), "all");
		assert_null(config_chat_notify(f->config, "work", "a@b"));
		assert_string_equal(config_chat_notify(f->config, "worker", "a@b"), "off");
		text = g_strjoinv(" ", config_find_tube(f->config, "x-http")->always);
		assert_string_equal(text, "my office:ann ben worker:carol");
		g_clear_pointer(&text, g_free);
		load(f, NULL);
	}
	assert_int_equal(f->problems->len, 0);
	/* A file that would lose something is left alone, which is told. */
	load(f, "nonsense\n[notify-chat]\nwork:a@b=all\n");
	assert_true(config_rename_account(f->config, "other", "new", NULL));
	assert_false(config_rename_account(f->config, "work", "new", NULL));
	assert_string_equal(config_chat_notify(f->config, "new", "a@b"), "all");
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/config/" name, function, setup, teardown, NULL                                   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("defaults", test_defaults),
		TEST("table", test_table),
		TEST("values", test_values),
		TEST("wrong-values", test_wrong_values),
		TEST("set", test_set),
		TEST("set-wrong", test_set_wrong),
		TEST("set-in-broken-file", test_set_in_broken_file),
		TEST("set-after-edit", test_set_after_edit),
		TEST("aliases", test_aliases),
		TEST("chat-notify", test_chat_notify),
		TEST("rename-account", test_rename_account),
		TEST("replies", test_replies),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
