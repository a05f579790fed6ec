/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /room: how this room is set up. */

#include <string.h>

#include "../model/room_config.h"
#include "cmd.h"

static void print_option(struct command_run *run, const struct chat *chat, enum room_option option)
{
	g_autofree char *value = room_config_shown(chat->config, option);

	command_print(run, "%-20s %s%s", room_options[option].name, value,
		      room_config_is_mutable(chat->config, option) ? ""
								   : "  (cannot be changed here)");
}

static void set_option(struct command_run *run, struct chat *chat, enum room_option option,
		       const char *value)
{
	const char *values[ROOM_OPTION_COUNT] = {NULL};
	g_autofree char *problem = NULL;

	if (!strcmp(value, "yes") || !strcmp(value, "on"))
		value = "true";
	else if (!strcmp(value, "no") || !strcmp(value, "off"))
		value = "false";
	problem = room_option_check(option, value);
	if (problem) {
		command_fail(run, SESSION_ERROR_USAGE, "%s: %s", room_options[option].name,
			     problem);
		return;
	}
	values[option] = value;
	command_hold(run);
	session_configure_room(command_session(run), chat, values, command_done, run);
}

void cmd_room(struct command_run *run)
{
	struct chat *chat = command_chat(run);
	const char *name = command_arg(run, 0), *value = command_rest(run, 1);
	struct front *front = command_front(run);
	enum room_option option;

	if (!chat->config) {
		command_fail(run, SESSION_ERROR_FAILED,
			     "%s tells nothing of how it is set up: the connection manager %s has "
			     "no settings of rooms, or you are not in it",
			     chat->name, chat->account ? chat->account->manager : "");
		return;
	}
	if (!name && !front->unattended) {
		front->ops->show_view(front, VIEW_ROOM_CONFIG, NULL);
		return;
	}
	if (!name) {
		for (int i = 0; i < ROOM_OPTION_COUNT; i++)
			if (chat->config->values[i] || chat->config->can_change[i])
				print_option(run, chat, (enum room_option)i);
		return;
	}
	option = room_option_find(name);
	if (option == ROOM_OPTION_COUNT)
		command_fail(run, SESSION_ERROR_USAGE, "rooms have no setting \"%s\": /help room",
			     name);
	else if (*value)
		set_option(run, chat, option, value);
	else
		print_option(run, chat, option);
}
