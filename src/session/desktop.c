/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Notifications of the desktop, one for each chat. The first is shown at once; what comes within
 * a second after it waits for the end of that second, and only the latest of a chat is shown
 * then: a flood makes a few notifications a second.
 */

#include "tree.h"

#define ROUND_CHATS 8 /* in a round; others are left out */

struct notice {
	char *title, *body;
};

static void notice_free(void *data)
{
	struct notice *notice = data;

	g_free(notice->title);
	g_free(notice->body);
	g_free(notice);
}

static char *key_of(const struct chat *chat)
{
	return g_strdup_printf("%s %d %s", chat->account ? chat->account->name : "", chat->kind,
			       chat->id);
}

static gboolean on_round(void *data)
{
	struct session *session = data;
	GHashTableIter iter;
	void *key, *value;

	if (g_hash_table_size(session->notices) == 0) {
		session->notice_timer = 0;
		return G_SOURCE_REMOVE;
	}
	g_hash_table_iter_init(&iter, session->notices);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct notice *notice = value;

		tp_notify(session->tp, key, notice->title, notice->body);
	}
	g_hash_table_remove_all(session->notices);
	return G_SOURCE_CONTINUE;
}

void session_notify(struct session *session, struct chat *chat, const char *title, const char *body)
{
	g_autofree char *key = key_of(chat);
	struct notice *notice;

	if (session->notice_timer == 0) {
		tp_notify(session->tp, key, title, body);
		session->notice_timer = g_timeout_add(session->second_ms, on_round, session);
		return;
	}
	if (g_hash_table_size(session->notices) >= ROUND_CHATS &&
	    !g_hash_table_contains(session->notices, key))
		return;
	notice = g_new(struct notice, 1);
	*notice = (struct notice){g_strdup(title), g_strdup(body)};
	g_hash_table_replace(session->notices, g_steal_pointer(&key), notice);
}

void session_unnotify(struct session *session, struct chat *chat)
{
	g_autofree char *key = key_of(chat);

	g_hash_table_remove(session->notices, key);
	tp_unnotify(session->tp, key);
}

void desktop_init(struct session *session)
{
	session->notices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, notice_free);
}

void desktop_clear(struct session *session)
{
	g_clear_handle_id(&session->notice_timer, g_source_remove);
	g_clear_pointer(&session->notices, g_hash_table_unref);
}
