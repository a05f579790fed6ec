/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Changes of accounts.conf. Each starts from the file as it is now: another pheme, or the user, may
 * have changed other accounts. A file that is not saved is thrown away, so a failure changes
 * nothing.
 */

#include "accounts_private.h"

#include <string.h>

static bool save(struct accounts *accounts, struct keyfile *file, GError **error)
{
	g_autoptr(GPtrArray) problems = NULL;

	if (!keyfile_save(file, error)) {
		keyfile_free(file);
		return false;
	}
	/* Load it again for the lines; what is wrong in it was told when it was first read. */
	problems = g_ptr_array_new_with_free_func(g_free);
	keyfile_free(file);
	accounts_take_file(accounts, keyfile_load(accounts->path, problems), problems);
	return true;
}

static bool put_key(struct keyfile *file, const char *group, const char *key, const char *value,
		    GError **error)
{
	if (!value)
		return true;
	if (!accounts_check_key(key, value, error))
		return false;
	keyfile_put(file, group, key, value);
	return true;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool put_params(struct keyfile *file, const struct account_conf *conf, GError **error)
{
	GList *names = g_list_sort(g_hash_table_get_keys(conf->params), compare_names);
	bool done = true;

	for (GList *name = names; done && name; name = name->next) {
		g_autofree char *key = g_strconcat("param-", name->data, NULL);

		done = put_key(file, conf->name, key, g_hash_table_lookup(conf->params, name->data),
			       error);
	}
	g_list_free(names);
	return done;
}

bool accounts_put(struct keyfile *file, const struct account_conf *conf, GError **error)
{
	g_autofree char *rooms =
		conf->autojoin && *conf->autojoin ? g_strjoinv(";", conf->autojoin) : NULL;
	g_autofree char *passwords =
		conf->room_passwords ? g_strjoinv(";", conf->room_passwords) : NULL;
	const char *name = conf->name;

	return put_key(file, name, "manager", conf->manager, error) &&
	       put_key(file, name, "protocol", conf->protocol, error) &&
	       put_key(file, name, "enabled", conf->enabled ? "true" : "false", error) &&
	       put_key(file, name, "nickname", conf->nickname, error) &&
	       put_key(file, name, "autojoin", rooms, error) &&
	       put_key(file, name, "room-passwords", passwords, error) &&
	       put_key(file, name, "password-command", conf->password_command, error) &&
	       put_key(file, name, "secret-service", conf->secret_service ? "true" : NULL, error) &&
	       put_key(file, name, "avatar", conf->avatar, error) && put_params(file, conf, error);
}

bool accounts_add(struct accounts *accounts, const struct account_conf *conf, GError **error)
{
	struct keyfile *file;

	if (!account_name_check(conf->name, error))
		return false;
	if (!conf->manager || !conf->protocol)
		return accounts_refuse(error, conf->name,
				       "an account needs a manager and a protocol");
	file = keyfile_load(accounts->path, NULL);
	if (g_key_file_has_group(keyfile_keys(file), conf->name)) {
		accounts_refuse(error, conf->name, "there is an account of that name");
	} else if (accounts_put(file, conf, error)) {
		return save(accounts, file, error);
	}
	keyfile_free(file);
	return false;
}

/* NULL: there is no such account in the file. */
static struct keyfile *load_with(struct accounts *accounts, const char *name, GError **error)
{
	struct keyfile *file = keyfile_load(accounts->path, NULL);

	if (g_key_file_has_group(keyfile_keys(file), name))
		return file;
	keyfile_free(file);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
		    "cannot change %s: it is not in accounts.conf any more; what another program "
		    "has renamed or removed is seen at the next start",
		    name);
	return NULL;
}

bool accounts_remove(struct accounts *accounts, const char *name, GError **error)
{
	struct keyfile *file = load_with(accounts, name, error);

	if (!file)
		return false;
	keyfile_remove_group(file, name);
	return save(accounts, file, error);
}

bool accounts_change(struct accounts *accounts, const char *name, GHashTable *changes,
		     GError **error)
{
	struct keyfile *file;
	GHashTableIter iter;
	void *key, *value;

	g_hash_table_iter_init(&iter, changes);
	while (g_hash_table_iter_next(&iter, &key, &value))
		if (!accounts_check_key(key, value, error))
			return false;
	file = load_with(accounts, name, error);
	if (!file)
		return false;
	g_hash_table_iter_init(&iter, changes);
	while (g_hash_table_iter_next(&iter, &key, &value))
		keyfile_put(file, name, key, value);
	return save(accounts, file, error);
}

bool accounts_set(struct accounts *accounts, const char *name, const char *key, const char *value,
		  GError **error)
{
	g_autoptr(GHashTable) changes = g_hash_table_new(g_str_hash, g_str_equal);

	g_hash_table_insert(changes, (char *)key, (char *)value);
	return accounts_change(accounts, name, changes, error);
}

bool accounts_rename(struct accounts *accounts, const char *name, const char *to, GError **error)
{
	struct keyfile *file;

	if (!account_name_check(to, error) || !(file = load_with(accounts, name, error)))
		return false;
	if (g_key_file_has_group(keyfile_keys(file), to)) {
		accounts_refuse(error, to, "there is an account of that name");
		keyfile_free(file);
		return false;
	}
	keyfile_rename_group(file, name, to);
	return save(accounts, file, error);
}

bool accounts_move(struct accounts *accounts, const char *name, const char *before, GError **error)
{
	struct keyfile *file = load_with(accounts, name, error);

	if (!file)
		return false;
	if (before && !g_key_file_has_group(keyfile_keys(file), before)) {
		keyfile_free(file);
		return accounts_refuse(error, before, "there is no such account");
	}
	keyfile_move_group(file, name, before);
	return save(accounts, file, error);
}
