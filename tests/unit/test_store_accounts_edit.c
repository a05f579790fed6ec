/* SPDX-License-Identifier: GPL-3.0-or-later */

/* accounts.conf: names, order, several keys at once, a copy without secrets. */

#include "store_test.h"

#include "store/accounts.h"

static const char text[] = "# all\n\n"
			   "# at work\n"
			   "[work]\nmanager=haze\nprotocol=jabber\nparam-account=a@example.org\n"
			   "param-password=hunter2\n\n"
			   "[irc]\nmanager=idle\nprotocol=irc\nparam-account=ali\n\n"
			   "[home]\nmanager=haze\nprotocol=jabber\nparam-account=b@example.org";

struct fixture {
	char *dir, *path;
	GPtrArray *problems;
	struct accounts *accounts;
	GError *error;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	f->path = write_file(f->dir, "accounts.conf", text);
	f->problems = new_problems();
	f->accounts = accounts_load(f->path, f->problems);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->problems->len, 0);
	accounts_free(f->accounts);
	g_ptr_array_unref(f->problems);
	g_clear_error(&f->error);
	g_free(f->path);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static void check_order(struct fixture *f, const char *names)
{
	g_autoptr(GString) found = g_string_new(NULL);
	const GPtrArray *list = accounts_list(f->accounts);

	for (guint i = 0; i < list->len; i++)
		g_string_append_printf(found, "%s ", ((struct account_conf *)list->pdata[i])->name);
	assert_string_equal(found->str, names);
}

static void check_error(struct fixture *f, const char *part)
{
	assert_non_null(f->error);
	if (!strstr(f->error->message, part))
		assert_string_equal(f->error->message, part);
	g_clear_error(&f->error);
	assert_file(f->path, text);
}

static void rename_one(void **state)
{
	struct fixture *f = *state;

	assert_false(accounts_rename(f->accounts, "work", "irc", &f->error));
	check_error(f, "there is an account of that name");
	assert_false(accounts_rename(f->accounts, "work", "a:b", &f->error));
	check_error(f, "it holds one of");
	assert_false(accounts_rename(f->accounts, "none", "x", &f->error));
	check_error(f, "it is not in accounts.conf any more");
	assert_true(accounts_rename(f->accounts, "work", "Office one", &f->error));
	check_order(f, "Office one irc home ");
	assert_int_equal(file_mode(f->path), 0600);
	assert_true(accounts_rename(f->accounts, "Office one", "work", &f->error));
	assert_file(f->path, text);
}

static void move(void **state)
{
	struct fixture *f = *state;

	assert_true(accounts_move(f->accounts, "work", NULL, &f->error));
	check_order(f, "irc home work ");
	assert_file(f->path,
		    "# all\n\n"
		    "[irc]\nmanager=idle\nprotocol=irc\nparam-account=ali\n\n"
		    "[home]\nmanager=haze\nprotocol=jabber\nparam-account=b@example.org\n\n"
		    "# at work\n"
		    "[work]\nmanager=haze\nprotocol=jabber\nparam-account=a@example.org\n"
		    "param-password=hunter2\n\n");
	assert_true(accounts_move(f->accounts, "work", "irc", &f->error));
	check_order(f, "work irc home ");
	assert_true(accounts_move(f->accounts, "home", "irc", &f->error));
	check_order(f, "work home irc ");
	assert_false(accounts_move(f->accounts, "home", "none", &f->error));
	assert_non_null(f->error);
}

static void several_at_once(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GHashTable) changes = g_hash_table_new(g_str_hash, g_str_equal);
	const struct account_conf *conf;

	g_hash_table_insert(changes, (char *)"param-port", (char *)"1");
	g_hash_table_insert(changes, (char *)"enabled", (char *)"maybe");
	assert_false(accounts_change(f->accounts, "work", changes, &f->error));
	check_error(f, "true or false is expected");
	g_hash_table_insert(changes, (char *)"enabled", (char *)"false");
	g_hash_table_insert(changes, (char *)"param-password", NULL);
	g_hash_table_insert(changes, (char *)"avatar", (char *)"/a b.png");
	assert_true(accounts_change(f->accounts, "work", changes, &f->error));
	conf = accounts_find(f->accounts, "work");
	assert_false(conf->enabled);
	assert_string_equal(conf->avatar, "/a b.png");
	assert_string_equal(g_hash_table_lookup(conf->params, "port"), "1");
	assert_false(g_hash_table_contains(conf->params, "password"));
}

static bool is_password(const struct account_conf *conf, const char *param, void *data)
{
	return strcmp(param, "password") == 0;
}

static void export(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = g_build_filename(f->dir, "copy", NULL), *copy = NULL;

	assert_true(accounts_export(f->accounts, NULL, path, false, is_password, NULL, &f->error));
	assert_true(g_file_get_contents(path, &copy, NULL, NULL));
	assert_non_null(strstr(copy, "[home]"));
	assert_non_null(strstr(copy, "param-account=a@example.org"));
	assert_null(strstr(copy, "hunter2"));
	assert_int_equal(file_mode(path), 0600);
	assert_false(
		accounts_export(f->accounts, "irc", path, false, is_password, NULL, &f->error));
	assert_true(g_error_matches(f->error, G_FILE_ERROR, G_FILE_ERROR_EXIST));
	assert_file(path, copy);
	g_clear_error(&f->error);
	assert_true(accounts_export(f->accounts, "irc", path, true, is_password, NULL, &f->error));
	assert_file(path, "[irc]\nmanager=idle\nprotocol=irc\nenabled=true\nparam-account=ali\n");
	assert_false(
		accounts_export(f->accounts, NULL, f->dir, true, is_password, NULL, &f->error));
	g_clear_error(&f->error);
	assert_file(f->path, text);
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/accounts/rename", rename_one),
		TEST("/accounts/move", move),
		TEST("/accounts/several keys at once", several_at_once),
		TEST("/accounts/export", export),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
