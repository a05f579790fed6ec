/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What changed in the model, told once per change to everyone who listens. An event carries
 * pointers to what it speaks of (borrowed; valid during the call, ref to keep) and is told
 * after the change was made; for a removal, before the thing is freed. Listeners only note
 * the change (mark themselves dirty, queue work); they never change the model from inside.
 */

#include <glib.h>

struct account;
struct contact;
struct chat;
struct message;
struct member;
struct request;
struct transfer;
struct tube;

enum event_type {
	EVENT_ACCOUNT_ADDED,
	EVENT_ACCOUNT_REMOVED,
	EVENT_ACCOUNT_CHANGED, /* account; change: ACCOUNT_CHANGED_… */
	EVENT_ROSTER_READY,    /* account: the roster is complete now */
	EVENT_CONTACT_ADDED,   /* contact: now known */
	EVENT_CONTACT_REMOVED,
	EVENT_CONTACT_CHANGED, /* contact; change: CONTACT_CHANGED_… */
	EVENT_CHAT_ADDED,      /* chat: opened, has a number */
	EVENT_CHAT_REMOVED,    /* chat: closed */
	EVENT_CHAT_CHANGED,    /* chat; change: CHAT_CHANGED_… */
	EVENT_MESSAGE_ADDED,   /* chat, message: a new one at the end (or out of the window) */
	EVENT_MESSAGE_CHANGED, /* chat, message: its delivery state or its text */
	EVENT_MESSAGES_LOADED, /* chat: older or newer ones came from history; trimmed */
	EVENT_MEMBER_ADDED,    /* chat, member */
	EVENT_MEMBER_REMOVED,
	EVENT_MEMBER_CHANGED,
	EVENT_MEMBERS_RESET,   /* chat: anything about its members may have changed */
	EVENT_REQUEST_ADDED,   /* request */
	EVENT_REQUEST_CHANGED, /* request: its text or name */
	EVENT_REQUEST_REMOVED,
	EVENT_TRANSFER_ADDED,
	EVENT_TRANSFER_CHANGED, /* transfer: its state, or how far it is */
	EVENT_TRANSFER_REMOVED,
	EVENT_TUBE_ADDED,
	EVENT_TUBE_CHANGED, /* tube; change: TUBE_CHANGED_… */
	EVENT_TUBE_REMOVED,
	EVENT_DIRECTORY_CHANGED, /* account: people were found, or its state; it may be a new one */
	EVENT_ROOM_LIST_CHANGED, /* account: rooms came, or its state; its list may be a new one */
};

enum {
	ACCOUNT_CHANGED_STATE = 1 << 0,    /* state, reason, retry_at */
	ACCOUNT_CHANGED_SELF = 1 << 1,     /* own id or alias */
	ACCOUNT_CHANGED_PRESENCE = 1 << 2, /* own presence */
	ACCOUNT_CHANGED_FEATURES = 1 << 3,
	ACCOUNT_CHANGED_COUNTS = 1 << 4,  /* online, total */
	ACCOUNT_CHANGED_ROSTER = 1 << 5,  /* everybody's presence, or no longer ready */
	ACCOUNT_CHANGED_BLOCKED = 1 << 6, /* who is blocked */
	ACCOUNT_CHANGED_NAME = 1 << 7,    /* its name here; manager or protocol */
	ACCOUNT_CHANGED_PLACE = 1 << 8,   /* among the accounts */
};

enum {
	CONTACT_CHANGED_NAME = 1 << 0,
	CONTACT_CHANGED_PRESENCE = 1 << 1,
	CONTACT_CHANGED_SUBSCRIPTION = 1 << 2,
	CONTACT_CHANGED_GROUPS = 1 << 3,
	CONTACT_CHANGED_CHAT = 1 << 4,   /* has a chat now, or no more; unread count */
	CONTACT_CHANGED_ROSTER = 1 << 5, /* on the roster now, or no more */
	CONTACT_CHANGED_SERVICES = 1 << 6,
	CONTACT_CHANGED_BLOCKED = 1 << 7,
};

enum {
	CHAT_CHANGED_UNREAD = 1 << 0,
	CHAT_CHANGED_TYPING = 1 << 1,
	CHAT_CHANGED_TOPIC = 1 << 2,
	CHAT_CHANGED_NAME = 1 << 3,
	CHAT_CHANGED_STATE = 1 << 4, /* room joined or left, channel there or not */
	CHAT_CHANGED_NUMBER = 1 << 5,
	CHAT_CHANGED_CONTACT = 1 << 6,
	CHAT_CHANGED_CONFIG = 1 << 7, /* of a room */
};

enum {
	TUBE_CHANGED_STATE = 1 << 0,       /* state, since; reason and outcome when it ended */
	TUBE_CHANGED_FACTS = 1 << 1,       /* access, local address, members, names */
	TUBE_CHANGED_CONNECTIONS = 1 << 2, /* one came or went */
	TUBE_CHANGED_TRAFFIC = 1 << 3,     /* bytes moved; told once a second at most */
};

struct event {
	enum event_type type;
	unsigned change;
	struct account *account;
	struct contact *contact;
	struct chat *chat;
	struct message *message;
	struct member *member;
	struct request *request;
	struct transfer *transfer;
	struct tube *tube;
};

typedef void (*event_fn)(const struct event *event, void *data);
