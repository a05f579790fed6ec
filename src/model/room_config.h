/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * How a room is set up, as far as it tells, and what of that we may change (Telepathy's
 * RoomConfig1). A password is never kept here: only that it can be set.
 */

#include <stdbool.h>
#include <glib.h>

struct chat;

enum room_option {
	ROOM_OPTION_TITLE,
	ROOM_OPTION_DESCRIPTION,
	ROOM_OPTION_LIMIT,
	ROOM_OPTION_MODERATED,
	ROOM_OPTION_INVITE_ONLY,
	ROOM_OPTION_PERSISTENT,
	ROOM_OPTION_PRIVATE,
	ROOM_OPTION_ANONYMOUS,
	ROOM_OPTION_PASSWORD_PROTECTED,
	ROOM_OPTION_PASSWORD,
	ROOM_OPTION_PASSWORD_HINT,
	ROOM_OPTION_COUNT,
};

enum room_option_type {
	ROOM_OPTION_IS_TEXT,
	ROOM_OPTION_IS_NUMBER,
	ROOM_OPTION_IS_FLAG, /* "true" or "false" */
	ROOM_OPTION_IS_SECRET,
};

struct room_option_row {
	const char *name;     /* what users type: "invite-only" */
	const char *property; /* Telepathy's: "InviteOnly" */
	enum room_option_type type;
	const char *label; /* "only for invited people" */
};

extern const struct room_option_row room_options[ROOM_OPTION_COUNT];

struct room_config {
	char *values[ROOM_OPTION_COUNT];    /* cleaned; NULL: not told */
	bool can_change[ROOM_OPTION_COUNT]; /* by its nature */
	bool can_update;                    /* we may */
};

struct room_config *room_config_new(void);
void room_config_free(struct room_config *config); /* NULL is fine */
struct room_config *room_config_copy(const struct room_config *config);
/* @value is raw. */
void room_config_set(struct room_config *config, enum room_option option, const char *value);
bool room_config_is_on(const struct room_config *config, enum room_option option);
/* May we change it? */
bool room_config_is_mutable(const struct room_config *config, enum room_option option);
/* ROOM_OPTION_COUNT when there is none of that name. */
enum room_option room_option_find(const char *name);
/* What is wrong with @value, or NULL: new string. */
char *room_option_check(enum room_option option, const char *value);
/* What to show for it: "yes", "12", "not told"; new string. */
char *room_config_shown(const struct room_config *config, enum room_option option);

/* The chat's configuration is this now; takes it over. CHAT_CHANGED_CONFIG. */
void chat_set_config(struct chat *chat, struct room_config *config);
/* Are there rooms' options that we may change? */
bool chat_can_configure(const struct chat *chat);
