/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of a chat (chat.c, window.c, room.c) and its owners need of each other. */

#include "chat.h"
#include "event.h"

/* chat.c */
GHashTable *chat_table_new(void);
struct chat *chat_new_status(struct model *model);
void chat_free_status(struct chat *chat);
/* The account goes: closes its chats, cuts off those that somebody still holds. */
void chat_close_all(struct account *account);
void chat_stop_all_typing(struct account *account);
void chat_tell(struct chat *chat, enum event_type type, unsigned change);
void chat_note_mention(struct chat *chat, struct message *message);

/* window.c */
void window_init(struct chat *chat);
void window_free(struct chat *chat);
void window_add(struct chat *chat, struct message *message);
/* NULL when nothing is in memory. */
struct message *window_newest(const struct chat *chat);

/* correct.c: those whose place @message takes, and, after a page has come, all of them */
void correct_by(struct chat *chat, const struct message *message);
void correct_all(struct chat *chat);

/* traffic.c */
void traffic_free(struct traffic *traffic); /* NULL is fine */

/* room.c */
void room_init(struct chat *chat);
void room_free(struct chat *chat);
bool room_stop_typing(struct chat *chat, const char *member_id);
/* The name by which people there call us; "" when not known. */
const char *room_nick(const struct chat *chat);
