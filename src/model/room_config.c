/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room_config.h"

#include <string.h>

#include "chat.h"
#include "chat_private.h"
#include "text.h"

const struct room_option_row room_options[ROOM_OPTION_COUNT] = {
	[ROOM_OPTION_TITLE] = {"title", "Title", ROOM_OPTION_IS_TEXT, "title"},
	[ROOM_OPTION_DESCRIPTION] = {"description", "Description", ROOM_OPTION_IS_TEXT,
				     "description"},
	[ROOM_OPTION_LIMIT] = {"limit", "Limit", ROOM_OPTION_IS_NUMBER, "most members"},
	[ROOM_OPTION_MODERATED] = {"moderated", "Moderated", ROOM_OPTION_IS_FLAG, "moderated"},
	[ROOM_OPTION_INVITE_ONLY] = {"invite-only", "InviteOnly", ROOM_OPTION_IS_FLAG,
				     "only by invitation"},
	[ROOM_OPTION_PERSISTENT] = {"persistent", "Persistent", ROOM_OPTION_IS_FLAG,
				    "stays when empty"},
	[ROOM_OPTION_PRIVATE] = {"private", "Private", ROOM_OPTION_IS_FLAG, "not listed"},
	[ROOM_OPTION_ANONYMOUS] = {"anonymous", "Anonymous", ROOM_OPTION_IS_FLAG, "anonymous"},
	[ROOM_OPTION_PASSWORD_PROTECTED] = {"password-protected", "PasswordProtected",
					    ROOM_OPTION_IS_FLAG, "wants a password"},
	[ROOM_OPTION_PASSWORD] = {"password", "Password", ROOM_OPTION_IS_SECRET, "password"},
	[ROOM_OPTION_PASSWORD_HINT] = {"password-hint", "PasswordHint", ROOM_OPTION_IS_TEXT,
				       "password hint"},
};

struct room_config *room_config_new(void)
{
	return g_new0(struct room_config, 1);
}

void room_config_free(struct room_config *config)
{
	for (int i = 0; config && i < ROOM_OPTION_COUNT; i++)
		g_free(config->values[i]);
	g_free(config);
}

struct room_config *room_config_copy(const struct room_config *config)
{
	struct room_config *copy = room_config_new();

	if (!config)
		return copy;
	*copy = *config;
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		copy->values[i] = g_strdup(config->values[i]);
	return copy;
}

void room_config_set(struct room_config *config, enum room_option option, const char *value)
{
	if (room_options[option].type == ROOM_OPTION_IS_SECRET)
		return;
	g_free(config->values[option]);
	config->values[option] = text_clean(value, -1, TEXT_LINE);
}

bool room_config_is_on(const struct room_config *config, enum room_option option)
{
	return config && g_strcmp0(config->values[option], "true") == 0;
}

bool room_config_is_mutable(const struct room_config *config, enum room_option option)
{
	return config && config->can_update && config->can_change[option];
}

enum room_option room_option_find(const char *name)
{
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		if (!strcmp(room_options[i].name, name))
			return (enum room_option)i;
	return ROOM_OPTION_COUNT;
}

char *room_option_check(enum room_option option, const char *value)
{
	switch (room_options[option].type) {
	case ROOM_OPTION_IS_FLAG:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return g_strdup("true or false is expected");
		break;
	case ROOM_OPTION_IS_NUMBER:
		if (!g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT32, NULL, NULL))
			return g_strdup("a number is expected");
		break;
	case ROOM_OPTION_IS_TEXT:
	case ROOM_OPTION_IS_SECRET:
		if (!g_utf8_validate(value, -1, NULL))
			return g_strdup("it is not valid UTF-8");
		break;
	}
	return NULL;
}

char *room_config_shown(const struct room_config *config, enum room_option option)
{
	const char *value = config ? config->values[option] : NULL;

	if (room_options[option].type == ROOM_OPTION_IS_SECRET)
		return g_strdup("(not shown)");
	if (!value)
		return g_strdup("(not told)");
	if (room_options[option].type == ROOM_OPTION_IS_FLAG)
		return g_strdup(strcmp(value, "true") == 0 ? "yes" : "no");
	return g_strdup(value);
}

void chat_set_config(struct chat *chat, struct room_config *config)
{
	room_config_free(chat->config);
	chat->config = config;
	chat_tell(chat, EVENT_CHAT_CHANGED, CHAT_CHANGED_CONFIG);
}

bool chat_can_configure(const struct chat *chat)
{
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		if (room_config_is_mutable(chat->config, (enum room_option)i))
			return true;
	return false;
}
