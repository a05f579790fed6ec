/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A page of history as lines of text, for /log and --log. */

#include "tree.h"

#include "../model/text.h"

struct log_request {
	struct session *session;
	session_log_fn fn;
	void *data;
};

void log_free(void *request)
{
	g_free(request);
}

static const char *mark_of(const struct history_message *row)
{
	switch ((enum delivery)row->delivery) {
	case DELIVERY_QUEUED:
		return " [queued]";
	case DELIVERY_FAILED:
		return " [not delivered]";
	case DELIVERY_NONE:
	case DELIVERY_SENDING:
	case DELIVERY_SENT:
	case DELIVERY_DELIVERED:
	case DELIVERY_READ:
		break;
	}
	return "";
}

/* Lines after the first are indented, so that no body can pose as another message. */
static void add_lines(GPtrArray *lines, const struct history_message *row)
{
	const char *sender = row->alias && *row->alias ? row->alias : row->sender;
	g_autofree char *name =
		text_clean(row->direction == MESSAGE_OUT ? "me" : sender, -1, TEXT_LINE);
	g_autofree char *text = text_clean(row->text, -1, TEXT_BODY);
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(row->time);
	g_autofree char *time =
		when ? g_date_time_format(when, "%Y-%m-%d %H:%M") : g_strdup("---------- --:--");
	g_auto(GStrv) parts = g_strsplit(text, "\n", -1);
	bool action = row->type == MESSAGE_ACTION;

	g_ptr_array_add(lines, g_strdup_printf("%s %s%s%s%s%s", time, action ? "* " : "", name,
					       action ? " " : ": ", parts[0] ? parts[0] : "",
					       mark_of(row)));
	for (char **part = parts[0] ? parts + 1 : parts; *part; part++)
		g_ptr_array_add(lines, g_strdup_printf("%17s    %s", "", *part));
}

static void on_rows(GPtrArray *rows, bool complete, const char *error, void *data)
{
	struct log_request *request = data;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) failure = NULL;
	session_log_fn fn = request->fn;
	void *fn_data = request->data;

	g_hash_table_remove(request->session->logs, request);
	if (error) {
		failure = g_error_new(SESSION_ERROR, SESSION_ERROR_FAILED,
				      "cannot read the history: %s", error);
		fn(NULL, failure, fn_data);
		return;
	}
	for (guint i = 0; i < rows->len; i++)
		add_lines(lines, rows->pdata[i]);
	g_ptr_array_add(lines, NULL);
	fn((const char *const *)lines->pdata, NULL, fn_data);
}

void session_read_log(struct session *session, struct account *account, enum chat_kind kind,
		      const char *id, unsigned count, session_log_fn fn, void *data)
{
	struct log_request *request = g_new0(struct log_request, 1);
	struct history_chat key = {.account = account->name, .kind = kind, .id = id};

	request->session = session;
	request->fn = fn;
	request->data = data;
	g_hash_table_add(session->logs, request);
	history_read_before(session->history, &key, 0, count, on_rows, request);
}
