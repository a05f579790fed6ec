/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The terminal's bell for what comes in. Terminals and tmux turn it into what their user likes:
 * a sound, a flash, a mark on the window. */

#include <string.h>

#include "ui_private.h"

static bool is_wanted(const struct event *event, const char *mode)
{
	const struct message *message = event->message;

	if (message == NULL || message->direction != MESSAGE_IN || message->scrollback ||
	    strcmp(mode, "off") == 0)
		return false;
	return strcmp(mode, "all") == 0 || event->chat->kind == CHAT_CONTACT || message->mention;
}

void bell_on_message(struct ui *ui, const struct event *event)
{
	struct config *config = session_config(ui->session);
	gint64 now, interval;

	if (!is_wanted(event, config_string(config, "notify.bell")))
		return;
	/* A flood of messages is one noise. */
	now = g_get_monotonic_time();
	interval = (gint64)config_int(config, "notify.bell-interval-ms") * 1000;
	if (ui->last_bell != 0 && now - ui->last_bell < interval)
		return;
	ui->last_bell = now;
	term_bell();
}
