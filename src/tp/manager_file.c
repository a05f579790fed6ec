/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The .manager files that connection managers install (spec: ConnectionManager, "files"): what
 * they speak and take, to be read without a bus and without starting one. They may be older than
 * the manager, so that they are good for a hint only.
 */

#include <string.h>

#include <glib/gstdio.h>

#include "private.h"

#define FILE_MAX (1 << 20) /* bytes */
#define SUFFIX   ".manager"
#define GROUP    "Protocol "
#define PARAM    "param-"

static unsigned read_flags(char **words)
{
	static const struct {
		const char *word;
		unsigned flag;
	} flags[] = {
		{"required", PARAM_REQUIRED},
		{"register", PARAM_REGISTER},
		{"secret", PARAM_SECRET},
		{"dbus-property", PARAM_DBUS_PROPERTY},
	};
	unsigned all = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(flags); i++)
		if (g_strv_contains((const char *const *)words, flags[i].word))
			all |= flags[i].flag;
	return all;
}

/* "s required secret" */
static void read_param(GKeyFile *file, const char *group, const char *key,
		       struct protocol *protocol)
{
	g_autofree char *value = g_key_file_get_value(file, group, key, NULL);
	g_auto(GStrv) words = g_strsplit(value ? value : "", " ", -1);

	if (words[0] && *words[0])
		protocol_add_param(protocol, key + strlen(PARAM), words[0], read_flags(words + 1),
				   NULL);
}

static struct protocol *read_group(GKeyFile *file, const char *manager, const char *group)
{
	g_autofree char *english = g_key_file_get_string(file, group, "EnglishName", NULL);
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
	struct protocol *protocol = protocol_new(manager, group + strlen(GROUP), english);

	for (char **key = keys; key && *key && protocol->params->len < TP_PARAMS_MAX; key++)
		if (g_str_has_prefix(*key, PARAM))
			read_param(file, group, *key, protocol);
	protocol_sort_params(protocol);
	return protocol;
}

static void read_file(const char *path, const char *manager, GPtrArray *out)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) groups = NULL;
	guint before = out->len;
	GStatBuf status;

	if (g_stat(path, &status) || !S_ISREG(status.st_mode) || status.st_size > FILE_MAX)
		return;
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
		g_debug("%s: %s", path, error->message);
		return;
	}
	groups = g_key_file_get_groups(file, NULL);
	for (char **group = groups; *group && out->len - before < TP_PROTOCOLS_MAX; group++)
		if (g_str_has_prefix(*group, GROUP) && (*group)[strlen(GROUP)])
			g_ptr_array_add(out, read_group(file, manager, *group));
}

/* Each manager's first file counts: @seen has the names of those before. */
static void read_directory(const char *data_dir, GHashTable *seen, GPtrArray *out)
{
	g_autofree char *path = g_build_filename(data_dir, "telepathy", "managers", NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		g_autofree char *manager = NULL;

		if (!g_str_has_suffix(name, SUFFIX))
			continue;
		manager = g_strndup(name, strlen(name) - strlen(SUFFIX));
		if (!tp_manager_name_is_valid(manager) || g_hash_table_contains(seen, manager))
			continue;
		read_file(file, manager, out);
		g_hash_table_add(seen, g_steal_pointer(&manager));
	}
}

GPtrArray *tp_read_manager_files(void)
{
	GPtrArray *protocols = g_ptr_array_new_with_free_func((GDestroyNotify)protocol_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	read_directory(g_get_user_data_dir(), seen, protocols);
	for (const char *const *dir = g_get_system_data_dirs(); *dir; dir++)
		read_directory(*dir, seen, protocols);
	g_ptr_array_sort(protocols, tp_compare_protocols);
	return protocols;
}
