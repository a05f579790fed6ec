/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "model.h"
#include "account.h"
#include "chat.h"
#include "chat_private.h"
#include "text.h"
#include "tube.h"

#include <stdarg.h>
#include <string.h>

struct listener {
	event_fn fn; /* NULL: left while an event was told */
	void *data;
};

struct model *model_new(void)
{
	struct model *model = g_new0(struct model, 1);

	model->accounts = g_ptr_array_new();
	model->chats = g_ptr_array_new();
	model->requests = g_ptr_array_new();
	model->transfers = g_ptr_array_new();
	model->tubes = g_ptr_array_new();
	model->listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
	model->known_chats = chat_table_new();
	model->status = chat_new_status(model);
	return model;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	g_array_set_size(model->listeners, 0);
	while (model->accounts->len)
		account_remove(model->accounts->pdata[model->accounts->len - 1]);
	while (model->transfers->len)
		transfer_remove(model->transfers->pdata[model->transfers->len - 1]);
	tube_free_all(model);
	chat_free_status(model->status);
	g_hash_table_unref(model->known_chats);
	g_ptr_array_unref(model->accounts);
	g_ptr_array_unref(model->chats);
	g_ptr_array_unref(model->requests);
	g_ptr_array_unref(model->transfers);
	g_ptr_array_unref(model->tubes);
	g_array_unref(model->listeners);
	g_free(model);
}

void model_listen(struct model *model, event_fn fn, void *data)
{
	struct listener listener = {fn, data};

	g_array_append_val(model->listeners, listener);
}

void model_unlisten(struct model *model, event_fn fn, void *data)
{
	for (unsigned i = 0; i < model->listeners->len; i++) {
		struct listener *at = &g_array_index(model->listeners, struct listener, i);

		if (at->fn != fn || at->data != data)
			continue;
		if (model->telling) {
			at->fn = NULL;
			model->listener_left = true;
		} else {
			g_array_remove_index(model->listeners, i);
		}
		return;
	}
}

static void sweep_listeners(struct model *model)
{
	for (unsigned i = model->listeners->len; i-- > 0;)
		if (!g_array_index(model->listeners, struct listener, i).fn)
			g_array_remove_index(model->listeners, i);
	model->listener_left = false;
}

void model_emit(struct model *model, const struct event *event)
{
	unsigned n;

	if (!model)
		return;
	/* who comes during the event is told from the next one on */
	n = model->listeners->len;
	model->telling++;
	for (unsigned i = 0; i < n; i++) {
		struct listener at = g_array_index(model->listeners, struct listener, i);

		if (at.fn)
			at.fn(event, at.data);
	}
	if (--model->telling == 0 && model->listener_left)
		sweep_listeners(model);
}

struct account *model_find_account(struct model *model, const char *name)
{
	for (unsigned i = 0; i < model->accounts->len; i++) {
		struct account *account = model->accounts->pdata[i];

		if (strcmp(account->name, name) == 0)
			return account;
	}
	return NULL;
}

struct account *model_split_account(struct model *model, const char **name)
{
	const char *colon = strchr(*name, ':');
	g_autofree char *prefix = colon ? g_strndup(*name, (gsize)(colon - *name)) : NULL;
	struct account *account = prefix && colon[1] ? model_find_account(model, prefix) : NULL;

	if (account)
		*name = colon + 1;
	return account;
}

void model_notice(struct model *model, struct account *account, struct chat *chat,
		  enum notice_level level, const char *format, ...)
{
	struct message_init init = {.direction = MESSAGE_LOCAL};
	g_autofree char *text = NULL, *line = NULL;
	struct message *message;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (account)
		line = g_strdup_printf("%s: %s", account->name, text);
	init.text = line ? line : text;
	message = message_new(&init);
	message->level = level;
	g_clear_pointer(&message->raw, g_free);
	chat_append(chat ? chat : model->status, message);
}
