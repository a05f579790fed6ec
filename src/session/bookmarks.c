/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rooms that are joined at each connect (autojoin of accounts.conf), and their passwords. */

#include "tree.h"

#include <string.h>

static bool is_same_room(const char *a, const char *b)
{
	g_autofree char *left = g_utf8_casefold(a, -1), *right = g_utf8_casefold(b, -1);

	return strcmp(left, right) == 0;
}

bool session_is_bookmarked(struct session *session, const struct account *account, const char *room)
{
	const struct account_conf *conf = accounts_find(session->accounts, account->name);

	for (char **one = conf ? conf->autojoin : NULL; one && *one; one++)
		if (is_same_room(*one, room))
			return true;
	return false;
}

/* The list without the room, and with @added (or NULL) at its end: new string, NULL for none. */
static char *change_list(char **list, const char *room, const char *added, bool has_password)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
	char *text;

	for (char **one = list; one && *one; one++) {
		const char *blank = has_password ? strrchr(*one, ' ') : NULL;
		g_autofree char *name =
			g_strndup(*one, blank ? (gsize)(blank - *one) : strlen(*one));

		if (!is_same_room(name, room))
			g_ptr_array_add(kept, g_strdup(*one));
	}
	if (added)
		g_ptr_array_add(kept, g_strdup(added));
	g_ptr_array_add(kept, NULL);
	text = g_strjoinv(";", (char **)kept->pdata);
	if (!*text)
		g_clear_pointer(&text, g_free);
	return text;
}

/* A password that the file's form of it has no room for is not kept, and asked for again. */
static bool can_keep(const char *password)
{
	return password && *password && !strpbrk(password, "; \n");
}

static bool save(struct session *session, struct account *account, char *rooms, char *passwords,
		 GError **error)
{
	g_autoptr(GHashTable) changes =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)secret_free);

	g_hash_table_insert(changes, (void *)"autojoin", rooms);
	g_hash_table_insert(changes, (void *)"room-passwords", passwords);
	return accounts_change(session->accounts, account->name, changes, error);
}

bool session_bookmark(struct session *session, struct account *account, const char *room, bool add,
		      GError **error)
{
	const struct account_conf *conf = accounts_find(session->accounts, account->name);
	struct login *login = login_find(session, account);
	const char *password = login ? rooms_secret(login, room) : NULL;
	g_autofree char *entry = NULL;

	if (!conf || (add && strchr(room, ';'))) {
		g_set_error(error, SESSION_ERROR, SESSION_ERROR_FAILED, "cannot keep %s: %s",
			    account->name,
			    conf ? "a name with a ; in it cannot be kept"
				 : "the account is not in accounts.conf any more");
		return false;
	}
	if (conf->secret_service && login && (password || !add))
		passwords_keep(login, room, add ? password : NULL);
	else if (add && can_keep(password))
		entry = g_strdup_printf("%s %s", room, password);
	return save(session, account, change_list(conf->autojoin, room, add ? room : NULL, false),
		    change_list(conf->room_passwords, room, entry, true), error);
}

const char *bookmarks_secret(struct login *login, const char *room)
{
	const struct account_conf *conf = login_conf(login);

	for (char **one = conf ? conf->room_passwords : NULL; one && *one; one++) {
		const char *blank = strrchr(*one, ' ');
		g_autofree char *name = blank ? g_strndup(*one, (gsize)(blank - *one)) : NULL;

		if (name && is_same_room(name, room))
			return blank + 1;
	}
	return NULL;
}
