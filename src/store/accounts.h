/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * accounts.conf: one group an account. Parameters are kept as the strings of the file;
 * their types come from the manager. A password is never printed, logged or put in an
 * error.
 */

#include <stdbool.h>
#include <glib.h>

struct accounts;

struct account_conf {
	char *name; /* of the group: no control characters, no ':' */
	char *manager, *protocol;
	bool enabled;
	char *nickname;         /* own alias, or NULL */
	char **autojoin;        /* rooms; never NULL */
	char **room_passwords;  /* "ROOM PASSWORD"; or NULL */
	char *password_command; /* or NULL */
	bool secret_service;    /* ask the Secret Service */
	char *avatar;           /* file of the own avatar, or NULL */
	GHashTable *params;     /* name (without "param-") → string */
};

/* @path NULL: $XDG_CONFIG_HOME/pheme/accounts.conf. An account that cannot be used (no
 * manager, a password in a file that others can read, …) is left out with a problem. */
struct accounts *accounts_load(const char *path, GPtrArray *problems);
void accounts_free(struct accounts *accounts);
const char *accounts_path(const struct accounts *accounts);
/* struct account_conf *, in the order of the file; borrowed, good until the next change. */
const GPtrArray *accounts_list(const struct accounts *accounts);
const struct account_conf *accounts_find(const struct accounts *accounts, const char *name);
/* "accounts.conf:12: [work] param-port" for messages about a parameter; new string. */
char *accounts_where(const struct accounts *accounts, const char *name, const char *key);

/* Each changes one account and saves the file; on failure nothing changed. */
bool accounts_add(struct accounts *accounts, const struct account_conf *conf, GError **error);
bool accounts_remove(struct accounts *accounts, const char *name, GError **error);
/* @key as in the file ("enabled", "param-server"); @value NULL removes it. */
bool accounts_set(struct accounts *accounts, const char *name, const char *key, const char *value,
		  GError **error);

/* Several keys at once: key → value, NULL removes it. */
bool accounts_change(struct accounts *accounts, const char *name, GHashTable *changes,
		     GError **error);
bool accounts_rename(struct accounts *accounts, const char *name, const char *to, GError **error);
/* To before @before; NULL: to the end. */
bool accounts_move(struct accounts *accounts, const char *name, const char *before, GError **error);

/*
 * Writes all accounts, or the one called @only, to a new file (0600) that can be imported.
 * Parameters for which @is_secret says so are left out. Unless @overwrite, a file that is there
 * is an error (G_FILE_ERROR_EXIST).
 */
typedef bool (*accounts_secret_fn)(const struct account_conf *conf, const char *param, void *data);
bool accounts_export(const struct accounts *accounts, const char *only, const char *path,
		     bool overwrite, accounts_secret_fn is_secret, void *data, GError **error);

/* Keys that each account may have besides param-NAME, one a number; NULL: there are no more. */
const char *account_conf_key(unsigned number);
bool account_conf_has_key(const char *key);

struct account_conf *account_conf_new(const char *name, const char *manager, const char *protocol);
struct account_conf *account_conf_copy(const struct account_conf *conf);
void account_conf_free(struct account_conf *conf);
/* Is this a usable name for an account? Says why not. */
bool account_name_check(const char *name, GError **error);
