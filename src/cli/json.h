/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Records for scripts: one JSON object a line with the keys of interface.md, always all of a
 * record's keys and always in the same order. Each function returns a new string without the
 * newline. Whatever a peer sent, the line is valid JSON in UTF-8 that is safe on a terminal:
 * control and bidirectional characters are escaped, bytes that are no UTF-8 become U+FFFD.
 * What a message said is given as it came, other text as the model has it; what is not known
 * is null.
 */

#include "../model/account.h"
#include "../model/chat.h"
#include "../model/contact.h"
#include "../model/message.h"
#include "../model/model.h"
#include "../model/protocol.h"
#include "../model/room_list.h"
#include "../model/transfer.h"
#include "../model/tube.h"
#include "../session/session.h"

/* --- events ------------------------------------------------------------------------------- */

/* @chat's account may be NULL. To be made before the message is stored and its raw text gone,
 * or from one that was read from the history. */
char *json_message(const struct chat *chat, const struct message *message);
/* The same of one that was found in the history. */
char *json_found(const struct session_found *found);
/* The state of delivery of a message of ours. */
char *json_delivery(const struct chat *chat, const struct message *message);
char *json_presence(const struct contact *contact);
char *json_connection(const struct account *account);
char *json_tube(const struct tube *tube);
char *json_file(const struct transfer *transfer);
/* @state: "open", or "closed" when it was answered or is pointless now. */
char *json_request(const struct request *request, const char *state);
/* @change: "joining", "joined", "left", "topic", "member-joined", "member-left", "member-changed".
 * @member may be NULL. */
char *json_room(const struct chat *chat, const char *change, const struct member *member);
/* Events of this kind that were dropped, because nobody read them in time. */
char *json_lost(unsigned count);

/* --- rows of lists ------------------------------------------------------------------------ */

char *json_account_row(const struct account *account, bool enabled);
char *json_contact_row(const struct contact *contact);
/* A chat with a contact, or a room. */
char *json_chat_row(const struct chat *chat);
/* A room that a server told of. */
char *json_room_row(const struct account *account, const struct room_entry *entry);
char *json_tube_row(const struct tube *tube);
/* @protocols: struct protocol *, of which those of @manager are named. */
char *json_manager_row(const char *manager, const GPtrArray *protocols);
char *json_protocol_row(const struct protocol *protocol);
char *json_parameter_row(const struct protocol *protocol, const struct param *param);

/* "2026-11-22T14:01:00Z"; new. @time: UTC s. */
char *json_time(gint64 time);
