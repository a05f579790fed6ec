/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store_test.h"

#include "store/accounts.h"

struct fixture {
	char *dir, *path;
	GPtrArray *problems;
	struct accounts *accounts;
};

static const char work[] = "# mine\n"
			   "[work]\n"
			   "manager=haze\n"
			   "protocol=jabber\n"
			   "enabled=true\n"
			   "nickname=Alice\n"
			   "autojoin=dev@conference.example.org; #ops ;\n"
			   "password-command=pass show 'im/my work'\n"
			   "secret-service=true\n"
			   "# about the server\n"
			   "param-account=alice@example.org/pheme\n"
			   "param-motd=a; b # \xc3\xa9\n"
			   "param-port=5222\n";

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	f->path = g_build_filename(f->dir, "accounts.conf", NULL);
	f->problems = new_problems();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	accounts_free(f->accounts);
	g_ptr_array_unref(f->problems);
	g_free(f->path);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static void load(struct fixture *f, const char *text)
{
	if (text)
		g_free(write_file(f->dir, "accounts.conf", text));
	accounts_free(f->accounts);
	f->accounts = accounts_load(f->path, f->problems);
}

static const char *param(const struct account_conf *conf, const char *name)
{
	return g_hash_table_lookup(conf->params, name);
}

static void test_load(void **state)
{
	struct fixture *f = *state;

	load(f, work);
	assert_int_equal(f->problems->len, 0);
	assert_int_equal(accounts_list(f->accounts)->len, 1);
	const struct account_conf *conf = accounts_find(f->accounts, "work");
	g_autofree char *where = accounts_where(f->accounts, "work", "param-port");

	assert_string_equal(conf->manager, "haze");
	assert_string_equal(conf->protocol, "jabber");
	assert_true(conf->enabled);
	assert_true(conf->secret_service);
	assert_string_equal(conf->nickname, "Alice");
	assert_int_equal(g_strv_length(conf->autojoin), 2);
	assert_string_equal(conf->autojoin[1], "#ops");
	assert_string_equal(conf->password_command, "pass show 'im/my work'");
	assert_int_equal(g_hash_table_size(conf->params), 3);
	assert_string_equal(param(conf, "account"), "alice@example.org/pheme");
	assert_string_equal(param(conf, "motd"), "a; b # \xc3\xa9");
	assert_string_equal(where, "accounts.conf:13: [work] param-port");
}

static void test_missing_file(void **state)
{
	struct fixture *f = *state;

	load(f, NULL);
	assert_int_equal(f->problems->len, 0);
	assert_int_equal(accounts_list(f->accounts)->len, 0);
	assert_null(accounts_find(f->accounts, "work"));
}

static void test_bad_accounts(void **state)
{
	struct fixture *f = *state;

	load(f, "[none]\n"
		"[half]\nmanager=haze\n"
		"[path]\nmanager=../haze\nprotocol=jabber\n"
		"[switch]\nmanager=haze\nprotocol=jabber\nenabled=perhaps\n"
		"[a:b]\nmanager=haze\nprotocol=jabber\n"
		"[escape]\nmanager=haze\nprotocol=jabber\nparam-a=\\q\n"
		"[good]\nmanager=haze\nprotocol=local-xmpp\nport=1\nparam-=1\n"
		"password-command=pass 'x\n");
	assert_int_equal(accounts_list(f->accounts)->len, 1);
	assert_true(accounts_find(f->accounts, "good")->enabled);
	assert_null(accounts_find(f->accounts, "good")->password_command);
	assert_problem(f->problems, "accounts.conf:1: [none]: left out: it has no manager=");
	assert_problem(f->problems, "accounts.conf:2: [half]: left out: it has no protocol=");
	assert_problem(f->problems, "accounts.conf:5: [path] manager:");
	assert_problem(f->problems, "accounts.conf:10: [switch] enabled:");
	assert_problem(f->problems, "accounts.conf:11: [a:b]: left out");
	assert_problem(f->problems, "accounts.conf:17: [escape] param-a: a backslash");
	assert_problem(f->problems, "accounts.conf:21: [good] port: there is no such key");
	assert_problem(f->problems, "accounts.conf:22: [good] param-: there is no such key");
	assert_problem(f->problems, "accounts.conf:23: [good] password-command:");
}

static void test_exposed_password(void **state)
{
	struct fixture *f = *state;

	load(f, "[open]\nmanager=haze\nprotocol=jabber\nparam-password=secret\n"
		"[other]\nmanager=haze\nprotocol=jabber\n");
	assert_int_equal(accounts_list(f->accounts)->len, 2);
	assert_int_equal(g_chmod(f->path, 0640), 0);
	load(f, NULL);
	assert_null(accounts_find(f->accounts, "open"));
	assert_non_null(accounts_find(f->accounts, "other"));
	assert_problem(f->problems, "accounts.conf:4: [open] param-password: left out");
	assert_problem(f->problems, f->path);
	assert_problem(f->problems, "chmod 600");
	assert_null(strstr(f->problems->pdata[0], "secret"));
}

static void test_repeated(void **state)
{
	struct fixture *f = *state;

	load(f, "[a]\nmanager=haze\nprotocol=jabber\n[a]\nprotocol=irc\nparam-password=x\n");
	assert_string_equal(accounts_find(f->accounts, "a")->protocol, "jabber");
	assert_null(param(accounts_find(f->accounts, "a"), "password"));
	assert_problem(f->problems, "accounts.conf:4: [a] again");
}

/* --- changes ------------------------------------------------------------------------------ */

static void test_add(void **state)
{
	struct fixture *f = *state;
	struct account_conf *conf = account_conf_new("home", "idle", "irc");
	g_autoptr(GError) error = NULL;

	load(f, work);
	conf->enabled = false;
	conf->nickname = g_strdup("Al");
	g_strfreev(conf->autojoin);
	conf->autojoin = g_strsplit("#a #b", " ", -1);
	g_hash_table_insert(conf->params, g_strdup("password"), g_strdup(" ;#\\ p\xc3\xa4ss "));
	g_hash_table_insert(conf->params, g_strdup("account"), g_strdup("al"));
	assert_true(accounts_add(f->accounts, conf, NULL));
	load(f, NULL);
	assert_int_equal(f->problems->len, 0);
	const struct account_conf *found = accounts_find(f->accounts, "home");

	assert_string_equal(found->protocol, "irc");
	assert_false(found->enabled);
	assert_string_equal(found->nickname, "Al");
	assert_string_equal(found->autojoin[1], "#b");
	assert_string_equal(param(found, "password"), " ;#\\ p\xc3\xa4ss ");
	assert_string_equal(param(found, "account"), "al");
	assert_non_null(accounts_find(f->accounts, "work"));
	assert_false(accounts_add(f->accounts, conf, &error));
	assert_non_null(strstr(error->message, "home"));
	account_conf_free(conf);
}

static void test_add_first(void **state)
{
	struct fixture *f = *state;
	struct account_conf *conf = account_conf_new("home", "idle", "irc");
	mode_t before = umask(0);

	load(f, NULL);
	assert_true(accounts_add(f->accounts, conf, NULL));
	umask(before);
	assert_int_equal(file_mode(f->path), 0600);
	assert_non_null(accounts_find(f->accounts, "home"));
	account_conf_free(conf);
}

static void test_set(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = NULL;

	load(f, work);
	assert_true(accounts_set(f->accounts, "work", "enabled", "false", NULL));
	assert_false(accounts_find(f->accounts, "work")->enabled);
	assert_true(accounts_set(f->accounts, "work", "param-server", "im.example.org", NULL));
	assert_string_equal(param(accounts_find(f->accounts, "work"), "server"), "im.example.org");
	assert_true(accounts_set(f->accounts, "work", "param-port", NULL, NULL));
	assert_null(param(accounts_find(f->accounts, "work"), "port"));
	assert_true(g_file_get_contents(f->path, &text, NULL, NULL));
	assert_non_null(strstr(text, "# mine\n[work]\n"));
	assert_non_null(strstr(text, "# about the server\nparam-account="));
}

static void assert_not_set(struct fixture *f, const char *name, const char *key, const char *value)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *before = NULL;

	assert_true(g_file_get_contents(f->path, &before, NULL, NULL));
	assert_false(accounts_set(f->accounts, name, key, value, &error));
	assert_non_null(strstr(error->message, "cannot "));
	assert_file(f->path, before);
	assert_non_null(accounts_find(f->accounts, "work"));
}

static void test_set_wrong(void **state)
{
	struct fixture *f = *state;

	load(f, work);
	assert_not_set(f, "nobody", "enabled", "true");
	assert_not_set(f, "work", "enabled", "perhaps");
	assert_not_set(f, "work", "manager", NULL);
	assert_not_set(f, "work", "protocol", "a/b");
	assert_not_set(f, "work", "port", "1");
	assert_not_set(f, "work", "param-", "1");
	assert_not_set(f, "work", "param-a]\nb", "1");
	assert_not_set(f, "work", "param-a", "\xff");
}

static void test_broken_file_is_kept(void **state)
{
	struct fixture *f = *state;
	g_autofree char *text = g_strconcat(work, "rubbish\n", NULL);

	load(f, text);
	assert_problem(f->problems, "accounts.conf:14: not understood");
	assert_not_set(f, "work", "enabled", "false");
	assert_true(accounts_find(f->accounts, "work")->enabled);
}

static void test_remove(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GError) error = NULL;

	load(f, work);
	assert_true(accounts_remove(f->accounts, "work", NULL));
	assert_int_equal(accounts_list(f->accounts)->len, 0);
	assert_false(accounts_remove(f->accounts, "work", &error));
	assert_non_null(strstr(error->message, "not in accounts.conf any more"));
}

/* Another pheme added an account in the meantime. */
static void test_two_phemes(void **state)
{
	struct fixture *f = *state;
	struct account_conf *conf = account_conf_new("home", "idle", "irc");

	load(f, work);
	struct accounts *other = accounts_load(f->path, f->problems);

	assert_true(accounts_add(other, conf, NULL));
	assert_true(accounts_set(f->accounts, "work", "enabled", "false", NULL));
	assert_non_null(accounts_find(f->accounts, "home"));
	accounts_free(other);
	account_conf_free(conf);
}

static void test_names(void **state)
{
	static const char *const bad[] = {"",     "a:b",       "a/b",          "a\nb",
					  " a",   "a ",        "[a]",          "\x1b[m",
					  "\xff", "a\xc2\x9b", "a\xe2\x80\xae"};
	g_autofree char *longest = g_strnfill(64, 'a');
	g_autofree char *too_long = g_strnfill(65, 'a');

	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(account_name_check(bad[i], &error));
		assert_non_null(error);
	}
	assert_true(account_name_check("work", NULL));
	assert_true(account_name_check("my work \xc3\xa9", NULL));
	assert_true(account_name_check(longest, NULL));
	assert_false(account_name_check(too_long, NULL));
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		"/accounts/" name, function, setup, teardown, NULL                                 \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("load", test_load),
		TEST("missing-file", test_missing_file),
		TEST("bad-accounts", test_bad_accounts),
		TEST("exposed-password", test_exposed_password),
		TEST("repeated", test_repeated),
		TEST("add", test_add),
		TEST("add-first", test_add_first),
		TEST("set", test_set),
		TEST("set-wrong", test_set_wrong),
		TEST("broken-file-is-kept", test_broken_file_is_kept),
		TEST("remove", test_remove),
		TEST("two-phemes", test_two_phemes),
		TEST("names", test_names),
	};

	return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}
