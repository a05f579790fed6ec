/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accounts_private.h"

#include <string.h>

#include "paths.h"
#include "secret.h"

#define NAME_MAX_BYTES  64
#define PARAM_MAX_BYTES 255

/* --- one account -------------------------------------------------------------------------- */

static void free_param(void *value)
{
	secret_free(value);
}

struct account_conf *account_conf_new(const char *name, const char *manager, const char *protocol)
{
	struct account_conf *conf = g_new0(struct account_conf, 1);

	conf->name = g_strdup(name);
	conf->manager = g_strdup(manager);
	conf->protocol = g_strdup(protocol);
	conf->enabled = true;
	conf->autojoin = g_new0(char *, 1);
	conf->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_param);
	return conf;
}

struct account_conf *account_conf_copy(const struct account_conf *conf)
{
	struct account_conf *copy = account_conf_new(conf->name, conf->manager, conf->protocol);
	GHashTableIter iter;
	void *name, *value;

	copy->enabled = conf->enabled;
	copy->secret_service = conf->secret_service;
	copy->nickname = g_strdup(conf->nickname);
	copy->password_command = g_strdup(conf->password_command);
	copy->avatar = g_strdup(conf->avatar);
	copy->room_passwords = g_strdupv(conf->room_passwords);
	g_strfreev(copy->autojoin);
	copy->autojoin = g_strdupv(conf->autojoin);
	g_hash_table_iter_init(&iter, conf->params);
	while (g_hash_table_iter_next(&iter, &name, &value))
		g_hash_table_insert(copy->params, g_strdup(name), g_strdup(value));
	return copy;
}

void account_conf_drop_room_passwords(struct account_conf *conf)
{
	for (char **one = conf->room_passwords; one && *one; one++)
		explicit_bzero(*one, strlen(*one));
	g_clear_pointer(&conf->room_passwords, g_strfreev);
}

void account_conf_free(struct account_conf *conf)
{
	if (!conf)
		return;
	g_free(conf->name);
	g_free(conf->manager);
	g_free(conf->protocol);
	g_free(conf->nickname);
	g_strfreev(conf->autojoin);
	account_conf_drop_room_passwords(conf);
	g_free(conf->password_command);
	g_free(conf->avatar);
	g_hash_table_unref(conf->params);
	g_free(conf);
}

bool accounts_refuse(GError **error, const char *what, const char *reason)
{
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "cannot use %s: %s",
		    what, reason);
	return false;
}

bool account_name_check(const char *name, GError **error)
{
	const char *what = "this name of an account";

	if (!*name)
		return accounts_refuse(error, what, "it is empty");
	if (strlen(name) > NAME_MAX_BYTES)
		return accounts_refuse(error, what, "it is longer than 64 bytes");
	if (!g_utf8_validate(name, -1, NULL))
		return accounts_refuse(error, what, "it is not UTF-8");
	if (strpbrk(name, ":/[]"))
		return accounts_refuse(error, what, "it holds one of : / [ ]");
	if (g_ascii_isspace(*name) || g_ascii_isspace(name[strlen(name) - 1]))
		return accounts_refuse(error, what, "it begins or ends with a space");
	for (const char *c = name; *c; c = g_utf8_next_char(c))
		if (!g_unichar_isprint(g_utf8_get_char(c)))
			return accounts_refuse(error, what,
					       "it holds a character that cannot be shown");
	return true;
}

/* Parts of bus names: what is no such word must not get as far as the bus. */
static bool is_word(const char *text, char extra)
{
	if (!g_ascii_isalpha(*text) || strlen(text) > NAME_MAX_BYTES)
		return false;
	for (; *text; text++)
		if (!g_ascii_isalnum(*text) && *text != extra)
			return false;
	return true;
}

/* Some are called as a D-Bus property is, with its interface. */
static bool is_param(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, ".", -1);
	bool good = strlen(text) <= PARAM_MAX_BYTES;

	for (char **word = words; good && *word; word++)
		good = is_word(*word, '-') || is_word(*word, '_');
	return good;
}

/* --- keys --------------------------------------------------------------------------------- */

typedef bool (*key_fn)(struct account_conf *conf, const char *value, GError **error);

static bool take_manager(struct account_conf *conf, const char *value, GError **error)
{
	if (!is_word(value, '_'))
		return accounts_refuse(error, "the manager",
				       "a name like haze or idle is expected");
	g_free(conf->manager);
	conf->manager = g_strdup(value);
	return true;
}

static bool take_protocol(struct account_conf *conf, const char *value, GError **error)
{
	if (!is_word(value, '-'))
		return accounts_refuse(error, "the protocol",
				       "a name like jabber or irc is expected");
	g_free(conf->protocol);
	conf->protocol = g_strdup(value);
	return true;
}

static bool take_enabled(struct account_conf *conf, const char *value, GError **error)
{
	return keyfile_parse_bool(value, &conf->enabled) ||
	       accounts_refuse(error, "enabled", "true or false is expected");
}

static bool take_secret_service(struct account_conf *conf, const char *value, GError **error)
{
	return keyfile_parse_bool(value, &conf->secret_service) ||
	       accounts_refuse(error, "secret-service", "true or false is expected");
}

static bool take_nickname(struct account_conf *conf, const char *value, GError **error)
{
	g_free(conf->nickname);
	conf->nickname = *value ? g_strdup(value) : NULL;
	return true;
}

/* "a; b" as a list. */
static char **split_list(const char *value)
{
	GPtrArray *list = g_ptr_array_new();
	g_auto(GStrv) parts = g_strsplit(value, ";", -1);

	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_ptr_array_add(list, g_strdup(*part));
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

static bool take_autojoin(struct account_conf *conf, const char *value, GError **error)
{
	g_strfreev(conf->autojoin);
	conf->autojoin = split_list(value);
	return true;
}

static bool take_room_passwords(struct account_conf *conf, const char *value, GError **error)
{
	account_conf_drop_room_passwords(conf);
	conf->room_passwords = split_list(value);
	return true;
}

static bool take_password_command(struct account_conf *conf, const char *value, GError **error)
{
	if (*value && !g_shell_parse_argv(value, NULL, NULL, NULL))
		return accounts_refuse(error, "password-command", "a quote is not closed");
	g_free(conf->password_command);
	conf->password_command = *value ? g_strdup(value) : NULL;
	return true;
}

static bool take_avatar(struct account_conf *conf, const char *value, GError **error)
{
	g_free(conf->avatar);
	conf->avatar = *value ? g_strdup(value) : NULL;
	return true;
}

static const struct {
	const char *key;
	key_fn take;
	bool needed; /* an account without it, or with a bad one, cannot be used */
} known_keys[] = {
	{"manager", take_manager, true},
	{"protocol", take_protocol, true},
	{"enabled", take_enabled, true},
	{"nickname", take_nickname, false},
	{"autojoin", take_autojoin, false},
	{"password-command", take_password_command, false},
	{"room-passwords", take_room_passwords, false},
	{"secret-service", take_secret_service, false},
	{"avatar", take_avatar, false},
};

static int find_key(const char *key)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(known_keys); i++)
		if (g_str_equal(key, known_keys[i].key))
			return (int)i;
	return -1;
}

const char *account_conf_key(unsigned number)
{
	return number < G_N_ELEMENTS(known_keys) ? known_keys[number].key : NULL;
}

bool account_conf_has_key(const char *key)
{
	return find_key(key) >= 0;
}

static const char *param_name(const char *key)
{
	return g_str_has_prefix(key, "param-") && key[6] ? key + 6 : NULL;
}

/* --- loading ------------------------------------------------------------------------------ */

/* False: the account cannot be used. */
static bool load_key(struct account_conf *conf, struct keyfile *file, const char *key,
		     GPtrArray *problems)
{
	int known = find_key(key);
	g_autoptr(GError) error = NULL;
	char *value;

	if (known < 0 && !param_name(key)) {
		keyfile_problem(file, problems, conf->name, key, "there is no such key");
		return true;
	}
	value = keyfile_string(file, conf->name, key, problems);
	/* A parameter that cannot be read may be the one that keeps the password safe. */
	if (!value)
		return known >= 0 && !known_keys[known].needed;
	if (known < 0) {
		g_hash_table_replace(conf->params, g_strdup(param_name(key)), value);
		return true;
	}
	bool done = known_keys[known].take(conf, value, &error);

	g_free(value);
	if (!done)
		keyfile_problem(file, problems, conf->name, key, "%s", error->message);
	return done || !known_keys[known].needed;
}

static bool check_conf(const struct account_conf *conf, struct keyfile *file, GPtrArray *problems)
{
	const char *missing = !conf->manager ? "manager" : !conf->protocol ? "protocol" : NULL;

	if (missing)
		keyfile_problem(file, problems, conf->name, NULL,
				"left out: it has no %s= that can be used", missing);
	else if ((conf->room_passwords || g_hash_table_contains(conf->params, "password")) &&
		 keyfile_is_exposed(file)) {
		g_autofree char *shown = g_filename_display_name(keyfile_path(file));

		keyfile_problem(file, problems, conf->name,
				conf->room_passwords ? "room-passwords" : "param-password",
				"left out: others can read the password; chmod 600 %s", shown);
		return false;
	}
	return !missing;
}

static struct account_conf *load_account(struct keyfile *file, const char *name,
					 GPtrArray *problems)
{
	g_auto(GStrv) keys = g_key_file_get_keys(keyfile_keys(file), name, NULL, NULL);
	struct account_conf *conf;
	g_autoptr(GError) error = NULL;
	bool good = true;

	if (!account_name_check(name, &error)) {
		g_autofree char *shown = g_strescape(name, NULL);

		g_ptr_array_add(problems, g_strdup_printf("accounts.conf:%u: [%s]: left out: %s",
							  keyfile_line(file, name, NULL), shown,
							  error->message));
		return NULL;
	}
	conf = account_conf_new(name, NULL, NULL);
	for (char **key = keys; key && *key; key++)
		good = load_key(conf, file, *key, problems) && good;
	if (check_conf(conf, file, problems) && good)
		return conf;
	account_conf_free(conf);
	return NULL;
}

void accounts_take_file(struct accounts *accounts, struct keyfile *file, GPtrArray *problems)
{
	g_auto(GStrv) groups = g_key_file_get_groups(keyfile_keys(file), NULL);

	keyfile_free(accounts->file);
	accounts->file = file;
	g_ptr_array_set_size(accounts->list, 0);
	for (char **group = groups; *group; group++) {
		struct account_conf *conf = load_account(file, *group, problems);

		if (conf)
			g_ptr_array_add(accounts->list, conf);
	}
}

struct accounts *accounts_load(const char *path, GPtrArray *problems)
{
	struct accounts *accounts = g_new0(struct accounts, 1);

	accounts->path = path ? g_strdup(path) : paths_file(PATHS_CONFIG, "accounts.conf");
	accounts->list = g_ptr_array_new_with_free_func((GDestroyNotify)account_conf_free);
	accounts_take_file(accounts, keyfile_load(accounts->path, problems), problems);
	return accounts;
}

void accounts_free(struct accounts *accounts)
{
	if (!accounts)
		return;
	g_ptr_array_unref(accounts->list);
	keyfile_free(accounts->file);
	g_free(accounts->path);
	g_free(accounts);
}

const char *accounts_path(const struct accounts *accounts)
{
	return accounts->path;
}

const GPtrArray *accounts_list(const struct accounts *accounts)
{
	return accounts->list;
}

const struct account_conf *accounts_find(const struct accounts *accounts, const char *name)
{
	for (unsigned i = 0; i < accounts->list->len; i++) {
		const struct account_conf *conf = accounts->list->pdata[i];

		if (g_str_equal(conf->name, name))
			return conf;
	}
	return NULL;
}

char *accounts_where(const struct accounts *accounts, const char *name, const char *key)
{
	return keyfile_where(accounts->file, name, key);
}

bool accounts_check_key(const char *key, const char *value, GError **error)
{
	struct account_conf *scratch;
	const char *param = param_name(key);
	int known = find_key(key);
	bool good = true;

	if (known < 0 && (!param || !is_param(param)))
		return accounts_refuse(error, "the key", "no such key, and no param-NAME");
	if (value && !g_utf8_validate(value, -1, NULL))
		return accounts_refuse(error, key, "the value is not UTF-8");
	if (known < 0)
		return true;
	if (!value && known_keys[known].take != take_enabled && known_keys[known].needed)
		return accounts_refuse(error, key, "an account needs it");
	scratch = account_conf_new("", NULL, NULL);
	good = !value || known_keys[known].take(scratch, value, error);
	account_conf_free(scratch);
	return good;
}
