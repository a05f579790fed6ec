/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What a command may ask of the front end it runs in: the screen (ui/) or the one without
 * (src/cli/). A front end embeds struct front and fills in the table; an operation that makes
 * no sense without a screen prints why.
 */

#include <stdbool.h>
#include <glib.h>
#include "../session/session.h"

struct front;

enum front_view {
	VIEW_HELP,
	VIEW_ACCOUNTS,
	VIEW_REQUESTS,
	VIEW_TUBES,
	VIEW_ROOMS,       /* argument: the account's name */
	VIEW_CARD,        /* our own; likewise */
	VIEW_ROOM_CONFIG, /* of the current chat */
	VIEW_SEARCH,      /* argument: what is looked for */
	VIEW_DIRECTORY,   /* likewise */
};

typedef void (*front_answer_fn)(const char *answer, void *data); /* NULL: cancelled */

struct front_ops {
	/* One line of a command's output; cleaned by the callee. @chat NULL: where the user is. */
	void (*print)(struct front *front, struct chat *chat, const char *line);
	/* The chat the user is in (may be the status chat), NULL when there is none. */
	struct chat *(*current_chat)(struct front *front);
	void (*show_chat)(struct front *front, struct chat *chat);
	void (*show_view)(struct front *front, enum front_view view, const char *argument);
	/* The form for a new account of @manager/@protocol (NULL: choose first), or for editing
	 * @account. */
	void (*show_account_form)(struct front *front, const char *manager, const char *protocol,
				  struct account *account);
	void (*ask)(struct front *front, const char *question, bool secret, front_answer_fn fn,
		    void *data);
	void (*clear)(struct front *front, struct chat *chat);
	/* Into the line that is being typed; NULL: there is none. */
	void (*insert)(struct front *front, const char *text);
	void (*quit)(struct front *front, int status);
	/* A setting changed that the front end may care for is told by config_on_change(). */
	/* Shows where @query (a reference is taken) is found in the chat; NULL: no more. NULL in
	 * place of the function: there is nothing to show it on. */
	void (*find)(struct front *front, struct chat *chat, struct query *query);
	/* The line that is typed, in the user's editor. NULL: there is none. */
	void (*edit)(struct front *front);
	/* Gives keys to a function, or takes them from it (NULL); NULL @keys: prints the functions.
	 * NULL: there are no keys. */
	bool (*bind)(struct front *front, const char *keys, const char *function, GError **error);
	/* Like print, for what went wrong; NULL: print is used. */
	void (*print_error)(struct front *front, struct chat *chat, const char *line);
	/* What a command was asked for has begun, and takes as long as it takes: a limit on the
	 * time until then is kept. NULL: there is none. */
	void (*under_way)(struct front *front);
};

struct front {
	const struct front_ops *ops;
	struct session *session;
	bool unattended;    /* nobody sits there: commands do not ask "are you sure?" */
	const char *secret; /* a password for an account, told otherwise than in
			       the line; or NULL */
	GSList *runs;       /* private to command.c: commands under way */
};

void front_print(struct front *front, struct chat *chat, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
