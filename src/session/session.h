/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The tree that joins tp, model and store, and owns all of it: accounts and their
 * connections, reconnecting, history, queued messages, passwords. Front ends and commands
 * act through these functions and see the outcome in the model's events.
 *
 * A function that takes a session_done_fn calls it exactly once, from the main loop (never
 * from inside the call), with the error that ended it or NULL; @done may be NULL. If the
 * session is freed first it is not called. The error's code is one of enum session_error and
 * its text is for people: what failed, with what, what to do.
 */

#include <stdbool.h>
#include <glib.h>
#include "../model/account.h"
#include "../model/card.h"
#include "../model/chat.h"
#include "../model/contact.h"
#include "../model/message.h"
#include "../model/model.h"
#include "../model/presence.h"
#include "../model/protocol.h"
#include "../model/query.h"
#include "../model/tube.h"
#include "../store/accounts.h"
#include "../store/config.h"
#include "../store/import.h"

struct session;

#define SESSION_ERROR session_error_quark()
GQuark session_error_quark(void);
enum session_error { /* the exit statuses of interface.md */
		     SESSION_ERROR_FAILED = 1,
		     SESSION_ERROR_USAGE = 2,
		     SESSION_ERROR_NOT_FOUND = 3,
		     SESSION_ERROR_NOT_CONNECTED = 4,
		     SESSION_ERROR_REFUSED = 5,
		     SESSION_ERROR_NOT_DELIVERED = 6,
		     SESSION_ERROR_TIMEOUT = 124,
};

typedef void (*session_done_fn)(const GError *error, void *data);

struct session_options {
	const char *config_path; /* --config, or NULL */
	const char *bus_address; /* --bus, or NULL */
	const char *account;     /* --account: only this one is loaded; or NULL */
	bool no_autostart;       /* --no-autostart */
	bool reading;            /* the history is read and nothing else is done: see
				  * history_new_reader() */
	bool script;             /* nobody is there to type what a notice could advise */
	bool brief;              /* one thing is done: no chats are restored or remembered as open,
				    and no rooms joined but those that are asked for */
	bool debug;              /* log_start() was told so */
	const char *log_path;    /* …and this; NULL: the usual place */
};

/* Loads config and accounts (problems become notices), starts the history thread. Touches no
 * bus. Never NULL. */
struct session *session_new(const struct session_options *options);
/* False and why when --account named an account that there is not (a notice says it too). */
bool session_check(const struct session *session, GError **error);
/* Finds the bus and connects the enabled accounts, without blocking; trouble is told as
 * notices. Called again it reopens a bus that died. */
void session_start(struct session *session);
/* Calls @done when there is a bus, or with the error when none could be found or started (the
 * outcome of the last session_start()). For a front end that has to wait for it. */
void session_wait_bus(struct session *session, session_done_fn done, void *data);
/* Calls @done when the rosters that the history has are in the model. */
void session_wait_cache(struct session *session, session_done_fn done, void *data);
/* Leaves in order: says offline where this pheme is the last user of a connection, commits the
 * history, then calls @done (after 3 s at the latest). */
void session_stop(struct session *session, session_done_fn done, void *data);
void session_free(struct session *session);

struct model *session_model(struct session *session);
struct config *session_config(struct session *session);
const struct accounts *session_accounts(struct session *session);
bool session_has_bus(const struct session *session);
/* Diagnostics for /debug: whether they are written, and to which file (NULL: stderr). */
void session_set_debug(struct session *session, bool on);
bool session_debug(const struct session *session);
const char *session_log_path(const struct session *session);

/* --- accounts ---------------------------------------------------------------------------- */

/* What went wrong with the first try is told to @done alone; of later ones notices tell. */
void session_connect(struct session *session, struct account *account, session_done_fn done,
		     void *data);
/* From now on only connections that are there already are used. An account without one fails to
 * connect, which no notice tells. */
void session_use_living(struct session *session);
void session_disconnect(struct session *session, struct account *account, session_done_fn done,
			void *data);
/* It is online by a connection that this pheme made: who is there is told by and by, and nobody
 * says when that is all. */
bool session_made_connection(struct session *session, const struct account *account);

/* Adds to accounts.conf and, when enabled, connects. @conf is copied. */
bool session_account_add(struct session *session, const struct account_conf *conf, GError **error);
bool session_account_remove(struct session *session, struct account *account, GError **error);
bool session_account_set(struct session *session, struct account *account, const char *key,
			 const char *value, GError **error);
bool session_account_enable(struct session *session, struct account *account, bool enabled,
			    GError **error);
/*
 * Several keys at once (key of accounts.conf → value, NULL removes it). What changed holds at once:
 * nickname and rooms on the living connection; a parameter makes an account that is connected
 * reconnect; passwords are for the next login.
 */
bool session_account_change(struct session *session, struct account *account, GHashTable *changes,
			    GError **error);
/* Everything that belongs to it follows, the connection stays. */
bool session_account_rename(struct session *session, struct account *account, const char *name,
			    GError **error);
/* To before @before; NULL: to the end. */
bool session_account_move(struct session *session, struct account *account,
			  const struct account *before, GError **error);
/* Makes the picture in the file @path the own avatar (NULL: none), for this login and the next;
 * what the network takes is checked first. */
void session_set_avatar(struct session *session, struct account *account, const char *path,
			session_done_fn done, void *data);

/* @protocols: struct protocol *, sorted by what people look for first; borrowed. */
typedef void (*session_protocols_fn)(GPtrArray *protocols, const GError *error, void *data);
void session_list_protocols(struct session *session, session_protocols_fn fn, void *data);
/* What was listed last; NULL before the first answer. For completion. */
GPtrArray *session_known_protocols(struct session *session);
/* What is installed, as far as files tell it: likewise, without a bus and at once. */
GPtrArray *session_installed_protocols(struct session *session);

/* Own presence; @account NULL: all. Kept and set again on each connect. */
void session_set_presence(struct session *session, struct account *account, enum presence presence,
			  const char *message, session_done_fn done, void *data);
void session_set_nick(struct session *session, struct account *account, const char *nick,
		      session_done_fn done, void *data);

/* --- roster ------------------------------------------------------------------------------ */

/* Who is meant by an id, an alias that only one has, or "account:id". NULL and an error that
 * lists the candidates. Looks in @account, or in all when it is NULL. */
struct contact *session_find_contact(struct session *session, struct account *account,
				     const char *name, GError **error);
/* False and an error that lists them when several contacts go by @name. */
bool session_check_name(struct session *session, struct account *account, const char *name,
			GError **error);
/* Does some contact in @account (NULL: any) call himself so? */
bool session_is_alias(struct session *session, struct account *account, const char *name);

struct session_target { /* whom or what a name means */
	struct account *account;
	enum chat_kind kind;
	const char *id; /* raw; of the contact or chat, or out of the name: borrowed */
	bool known;     /* a contact, or a room that there is a chat of */
};
/*
 * The room or contact in @account (NULL: any) that @name means; target->known is false when nobody
 * is known by it, and it may be an id. False and an error when it could be several.
 */
bool session_find_known(struct session *session, struct account *account, const char *name,
			struct session_target *target, GError **error);
/* The same, and an id or a room in @account (NULL: the only one) when nobody is known by it. False
 * when it cannot be one either. */
bool session_find_target(struct session *session, struct account *account, const char *name,
			 struct session_target *target, GError **error);
/* Can it be an id, for the network to judge? An error as of session_find_contact(). */
bool session_check_id(struct session *session, struct account *account, const char *id,
		      GError **error);
/* The account that the id of somebody, who is not known, can be in: @current when it can, else the
 * only one, those online first; else @current, which may be NULL. */
struct account *session_account_of_id(struct session *session, struct account *current,
				      const char *id);
/* An id alone does not tell what it is; but a contact is known, and rooms are where they are by
 * custom, or joined at each connect. @account NULL: any. */
bool session_is_room_name(struct session *session, struct account *account, const char *id);
/* Could the room of that name be in this account? */
bool session_may_have_room(struct session *session, const struct account *account, const char *id);
/* The account to use when none is named: that of the current chat, or the only one online. */
struct account *session_default_account(struct session *session, struct chat *current,
					GError **error);

void session_roster_add(struct session *session, struct account *account, const char *id,
			const char *message, session_done_fn done, void *data);
void session_roster_remove(struct session *session, struct contact *contact, session_done_fn done,
			   void *data);
void session_rename(struct session *session, struct contact *contact, const char *alias,
		    session_done_fn done, void *data);
/* Groups, by the names that the model shows; a new one comes about with its first contact. */
void session_group_add(struct session *session, struct contact *contact, const char *group,
		       session_done_fn done, void *data);
void session_group_remove(struct session *session, struct contact *contact, const char *group,
			  session_done_fn done, void *data);
void session_group_rename(struct session *session, struct account *account, const char *group,
			  const char *name, session_done_fn done, void *data);
/* Its contacts stay. */
void session_group_delete(struct session *session, struct account *account, const char *group,
			  session_done_fn done, void *data);
/* Somebody on the roster or not. @report: as abusive, where ACCOUNT_CAN_REPORT. */
void session_block(struct session *session, struct account *account, const char *id, bool report,
		   session_done_fn done, void *data);
void session_unblock(struct session *session, struct account *account, const char *id,
		     session_done_fn done, void *data);
void session_authorize(struct session *session, struct account *account, const char *id,
		       session_done_fn done, void *data);
void session_deny(struct session *session, struct account *account, const char *id,
		  session_done_fn done, void *data);
/* Yes or no to a request; it is removed from the model. */
void session_answer_request(struct session *session, struct request *request, bool accept,
			    session_done_fn done, void *data);

/* Who somebody is; @id NULL: ourselves. @whois is borrowed; NULL with an error. */
typedef void (*session_whois_fn)(const struct whois *whois, const GError *error, void *data);
void session_whois(struct session *session, struct account *account, const char *id,
		   session_whois_fn fn, void *data);
/* All of our own card (struct card_field *), where ACCOUNT_CAN_SET_CARD. */
void session_set_card(struct session *session, struct account *account, const GPtrArray *card,
		      session_done_fn done, void *data);

/*
 * Searches for people in a directory: who is found, and how it goes, is in the account's directory
 * in the model. First it is opened, and @done told when its keys are known; then searched once,
 * for @terms (raw key → what for), and @done told when that has ended or has more to come.
 */
void session_open_directory(struct session *session, struct account *account, const char *server,
			    unsigned limit, session_done_fn done, void *data);
void session_search_directory(struct session *session, struct account *account, GHashTable *terms,
			      session_done_fn done, void *data);
void session_search_more(struct session *session, struct account *account, session_done_fn done,
			 void *data);
void session_stop_search(struct session *session, struct account *account);

/* --- chats ------------------------------------------------------------------------------- */

/* Opens a chat with a contact and loads its last page; works offline. */
struct chat *session_open_chat(struct session *session, struct account *account, const char *id);
/* The same under the network's own spelling of @id ("Bob@Example.org" → "bob@example.org"),
 * which it is asked for when the account is online. @chat is NULL with an error. */
typedef void (*session_chat_fn)(struct chat *chat, const GError *error, void *data);
void session_open_contact(struct session *session, struct account *account, const char *id,
			  session_chat_fn fn, void *data);
void session_join(struct session *session, struct account *account, const char *room,
		  const char *password, session_done_fn done, void *data);
void session_part(struct session *session, struct chat *chat, const char *reason,
		  session_done_fn done, void *data);
/* Leaves a room that was joined for a moment only, unless others here are in it, or were in it
 * before: of those who joined it for a moment the last one leaves it. */
void session_release_room(struct session *session, struct chat *chat, session_done_fn done,
			  void *data);
/* Closes the chat here; leaves a room. */
void session_close_chat(struct session *session, struct chat *chat);
/*
 * Stores, shows and sends a message; offline it stays queued and goes out on reconnect.
 * @done is called when it was sent or failed (not while it is queued).
 */
void session_send(struct session *session, struct chat *chat, enum message_type type,
		  const char *text, session_done_fn done, void *data);
/* What is queued in the chat and was not handed over yet fails, for this reason: it is not sent
 * any more. */
void session_withdraw(struct session *session, struct chat *chat, const char *reason);
/* Has it failed, and was not sent again? */
bool session_is_resendable(const struct message *message);
/* Sends a failed message again, as a new one. */
void session_resend(struct session *session, struct chat *chat, struct message *message);
/* Sends @text in place of our last message in the chat; "" takes that one back. Fails where the
 * manager has no corrections, or there is nothing to correct. */
void session_correct(struct session *session, struct chat *chat, const char *text,
		     session_done_fn done, void *data);
/* Bytes that one message on this network may have. */
gsize session_message_limit(const struct account *account);
/* The text in messages that are within the limit, cut after lines or words where it can be; NULL
 * when it would take more than SESSION_PARTS_MAX: then session_send() refuses it. g_strfreev(). */
#define SESSION_PARTS_MAX 10
char **session_split(const struct account *account, const char *text);
void session_set_topic(struct session *session, struct chat *chat, const char *topic,
		       session_done_fn done, void *data);
/* Changes how a room is set up: @values has a text for each enum room_option (room_config.h), NULL
 * where nothing is to change. */
void session_configure_room(struct session *session, struct chat *chat, const char *const *values,
			    session_done_fn done, void *data);
/* Invites somebody, by id, into a room we are in. @reason NULL: none. */
void session_invite(struct session *session, struct chat *chat, const char *id, const char *reason,
		    session_done_fn done, void *data);
/* Throws a member out of a room; with @ban for good, as far as the manager can. */
void session_kick(struct session *session, struct chat *chat, const struct member *member,
		  const char *reason, bool ban, session_done_fn done, void *data);
/* Makes a room of the chat with a contact, where the manager can, and invites @ids
 * (NULL-terminated) too. @fn gets the room. */
void session_make_room(struct session *session, struct chat *chat, const char *const *ids,
		       const char *reason, session_chat_fn fn, void *data);
/* Is the room joined whenever the account connects? */
bool session_is_bookmarked(struct session *session, const struct account *account,
			   const char *room);
/* Makes it so, or not any more; its password, if it was typed, is kept with it. */
bool session_bookmark(struct session *session, struct account *account, const char *room, bool add,
		      GError **error);
/* Asks for the rooms of @server (NULL: the account's own): account->room_list becomes a new one,
 * and EVENT_ROOM_LIST_CHANGED tells of what comes. A list that is under way is stopped. @done is
 * told when it has ended; a list that was stopped, or is full (ROOM_LIST_MAX), is no error. */
void session_list_rooms(struct session *session, struct account *account, const char *server,
			session_done_fn done, void *data);
void session_stop_listing(struct session *session, struct account *account);
/* The line being typed, where it may go as an SMS: chat->sms_chunks tells how long it is. */
void session_measure_sms(struct session *session, struct chat *chat, const char *text);
/* What we are doing in the chat; repeats cost nothing. */
void session_set_typing(struct session *session, struct chat *chat, enum chat_typing state);
/* The user sees the end of the chat now. */
void session_mark_read(struct session *session, struct chat *chat);
/*
 * Shows a notification of the desktop for the chat, in place of the last one; several within a
 * second are one. Cleaned text. Without a service for it nothing is done.
 */
void session_notify(struct session *session, struct chat *chat, const char *title,
		    const char *body);
/* Takes it away: the user has seen it. */
void session_unnotify(struct session *session, struct chat *chat);
/* Pages of history into the chat's window; EVENT_MESSAGES_LOADED tells. */
void session_load_older(struct session *session, struct chat *chat);
void session_load_newer(struct session *session, struct chat *chat);
void session_load_end(struct session *session, struct chat *chat);

/* A page of history around a stored message takes the place of what is in the window. */
void session_load_around(struct session *session, struct chat *chat, gint64 row);

/* --- what was said ------------------------------------------------------------------------ */

struct session_place { /* a chat that there may be a history of, open or not */
	const char *account;
	enum chat_kind kind;
	const char *id; /* raw */
};

struct session_found {
	char *account, *id; /* raw */
	char *name;         /* cleaned: of the chat */
	enum chat_kind kind;
	struct message *message; /* cleaned, its raw text beside it where that differs */
};

void session_found_free(struct session_found *found);

/*
 * Messages that fit @query, in @place (NULL: anywhere): up to @limit of those before row @from (0:
 * the newest), newest first; with @forward of those after it (0: the oldest), oldest first.
 * @fn gets struct session_found *, borrowed (steal the array's elements if wanted), and where to
 * go on: 0 when there is nothing more. It is called once, and then the search is no more.
 */
struct session_search;
typedef void (*session_found_fn)(GPtrArray *found, gint64 next, const GError *error, void *data);
struct session_search *session_search(struct session *session, struct query *query,
				      const struct session_place *place, gint64 from,
				      unsigned limit, bool forward, session_found_fn fn,
				      void *data);
/* @fn is not called. */
void session_search_cancel(struct session_search *search);

/* The chat of which a history is meant by an id, "account:id", or a name that only one has: of a
 * contact, or of whoever there was. NULL and an error otherwise. */
typedef void (*session_place_fn)(const struct session_place *place, const GError *error,
				 void *data);
void session_find_place(struct session *session, const char *account, const char *name,
			session_place_fn fn, void *data);

/* --- passing messages on ------------------------------------------------------------------ */

/*
 * For a front end that passes what is said on to a program: each message that came is told to
 * @fn once, in order, those too that wait with the manager since before, and is acknowledged
 * only when session_confirm() says that it was passed on (and it is in the history). What is not
 * confirmed waits for the next pheme. @message is borrowed and has its raw text. To be set
 * before the session starts; NULL ends it.
 */
typedef void (*session_reader_fn)(struct chat *chat, const struct message *message, void *data);
void session_set_reader(struct session *session, session_reader_fn fn, void *data);
/* @uid: of the message. @read: somebody has read it, and it is not counted as unread later. */
void session_confirm(struct session *session, const char *uid, bool read);
/* Tells all messages of the loaded accounts that nobody has read, from the history, oldest
 * first, then calls @done. */
void session_read_unread(struct session *session, gint64 after, session_reader_fn fn,
			 session_done_fn done, void *data);
/* What came up to the message of the history that is at @row is read. */
void session_note_read(struct session *session, const char *account, enum chat_kind kind,
		       const char *id, gint64 row);

/* --- files ------------------------------------------------------------------------------- */

/* Offers the file at @path to a contact. What becomes of it is told in the model's transfer. NULL
 * and @error when there is no connection, or the file cannot be read. */
struct transfer *session_send_file(struct session *session, struct account *account, const char *id,
				   const char *path, GError **error);
/* Takes one that is offered into @directory (NULL: where downloads go), which is made. On failure
 * it stays offered. */
bool session_accept_file(struct session *session, struct transfer *transfer, const char *directory,
			 GError **error);
/* Declines it, or stops it in whatever state it is; what came of it is removed. */
void session_cancel_file(struct session *session, struct transfer *transfer);

/* --- tubes ------------------------------------------------------------------------------- */

/*
 * Offers @service (with TUBE_DBUS_PREFIX a D-Bus tube) to a contact or to a room we are in.
 * @done is told when the offer is on its way to them; what comes of it is told by the tube's
 * events. NULL when it could not even be tried.
 */
struct tube *session_offer_tube(struct session *session, struct account *account,
				enum chat_kind kind, const char *id, const char *service,
				const struct tube_local *local, session_done_fn done, void *data);
/* Tells contacts that programs here wait for @service too (NULL: only for those of pheme.conf). */
void session_advertise(struct session *session, const char *service);
/* The service that people call @name: that of [tube NAME], or of "web", "vnc" and "ssh"; else
 * @name itself. */
const char *session_tube_service(struct session *session, const char *name);
/* Whether a tube could be accepted so, as far as it depends on this computer. */
bool session_check_tube(const struct tube_local *local, GError **error);
/* @local NULL: as [tube NAME] of pheme.conf has it for the service, else a free port here. @done
 * is told when it is open. */
void session_accept_tube(struct session *session, struct tube *tube, const struct tube_local *local,
			 session_done_fn done, void *data);
/* Closes it, or declines what is offered. */
void session_close_tube(struct session *session, struct tube *tube);
void session_close_tube_connection(struct session *session, struct tube *tube, unsigned id);

/* --- passwords --------------------------------------------------------------------------- */

struct prompt { /* a question that only the user can answer */
	struct account *account;
	struct chat *chat; /* the room that wants a password; or NULL */
	const char *text;  /* "Password for work (alice@example.org)" */
	bool secret;       /* no echo */
};

/*
 * The front end that asks. Called for each prompt, and with NULL when the one it shows became
 * pointless (then asks the next). Answer with session_answer_prompt(); NULL declines.
 * Without a front end that asks, such connections fail with a line that says why.
 */
typedef void (*session_prompt_fn)(const struct prompt *prompt, void *data);
void session_on_prompt(struct session *session, session_prompt_fn fn, void *data);
void session_answer_prompt(struct session *session, const char *answer);
