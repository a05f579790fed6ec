/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files of accounts that other programs wrote, and some that nobody should have written. */

#include "store_test.h"

#include <sys/stat.h>

#include "store/import.h"

struct fixture {
	char *dir;
	struct import *import;
	GError *error;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->dir = make_dir();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	import_free(f->import);
	g_clear_error(&f->error);
	remove_dir(f->dir);
	g_free(f);
	return 0;
}

static void read_path(struct fixture *f, const char *path)
{
	import_free(f->import);
	g_clear_error(&f->error);
	f->import = import_read(path, &f->error);
}

static void read_text(struct fixture *f, const char *text)
{
	g_autofree char *path = write_file(f->dir, "file", text);

	read_path(f, path);
}

static const struct account_conf *only_account(struct fixture *f)
{
	if (f->error)
		print_error("%s\n", f->error->message);
	assert_non_null(f->import);
	assert_int_equal(f->import->accounts->len, 1);
	return f->import->accounts->pdata[0];
}

static void check_param(const struct account_conf *conf, const char *name, const char *value)
{
	const char *found = g_hash_table_lookup(conf->params, name);

	if (!value)
		assert_null(found);
	else if (!found)
		fail_msg("there is no %s", name);
	else
		assert_string_equal(found, value);
}

static void check_refused(struct fixture *f, const char *reason)
{
	assert_null(f->import);
	assert_non_null(f->error);
	if (!strstr(f->error->message, reason))
		assert_string_equal(f->error->message, reason);
	assert_true(g_str_has_prefix(f->error->message, "cannot import "));
}

/* --- Mission Control ---------------------------------------------------------------------- */

static void accounts_cfg(void **state)
{
	struct fixture *f = *state;
	const struct account_conf *conf;

	read_text(f, "# Telepathy accounts\n"
		     "[gabble/jabber/alice_40example_2eorg0]\n"
		     "manager=gabble\n"
		     "protocol=jabber\n"
		     "DisplayName=Work Jabber\n"
		     "Enabled=true\n"
		     "ConnectAutomatically=false\n"
		     "Nickname=Alice\n"
		     "param-account=alice@example.org\n"
		     "param-password=hunter\\s2\n"
		     "param-port=5222\n"
		     "param-fallback-servers=a;b;\n"
		     "AvatarMime=\n");
	conf = only_account(f);
	assert_string_equal(f->import->source, "Mission Control");
	assert_string_equal(conf->manager, "gabble");
	assert_string_equal(conf->name, "Work Jabber");
	assert_string_equal(conf->nickname, "Alice");
	assert_false(conf->enabled);
	check_param(conf, "account", "alice@example.org");
	check_param(conf, "password", "hunter 2");
	check_param(conf, "fallback-servers", "a;b;");
}

static void account_file(void **state)
{
	struct fixture *f = *state;
	const struct account_conf *conf;

	read_text(f, "{\n'manager': <'idle'>,\n'protocol': <'irc'>,\n"
		     "'DisplayName': <'net'>,\n'Enabled': <false>,\n"
		     "'AutomaticPresence': <(uint32 2, 'available', '')>,\n"
		     "'Parameters': <{'account': <'ali'>, 'port': <uint32 6697>,\n"
		     " 'use-ssl': <true>, 'list': <['x', 'y']>, 'odd': <(1, 2)>}>,\n"
		     "'KeyFileParameters': <{'server': 'irc.example.org'}>}\n");
	conf = only_account(f);
	assert_false(conf->enabled);
	check_param(conf, "account", "ali");
	check_param(conf, "port", "6697");
	check_param(conf, "use-ssl", "true");
	check_param(conf, "list", "x;y");
	check_param(conf, "server", "irc.example.org");
	check_param(conf, "odd", NULL);
	assert_problem(f->import->problems, "odd is left out");
}

/* What an export of ours looks like; a command in it is not taken. */
static void our_own(void **state)
{
	struct fixture *f = *state;
	const struct account_conf *conf;

	read_text(f, "[work]\nmanager=haze\nprotocol=jabber\nenabled=false\nautojoin=a;b\n"
		     "password-command=rm -rf /\nparam-account=alice@example.org\n");
	conf = only_account(f);
	assert_string_equal(f->import->source, "pheme");
	assert_string_equal(conf->name, "work");
	assert_false(conf->enabled);
	assert_null(conf->password_command);
	assert_string_equal(conf->autojoin[1], "b");
	assert_problem(f->import->problems, "work: password-command is left out");
}

/* --- libpurple ---------------------------------------------------------------------------- */

static const char purple[] =
	"<?xml version='1.0' encoding='UTF-8' ?>\n"
	"<account version='1.0'>\n"
	" <account>\n"
	"  <protocol>prpl-jabber</protocol>\n"
	"  <name>alice@example.org/Home</name>\n"
	"  <password>se&amp;cret</password>\n"
	"  <alias>Alice</alias>\n"
	"  <settings>\n"
	"   <setting name='port' type='int'>5223</setting>\n"
	"   <setting name='connect_server' type='string'>im.example.org</setting>\n"
	"   <setting name='connection_security' type='string'>opportunistic_tls</setting>\n"
	"   <setting name='ft_proxies' type='string'/>\n"
	"  </settings>\n"
	"  <settings ui='gtk-gaim'>\n"
	"   <setting name='auto-login' type='bool'>1</setting>\n"
	"   <setting name='port' type='int'>1</setting>\n"
	"  </settings>\n"
	"  <proxy><type>socks5</type><host>p.example.org</host><password>x</password></proxy>\n"
	" </account>\n"
	" <account><protocol>prpl-irc</protocol><name>ali@irc.example.org</name></account>\n"
	" <account><name>nobody</name></account>\n"
	"</account>\n";

static void accounts_xml(void **state)
{
	struct fixture *f = *state;
	const struct account_conf *jabber, *irc;

	read_text(f, purple);
	assert_non_null(f->import);
	assert_string_equal(f->import->source, "libpurple");
	assert_int_equal(f->import->accounts->len, 2);
	jabber = f->import->accounts->pdata[0];
	irc = f->import->accounts->pdata[1];
	assert_string_equal(jabber->manager, "haze");
	assert_string_equal(jabber->protocol, "jabber");
	assert_string_equal(jabber->nickname, "Alice");
	assert_true(jabber->enabled);
	check_param(jabber, "account", "alice@example.org/Home");
	check_param(jabber, "password", "se&cret");
	check_param(jabber, "port", "5223");
	check_param(jabber, "server", "im.example.org");
	check_param(jabber, "require-encryption", "false");
	check_param(jabber, "ft-proxies", NULL);
	assert_problem(f->import->problems, "its proxy is left out");
	assert_false(irc->enabled);
	check_param(irc, "account", "ali");
	check_param(irc, "server", "irc.example.org");
	assert_problem(f->import->problems, "nobody: left out");
}

/* --- what is none of these ---------------------------------------------------------------- */

static void broken(void **state)
{
	struct fixture *f = *state;

	read_text(f, "<account><account><password>&hunter2;</password>");
	check_refused(f, "line 1: it is broken");
	assert_null(strstr(f->error->message, "hunter2"));
	read_text(f, "<account><account>\n<name>a</name>\n</wrong></account>");
	check_refused(f, "line 3: it is broken");
	read_text(f, "<html><body/></html>");
	check_refused(f, "no accounts.xml");
	read_text(f, "{'manager': <'x'>, 'Parameters': <{'password': <hunter2>}>}");
	check_refused(f, "it is broken");
	assert_null(strstr(f->error->message, "hunter2"));
	read_text(f, "[a/b/c]\nmanager=x\nparam-password hunter2\n");
	check_refused(f, "it is broken");
	assert_null(strstr(f->error->message, "hunter2"));
	read_text(f, "root:x:0:0:root:/root:/bin/sh\n");
	check_refused(f, "it is no file of accounts that is known here");
	read_text(f, "");
	check_refused(f, "it is no file of accounts");
	read_text(f, "<account version='1.0'/>");
	check_refused(f, "there is no account in it");
	read_text(f, "[general]\nx=y\n");
	assert_int_equal(f->import->accounts->len, 0);
	assert_problem(f->import->problems, "left out: it tells no manager");
}

static void deep(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GString) text = g_string_new("<account><account>");

	for (unsigned i = 0; i < 100000; i++)
		g_string_append(text, "<name>");
	read_text(f, text->str);
	check_refused(f, "it is broken");
	g_string_assign(text, "{'x': <");
	for (unsigned i = 0; i < 100000; i++)
		g_string_append(text, "[");
	read_text(f, text->str);
	check_refused(f, "it is broken");
}

static void many(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GString) text = g_string_new("<account>");

	for (unsigned i = 0; i < 501; i++)
		g_string_append_printf(text,
				       "<account><protocol>prpl-jabber</protocol>"
				       "<name>u%u@example.org</name></account>",
				       i);
	g_string_append(text, "</account>");
	read_text(f, text->str);
	assert_non_null(f->import);
	assert_int_equal(f->import->accounts->len, 500);
	assert_problem(f->import->problems, "500 accounts are enough");
}

static void no_file(void **state)
{
	struct fixture *f = *state;
	g_autofree char *fifo = g_build_filename(f->dir, "fifo", NULL);
	g_autofree char *huge = g_build_filename(f->dir, "huge", NULL);
	g_autofree char *none = g_build_filename(f->dir, "none", NULL);
	FILE *file = fopen(huge, "w");

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(ftruncate(fileno(file), 5 * 1024 * 1024), 0);
	fclose(file);
	read_path(f, fifo);
	check_refused(f, "it is not a file");
	read_path(f, f->dir);
	check_refused(f, "it is not a file");
	read_path(f, huge);
	check_refused(f, "it is larger than 4 MiB");
	read_path(f, "/dev/zero");
	check_refused(f, "it is larger than 4 MiB");
	read_path(f, none);
	check_refused(f, "No such file");
	read_path(f, "/dev/null");
	check_refused(f, "it is no file of accounts");
}

static void bytes(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = g_build_filename(f->dir, "bytes", NULL);

	assert_true(g_file_set_contents(path, "[a/b]\nmanager=\xff\n", -1, NULL));
	read_path(f, path);
	check_refused(f, "it is not UTF-8 text");
	assert_true(g_file_set_contents(path, "<account>\0</account>", 20, NULL));
	read_path(f, path);
	check_refused(f, "it is not UTF-8 text");
}

#define TEST(name, function)                                                                       \
	{                                                                                          \
		name, function, setup, teardown, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("/import/mission control, one file", accounts_cfg),
		TEST("/import/mission control, a file an account", account_file),
		TEST("/import/our own export", our_own),
		TEST("/import/libpurple", accounts_xml),
		TEST("/import/broken and foreign", broken),
		TEST("/import/nesting is bounded", deep),
		TEST("/import/accounts are bounded", many),
		TEST("/import/no file", no_file),
		TEST("/import/no text", bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
