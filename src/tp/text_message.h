/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One message as a manager tells it, taken out of the D-Bus message (spec:
 * Channel.Interface.Messages, Message_Part; Channel.Type.Text for the older form). */

#include <stdbool.h>
#include <glib.h>
#include "../bus/reader.h"

/* Our own header in part 0 of what we send: managers echo it in MessageSent, so every pheme
 * knows which message in the history it is. */
#define TEXT_UID_HEADER "x-pheme-uid"

enum { /* Channel_Text_Message_Type */
       TEXT_TYPE_REPORT = 4,
};

struct text_message {
	bool has_pending_id;
	guint32 pending_id;
	gint64 time; /* message-sent, else message-received, else 0 */
	gint64 received;
	guint32 type;
	guint32 sender;
	char *sender_id, *nickname; /* "" when not told */
	char *token, *uid;          /* "" when not told */
	char *supersedes;           /* token of the message it takes the place of; "" */
	bool scrollback, rescued;
	bool own; /* announced as sent: ours, whether we know already who we are or not */
	char *text;
	/* delivery reports */
	guint32 status;
	char *report_token, *report_error, *report_message;
	char *echo; /* text of the message it is about; NULL when not told */
};

/* Reads one aa{sv} at @r; NULL when it is malformed. */
struct text_message *text_message_read(struct bus_reader *r);
/* Reads id, timestamp, sender, type, flags and text of the older form. */
struct text_message *text_message_read_plain(struct bus_reader *r);
void text_message_free(struct text_message *message);
/* An id that every pheme computes alike for the same message: new string. */
char *text_message_make_uid(const struct text_message *message, const char *channel_path);
