/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the files of src/session share: the session and what hangs from it. The session owns
 * a login for each account and a talk for each chat that it has to do with; both own what
 * they wait for. Freed in this order: connections (tp), what is on its way, the history,
 * the model.
 */

#include "session.h"

#include "../store/history.h"
#include "../store/secret.h"
#include "../tp/tp.h"

struct outgoing;
struct page;
struct question;
struct promise;

struct session {
	struct config *config;
	struct accounts *accounts;
	struct history *history;
	struct model *model;
	struct tp *tp;
	char *bus_address, *only_account;
	char *log_path;
	bool no_autostart, debug, script, brief, living;
	GPtrArray *bus_promises; /* struct promise *: for the next try to find a bus */
	GError *bus_error;       /* of the last one; or NULL */

	GPtrArray *logins;    /* struct login *, owned */
	GHashTable *talks;    /* struct chat * → struct talk *, owned */
	GHashTable *promises; /* struct promise *, owned: to be freed with the session */
	GPtrArray *protocols; /* what was listed last */
	GPtrArray *installed; /* what files tell; NULL: they were not read */
	bool started;
	bool restoring; /* what is opened now is remembered as open already */

	/* inbox.c */
	GHashTable *arrivals; /* struct arrival *, owned */
	GQueue unsaved;       /* those of them that the history could not store */

	GHashTable *unread;   /* reader.c: what is asked of the history, owned */
	GHashTable *searches; /* search.c: struct session_search *, owned */
	GHashTable *places;   /* search.c: struct places_request *, owned */
	GHashTable *receipts; /* report.c: struct receipt *, owned */

	GHashTable *notices; /* desktop.c: key of a chat → struct notice *, owned */
	guint notice_timer;

	/* reader.c */
	session_reader_fn reader; /* or NULL */
	void *reader_data;
	GHashTable *readings; /* uid → struct reading *, owned; NULL: there was never a reader */
	unsigned readings_awaited;

	/* passwords.c */
	GQueue questions; /* struct question *, owned; the first is the one that is shown */
	session_prompt_fn prompt;
	void *prompt_data;

	/* stop.c */
	bool stopping, leaving;
	unsigned flushing; /* connections that are */
	struct promise *stop_promise;
	guint stop_timer, drain_timer;
	guint tube_idle; /* tubes.c: one has ended while we leave */

	/* A second of the delays before reconnecting, in ms: tests make it shorter. */
	unsigned second_ms;
};

/* An account and its connection, or the lack of one. */
struct login {
	struct session *session;
	struct account *account;
	struct conn *conn; /* NULL: none */
	bool opening;      /* inside conn_new(): the end may be told before it returns */
	bool wanted;       /* the user wants it online: reconnected when it breaks */
	bool closing;      /* the connection was told to end: a new one comes after it */
	unsigned serial;   /* of the connection: pending ids are good on this one only */
	unsigned attempts; /* since it was last stable */
	bool was_online;   /* …since this connection began */
	gint64 online_since;
	guint retry;
	struct secret_lookup *lookup;
	char *secret;  /* last good password, for reconnects; wiped */
	bool typed;    /* …it came from the user, not from where the account has it */
	char *refused; /* from there, and of no use: not offered until one was good; wiped */
	enum presence presence;
	char *presence_message;
	GHashTable *rooms;        /* key (rooms.c) → id: joined, to be joined again */
	GHashTable *left;         /* key: left or thrown out of; stays so until the next start */
	GHashTable *room_secrets; /* key → password; wiped */
	GHashTable *room_refused; /* key: what accounts.conf has for it is wrong */
	GHashTable *room_offered; /* key: it was said how its password is kept */
	GPtrArray *service_calls; /* passwords.c: struct service_call *, owned */
	unsigned share_tries;     /* connections of others that ended before we were online */
	unsigned nick_tries;      /* on IRC: underscores after the nick, which others have */
	GPtrArray *connecting;    /* struct promise *: told when it is online or failed */
	GPtrArray *disconnecting;
	char *told;        /* the trouble that the user knows of already */
	bool queue_ready;  /* what waited in the history for this connection is in the outboxes */
	bool queue_asked;  /* …and being read */
	guint roster_save; /* roster.c: a change is to be saved */
};

/* What the session keeps for a chat. Holds a reference to it. */
struct talk {
	struct session *session;
	struct chat *chat;
	GQueue held;          /* struct arrival *: shown in this order, after their verdicts */
	GQueue outbox;        /* struct outgoing *, owned */
	GQueue known_sent;    /* char *: uids of ours whose sending was told, newest first */
	GQueue early;         /* struct early_report * */
	struct page *page;    /* being read */
	GHashTable *readings; /* reader.c: pending id → struct reading *; NULL: none ever */
	int typing;           /* told last; -1: nothing */
	guint mark_read;
};

/* --- session.c --------------------------------------------------------------------------- */

struct history_chat session_chat_key(const struct chat *chat);
/* Opens the bus if it is not open; tells those who wait for that. */
bool session_open_bus(struct session *session, GError **error);

/* --- desktop.c --------------------------------------------------------------------------- */

void desktop_init(struct session *session);
void desktop_clear(struct session *session);

/* --- stop.c ------------------------------------------------------------------------------ */

/* Something that session_stop() may wait for has ended. */
void stop_check(struct session *session);
void stop_cancel(struct session *session);

/* --- promise.c: somebody waits for an outcome ------------------------------------------ */

/* @account: whose connection has to live for an answer to come; or NULL. */
struct promise *promise_new(struct session *session, struct account *account, session_done_fn done,
			    void *data);
/* Its data is freed with it, told or not. */
void *promise_own_data(struct promise *promise, GDestroyNotify free_data);
void *promise_data(struct promise *promise);
/* False: nobody cares for its outcome. */
bool promise_is_heard(const struct promise *promise);
/* Tells and frees. Only from the main loop, not from inside the call that began it. */
void promise_end(struct promise *promise, const GError *error);
/* …which does this. Takes @error. */
void promise_end_later(struct promise *promise, GError *error);
void promise_fail_later(struct promise *promise, enum session_error code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* A tp_done_fn; data is the promise. */
void promise_reply(const GError *error, void *promise);
/* The online connection of @account. NULL: @promise fails, "cannot @what: …". */
struct conn *promise_conn(struct promise *promise, struct account *account, const char *what);
/* The connection is gone: fails all that wait for an answer on it. */
void promises_lost(struct session *session, struct account *account, const char *text);
void promise_free(void *promise);
/* Nobody is told any more: who waited may be gone. */
void promises_mute(struct session *session);
/* A session error in place of one of tp. NULL for NULL. */
GError *promise_error(const GError *error);

/* --- login.c ----------------------------------------------------------------------------- */

struct login *login_new(struct session *session, struct account *account);
/* Lets go of its connection, ending it if nobody else uses it. */
void login_free(void *login);
struct login *login_find(struct session *session, const struct account *account);
struct conn *login_conn(struct session *session, const struct account *account);
const struct account_conf *login_conf(struct login *login);
bool login_is_online(const struct login *login);
/* Tries those that are to be online and have no connection. */
void login_open_wanted(struct session *session);
/* The parameters are other ones now: a connection that there is makes room for a new one. */
void login_reopen(struct login *login);
/* No more tries; what has begun ends. True: the end will be told. */
bool login_close(struct login *login);
void login_cancel_retry(struct login *login);
/* Not connected and not to be: OFFLINE or DISABLED. */
void login_rest(struct login *login, const char *reason);
void login_forget_secrets(struct login *login);
/* The one that is known is wrong. */
void login_refuse_secret(struct login *login);
/* ms before try @attempt (0…); @random in [0, 1). */
gint64 login_retry_delay(unsigned attempt, double random, unsigned second_ms);
void login_online(struct conn *conn, void *data);
void login_ended(struct conn *conn, enum conn_end end, const char *text, void *data);

/* --- passwords.c ------------------------------------------------------------------------- */

void passwords_wanted(struct conn *conn, struct chat *room, bool again, void *data);
void passwords_unwanted(struct conn *conn, struct chat *room, void *data);
/* The connection is gone, and its questions with it. */
void passwords_drop(struct login *login);
/* Has the Secret Service keep that of a room, or forget it (NULL). */
void passwords_keep(struct login *login, const char *room, const char *secret);
/* Of login's service_calls. */
void passwords_call_free(void *call);
void passwords_free(struct session *session);

/* --- talk.c ------------------------------------------------------------------------------ */

struct talk *talk_get(struct session *session, struct chat *chat);
struct talk *talk_find(struct session *session, struct chat *chat);
/* Frees it when its chat is closed and nothing is on its way. */
void talk_release(struct talk *talk);
void talk_free(void *talk);
/* Its connection is gone. */
void talk_connection_lost(struct login *login);
void talk_flush_read(struct session *session);
/* The user saw what came: remembered soon, once for many. */
void talk_note_read(struct talk *talk);

/* --- inbox.c ----------------------------------------------------------------------------- */

struct arrival { /* a message on its way into the history */
	struct session *session;
	struct chat *chat; /* a reference */
	struct history_message row;
	unsigned serial; /* of the login's connection */
	bool pending;
	guint32 pending_id;
	bool replay;     /* may have been stored and shown long ago */
	bool held;       /* in its talk's queue, shown after the verdict */
	bool settled;    /* held: there is a verdict */
	bool hide;       /* held: the verdict was not to show it */
	bool has_reader; /* acknowledged through reader.c */
	bool in_page;    /* of ours: a page brings it into the window */
	gint64 place;    /* in the window, when it was shown */
};
void inbox_incoming(struct conn *conn, const struct incoming *incoming, void *data);
/* Goes to the history now. */
void inbox_store(struct arrival *arrival);
/* What is known of a held message: shows all that is due. One that has its row in the history
 * is acknowledged. */
void inbox_settle(struct arrival *arrival, bool hide);
/* Takes a message of ours that could not be stored, to be tried again. */
void inbox_keep_unsaved(struct session *session, struct chat *chat,
			const struct history_message *row);
/* The history takes writes again. */
void inbox_try_unsaved(struct session *session);
void inbox_init(struct session *session);
void inbox_free(struct session *session);

/* --- reader.c ---------------------------------------------------------------------------- */

/* A message comes; it is acknowledged when it was stored and passed on. False: it is known. */
bool reader_expect(struct session *session, struct chat *chat, unsigned serial,
		   const struct incoming *incoming);
void reader_stored(struct arrival *arrival);
/* Its turn has come. @message NULL: it is not shown, the history has it already. */
void reader_pass(struct arrival *arrival, const struct message *message);
/* Some are stored soon, and acknowledged then. */
bool reader_is_busy(const struct session *session);
void reader_removed(struct conn *conn, enum chat_kind kind, const char *id, const guint32 *ids,
		    unsigned count, void *data);
void reader_connection_lost(struct login *login);
void reader_free(struct session *session);

/* --- carbon.c ---------------------------------------------------------------------------- */

/* A message of ours that we may not have sent: another client, or another pheme, did. */
void carbon_arrived(struct arrival *arrival);
void carbon_note_sent(struct talk *talk, const char *uid);

/* --- correct.c: the history has the token of the message whose place one takes as its reason  */

/* New string; NULL for NULL. */
char *correction_reason(const char *supersedes);
/* The token in it; NULL when it is a reason. Borrowed. */
const char *correction_target(const char *reason);

/* --- outbox.c, backlog.c ----------------------------------------------------------------- */

/* Reads what waits in the history, then sends all that is queued. */
void outbox_online(struct login *login);
void outbox_connection_lost(struct login *login);
void outbox_account_removed(struct login *login);
/* Sends the next message of a chat when it can go out. */
void outbox_pump(struct talk *talk);
/* As session_send(); @supersedes: token of the message whose place it takes, or NULL. */
void outbox_add(struct session *session, struct chat *chat, enum message_type type,
		const char *text, const char *supersedes, session_done_fn done, void *data);
bool outbox_can_send(const struct talk *talk);
/* Something can still go out by itself. */
bool outbox_is_busy(struct session *session);
bool outbox_has(const struct talk *talk, const char *uid);
/* Leaves word in the history of what was claimed or handed over. */
void outbox_settle(struct session *session);
void outbox_clear(struct talk *talk);

/* --- report.c ---------------------------------------------------------------------------- */

void report_init(struct session *session);
void report_delivery(struct conn *conn, const struct delivery_report *report, void *data);
/* The network's token of a message is known now: reports that came before it count. */
void report_token(struct talk *talk, const char *uid, const char *token);
void report_clear(struct talk *talk);

/* --- pages.c --------------------------------------------------------------------------- */

void pages_load_end(struct talk *talk);
void pages_cancel(struct talk *talk);
struct message *pages_message(const struct history_message *row);
/* The same with its raw text, where that differs. */
struct message *pages_message_whole(const struct history_message *row);

/* --- search.c ---------------------------------------------------------------------------- */

void search_free(void *search);
void places_free(void *request);

/* --- rooms.c ----------------------------------------------------------------------------- */

void rooms_joined(struct conn *conn, struct chat *room, void *data);
void rooms_thrown_out(struct conn *conn, struct chat *room, void *data);
/* The connection is gone: says so in each, with the reason; NULL: it was to be. */
void rooms_lost(struct login *login, const char *reason);
/* Joins those of before and those of the configuration, but none that was left since. */
void rooms_rejoin(struct login *login);
/* Joins those of the configuration that we are not in. */
void rooms_join_new(struct login *login);
/* The answer to a prompt or a join: for the next time. */
void rooms_keep_secret(struct login *login, const char *id, const char *secret);
/* NULL: none is known. Borrowed. */
const char *rooms_secret(struct login *login, const char *id);
/* bookmarks.c: the password that accounts.conf has for a room; NULL: none. Borrowed. */
const char *bookmarks_secret(struct login *login, const char *room);
void rooms_forget_secret(struct login *login, const char *id);
/* What is kept for it was wrong. */
bool rooms_is_refused(struct login *login, const char *id);

/* --- avatar.c ---------------------------------------------------------------------------- */

/* Shows the own avatar again where the network has none. */
void avatar_online(struct login *login);

/* --- tubes.c ----------------------------------------------------------------------------- */

void tubes_offered(struct conn *conn, struct tube *tube, void *data);
/* The event_fn that has stop_check() told of ended tubes. */
void tubes_on_event(const struct event *event, void *data);
/* Closes what ends here. True: some are still closing. */
bool tubes_leave(struct session *session);

/* --- files.c ----------------------------------------------------------------------------- */

void files_told(struct conn *conn, struct transfer *transfer, void *data);

/* --- restore.c, cache.c ------------------------------------------------------------------ */

/* Asks for the chats that were open, and the rosters. */
void restore_start(struct session *session);
void restore_roster(struct login *login);
/* The event_fn that remembers which chats are open and what the rosters look like. */
void restore_on_event(const struct event *event, void *data);
void cache_on_event(const struct event *event, void *data);
void cache_flush(struct login *login);
