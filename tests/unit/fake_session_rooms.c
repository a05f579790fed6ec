/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rooms of the session without a bus. */

#include "fake_session.h"

#include "model/room_config.h"

void session_configure_room(struct session *session, struct chat *chat, const char *const *values,
			    session_done_fn done, void *data)
{
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		if (values[i] != NULL)
			fake_record(session, "configure %s %s=%s", chat->id, room_options[i].name,
				    values[i]);
	fake_end_later(session, done, data);
}

void session_invite(struct session *session, struct chat *chat, const char *id, const char *reason,
		    session_done_fn done, void *data)
{
	fake_record(session, "invite %s %s \"%s\"", chat->id, id, reason);
	fake_end_later(session, done, data);
}

void session_kick(struct session *session, struct chat *chat, const struct member *member,
		  const char *reason, bool ban, session_done_fn done, void *data)
{
	fake_record(session, "%s %s %s \"%s\"", ban ? "ban" : "kick", chat->id, member->id, reason);
	fake_end_later(session, done, data);
}

void session_make_room(struct session *session, struct chat *chat, const char *const *ids,
		       const char *reason, session_chat_fn fn, void *data)
{
	g_autofree char *list = g_strjoinv(",", (char **)ids);

	fake_record(session, "make room %s %s \"%s\"", chat->id, list, reason);
	fn(session->next ? NULL : chat_open(chat->account, CHAT_ROOM, "new"), session->next, data);
	g_clear_error(&session->next);
}

void session_list_rooms(struct session *session, struct account *account, const char *server,
			session_done_fn done, void *data)
{
	fake_record(session, "list rooms %s %s", account->name, server ? server : "-");
	fake_end_later(session, done, data);
}

void session_stop_listing(struct session *session, struct account *account)
{
	fake_record(session, "stop listing %s", account->name);
}

void session_set_topic(struct session *session, struct chat *chat, const char *topic,
		       session_done_fn done, void *data)
{
	fake_record(session, "topic %s \"%s\"", chat->id, topic);
	fake_end_later(session, done, data);
}

void session_part(struct session *session, struct chat *chat, const char *reason,
		  session_done_fn done, void *data)
{
	fake_record(session, "part %s \"%s\"", chat->id, reason ? reason : "");
	fake_end_later(session, done, data);
}

void session_release_room(struct session *session, struct chat *chat, session_done_fn done,
			  void *data)
{
	session_part(session, chat, NULL, done, data);
}

void session_join(struct session *session, struct account *account, const char *room,
		  const char *password, session_done_fn done, void *data)
{
	fake_record(session, "join %s %s%s%s", account->name, room, password ? " " : "",
		    password ? password : "");
	if (!session->next)
		chat_set_room_state(chat_open(account, CHAT_ROOM, room), ROOM_JOINED);
	fake_end_later(session, done, data);
}

bool session_is_bookmarked(struct session *session, const struct account *account, const char *room)
{
	return g_str_has_prefix(room, "kept");
}

bool session_bookmark(struct session *session, struct account *account, const char *room, bool add,
		      GError **error)
{
	fake_record(session, "bookmark %s %s %s", account->name, room, add ? "add" : "remove");
	return true;
}
