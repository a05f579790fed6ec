/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files about text channels (text.c: incoming, text_send.c: outgoing) share. */

#include "private.h"
#include "text_message.h"

struct text {
	bool has_messages, has_chat_state;
	bool reading;     /* what waits is being read */
	bool reread;      /* …and must be read once more */
	bool replay;      /* what is being read may be in the history */
	GPtrArray *early; /* struct text_message *: came while reading */
	GArray *acks;     /* guint32, to go out together */
	guint ack_idle;
	GPtrArray *in_flight; /* char *: texts we sent whose echo is still to come */
	enum chat_typing typing;
};

/* Tells the session of a message. @replay: it may be in the history. */
void tp_text_tell(struct channel *channel, const struct text_message *message, bool replay);
/* text_sms.c */
void tp_text_sms_start(struct channel *channel);
void tp_text_send_start(struct channel *channel);
