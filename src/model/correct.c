/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Corrections: a message that takes another one's place is a message of its own, so nothing that
 * was said changes unseen; the other one is marked. Only its own sender can correct it.
 */

#include <string.h>

#include "chat.h"
#include "chat_private.h"
#include "model.h"

static bool is_meant(const struct message *old, const struct message *new)
{
	return old != new && * old->token &&strcmp(old->token, new->supersedes) == 0 &&
	       old->direction == new->direction &&g_strcmp0(old->sender, new->sender) == 0;
}

static void mark(struct chat *chat, struct message *old, const struct message *new)
{
	struct event event = {
		.type = EVENT_MESSAGE_CHANGED,
		.account = chat->account,
		.contact = chat->contact,
		.chat = chat,
		.message = old,
	};

	if (old->superseded && old->retracted == !*new->text)
		return;
	old->superseded = true;
	old->retracted = !*new->text;
	model_emit(chat->model, &event);
}

/* A correction may itself be corrected, by the token of the first or of the last of them. */
void correct_by(struct chat *chat, const struct message *message)
{
	if (!message->supersedes || message->delivery == DELIVERY_FAILED)
		return;
	for (unsigned i = chat->count; i-- > 0;) {
		struct message *old = chat_message(chat, i);
		bool same_target = old != message && old->supersedes &&
				   strcmp(old->supersedes, message->supersedes) == 0 &&
				   old->direction == message->direction &&
				   g_strcmp0(old->sender, message->sender) == 0;

		if (is_meant(old, message) || same_target)
			mark(chat, old, message);
	}
}

void correct_all(struct chat *chat)
{
	for (unsigned i = 0; i < chat->count; i++)
		correct_by(chat, chat_message(chat, i));
}

struct message *chat_last_correctable(struct chat *chat)
{
	for (unsigned i = chat->count; i-- > 0;) {
		struct message *message = chat_message(chat, i);

		if (message->direction == MESSAGE_OUT && *message->token && !message->superseded &&
		    message->delivery >= DELIVERY_SENT && message->delivery != DELIVERY_FAILED &&
		    *message->text)
			return message;
	}
	return NULL;
}
