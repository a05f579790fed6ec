/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A line for each request; but of those that come by the hundred, a few and then how many more
 * there are, once in a while.
 */

#include "ui_private.h"

#include <string.h>
#include "src/model/account.h"
#include "src/model/chat.h"
#include "src/model/model.h"

#define ASKED_LINES   3 /* within… */
#define ASKED_SECONDS 2

struct asked {
	unsigned told, held; /* since the timer was started */
	unsigned last;       /* number of the last of those that are held */
	guint timer;
};

struct asked *asked_new(void)
{
	return g_new0(struct asked, 1);
}

void asked_free(struct asked *asked)
{
	g_clear_handle_id(&asked->timer, g_source_remove);
	g_free(asked);
}

static char *request_words(const struct request *request)
{
	switch (request->kind) {
	case REQUEST_SUBSCRIPTION:
		return g_strdup("asks to see your presence");
	case REQUEST_INVITATION:
		return g_strdup_printf("invites you to %s", request->shown_room);
	case REQUEST_FILE:
		return g_strdup("offers a file");
	case REQUEST_TUBE: /* on_tube_request() */
		break;
	}
	return g_strdup("");
}

/* Where one talks with who offers it. */
static void on_tube_request(struct ui *ui, const struct request *request)
{
	struct chat *chat = chat_find(request->account, request->room ? CHAT_ROOM : CHAT_CONTACT,
				      request->room ? request->room : request->id);

	if (chat != NULL && !chat->open)
		chat = NULL;
	model_notice(ui->model, chat != NULL ? NULL : request->account, chat, NOTICE_WARNING,
		     "%s offers %s%s%s: accept? (/accept %u or /reject %u)", request->name,
		     request->text, request->room != NULL ? " to all in " : "",
		     request->room != NULL ? request->shown_room : "", request->number,
		     request->number);
}

/* With the pane hidden nothing else would tell. */
static void on_request(struct ui *ui, const struct request *request)
{
	bool has_alias = strcmp(request->name, request->shown_id) != 0;
	g_autofree char *alias = has_alias ? g_strdup_printf(" (%s)", request->name) : NULL;
	g_autofree char *what = request_words(request);
	g_autofree char *why =
		*request->text != '\0' ? g_strdup_printf(" (\"%s\")", request->text) : NULL;

	model_notice(ui->model, request->account, NULL, NOTICE_WARNING,
		     "%s%s %s%s: /accept %u or /reject %u", request->shown_id,
		     alias != NULL ? alias : "", what, why != NULL ? why : "", request->number,
		     request->number);
}

static void tell(struct ui *ui, const struct request *request)
{
	if (request->kind == REQUEST_TUBE)
		on_tube_request(ui, request);
	else
		on_request(ui, request);
}

/* One alone is told as any other, unless it is answered or gone by now. */
static void tell_held(struct ui *ui)
{
	const struct asked *asked = ui->asked;
	const struct request *request = model_find_request(ui->model, asked->last);

	if (asked->held > 1)
		model_notice(ui->model, NULL, NULL, NOTICE_WARNING,
			     "%u more requests came: /requests lists all %u that wait, /accept and "
			     "/reject take their numbers or \"all\"",
			     asked->held, ui->model->requests->len);
	else if (request != NULL)
		tell(ui, request);
}

static gboolean on_timer(void *data)
{
	struct ui *ui = data;
	struct asked *asked = ui->asked;

	if (asked->held == 0) {
		asked->timer = 0;
		asked->told = 0;
		return G_SOURCE_REMOVE;
	}
	tell_held(ui);
	asked->held = 0;
	return G_SOURCE_CONTINUE;
}

/* At login an offer may come before the roster, which tells how its sender is called. */
static bool is_nameless(const struct request *request)
{
	return request->kind == REQUEST_TUBE && request->room == NULL &&
	       (request->account->features & ACCOUNT_HAS_ROSTER) != 0 &&
	       !request->account->roster_ready;
}

/* A file is told of in the chat with its sender, too: there once will do. */
static bool is_in_sight(const struct ui *ui, const struct request *request)
{
	const struct chat *chat = ui->current->chat;

	return request->kind == REQUEST_FILE && chat->kind == CHAT_CONTACT &&
	       chat->account == request->account && strcmp(chat->id, request->id) == 0;
}

void asked_on_roster(struct ui *ui, const struct account *account)
{
	const GPtrArray *requests = ui->model->requests;

	for (guint i = 0; i < requests->len; i++) {
		const struct request *request = g_ptr_array_index(requests, i);

		if (request->account == account && request->kind == REQUEST_TUBE &&
		    request->room == NULL)
			asked_on_request(ui, request);
	}
}

void asked_on_request(struct ui *ui, const struct request *request)
{
	struct asked *asked = ui->asked;

	if (is_nameless(request) || is_in_sight(ui, request))
		return;
	if (asked->timer == 0)
		asked->timer = g_timeout_add_seconds(ASKED_SECONDS, on_timer, ui);
	if (asked->told >= ASKED_LINES) {
		asked->held++;
		asked->last = request->number;
		return;
	}
	asked->told++;
	tell(ui, request);
}
