/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chatview_private.h"

#include <string.h>
#include <time.h>
#include "src/model/text.h"

#define MARK_WIDTH 9 /* blank and the longest delivery mark */

void wrapped_free(void *data)
{
	struct wrapped *wrapped = data;

	g_free(wrapped->text);
	g_free(wrapped->reason);
	g_array_unref(wrapped->lines);
	if (wrapped->reason_lines != NULL)
		g_array_unref(wrapped->reason_lines);
	g_free(wrapped);
}

static int time_cells(const char *format)
{
	g_autoptr(GDateTime) time = g_date_time_new_local(2026, 12, 28, 20, 20, 20);
	g_autofree char *text = g_date_time_format(time, format);

	return text != NULL ? text_width(text) : 0;
}

/* Narrow chats do without the time, then without names of full length. */
void chatview_measure(struct chatview *view, int width)
{
	int names = view->chat->kind == CHAT_ROOM ? 9 : 6;

	if (width >= 80)
		names = 12;
	view->width = width;
	view->time_width = width >= 40 ? time_cells(view->time_format) + 1 : 0;
	view->name_width = width >= 30 ? names : width >= 16 ? 4 : 0;
	view->indent = view->time_width + (view->name_width > 0 ? view->name_width + 1 : 0);
	g_hash_table_remove_all(view->wraps);
}

struct message *chatview_message(const struct chatview *view, gint64 id)
{
	gint64 index = id - view->chat->base;

	if (index < 0 || index >= view->chat->count)
		return NULL;
	return chat_message(view->chat, (unsigned)index);
}

const char *chatview_delivery_mark(const struct message *message)
{
	if (message->direction != MESSAGE_OUT)
		return NULL;
	switch (message->delivery) {
	case DELIVERY_NONE:
		return NULL;
	case DELIVERY_QUEUED:
		return "[queued]";
	case DELIVERY_SENDING:
		return "[....]";
	case DELIVERY_SENT:
		return "[sent]";
	case DELIVERY_DELIVERED:
		return "[dlvd]";
	case DELIVERY_READ:
		return "[read]";
	case DELIVERY_FAILED:
		return "[failed]";
	}
	return NULL;
}

/* The name others see in a room; of an id (user@host/resource) the user is enough. */
static char *own_name(const struct chat *chat)
{
	const char *name = chat->account != NULL ? chat->account->self_alias : "";
	const struct member *self = NULL;

	if (chat->self_member != NULL)
		self = g_hash_table_lookup(chat->members, chat->self_member);
	if (self != NULL)
		name = self->name;
	if (*name == '\0')
		return g_strdup("me");
	return g_strndup(name, strcspn(name, *name != '@' ? "@" : ""));
}

/* A message that took another's place, or whose place was taken, says so. NULL: neither. */
static char *correction_text(const struct message *message)
{
	if (message->retracted)
		return g_strdup("[retracted]");
	if (message->supersedes != NULL && *message->text == '\0')
		return g_strdup("[took a message back]");
	if (message->supersedes == NULL && !message->superseded)
		return NULL;
	return g_strconcat(message->supersedes != NULL ? "[edit] " : "", message->text,
			   message->superseded ? " [edited]" : "", NULL);
}

/* NULL: the message's own text will do. */
static char *shown_text(const struct chatview *view, const struct message *message)
{
	g_autofree char *own = message->direction == MESSAGE_OUT ? own_name(view->chat) : NULL;
	const char *name = own != NULL ? own : message->name != NULL ? message->name : "";
	g_autofree char *corrected = correction_text(message);
	const char *said = corrected != NULL ? corrected : message->text;
	g_autofree char *text = NULL;

	if (message->type == MESSAGE_ACTION)
		text = g_strdup_printf("%s %s", name, said);
	else if (message->type == MESSAGE_AUTO_REPLY)
		text = g_strconcat("[auto] ", said, NULL);
	else
		text = g_steal_pointer(&corrected);
	if (strchr(text != NULL ? text : message->text, '\t') != NULL)
		return wrap_expand_tabs(text != NULL ? text : message->text);
	return g_steal_pointer(&text);
}

static void wrap_reason(struct wrapped *wrapped, const struct message *message, int width)
{
	if (message->delivery != DELIVERY_FAILED || message->reason == NULL ||
	    *message->reason == '\0')
		return;
	wrapped->reason = g_strconcat("not delivered: ", message->reason, NULL);
	wrapped->reason_lines = wrap_text(wrapped->reason, width);
}

static struct wrapped *wrap_message(const struct chatview *view, const struct message *message)
{
	struct wrapped *wrapped = g_new0(struct wrapped, 1);
	int width = MAX(view->width - view->indent, 1);
	const struct wrap_line *last;

	wrapped->text = shown_text(view, message);
	wrapped->lines = wrap_text(wrapped->text != NULL ? wrapped->text : message->text, width);
	last = &g_array_index(wrapped->lines, struct wrap_line, wrapped->lines->len - 1);
	/* Kept for any mark, so that a delivery report never moves what stands below. */
	wrapped->mark_apart = message->direction == MESSAGE_OUT &&
			      message->delivery != DELIVERY_NONE &&
			      last->cells + MARK_WIDTH > width;
	wrap_reason(wrapped, message, width);
	return wrapped;
}

const struct wrapped *chatview_wrap(struct chatview *view, gint64 id)
{
	struct wrapped *wrapped = g_hash_table_lookup(view->wraps, &id);

	if (wrapped == NULL) {
		wrapped = wrap_message(view, chatview_message(view, id));
		g_hash_table_insert(view->wraps, g_memdup2(&id, sizeof(id)), wrapped);
	}
	return wrapped;
}

static bool is_same_day(gint64 a, gint64 b)
{
	time_t times[2] = {(time_t)a, (time_t)b};
	struct tm tm[2];

	if (a == b)
		return true;
	localtime_r(&times[0], &tm[0]);
	localtime_r(&times[1], &tm[1]);
	return tm[0].tm_yday == tm[1].tm_yday && tm[0].tm_year == tm[1].tm_year;
}

static void add_row(GArray *rows, int *count, enum chatrow_kind kind, gint64 id, int line)
{
	struct chatrow row = {.kind = kind, .id = id, .item = (*count)++, .line = line};

	if (rows != NULL)
		g_array_append_val(rows, row);
}

int chatview_item_rows(struct chatview *view, gint64 id, GArray *rows)
{
	const struct message *message = chatview_message(view, id);
	const struct message *before = chatview_message(view, id - 1);
	const struct wrapped *wrapped = chatview_wrap(view, id);
	int count = 0;

	if (before == NULL || !is_same_day(before->time, message->time))
		add_row(rows, &count, ROW_DAY, id, 0);
	if (message->scrollback && (before == NULL || !before->scrollback))
		add_row(rows, &count, ROW_REPLAY, id, 0);
	else if (!message->scrollback && before != NULL && before->scrollback)
		add_row(rows, &count, ROW_LIVE, id, 0);
	if (view->chat->read_mark != NULL && message->uid != NULL &&
	    strcmp(view->chat->read_mark, message->uid) == 0)
		add_row(rows, &count, ROW_NEW, id, 0);
	for (guint i = 0; i < wrapped->lines->len; i++)
		add_row(rows, &count, ROW_TEXT, id, (int)i);
	if (wrapped->mark_apart)
		add_row(rows, &count, ROW_MARK, id, 0);
	for (guint i = 0; wrapped->reason_lines != NULL && i < wrapped->reason_lines->len; i++)
		add_row(rows, &count, ROW_REASON, id, (int)i);
	return count;
}

char *chatview_typing(const struct chatview *view)
{
	const struct chat *chat = view->chat;

	if (chat->kind == CHAT_CONTACT)
		return chat->peer_typing == TYPING_COMPOSING ? g_strdup(chat->name) : NULL;
	if (chat->typing == NULL || chat->typing->len == 0)
		return NULL;
	if (chat->typing->len == 1)
		return g_strdup(((struct member *)chat->typing->pdata[0])->name);
	return g_strdup_printf("%u people", chat->typing->len);
}
