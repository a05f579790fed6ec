/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_CHAT_H
#define LOCAL_CHAT_H

#include "src/local/connection.h"

#include <stdbool.h>

/*
 * What a conversation with a contact and one in a room have in common: a Channel.Type.Text with
 * Messages, ChatState and Destroyable. Only plain text is carried. What has come stays pending
 * until a client acknowledges it; a channel closed before that comes back with it.
 */

#define CHAT_TEXT_MAX      (256 << 10) /* bytes of a message */
#define CHAT_PENDING_MAX   10000       /* messages nobody has acknowledged, in one channel */
#define CHAT_PENDING_BYTES (16 << 20)

typedef struct {
	TpBaseChannel parent;
	TpMessageMixin messages;
	GHashTable *pending; /* message id -> bytes */
	gsize pending_bytes;
} LocalChat;

/* What is to be sent, once it is known to be sendable. */
struct chat_text {
	char *token;
	guint type;
	gint64 sent;
	char *text;
	char *supersedes; /* token of the message it replaces, or "" */
	bool report;      /* whether success is to be reported */
};

typedef struct {
	TpBaseChannelClass parent;
	/* Sends to whoever is meant. False with error set when that cannot be. */
	bool (*send)(LocalChat *chat, const struct chat_text *text, GError **error);
	void (*send_state)(LocalChat *chat, guint state);
	/* Ends for good; messages pending are lost. */
	void (*leave)(LocalChat *chat);
} LocalChatClass;

GType local_chat_get_type(void);

LocalConnection *chat_get_connection(LocalChat *chat);

/* A FRAME_TEXT has come. False when it cannot be pending: too much is, or it is none. */
bool chat_receive(LocalChat *chat, TpHandle sender, GVariant *payload);

void chat_receive_state(LocalChat *chat, TpHandle sender, guint state);

/* A message of ours has arrived, or never will. */
void chat_report(LocalChat *chat, TpHandle contact, const char *token, const char *text,
		 bool delivered);

/* The FRAME_TEXT for a text. */
GVariant *chat_frame(const char *room, const struct chat_text *text);

#endif
