/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "message.h"
#include "text.h"

#include <string.h>

static const char *const delivery_names[] = {
	[DELIVERY_NONE] = "none",           [DELIVERY_QUEUED] = "queued",
	[DELIVERY_SENDING] = "sending",     [DELIVERY_SENT] = "sent",
	[DELIVERY_DELIVERED] = "delivered", [DELIVERY_READ] = "read",
	[DELIVERY_FAILED] = "failed",
};

static const char *const type_names[] = {
	[MESSAGE_NORMAL] = "normal",
	[MESSAGE_ACTION] = "action",
	[MESSAGE_NOTICE] = "notice",
	[MESSAGE_AUTO_REPLY] = "auto-reply",
};

struct message *message_new(const struct message_init *init)
{
	struct message *message = g_new0(struct message, 1);
	const char *text = init->text ? init->text : "";
	const char *name = init->alias && *init->alias ? init->alias : init->sender;

	message->time = init->time ? init->time : g_get_real_time() / G_USEC_PER_SEC;
	message->direction = init->direction;
	message->type = init->type;
	message->delivery = init->delivery;
	message->scrollback = init->scrollback;
	message->sender = g_strdup(init->sender);
	message->name = text_clean(name, -1, TEXT_LINE);
	message->text = text_clean(text, -1, TEXT_BODY);
	if (strcmp(text, message->text) != 0)
		message->raw = g_strdup(text);
	if (init->reason)
		message->reason = text_clean(init->reason, -1, TEXT_LINE);
	message->uid = init->uid ? g_strdup(init->uid) : message_new_uid();
	message->uid_hash = g_str_hash(message->uid);
	message->token = g_strdup(init->token ? init->token : "");
	message->supersedes = g_strdup(init->supersedes);
	message->row = init->row;
	return message;
}

void message_free(struct message *message)
{
	if (!message)
		return;
	g_free(message->sender);
	g_free(message->name);
	g_free(message->text);
	g_free(message->raw);
	g_free(message->reason);
	g_free(message->uid);
	g_free(message->token);
	g_free(message->supersedes);
	g_free(message);
}

const char *delivery_name(enum delivery delivery)
{
	return delivery_names[delivery];
}

enum delivery delivery_parse(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(delivery_names); i++)
		if (g_strcmp0(name, delivery_names[i]) == 0)
			return (enum delivery)i;
	return DELIVERY_NONE;
}

const char *message_type_name(enum message_type type)
{
	return type_names[type];
}

char *message_new_uid(void)
{
	guint32 now = (guint32)(g_get_real_time() / G_USEC_PER_SEC);

	return g_strdup_printf("%08x%08x%08x%08x", now, g_random_int(), g_random_int(),
			       g_random_int());
}
