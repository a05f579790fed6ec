/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Telepathy as the session sees it: managers, connections, and what happens on them. Facts
 * (presence, roster, rooms' members, typing) go straight into the model; what needs a
 * decision (messages, passwords, the end of a connection) is told through struct tp_ops.
 * No libdbus type shows here. Spec: org.freedesktop.Telepathy 0.27.
 *
 * Functions with a tp_done_fn call it exactly once, later, with the error or NULL, unless the
 * connection is freed first (then never). Errors read "cannot X: reason".
 */

#include <stdbool.h>
#include <glib.h>
#include "../model/account.h"
#include "../model/card.h"
#include "../model/chat.h"
#include "../model/contact.h"
#include "../model/message.h"
#include "../model/model.h"
#include "../model/protocol.h"
#include "../model/transfer.h"
#include "../model/tube.h"

struct tp;
struct conn;

#define TP_ERROR tp_error_quark()
GQuark tp_error_quark(void);
enum tp_error {
	TP_ERROR_FAILED,
	TP_ERROR_OFFLINE,       /* the connection is not online, or the bus is gone */
	TP_ERROR_NOT_SUPPORTED, /* this manager or network cannot do it */
	TP_ERROR_NOT_FOUND,     /* no such contact, room, manager, protocol */
	TP_ERROR_REFUSED,       /* permission denied, banned, not yours */
	TP_ERROR_PASSWORD,      /* a room wants a password, or another one */
	TP_ERROR_TIMEOUT,
	TP_ERROR_GONE,  /* the manager died before it answered: nobody can tell */
	TP_ERROR_USAGE, /* an address, a command or a service that is none */
};

typedef void (*tp_done_fn)(const GError *error, void *data);

/* Why a connection ended. */
enum conn_end {
	CONN_END_REQUESTED,
	CONN_END_NETWORK,        /* try again */
	CONN_END_MANAGER,        /* the manager died or misbehaved: try again */
	CONN_END_AUTHENTICATION, /* wrong password: not by itself */
	CONN_END_NAME_IN_USE,    /* also: another login replaced this one */
	CONN_END_CERTIFICATE,
	CONN_END_CONFIG, /* no such manager or protocol, a bad parameter */
	CONN_END_BUS,    /* the bus is gone */
};
bool conn_end_is_temporary(enum conn_end end);

struct incoming { /* one message on a text channel; borrowed strings, raw */
	enum chat_kind kind;
	const char *chat_id;
	struct message_init init; /* direction IN, or OUT when another client sent it; uid set:
				     the same for the same message in every pheme */
	const char *dedupe;       /* network's identity of it ("t:TOKEN"), or NULL */
	bool pending;             /* acknowledge pending_id when it is stored */
	guint32 pending_id;
	bool replay; /* it waited before we looked: may be in the history already */
};

struct delivery_report {
	enum chat_kind kind;
	const char *chat_id;
	const char *token;      /* of the message it is about; "" when the network has none */
	enum delivery delivery; /* DELIVERED, READ, FAILED */
	const char *reason;     /* raw, for FAILED; or NULL */
	const char *echo;       /* raw text of the message it is about, or NULL */
	bool pending;
	guint32 pending_id;
};

struct tp_ops {
	/* The bus died; every connection has ended before (CONN_END_BUS). */
	void (*bus_closed)(void *data);
	/* CONNECTED; features and own id are in the model. The roster may come later. */
	void (*online)(struct conn *conn, void *data);
	/* Told once; @text says what happened, for people, cleaned. The callee calls conn_free(),
	 * at once or later. */
	void (*ended)(struct conn *conn, enum conn_end end, const char *text, void *data);
	void (*incoming)(struct conn *conn, const struct incoming *incoming, void *data);
	/* The manager has these messages no more: somebody acknowledged them. */
	void (*pending_removed)(struct conn *conn, enum chat_kind kind, const char *chat_id,
				const guint32 *ids, unsigned count, void *data);
	void (*delivery)(struct conn *conn, const struct delivery_report *report, void *data);
	/* A password is wanted: of the account (@room NULL) or of a room. @again: the last one
	 * was refused. Answer with conn_answer_secret(), later. */
	void (*secret_wanted)(struct conn *conn, struct chat *room, bool again, void *data);
	/* …and no longer: the channel that asked is gone. */
	void (*secret_unwanted)(struct conn *conn, struct chat *room, void *data);
	/* A room was joined (also by an invitation or another client): for rejoining. */
	void (*joined)(struct conn *conn, struct chat *room, void *data);
	/* A file is offered to us (OFFERED), or has ended. Its progress is in the model. */
	void (*transfer)(struct conn *conn, struct transfer *transfer, void *data);
	/* We were kicked out of a room, or banned from it. */
	void (*thrown_out)(struct conn *conn, struct chat *room, void *data);
	/* Somebody offers a tube: unless it is accepted in here, it becomes a request. */
	void (*tube_offered)(struct conn *conn, struct tube *tube, void *data);
};

struct tp *tp_new(struct model *model, const struct tp_ops *ops, void *data);
void tp_free(struct tp *tp);
/* Finds a bus (src/bus/find.h) and connects to it; after bus_closed it may be called again. */
bool tp_open(struct tp *tp, const char *bus_address, bool no_autostart, GError **error);
bool tp_is_open(const struct tp *tp);
/* This pheme owns the client name: it alone acknowledges and closes channels. */
bool tp_is_handler(const struct tp *tp);
/* Lines about members who join and leave. */
void tp_set_show_joins(struct tp *tp, bool show);
/* A notification of the desktop, in place of the one with the same key; desktop.h. */
void tp_notify(struct tp *tp, const char *key, const char *title, const char *body);
void tp_unnotify(struct tp *tp, const char *key);

/* All protocols of all managers, sorted: XMPP and IRC first. Borrowed in the callback. */
typedef void (*tp_protocols_fn)(GPtrArray *protocols, const GError *error, void *data);
void tp_list_protocols(struct tp *tp, tp_protocols_fn fn, void *data);
/* What the installed .manager files tell, sorted likewise, of those managers that have one: needs no
 * bus. A hint, as they may be wrong. New; g_ptr_array_unref(). */
GPtrArray *tp_read_manager_files(void);

/* --- connections -------------------------------------------------------------------------- */

struct conn_options {
	const char *manager, *protocol;
	const char *login;      /* whose it is, when the account in params is another name for it */
	GHashTable *params;     /* name → text; types come from the manager */
	const char *secret;     /* password known already, or NULL: asked for when wanted */
	const char *nickname;   /* own alias to set, or NULL */
	bool living;            /* no new one is made: without one it ends at once (REQUESTED) */
	enum presence presence; /* to start with; UNSET: available */
	const char *message;
};

/*
 * Logs @account in: reuses its living connection (ours from before, or another pheme's), else
 * asks the manager for one and connects it. The model's account follows (CONNECTING, ONLINE);
 * on failure or end ops->ended is told, the session sets the state then. Options are copied.
 */
struct conn *conn_new(struct tp *tp, struct account *account, const struct conn_options *options);
/* Lets go of it at once, without a word to the manager. */
void conn_free(struct conn *conn);
struct account *conn_account(const struct conn *conn);
bool conn_is_online(const struct conn *conn);
/* True: this pheme is its last user, conn_disconnect() ends it. False: others go on with it. */
bool conn_is_last_user(struct conn *conn);
/* The same for good: when it is not, it is not used any more, only freed. */
bool conn_leave(struct conn *conn);
/* Sets a parameter on the living connection. An error: that cannot be, it is for the next one. */
void conn_change_param(struct conn *conn, const char *name, const char *text, tp_done_fn done,
		       void *data);
/* Its account has another name now: other phemes find it by that. */
void conn_renamed(struct conn *conn);
/* It was there when nobody of us used it. */
bool conn_was_found(const struct conn *conn);
/* Another pheme asked for it, and we only came to it. */
bool conn_is_shared(const struct conn *conn);
/* Some managers keep what they have taken for a while, and lose it when they disconnect. @done is
 * told when it has gone out; maybe never when the connection ends. */
bool conn_needs_flush(const struct conn *conn);
void conn_flush(struct conn *conn, tp_done_fn done, void *data);
/* Ends the connection for everybody; ops->ended(REQUESTED) follows. */
void conn_disconnect(struct conn *conn);
/* @secret NULL: the user declined. Wiped after use by the caller. */
void conn_answer_secret(struct conn *conn, struct chat *room, const char *secret);

void conn_set_presence(struct conn *conn, enum presence presence, const char *message,
		       tp_done_fn done, void *data);
void conn_set_nick(struct conn *conn, const char *nick, tp_done_fn done, void *data);
/* The own avatar (Connection.Interface.Avatars); @image NULL removes it. What the manager says of
 * type, bytes and size is checked first. */
void conn_set_avatar(struct conn *conn, GBytes *image, tp_done_fn done, void *data);
/* The same, where there are avatars and the network has none of ours; else @done is not called. */
void conn_restore_avatar(struct conn *conn, GBytes *image, tp_done_fn done, void *data);

/* --- roster (Connection.Interface.ContactList, .Aliasing) --------------------------------- */

void conn_roster_add(struct conn *conn, const char *id, const char *message, tp_done_fn done,
		     void *data);
void conn_roster_remove(struct conn *conn, const char *id, tp_done_fn done, void *data);
void conn_authorize(struct conn *conn, const char *id, tp_done_fn done, void *data);
void conn_deny(struct conn *conn, const char *id, tp_done_fn done, void *data);
void conn_rename(struct conn *conn, const char *id, const char *alias, tp_done_fn done, void *data);

/* …groups (.ContactGroups), named as the model has them… */
void conn_group_add(struct conn *conn, const char *group, const char *id, tp_done_fn done,
		    void *data);
void conn_group_remove(struct conn *conn, const char *group, const char *id, tp_done_fn done,
		       void *data);
void conn_group_rename(struct conn *conn, const char *group, const char *name, tp_done_fn done,
		       void *data);
void conn_group_delete(struct conn *conn, const char *group, tp_done_fn done, void *data);
/* …and who is blocked (.ContactBlocking); @report: as abusive, too. */
void conn_block(struct conn *conn, const char *id, bool report, tp_done_fn done, void *data);
void conn_unblock(struct conn *conn, const char *id, tp_done_fn done, void *data);

/* Who somebody is (Connection.Interface.ContactInfo, .ClientTypes, .Location, .Avatars): @id NULL
 * is ourselves. @whois is borrowed; NULL with an error. */
typedef void (*conn_whois_fn)(const struct whois *whois, const GError *error, void *data);
void conn_whois(struct conn *conn, const char *id, conn_whois_fn fn, void *data);
/* All of our own card: struct card_field *. */
void conn_set_card(struct conn *conn, const GPtrArray *card, tp_done_fn done, void *data);

/*
 * Searches for people (Channel.Type.ContactSearch) go into the account's directory in the model.
 * @done is told when it is known what can be searched for; a connection has one search at a time,
 * an earlier one ends. @limit: people at a time, 0 for the network's own.
 */
void conn_open_directory(struct conn *conn, const char *server, unsigned limit, tp_done_fn done,
			 void *data);
/* @terms: raw key of the directory → what for. @done is told when the search has ended, or pauses
 * with more to come. */
void conn_search(struct conn *conn, GHashTable *terms, tp_done_fn done, void *data);
void conn_search_more(struct conn *conn, tp_done_fn done, void *data);
/* What was found stays. */
void conn_stop_search(struct conn *conn);

/* --- chats (Channel.Type.Text) ------------------------------------------------------------ */

/* The network's own spelling of an id (normalised); @id is NULL with an error. */
typedef void (*conn_id_fn)(const char *id, const GError *error, void *data);
void conn_normalize(struct conn *conn, const char *id, conn_id_fn fn, void *data);

/* @supersedes: token of the message that this one takes the place of, where the chat can correct;
 * or NULL. @token is the network's, "" for none; NULL with an error. Opens a channel when need
 * be. */
typedef void (*conn_sent_fn)(const char *token, const GError *error, void *data);
void conn_send(struct conn *conn, enum chat_kind kind, const char *id, enum message_type type,
	       const char *text, const char *uid, const char *supersedes, conn_sent_fn fn,
	       void *data);
/* The message is stored; only the handler's word goes out, batched. */
void conn_acknowledge(struct conn *conn, enum chat_kind kind, const char *id, guint32 pending_id);
/* Asks how long @text is as an SMS; the chat gets the answer. */
void conn_measure_sms(struct conn *conn, struct chat *chat, const char *text);
void conn_set_typing(struct conn *conn, struct chat *chat, enum chat_typing state);
/* Closes the channel of a contact chat; with messages that wait it comes back at once. */
void conn_close_chat(struct conn *conn, struct chat *chat);

/* --- rooms (Group, Room2, Subject2, Password) --------------------------------------------- */

/* The chat is opened in the model at once (ROOM_JOINING), under the name that was given. */
void conn_join(struct conn *conn, const char *room, const char *password, tp_done_fn done,
	       void *data);
void conn_part(struct conn *conn, struct chat *chat, const char *reason, tp_done_fn done,
	       void *data);
/* Gives up our share in a room. True: it was joined by one of us, and nobody else here is in it. */
bool conn_give_up_room(struct conn *conn, const struct chat *chat);
void conn_set_topic(struct conn *conn, struct chat *chat, const char *topic, tp_done_fn done,
		    void *data);
/* Changes how a room is set up: @values has a text for each enum room_option, or NULL. */
void conn_configure_room(struct conn *conn, struct chat *chat, const char *const *values,
			 tp_done_fn done, void *data);
/* Invites @id into a room we are in. @reason NULL: none. */
void conn_invite(struct conn *conn, struct chat *chat, const char *id, const char *reason,
		 tp_done_fn done, void *data);
/* Throws the member with this raw id out; with @ban for good, where the manager can: the room's
 * own lines say when it cannot. */
void conn_kick(struct conn *conn, struct chat *chat, const char *member, const char *reason,
	       bool ban, tp_done_fn done, void *data);
/* Makes a room of a chat with a contact and invites @ids (NULL-terminated) too; @fn gets the
 * room's id. TP_ERROR_NOT_SUPPORTED where the manager has no conferences. */
void conn_make_room(struct conn *conn, struct chat *chat, const char *const *ids,
		    const char *reason, conn_id_fn fn, void *data);
/* The rooms of @server (NULL: the account's own) into the account's room_list; a list that is
 * under way is stopped. @done is told when it has ended, in whatever way but a failure NULL. */
void conn_list_rooms(struct conn *conn, const char *server, tp_done_fn done, void *data);
void conn_stop_listing(struct conn *conn);
void conn_answer_invitation(struct conn *conn, const char *room, bool accept, tp_done_fn done,
			    void *data);

/* --- files (Channel.Type.FileTransfer) ---------------------------------------------------- */

/* Offers the file at @path to a contact and sends it when it is taken: all of that is told in the
 * model's new transfer. NULL and @error when it cannot be read. */
struct transfer *conn_send_file(struct conn *conn, const char *contact, const char *path,
				GError **error);
/* Takes an offered one into @directory. False and @error when it cannot be: no room, no
 * permission; it stays offered. */
bool conn_accept_file(struct conn *conn, struct transfer *transfer, const char *directory,
		      GError **error);
/* Declines or cancels it; nothing of it is left here. */
void conn_cancel_file(struct conn *conn, struct transfer *transfer);
/* --- tubes (Channel.Type.StreamTube, .DBusTube, Channel.Interface.Tube) ------------------- */

/*
 * Offers @service to a contact or to a room we are in. The tube is in the model at once, unless
 * NULL is returned, when @done tells why. @done is told when the manager has passed the offer on.
 */
struct tube *conn_offer_tube(struct conn *conn, enum chat_kind kind, const char *id,
			     const char *service, const struct tube_local *local, tp_done_fn done,
			     void *data);
/* Whether a tube could be accepted so, as far as it depends on this computer: whether the words make
 * sense, and the place to listen is free now. */
bool tp_check_tube(const struct tube_local *local, GError **error);
/* @done is told when it is open. */
void conn_accept_tube(struct conn *conn, struct tube *tube, const struct tube_local *local,
		      tp_done_fn done, void *data);
/*
 * Tells the networks which services programs here wait for (Connection.Interface.
 * ContactCapabilities): all at once, the last word counts; withdrawn with each connection.
 * What contacts say of theirs is in the model.
 */
void tp_set_services(struct tp *tp, const char *const *services);
/* Closes or declines it; TUBE_REMOVED follows. @reason is for people. */
void conn_close_tube(struct conn *conn, struct tube *tube, const char *reason);
void conn_close_tube_connection(struct conn *conn, struct tube *tube, unsigned id);
/* Before leaving: closes those that end here. False: there are none (any more). */
bool conn_close_tubes(struct conn *conn);
