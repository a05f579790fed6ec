/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Messages that are too long for a network, in parts. */

#include "session.h"

#include <string.h>

#define IRC_MAX   4000         /* idle cuts it into lines, which the server takes one by one */
#define LOCAL_MAX (256 * 1024) /* what telepathy-local takes */
#define USUAL_MAX 60000        /* servers take stanzas of 64 KiB */

gsize session_message_limit(const struct account *account)
{
	if (!strcmp(account->protocol, "irc"))
		return IRC_MAX;
	return strcmp(account->manager, "local") ? USUAL_MAX : LOCAL_MAX;
}

/* Bytes of the next part: up to the last line end in the second half, else the last blank there,
 * else a whole character. */
static gsize part_length(const char *text, gsize limit)
{
	gsize length = strlen(text), half = limit / 2;
	const char *end;

	if (length <= limit)
		return length;
	end = g_strrstr_len(text + half, (gssize)(limit - half), "\n");
	if (!end)
		end = g_strrstr_len(text + half, (gssize)(limit - half), " ");
	if (end)
		return (gsize)(end - text);
	end = text + limit;
	while (end > text && ((guchar)*end & 0xc0) == 0x80)
		end--;
	return end > text ? (gsize)(end - text) : limit;
}

char **session_split(const struct account *account, const char *text)
{
	gsize limit = session_message_limit(account);
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);

	do {
		gsize length = part_length(text, limit);

		if (parts->len == SESSION_PARTS_MAX)
			return NULL;
		g_ptr_array_add(parts, g_strndup(text, length));
		text += length;
		/* What it was cut at. */
		if (*text == '\n' || *text == ' ')
			text++;
	} while (*text);
	g_ptr_array_set_free_func(parts, NULL);
	g_ptr_array_add(parts, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&parts), FALSE);
}
