/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#define PAUSE_MS 6000

/* What we tell of our typing: one chat at a time, and a pause only once, by a timer that runs
 * only after something was typed. */
struct typing {
	struct session *session;
	struct chat *chat; /* where we are composing; a reference, or NULL */
	gint64 last;       /* monotonic µs of the last key */
	guint timer;
};

struct typing *typing_new(struct session *session)
{
	struct typing *typing = g_new0(struct typing, 1);

	typing->session = session;
	return typing;
}

static void let_go(struct typing *typing)
{
	g_clear_handle_id(&typing->timer, g_source_remove);
	g_clear_pointer(&typing->chat, chat_unref);
}

void typing_free(struct typing *typing)
{
	let_go(typing);
	g_free(typing);
}

static gboolean on_pause(gpointer data)
{
	struct typing *typing = data;
	gint64 idle = (g_get_monotonic_time() - typing->last) / 1000;

	typing->timer = 0;
	if (idle < PAUSE_MS) {
		typing->timer = g_timeout_add((guint)(PAUSE_MS - idle), on_pause, typing);
		return G_SOURCE_REMOVE;
	}
	session_set_typing(typing->session, typing->chat, TYPING_PAUSED);
	let_go(typing);
	return G_SOURCE_REMOVE;
}

void typing_forget(struct typing *typing, struct chat *chat)
{
	if (typing->chat == chat)
		let_go(typing);
}

static bool is_told(const struct chat *chat)
{
	return chat->kind == CHAT_CONTACT && chat->live && chat->open && chat->account != NULL;
}

void typing_note(struct typing *typing, struct chat *chat, const char *line)
{
	/* A command is nobody's business; "//" is text. */
	bool composing = *line != '\0' && (*line != '/' || line[1] == '/');

	if (typing->chat != NULL && (typing->chat != chat || !composing)) {
		session_set_typing(typing->session, typing->chat, TYPING_ACTIVE);
		let_go(typing);
	}
	if (!composing || !is_told(chat))
		return;
	typing->last = g_get_monotonic_time();
	if (typing->chat != NULL)
		return;
	typing->chat = chat_ref(chat);
	typing->timer = g_timeout_add(PAUSE_MS, on_pause, typing);
	session_set_typing(typing->session, chat, TYPING_COMPOSING);
}
