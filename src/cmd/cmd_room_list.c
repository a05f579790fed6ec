/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /rooms: what rooms a server has. */

#include <string.h>

#include "../model/room_list.h"
#include "cmd.h"

#define NAME_WIDTH_MAX 32

static int compare(const void *a, const void *b)
{
	return room_entry_by_size(*(struct room_entry *const *)a, *(struct room_entry *const *)b);
}

static void print_list(struct command_run *run, const struct room_list *list)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	g_autofree char *how = room_list_describe(list);
	int width = 1;

	g_ptr_array_extend(sorted, list->entries, NULL, NULL);
	g_ptr_array_sort(sorted, compare);
	for (guint i = 0; i < sorted->len; i++)
		width = MAX(width, text_width(((struct room_entry *)sorted->pdata[i])->name));
	for (guint i = 0; i < sorted->len; i++) {
		g_autofree char *row =
			room_entry_print(sorted->pdata[i], MIN(width, NAME_WIDTH_MAX));

		command_print(run, "%s", g_strchomp(row));
	}
	if (!list->entries->len || list->state != ROOM_LIST_DONE)
		command_print(run, "%s", how);
}

static void on_listed(const GError *error, void *data)
{
	struct command_run *run = data;
	struct account *account = command_account_again(run, command_kept(run));

	if (!error && account && account->room_list)
		print_list(run, account->room_list);
	command_done(error, run);
}

void cmd_rooms(struct command_run *run)
{
	struct account *account = command_need_account(run);
	struct front *front = command_front(run);

	if (!account || !command_check_online(run, account))
		return;
	if (front->unattended) {
		command_keep(run, g_strdup(account->name), g_free);
		command_hold(run);
		session_list_rooms(command_session(run), account, command_arg(run, 0), on_listed,
				   run);
		return;
	}
	session_list_rooms(command_session(run), account, command_arg(run, 0), NULL, NULL);
	front->ops->show_view(front, VIEW_ROOMS, account->name);
}
