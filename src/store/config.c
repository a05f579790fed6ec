/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "keyfile.h"
#include "paths.h"

struct listener {
	void (*fn)(const char *name, void *data);
	void *data;
};

struct config {
	char *path;
	GHashTable *values;  /* of config_settings[].name → value; only what is not default */
	GHashTable *aliases; /* name → text */
	GHashTable *noises;  /* key of a chat → "all", "mention", "off" */
	GPtrArray *tubes;    /* struct config_tube * */
	GPtrArray *replies;  /* struct config_reply * */
	GArray *listeners;   /* struct listener */
};

/* --- loading ------------------------------------------------------------------------------ */

#define NOISES "notify-chat"
#define TUBE   "tube "
#define REPLY  "reply "

static bool is_free_group(const char *group)
{
	return g_str_equal(group, "alias") || g_str_equal(group, NOISES) ||
	       g_str_has_prefix(group, TUBE) || g_str_has_prefix(group, REPLY);
}

static bool is_known_group(const char *group)
{
	for (const struct setting *setting = config_settings; setting->name; setting++)
		if (g_str_has_prefix(setting->name, group) && setting->name[strlen(group)] == '.')
			return true;
	return false;
}

static void load_key(struct config *config, struct keyfile *file, const char *group,
		     const char *key, GPtrArray *problems)
{
	g_autofree char *name = g_strconcat(group, ".", key, NULL);
	g_autofree char *text = keyfile_string(file, group, key, problems);
	const struct setting *setting = config_find_setting(name);
	g_autoptr(GError) error = NULL;
	char *value;

	if (!setting)
		keyfile_problem(file, problems, group, key, "there is no such setting");
	if (!setting || !text)
		return;
	value = setting_check(setting, text, &error);
	if (value)
		g_hash_table_insert(config->values, (void *)setting->name, value);
	else
		keyfile_problem(file, problems, group, key, "%s; using %s", error->message,
				setting->fallback);
}

static void tube_free(void *data)
{
	struct config_tube *tube = data;

	g_free(tube->name);
	g_free(tube->service);
	g_free(tube->accept);
	g_free(tube->offer);
	g_strfreev(tube->always);
	g_free(tube);
}

static char **split_list(const char *text)
{
	char **words = g_strsplit(text ? text : "", ";", -1);
	char **to = words;

	for (char **word = words; *word; word++) {
		g_strstrip(*word);
		if (**word)
			*to++ = *word;
		else
			g_free(*word);
	}
	*to = NULL;
	return words;
}

static void check_keys(struct keyfile *file, const char *group, const char *const *known,
		       GPtrArray *problems)
{
	g_auto(GStrv) keys = g_key_file_get_keys(keyfile_keys(file), group, NULL, NULL);

	for (char **key = keys; key && *key; key++)
		if (!g_strv_contains(known, *key))
			keyfile_problem(file, problems, group, *key, "there is no such setting");
}

static char *optional(struct keyfile *file, const char *group, const char *key, GPtrArray *problems)
{
	if (!g_key_file_has_key(keyfile_keys(file), group, key, NULL))
		return NULL;
	return keyfile_string(file, group, key, problems);
}

static void load_tube(struct config *config, struct keyfile *file, const char *group,
		      GPtrArray *problems)
{
	static const char *const known[] = {"service", "accept", "offer", "always", NULL};
	struct config_tube *tube = g_new0(struct config_tube, 1);
	g_autofree char *always = optional(file, group, "always", problems);

	tube->name = g_strdup(group + strlen(TUBE));
	tube->service = optional(file, group, "service", problems);
	tube->accept = optional(file, group, "accept", problems);
	tube->offer = optional(file, group, "offer", problems);
	tube->always = split_list(always);
	check_keys(file, group, known, problems);
	if (tube->service && *tube->service) {
		g_ptr_array_add(config->tubes, tube);
		return;
	}
	keyfile_problem(file, problems, group, "service", "a tube needs the name of its service");
	tube_free(tube);
}

const struct config_tube *config_find_tube(struct config *config, const char *service)
{
	for (guint i = 0; i < config->tubes->len; i++) {
		const struct config_tube *tube = config->tubes->pdata[i];

		if (g_str_equal(tube->service, service))
			return tube;
	}
	return NULL;
}

const GPtrArray *config_tubes(struct config *config)
{
	return config->tubes;
}

static void reply_free(void *data)
{
	struct config_reply *reply = data;

	g_free(reply->name);
	g_strfreev(reply->argv);
	g_free(reply);
}

static void load_lines(struct config_reply *reply, struct keyfile *file, const char *group,
		       GPtrArray *problems)
{
	g_autofree char *lines = optional(file, group, "lines", problems);

	if (lines && !keyfile_parse_bool(lines, &reply->lines))
		keyfile_problem(file, problems, group, "lines", "true or false is expected");
}

static void load_reply(struct config *config, struct keyfile *file, const char *group,
		       GPtrArray *problems)
{
	static const char *const known[] = {"command", "lines", NULL};
	struct config_reply *reply = g_new0(struct config_reply, 1);
	g_autofree char *command = optional(file, group, "command", problems);
	g_autoptr(GError) error = NULL;

	reply->name = g_strdup(group + strlen(REPLY));
	load_lines(reply, file, group, problems);
	check_keys(file, group, known, problems);
	if (g_shell_parse_argv(command ? command : "", NULL, &reply->argv, &error)) {
		g_ptr_array_add(config->replies, reply);
		return;
	}
	keyfile_problem(file, problems, group, "command", "a program is expected: %s",
			error->message);
	reply_free(reply);
}

const struct config_reply *config_find_reply(struct config *config, const char *name)
{
	for (guint i = 0; i < config->replies->len; i++) {
		const struct config_reply *reply = config->replies->pdata[i];

		if (g_str_equal(reply->name, name))
			return reply;
	}
	return NULL;
}

const GPtrArray *config_replies(struct config *config)
{
	return config->replies;
}

static bool is_noise(const char *mode)
{
	static const char *const modes[] = {"all", "mention", "off", NULL};

	return g_strv_contains(modes, mode);
}

static void load_noise(struct config *config, struct keyfile *file, const char *key,
		       GPtrArray *problems)
{
	g_autofree char *mode = keyfile_string(file, NOISES, key, problems);

	if (mode && is_noise(mode))
		g_hash_table_insert(config->noises, g_strdup(key), g_steal_pointer(&mode));
	else if (mode)
		keyfile_problem(file, problems, NOISES, key,
				"one of all, mention, off is expected");
}

static void load_group(struct config *config, struct keyfile *file, const char *group,
		       GPtrArray *problems)
{
	g_auto(GStrv) keys = g_key_file_get_keys(keyfile_keys(file), group, NULL, NULL);

	for (char **key = keys; key && *key; key++) {
		if (!is_free_group(group)) {
			load_key(config, file, group, *key, problems);
		} else if (g_str_equal(group, "alias")) {
			char *text = keyfile_string(file, group, *key, problems);

			if (text)
				g_hash_table_insert(config->aliases, g_strdup(*key), text);
		} else {
			load_noise(config, file, *key, problems);
		}
	}
}

static void load_all(struct config *config, GPtrArray *problems)
{
	struct keyfile *file = keyfile_load(config->path, problems);
	g_auto(GStrv) groups = g_key_file_get_groups(keyfile_keys(file), NULL);

	for (char **group = groups; *group; group++) {
		if (g_str_has_prefix(*group, TUBE))
			load_tube(config, file, *group, problems);
		else if (g_str_has_prefix(*group, REPLY))
			load_reply(config, file, *group, problems);
		else if (is_free_group(*group) || is_known_group(*group))
			load_group(config, file, *group, problems);
		else
			keyfile_problem(file, problems, *group, NULL, "there is no such group");
	}
	keyfile_free(file);
}

struct config *config_load(const char *path, GPtrArray *problems)
{
	struct config *config = g_new0(struct config, 1);

	config->path = path ? g_strdup(path) : paths_file(PATHS_CONFIG, "pheme.conf");
	config->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	config->aliases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	config->noises = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	config->tubes = g_ptr_array_new_with_free_func(tube_free);
	config->replies = g_ptr_array_new_with_free_func(reply_free);
	config->listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
	load_all(config, problems);
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	g_hash_table_unref(config->values);
	g_hash_table_unref(config->aliases);
	g_hash_table_unref(config->noises);
	g_ptr_array_unref(config->tubes);
	g_ptr_array_unref(config->replies);
	g_array_unref(config->listeners);
	g_free(config->path);
	g_free(config);
}

/* --- settings ----------------------------------------------------------------------------- */

const char *config_string(struct config *config, const char *name)
{
	const char *value = g_hash_table_lookup(config->values, name);
	const struct setting *setting = value ? NULL : config_find_setting(name);

	g_assert(value || setting);
	return value ? value : setting->fallback;
}

bool config_bool(struct config *config, const char *name)
{
	return g_str_equal(config_string(config, name), "true");
}

int config_int(struct config *config, const char *name)
{
	return atoi(config_string(config, name));
}

/* From the file as it is now: another pheme, or the user, may have changed the rest of it. */
static bool save_key(struct config *config, const char *group, const char *key, const char *value,
		     GError **error)
{
	struct keyfile *file = keyfile_load(config->path, NULL);
	bool done = keyfile_set(file, group, key, value, error);

	keyfile_free(file);
	return done;
}

static void tell_change(struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->listeners->len; i++) {
		struct listener listener = g_array_index(config->listeners, struct listener, i);

		listener.fn(name, listener.data);
	}
}

bool config_set(struct config *config, const char *name, const char *value, GError **error)
{
	const struct setting *setting = config_find_setting(name);
	g_autofree char *text = NULL;

	if (!setting) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
			    "cannot set %s: there is no such setting", name);
		return false;
	}
	if (value && !(text = setting_check(setting, value, error)))
		return false;
	const char *key = strchr(setting->name, '.') + 1;
	g_autofree char *group = g_strndup(setting->name, key - 1 - setting->name);

	if (!save_key(config, group, key, text, error))
		return false;
	if (text)
		g_hash_table_insert(config->values, (void *)setting->name, g_steal_pointer(&text));
	else
		g_hash_table_remove(config->values, setting->name);
	tell_change(config, setting->name);
	return true;
}

void config_on_change(struct config *config, void (*fn)(const char *name, void *data), void *data)
{
	struct listener listener = {fn, data};

	g_array_append_val(config->listeners, listener);
}

/* --- noises of chats ---------------------------------------------------------------------- */

/* Anything can be in an id, and not everything in a key. */
static char *noise_key(const char *account, const char *id)
{
	g_autofree char *name = g_strconcat(account, ":", id, NULL);

	return g_uri_escape_bytes((const guint8 *)name, strlen(name), "@:#&+!~");
}

const char *config_chat_notify(struct config *config, const char *account, const char *id)
{
	g_autofree char *key = NULL;

	if (!g_hash_table_size(config->noises))
		return NULL;
	key = noise_key(account, id);
	return g_hash_table_lookup(config->noises, key);
}

bool config_set_chat_notify(struct config *config, const char *account, const char *id,
			    const char *mode, GError **error)
{
	g_autofree char *key = noise_key(account, id);

	g_assert(!mode || is_noise(mode));
	if (!save_key(config, NOISES, key, mode, error))
		return false;
	if (mode)
		g_hash_table_insert(config->noises, g_steal_pointer(&key), g_strdup(mode));
	else
		g_hash_table_remove(config->noises, key);
	return true;
}

/* --- an account under another name -------------------------------------------------------- */

static bool rename_noises(struct config *config, struct keyfile *file, const char *account,
			  const char *name)
{
	g_autofree char *before = noise_key(account, ""), *after = noise_key(name, "");
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	void *key;

	g_hash_table_iter_init(&iter, config->noises);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (g_str_has_prefix(key, before))
			g_ptr_array_add(keys, g_strdup(key));
	for (guint i = 0; i < keys->len; i++) {
		const char *old = keys->pdata[i];
		char *mode = g_strdup(g_hash_table_lookup(config->noises, old));
		char *new = g_strconcat(after, old + strlen(before), NULL);

		keyfile_put(file, NOISES, old, NULL);
		keyfile_put(file, NOISES, new, mode);
		g_hash_table_remove(config->noises, old);
		g_hash_table_insert(config->noises, new, mode);
	}
	return keys->len > 0;
}

/* "account:ID" in @list; false: there is none. */
static bool rename_in_list(char **list, const char *account, const char *name)
{
	g_autofree char *before = g_strconcat(account, ":", NULL);
	bool any = false;

	for (; *list; list++) {
		char *old = *list;

		if (!g_str_has_prefix(old, before))
			continue;
		*list = g_strconcat(name, ":", old + strlen(before), NULL);
		g_free(old);
		any = true;
	}
	return any;
}

static bool rename_always(struct config *config, struct keyfile *file, const char *account,
			  const char *name)
{
	bool any = false;

	for (guint i = 0; i < config->tubes->len; i++) {
		struct config_tube *tube = config->tubes->pdata[i];
		g_autofree char *group = g_strconcat("tube ", tube->name, NULL), *list = NULL;

		if (!rename_in_list(tube->always, account, name))
			continue;
		list = g_strjoinv(";", tube->always);
		if (keyfile_line(file, group, "always"))
			keyfile_put(file, group, "always", list);
		any = true;
	}
	return any;
}

bool config_rename_account(struct config *config, const char *account, const char *name,
			   GError **error)
{
	struct keyfile *file = keyfile_load(config->path, NULL);
	bool any = rename_noises(config, file, account, name), done;

	any |= rename_always(config, file, account, name);
	done = !any || keyfile_save(file, error);
	keyfile_free(file);
	return done;
}

/* --- aliases ------------------------------------------------------------------------------ */

const char *config_alias(struct config *config, const char *name)
{
	return g_hash_table_lookup(config->aliases, name);
}

static bool check_alias(const char *name, const char *value, GError **error)
{
	bool good = *name && strlen(name) <= 64;

	for (const char *c = name; *c; c++)
		good = good && (g_ascii_isalnum(*c) || *c == '-' || *c == '_');
	if (!good)
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			    "cannot set the alias: a name is letters, digits, - and _");
	else if (value && strpbrk(value, "\n\r")) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			    "cannot set the alias %s: it must be one line", name);
		good = false;
	}
	return good;
}

bool config_set_alias(struct config *config, const char *name, const char *value, GError **error)
{
	if (!check_alias(name, value, error) || !save_key(config, "alias", name, value, error))
		return false;
	if (value)
		g_hash_table_insert(config->aliases, g_strdup(name), g_strdup(value));
	else
		g_hash_table_remove(config->aliases, name);
	return true;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **config_aliases(struct config *config)
{
	GPtrArray *names = g_ptr_array_new();
	GHashTableIter iter;
	void *name;

	g_hash_table_iter_init(&iter, config->aliases);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}
