/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rooms of src/session/session.h, played. */

#include "stage.h"

#include "src/model/room_config.h"
#include "src/model/room_list.h"

void session_configure_room(struct session *session, struct chat *chat, const char *const *values,
			    session_done_fn done, void *data)
{
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		if (values[i] != NULL)
			stage_log(session, "configure %s %s=%s", chat->id, room_options[i].name,
				  values[i]);
	stage_finish(done, data);
}

void session_invite(struct session *session, struct chat *chat, const char *id, const char *reason,
		    session_done_fn done, void *data)
{
	stage_log(session, "invite %s %s \"%s\"", chat->id, id, reason);
	stage_finish(done, data);
}

void session_kick(struct session *session, struct chat *chat, const struct member *member,
		  const char *reason, bool ban, session_done_fn done, void *data)
{
	stage_log(session, "%s %s %s \"%s\"", ban ? "ban" : "kick", chat->id, member->id, reason);
	stage_finish(done, data);
}

void session_make_room(struct session *session, struct chat *chat, const char *const *ids,
		       const char *reason, session_chat_fn fn, void *data)
{
	fn(chat_open(chat->account, CHAT_ROOM, "new"), NULL, data);
}

/* Its rooms come by `listed`. */
void session_list_rooms(struct session *session, struct account *account, const char *server,
			session_done_fn done, void *data)
{
	account_start_room_list(account, server);
	stage_finish(done, data);
}

void session_stop_listing(struct session *session, struct account *account)
{
	if (account->room_list != NULL)
		room_list_set_state(account->room_list, ROOM_LIST_STOPPED, NULL);
}

void session_set_topic(struct session *session, struct chat *chat, const char *topic,
		       session_done_fn done, void *data)
{
	chat_set_topic(chat, topic, "me", 0);
	stage_finish(done, data);
}

void session_part(struct session *session, struct chat *chat, const char *reason,
		  session_done_fn done, void *data)
{
	chat_set_room_state(chat, ROOM_LEFT);
	stage_finish(done, data);
}

void session_join(struct session *session, struct account *account, const char *room,
		  const char *password, session_done_fn done, void *data)
{
	chat_set_room_state(chat_open(account, CHAT_ROOM, room), ROOM_JOINED);
	stage_finish(done, data);
}

bool session_is_bookmarked(struct session *session, const struct account *account, const char *room)
{
	return g_str_has_prefix(room, "kept");
}

bool session_bookmark(struct session *session, struct account *account, const char *room, bool add,
		      GError **error)
{
	stage_log(session, "bookmark %s %s %s", account->name, room, add ? "add" : "remove");
	return true;
}
