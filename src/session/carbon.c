/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Messages of ours that come in: another client sent them, or another pheme, or the server
 * replays them. What a pheme sends it stores itself, before it sends it; so a look at the
 * history tells whether this one is there already under that pheme's uid. Only what is not
 * there is stored.
 */

#include "tree.h"

#include <string.h>

#define LOOK_BACK  50 /* messages */
#define SAME_S     60 /* how far clocks and queues may put the two apart */
#define KNOWN_SENT 64

void carbon_note_sent(struct talk *talk, const char *uid)
{
	g_queue_push_head(&talk->known_sent, g_strdup(uid));
	if (talk->known_sent.length > KNOWN_SENT)
		g_free(g_queue_pop_tail(&talk->known_sent));
}

static bool is_noted(struct talk *talk, const char *uid)
{
	return g_queue_find_custom(&talk->known_sent, uid, (GCompareFunc)strcmp) != NULL;
}

static bool is_same(struct talk *talk, const struct arrival *arrival,
		    const struct history_message *row)
{
	const struct history_message *mine = &arrival->row;

	if (row->direction != MESSAGE_OUT || row->delivery == DELIVERY_QUEUED)
		return false;
	if (g_strcmp0(mine->uid, row->uid) == 0)
		return true;
	if (mine->token && *mine->token && g_strcmp0(mine->token, row->token) == 0)
		return true;
	/* Of two equal ones in a row each is told once. A replay tells them again. */
	return g_strcmp0(mine->text, row->text) == 0 && mine->type == row->type &&
	       ABS(mine->time - row->time) <= SAME_S &&
	       (mine->scrollback || !is_noted(talk, row->uid));
}

/* It is in the history: shown under the uid that it has there. */
static void use_row(struct talk *talk, struct arrival *arrival, const struct history_message *row)
{
	struct message *shown = chat_find_uid(talk->chat, row->uid);

	carbon_note_sent(talk, row->uid);
	g_free(arrival->row.uid);
	arrival->row.uid = g_strdup(row->uid);
	arrival->row.row = row->row;
	/* The other pheme took it from what we had shown as queued. */
	if (shown && shown->delivery < DELIVERY_SENT && !outbox_has(talk, row->uid))
		chat_set_delivery(talk->chat, shown, DELIVERY_SENT, NULL);
	/* A page has brought it, or will, without a word to a reader. */
	arrival->in_page = (shown || talk->chat->loading) && !arrival->row.scrollback &&
			   !outbox_has(talk, row->uid);
	inbox_settle(arrival, shown || arrival->row.scrollback || talk->chat->loading);
}

static void on_rows(GPtrArray *rows, bool complete, const char *error, void *data)
{
	struct arrival *arrival = data;
	struct talk *talk = talk_get(arrival->session, arrival->chat);

	for (guint i = 0; i < rows->len; i++) {
		if (is_same(talk, arrival, rows->pdata[i])) {
			use_row(talk, arrival, rows->pdata[i]);
			return;
		}
	}
	carbon_note_sent(talk, arrival->row.uid);
	if (talk->chat->account)
		inbox_store(arrival);
	else
		inbox_settle(arrival, true);
}

void carbon_arrived(struct arrival *arrival)
{
	struct talk *talk = talk_get(arrival->session, arrival->chat);
	struct history_chat key = session_chat_key(arrival->chat);

	if (is_noted(talk, arrival->row.uid)) {
		/* The manager waits for a word about it, which is the history's to give. */
		if (arrival->pending)
			inbox_store(arrival);
		else
			inbox_settle(arrival, true);
		return;
	}
	history_read_before(arrival->session->history, &key, 0, LOOK_BACK, on_rows, arrival);
}
