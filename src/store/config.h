/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * pheme.conf: settings, named "group.key" ("ui.pane-width"), each with a type, a default and
 * a line of help in one const table. A value of the wrong type or an unknown key is a
 * problem that names file, line and key; the default is used. Groups [alias] (user's
 * command aliases) and [notify-chat] (a key for each chat) hold free keys; there is a group
 * [tube NAME] or [reply NAME] for each of them.
 */

#include <stdbool.h>
#include <glib.h>

struct config;

enum setting_type {
	SETTING_STRING,
	SETTING_BOOL,
	SETTING_INT,
	SETTING_CHOICE,
};

struct setting {
	const char *name; /* "ui.pane-width" */
	enum setting_type type;
	const char *fallback; /* default, as written in the file */
	int min, max;
	const char *choices; /* "off|mention|all" */
	const char *help;
};

/* All settings, sorted by name; ends with a NULL name. */
extern const struct setting config_settings[];
const struct setting *config_find_setting(const char *name);
/* The value as it is kept ("yes" becomes "true"), new string; NULL: it cannot be one. */
char *setting_check(const struct setting *setting, const char *value, GError **error);

/* @path NULL: $XDG_CONFIG_HOME/pheme/pheme.conf. Problems (char *) are appended. */
struct config *config_load(const char *path, GPtrArray *problems);
void config_free(struct config *config);

/* @name must be in the table. Strings are borrowed until the next config_set(). */
const char *config_string(struct config *config, const char *name);
bool config_bool(struct config *config, const char *name);
int config_int(struct config *config, const char *name);

/* Checks, sets and saves one; NULL resets it to its default. */
bool config_set(struct config *config, const char *name, const char *value, GError **error);
void config_on_change(struct config *config, void (*fn)(const char *name, void *data), void *data);

/* A group [tube NAME]: what is done with a service. */
struct config_tube {
	char *name, *service;
	char *accept;  /* the program that is started for one that is accepted; or NULL */
	char *offer;   /* TARGET that is offered when none is typed; or NULL */
	char **always; /* "ID" or "account:ID" of those whose offers are accepted unasked */
};
/* NULL: there is none for it. */
const struct config_tube *config_find_tube(struct config *config, const char *service);
const GPtrArray *config_tubes(struct config *config); /* struct config_tube * */

/* A group [reply NAME]: a program that answers messages. */
struct config_reply {
	char *name;
	char **argv;
	bool lines; /* each line that it prints is a message */
};
/* NULL: there is none of that name. */
const struct config_reply *config_find_reply(struct config *config, const char *name);
const GPtrArray *config_replies(struct config *config); /* struct config_reply * */

/* What makes a noise in a chat: "all", "mention" or "off"; NULL: as everywhere. */
const char *config_chat_notify(struct config *config, const char *account, const char *id);
bool config_set_chat_notify(struct config *config, const char *account, const char *id,
			    const char *mode, GError **error);

/* What the file says of an account follows it to another name: noises, and who is meant by
 * "always" of tubes. */
bool config_rename_account(struct config *config, const char *account, const char *name,
			   GError **error);

/* User's aliases; NULL when there is none. @value NULL removes. */
const char *config_alias(struct config *config, const char *name);
bool config_set_alias(struct config *config, const char *name, const char *value, GError **error);
char **config_aliases(struct config *config); /* names, sorted; g_strfreev */
