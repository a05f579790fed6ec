/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/who.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

GQuark who_error_quark(void)
{
	return g_quark_from_static_string("local-who-error");
}

static bool is_printable(const char *text, const char *forbidden)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (!g_unichar_isprint(c) || g_unichar_isspace(c) ||
		    (c < 0x80 && strchr(forbidden, (int)c)))
			return false;
	}
	return true;
}

bool who_nick_valid(const char *nick)
{
	return strlen(nick) <= WHO_NICK_MAX && is_printable(nick, "/,@");
}

bool who_room_valid(const char *room)
{
	return *room && strlen(room) <= WHO_ROOM_MAX && is_printable(room, "/");
}

bool who_text_valid(const char *text, gsize max)
{
	return strnlen(text, max + 1) <= max;
}

char *who_id(uid_t uid, const char *nick)
{
	const struct passwd *entry = getpwuid(uid);
	g_autofree char *login = NULL;

	/* A login that would read as login and nickname, or as another uid, is not used. */
	if (entry && *entry->pw_name && *entry->pw_name != '#' &&
	    is_printable(entry->pw_name, "/,@"))
		login = g_strdup(entry->pw_name);
	else
		login = g_strdup_printf("#%u", (unsigned int)uid);
	return *nick ? g_strconcat(login, "/", nick, NULL) : g_steal_pointer(&login);
}

char *who_normalize(const char *id, GError **error)
{
	const char *slash = strchr(id, '/');
	g_autofree char *login = g_strndup(id, slash ? (gsize)(slash - id) : strlen(id));

	if (*login && strlen(login) <= 256 && is_printable(login, "/,@") &&
	    (!slash || (slash[1] && who_nick_valid(slash + 1))))
		return g_strdup(id);
	g_set_error(error, WHO_ERROR, WHO_ERROR_INVALID,
		    "cannot use '%s': an id is a login, or login/nickname", id);
	return NULL;
}

/* The first field of GECOS, where "&" stands for the login with a capital. */
static char *full_name(const struct passwd *entry)
{
	GString *name = g_string_new(NULL);

	for (const char *p = entry->pw_gecos; p && *p && *p != ','; p++) {
		if (*p == '&' && *entry->pw_name) {
			g_string_append_c(name, g_ascii_toupper(*entry->pw_name));
			g_string_append(name, entry->pw_name + 1);
		} else {
			g_string_append_c(name, *p);
		}
	}
	if (!g_utf8_validate(name->str, -1, NULL))
		g_string_truncate(name, 0);
	return g_strstrip(g_string_free(name, FALSE));
}

char *who_alias(const char *id)
{
	const char *slash = strchr(id, '/');
	const struct passwd *entry;
	g_autofree char *name = NULL;

	if (slash)
		return g_strdup(slash + 1);
	entry = getpwnam(id);
	name = entry ? full_name(entry) : NULL;
	return name && *name ? g_steal_pointer(&name) : g_strdup(id);
}

int who_compare(uid_t a, const char *a_nick, uid_t b, const char *b_nick)
{
	if (a != b)
		return a < b ? -1 : 1;
	return strcmp(a_nick, b_nick);
}

static bool is_whole_namespace(void)
{
	g_autofree char *map = NULL;
	unsigned long inside, outside, count;
	char *end;

	if (!g_file_get_contents("/proc/self/uid_map", &map, NULL, NULL))
		return true;
	inside = strtoul(map, &end, 10);
	outside = strtoul(end, &end, 10);
	count = strtoul(end, NULL, 10);
	return inside == 0 && outside == 0 && count == 0xffffffffUL;
}

bool who_uid_known(uid_t uid)
{
	g_autofree char *overflow = NULL;

	if (uid == (uid_t)-1)
		return false;
	if (!g_file_get_contents("/proc/sys/kernel/overflowuid", &overflow, NULL, NULL))
		return true;
	return uid != (uid_t)strtoul(overflow, NULL, 10) || is_whole_namespace();
}
