/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Mission Control keeps accounts in a key file (accounts.cfg; up to 5.15) or each in a file of its
 * own that is a GVariant dictionary as text (*.account). The former is like enough to what pheme
 * exports that one reader takes both.
 */

#include "import_private.h"

#include <string.h>

#include "keyfile.h"

static void take_bool(bool *to, const char *text)
{
	bool value;

	if (text && keyfile_parse_bool(text, &value))
		*to = value;
}

/* --- key files ---------------------------------------------------------------------------- */

/* Either program's spelling; new string or NULL. */
static char *get(struct keyfile *file, const char *group, const char *theirs, const char *ours)
{
	char *value = keyfile_string(file, group, theirs, NULL);

	return value || !ours ? value : keyfile_string(file, group, ours, NULL);
}

static void take_rooms(struct account_conf *conf, struct keyfile *file, const char *group)
{
	g_autofree char *rooms = keyfile_string(file, group, "autojoin", NULL);

	if (!rooms)
		return;
	g_strfreev(conf->autojoin);
	conf->autojoin = g_strsplit(rooms, ";", -1);
}

static void take_params(struct account_conf *conf, struct keyfile *file, const char *group)
{
	g_auto(GStrv) keys = g_key_file_get_keys(keyfile_keys(file), group, NULL, NULL);

	for (char **key = keys; key && *key; key++)
		if (g_str_has_prefix(*key, "param-"))
			import_param(conf, *key + strlen("param-"),
				     keyfile_string(file, group, *key, NULL));
}

static void take_group(struct import *import, struct keyfile *file, const char *group)
{
	g_autofree char *manager = keyfile_string(file, group, "manager", NULL);
	g_autofree char *protocol = keyfile_string(file, group, "protocol", NULL);
	g_autofree char *shown = keyfile_string(file, group, "DisplayName", NULL);
	g_autofree char *enabled = get(file, group, "Enabled", "enabled");
	g_autofree char *at_start = keyfile_string(file, group, "ConnectAutomatically", NULL);
	/* Mission Control calls the group by the account's object path. */
	struct account_conf *conf = account_conf_new(shown                ? shown
						     : strchr(group, '/') ? ""
									  : group,
						     manager, protocol);
	bool connects = true;

	take_bool(&conf->enabled, enabled);
	take_bool(&connects, at_start);
	conf->enabled = conf->enabled && connects;
	conf->nickname = get(file, group, "Nickname", "nickname");
	take_rooms(conf, file, group);
	take_params(conf, file, group);
	if (keyfile_line(file, group, "password-command"))
		import_problem(import, group,
			       "password-command is left out: a file from elsewhere "
			       "must not tell what is run here");
	import_add(import, conf);
}

bool import_keyfile(struct import *import, const char *path, const char *text, gsize length,
		    struct import_error *error)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	struct keyfile *file = keyfile_parse(path, text, length, problems);
	g_auto(GStrv) groups = g_key_file_get_groups(keyfile_keys(file), NULL);
	bool good = problems->len == 0;

	import->source = "Mission Control";
	for (char **group = groups; good && *group; group++) {
		if (!strchr(*group, '/'))
			import->source = "pheme";
		take_group(import, file, *group);
	}
	/* The line is in the text of the problem, which quotes more than it should. */
	if (!good)
		error->reason = "it is broken: a line in it is no [group], key=value or # comment, "
				"or is there twice";
	keyfile_free(file);
	return good;
}

/* --- dictionaries ------------------------------------------------------------------------- */

static char *join(GVariant *value)
{
	g_autofree const char **words = g_variant_get_strv(value, NULL);

	return g_strjoinv(";", (char **)words);
}

/* As accounts.conf writes it; NULL: of a type that it has no text for. */
static char *value_text(GVariant *value)
{
	switch (g_variant_classify(value)) {
	case G_VARIANT_CLASS_STRING:
	case G_VARIANT_CLASS_OBJECT_PATH:
		return g_variant_dup_string(value, NULL);
	case G_VARIANT_CLASS_BOOLEAN:
		return g_strdup(g_variant_get_boolean(value) ? "true" : "false");
	case G_VARIANT_CLASS_BYTE:
		return g_strdup_printf("%u", g_variant_get_byte(value));
	case G_VARIANT_CLASS_INT16:
	case G_VARIANT_CLASS_UINT16:
	case G_VARIANT_CLASS_INT32:
	case G_VARIANT_CLASS_UINT32:
	case G_VARIANT_CLASS_INT64:
	case G_VARIANT_CLASS_UINT64:
	case G_VARIANT_CLASS_DOUBLE:
		return g_variant_print(value, FALSE);
	case G_VARIANT_CLASS_ARRAY:
		return g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY) ? join(value)
										: NULL;
	case G_VARIANT_CLASS_HANDLE:
	case G_VARIANT_CLASS_SIGNATURE:
	case G_VARIANT_CLASS_VARIANT:
	case G_VARIANT_CLASS_MAYBE:
	case G_VARIANT_CLASS_TUPLE:
	case G_VARIANT_CLASS_DICT_ENTRY:
		break;
	}
	return NULL;
}

static void take_typed(struct import *import, struct account_conf *conf, GVariant *params)
{
	GVariantIter iter;
	const char *name;
	GVariant *value;

	g_variant_iter_init(&iter, params);
	while (g_variant_iter_next(&iter, "{&sv}", &name, &value)) {
		char *text = value_text(value);

		if (text) {
			import_param(conf, name, text);
		} else {
			g_autofree char *shown = g_strescape(name, NULL);

			import_problem(import, conf->name,
				       "%s is left out: it is of a type that cannot be kept",
				       shown);
		}
		g_variant_unref(value);
	}
}

static void take_untyped(struct account_conf *conf, GVariant *params)
{
	GVariantIter iter;
	const char *name, *value;

	g_variant_iter_init(&iter, params);
	while (g_variant_iter_next(&iter, "{&s&s}", &name, &value))
		import_param(conf, name, g_strdup(value));
}

static struct account_conf *make_conf(GVariant *dict)
{
	const char *manager = NULL, *protocol = NULL, *shown = "", *nickname = NULL;
	gboolean enabled = TRUE, connects = TRUE;
	struct account_conf *conf;

	g_variant_lookup(dict, "manager", "&s", &manager);
	g_variant_lookup(dict, "protocol", "&s", &protocol);
	g_variant_lookup(dict, "DisplayName", "&s", &shown);
	g_variant_lookup(dict, "Nickname", "&s", &nickname);
	g_variant_lookup(dict, "Enabled", "b", &enabled);
	g_variant_lookup(dict, "ConnectAutomatically", "b", &connects);
	conf = account_conf_new(shown, manager, protocol);
	conf->nickname = nickname && *nickname ? g_strdup(nickname) : NULL;
	conf->enabled = enabled && connects;
	return conf;
}

bool import_variant(struct import *import, const char *text, gsize length,
		    struct import_error *error)
{
	g_autoptr(GVariant) dict =
		g_variant_parse(G_VARIANT_TYPE_VARDICT, text, text + length, NULL, NULL);
	g_autoptr(GVariant) typed = NULL, untyped = NULL;
	struct account_conf *conf;

	import->source = "Mission Control";
	if (!dict) {
		error->reason = "it is broken: it begins as an account of Mission Control, but "
				"does not go on so";
		return false;
	}
	conf = make_conf(dict);
	typed = g_variant_lookup_value(dict, "Parameters", G_VARIANT_TYPE_VARDICT);
	untyped = g_variant_lookup_value(dict, "KeyFileParameters", G_VARIANT_TYPE("a{ss}"));
	if (untyped)
		take_untyped(conf, untyped);
	if (typed)
		take_typed(import, conf, typed);
	import_add(import, conf);
	return true;
}
