/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#include <string.h>

/*
 * What a user without accounts sees first, above whatever pheme has to say: whom there is to
 * talk to. One Enter is enough for the people on this machine, whose manager comes with pheme
 * and asks for nothing; the others lead to a form.
 */

static const struct offer {
	const char *line; /* what is typed before Enter */
	const char *text;
	const char *protocol; /* NULL: the form asks */
} offers[] = {
	{"", "people on this machine: no server, no password", "local"},
	{"2", "people on XMPP (Jabber)", "jabber"},
	{"3", "people on IRC", "irc"},
	{"4", "people on another network", NULL},
};

#define OFFERS_AT 4 /* row of the first one */

bool welcome_is_shown(const struct ui *ui)
{
	return ui->view == NULL && !ui_has_accounts(ui) && ui->current->chat->kind == CHAT_STATUS;
}

static void draw_row(const struct area *area, int row, int style, const char *text)
{
	if (row < area->height)
		term_put_padded(area->y + row, area->x, area->width, style, text);
}

int welcome_draw(const struct area *area)
{
	int row = OFFERS_AT;

	draw_row(area, 0, STYLE_VIEW_TEXT, "");
	draw_row(area, 1, STYLE_VIEW_HEADING, "Welcome to pheme.");
	draw_row(area, 2, STYLE_VIEW_TEXT,
		 "There are no accounts yet. Whom do you want to talk to?");
	draw_row(area, 3, STYLE_VIEW_TEXT, "");
	for (gsize i = 0; i < G_N_ELEMENTS(offers); i++) {
		g_autofree char *text =
			g_strdup_printf("  %1s Enter  %s", offers[i].line, offers[i].text);

		draw_row(area, row++, STYLE_VIEW_TEXT, text);
	}
	draw_row(area, row++, STYLE_VIEW_TEXT, "");
	draw_row(area, row++, STYLE_VIEW_TEXT,
		 "F1: keys and commands. F2: accounts. /quit: leave.");
	draw_row(area, row++, STYLE_VIEW_TEXT, "");
	return MIN(row, area->height);
}

static void add_account(struct ui *ui, const struct protocol *protocol)
{
	struct account_conf *conf =
		account_conf_new(protocol->name, protocol->manager, protocol->name);
	g_autoptr(GError) error = NULL;

	conf->enabled = true;
	if (!session_account_add(ui->session, conf, &error))
		ui_notice(ui, NOTICE_ERROR, "%s", error->message);
	account_conf_free(conf);
}

/* Where the manager is not to be had the form shows what is. */
static void on_protocols(GPtrArray *protocols, const GError *error, void *data)
{
	struct ui *ui = data;
	const struct protocol *protocol = NULL;

	if (ui->leaving || ui_has_accounts(ui))
		return;
	if (protocols != NULL)
		protocol = protocol_find(protocols, NULL, offers[0].protocol);
	if (protocol != NULL)
		add_account(ui, protocol);
	else if (welcome_is_shown(ui))
		ui_push_view(ui, form_new(ui, NULL, NULL));
}

bool welcome_line(struct ui *ui, const char *line)
{
	if (!welcome_is_shown(ui))
		return false;
	for (gsize i = 0; i < G_N_ELEMENTS(offers); i++) {
		if (strcmp(line, offers[i].line) != 0)
			continue;
		if (i == 0)
			session_list_protocols(ui->session, on_protocols, ui);
		else
			ui_push_view(ui, form_new(ui, NULL, offers[i].protocol));
		return true;
	}
	return false;
}
