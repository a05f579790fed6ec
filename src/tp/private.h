/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the files of src/tp share. A conn and each of its channels own a bus scope: freeing it
 * is what makes "never called after its owner is gone" true.
 */

#include "../bus/bus.h"
#include "lease.h"
#include "names.h"
#include "tp.h"

struct bus_place;
struct manager_start;
struct naming;

struct tp {
	struct model *model;
	const struct tp_ops *ops;
	void *data;
	struct bus_place *place;
	struct bus *bus;
	struct bus_scope *scope;
	char *runtime_dir;
	bool no_autostart;
	bool is_handler;
	bool show_joins;
	GPtrArray *conns;  /* struct conn *, borrowed */
	GPtrArray *starts; /* struct manager_start *, borrowed */
	struct protocol_listing *listing;
	struct desktop *desktop; /* NULL until the first notification */
	char **services;         /* that are advertised; or NULL */
	struct relay *relay;     /* NULL until the first tube */
	guint meter;             /* counts bytes each second while they move */
};

/* What a channel is, by its immutable properties. Everything owned. */
struct channel_facts {
	char *type;
	char **interfaces;
	guint32 handle_type, handle;
	char *target_id;
	guint32 initiator;
	char *initiator_id;
	char *auth_method;  /* of a ServerAuthentication channel */
	char *service;      /* of a tube */
	bool tells_reports; /* whether it reports what arrived is told, and: */
	bool reports;
	guint32 message_types; /* that can be sent, as bits; 0: not told */
	/* Of a stream tube: by Socket_Address_Type, bits by Socket_Access_Control; of a D-Bus tube
	 * the first one is what is supported. */
	unsigned sockets[TP_SOCKET_TYPES];
};

struct text;
struct listing;
struct search;
struct room;
struct auth;
struct file;
struct relay;
struct tube_work;

struct channel {
	struct conn *conn;
	struct bus_scope *scope;
	char *path;
	struct channel_facts facts;
	bool is_new;       /* announced while we looked on, not found when we came */
	bool held;         /* not looked at before the connection is ready for an answer */
	struct chat *chat; /* a reference; NULL for a channel that is no conversation */
	struct text *text; /* each NULL where the channel is of another kind */
	struct room *room;
	struct auth *auth;
	struct file *file;      /* its transfer, until that has ended; or NULL */
	struct tube_work *tube; /* NULL too for a tube that is not ours to handle */
	bool gone;              /* the manager closed it */
};

enum conn_stage {
	CONN_FINDING,  /* the lease, a living connection, the manager's parameters */
	CONN_ATTACHED, /* there is a Connection object; its status is being read */
	CONN_CONNECTING,
	CONN_ONLINE,
	CONN_ENDED,
};

struct conn {
	struct tp *tp;
	struct account *account;
	struct bus_scope *scope;
	enum conn_stage stage;

	/* options */
	char *manager, *protocol, *secret, *nickname;
	GHashTable *params;
	char *login; /* the account as it is configured, where another name is tried; or NULL */
	enum presence wanted_presence;
	char *wanted_message;

	struct lease *lease;
	guint lease_retry;
	GHashTable *rooms;           /* raw id → struct lease *: our shares in those we joined */
	GHashTable *joining;         /* struct room_join *: who wait for such a share */
	struct naming *naming;       /* a name that was asked for; or NULL */
	struct manager_start *start; /* its manager is being started; or NULL */
	bool reused;                 /* others use it, or we did before: leave its presence alone */
	bool found;                  /* …and nobody of us uses it: it is not ours to end */
	bool living;                 /* option: no new one is made */
	bool answers_auth; /* we asked for it, or are alone with it: passwords are ours to give */

	char *name;   /* well-known bus name */
	char *unique; /* its owner: where calls go and signals come from */
	char *path;
	char **interfaces;
	guint32 self_handle;
	char *error_name;    /* of ConnectionError */
	char *error_message; /* its server-message or debug-message */
	bool requesting;     /* RequestConnection is under way */
	bool arriving;       /* CONNECTED was told, and what it takes to be online is read */
	gint64 busy_until;   /* monotonic µs: the manager may still be sending: see flush.c */
	gint64 online_since; /* monotonic µs */
	guint flush_timer;
	unsigned flush_questions; /* whose answers are to come */
	tp_done_fn flush_done;    /* told when it has */
	void *flush_data;
	bool disconnecting; /* we asked for the end */

	GHashTable *handles;  /* handle → raw id */
	GHashTable *statuses; /* status name → struct status_spec * */
	struct roster *roster;
	GHashTable *group_names; /* groups.c: as shown → as they are; or NULL */
	GHashTable *channels;    /* path → struct channel * */
	GHashTable *talks;       /* struct chat * → its struct channel * */
	GPtrArray *ensures;      /* struct ensure *: EnsureChannel calls under way */
	GPtrArray *files;        /* struct file *: transfers that have not ended; or NULL */
	GPtrArray *tubes;        /* struct tube_work *, owned */
	GPtrArray *failures;     /* struct failure *: told from an idle */
	struct listing *listing; /* of rooms, under way; or NULL */
	unsigned listings;       /* that have ended */
	struct search *search;   /* for people; or NULL */
	unsigned searches;       /* that have ended */
};

/* --- conn.c ------------------------------------------------------------------------------- */

/* Can calls be made? If not, tells @done (may be NULL) "cannot …: not connected" later. */
bool conn_check_online(struct conn *conn, tp_done_fn done, void *data, const char *what);
bool conn_has_interface(const struct conn *conn, const char *interface);
/* Begins a call on the Connection object. */
struct bus_call *conn_call(struct conn *conn, const char *interface, const char *method);
/* Tells the end, once. @text is for people and cleaned here. */
void conn_end(struct conn *conn, enum conn_end end, const char *text);

/* --- flush.c ------------------------------------------------------------------------------ */

/* @text goes to the manager now. */
void conn_note_sent(struct conn *conn, const char *text);

/* --- pending.c ---------------------------------------------------------------------------- */

/* Sends @call and tells @done how it ended; @what completes "cannot …". */
void tp_send_done(struct bus_call *call, int timeout_ms, tp_done_fn done, void *data,
		  const char *what, ...) G_GNUC_PRINTF(5, 6);
/* Tells @done (may be NULL) of a failure from the main loop, as every tp_done_fn is told later;
 * frees @data with @free_data (may be NULL) however it ends. */
void conn_fail_later(struct conn *conn, tp_done_fn done, void *data, GDestroyNotify free_data,
		     enum tp_error code, const char *format, ...) G_GNUC_PRINTF(6, 7);
/* Forgets what conn_fail_later() has yet to tell. */
void conn_forget_failures(struct conn *conn);

/* --- attach.c ----------------------------------------------------------------------------- */

/* find.c: starts looking for or asking for a connection. */
void conn_find(struct conn *conn);
/* The Connection object is known: goes on with its status. */
void conn_attach(struct conn *conn, const char *unique, const char *name, const char *path);

/* --- error.c ------------------------------------------------------------------------------ */

/* A new TP_ERROR "cannot @what: reason" out of a bus error. */
GError *tp_error_from_bus(const char *what, const GError *error);
/* Its line, of the error called @name: @detail, the manager's own words, is told too when it says
 * more than ours. New. */
char *tp_refusal_line(const char *what, const char *name, const char *detail);
/* Words for a D-Bus error name; NULL when there are no better ones. */
const char *tp_error_words(const char *error_name);
/* What a manager says of an error, in several lines maybe, as clean text of one. New string. */
char *tp_error_line(const char *text);
enum conn_end tp_error_end(const char *error_name);
/* By Connection_Status_Reason. */
enum conn_end tp_reason_end(guint32 reason);
const char *tp_reason_words(guint32 reason);

/* --- manager.c, params.c ------------------------------------------------------------------ */

void tp_listing_free(struct protocol_listing *listing);
/* The bus is gone: tells those who asked. */
void tp_listing_fail(struct tp *tp);
/* What one protocol of one manager takes; @protocol NULL with an error. @data is freed with
 * @free_data (may be NULL) however it ends. */
typedef void (*tp_protocol_fn)(const struct protocol *protocol, const GError *error, void *data);
void tp_get_protocol(struct bus_scope *scope, const char *manager, const char *protocol,
		     tp_protocol_fn fn, void *data, GDestroyNotify free_data);
/* Writes @text, which is right for @param, as a variant of its type. */
void tp_write_param_value(struct bus_writer *args, const struct param *param, const char *text);
/* Writes @params as a{sv} with the types of @protocol. False and @error, naming the parameter. */
bool tp_write_params(struct bus_writer *args, const struct protocol *protocol, GHashTable *params,
		     const char *secret, GError **error);

/* --- manager.c ---------------------------------------------------------------------------- */

#define TP_PROTOCOLS_MAX 200 /* of a manager */
#define TP_PARAMS_MAX    200 /* of a protocol */

/* For g_ptr_array_sort(): struct protocol *, what people look for first. */
int tp_compare_protocols(const void *a, const void *b);

/* --- spawn.c ------------------------------------------------------------------------------ */

bool tp_manager_name_is_valid(const char *manager);
/*
 * Starts a manager that the bus neither has nor knows how to start, when its program is in our
 * libexec directory or beside pheme. NULL: there is nothing to wait for, go on. Else @fn is
 * told, later and once, when the manager is there or will not come, unless cancelled.
 */
struct manager_start *tp_manager_start(struct tp *tp, const char *manager, void (*fn)(void *data),
				       void *data);
void tp_manager_start_cancel(struct manager_start *start); /* NULL is fine */
/* Names of those that come with pheme and could be started so; g_strfreev(). */
char **tp_startable_managers(const struct tp *tp);

/* --- handles.c ---------------------------------------------------------------------------- */

/* Raw id, or NULL when not known. */
const char *conn_handle_id(const struct conn *conn, guint32 handle);
void conn_learn_handle(struct conn *conn, guint32 handle, const char *id);
/* The model's contact of a handle, NULL when not known. */
struct contact *conn_handle_contact(const struct conn *conn, guint32 handle);
typedef void (*conn_handle_fn)(guint32 handle, const char *id, const GError *error, void *data);
/* The handle of a contact id (GetContactByID). @data is freed with @free_data (may be NULL)
 * however it ends. */
void conn_get_handle(struct conn *conn, const char *id, conn_handle_fn fn, void *data,
		     GDestroyNotify free_data);
/* Turns @id into its handle, sends what @make makes of it and @argument, and tells @done how that
 * ended; @what completes "cannot …". Online only. */
typedef struct bus_call *(*conn_make_fn)(struct conn *conn, guint32 handle, const char *argument);
void conn_call_contact(struct conn *conn, const char *id, conn_make_fn make, const char *argument,
		       const char *what, tp_done_fn done, void *data);
/* Asks for the ids of those of @handles that are not known, then calls @fn. */
void conn_learn_handles(struct conn *conn, struct bus_scope *scope, GArray *handles,
			void (*fn)(void *data), void *data);
/* …and frees @data with @free_data (may be NULL) however it ends. */
void conn_learn_handles_owned(struct conn *conn, struct bus_scope *scope, GArray *handles,
			      void (*fn)(void *data), void *data, GDestroyNotify free_data);

/* --- presence.c, roster.c ----------------------------------------------------------------- */

/* Takes the value of Statuses: what can be set here. */
void conn_presence_read(struct conn *conn, struct bus_reader *statuses);
/* enum account_feature: those that the statuses make. */
unsigned conn_presence_features(const struct conn *conn);
void conn_presence_start(struct conn *conn);
/* Before Connect, where the manager can. */
void conn_presence_set_early(struct conn *conn);
/* One (uss) at @r. */
void presence_read(struct bus_reader *r, enum presence *type, const char **status,
		   const char **message);
void conn_roster_start(struct conn *conn);
void conn_roster_free(struct conn *conn);
void conn_groups_start(struct conn *conn);
/* Names of groups as the manager has them. */
void conn_groups_learn(struct conn *conn, char *const *groups);
void conn_blocking_start(struct conn *conn);

/* --- contact_info.c ----------------------------------------------------------------------- */

void conn_contact_info_start(struct conn *conn);
/* a(sasas): a new card. What is too much of it is left out. */
GPtrArray *tp_read_card(struct bus_reader *r);
void conn_aliasing_start(struct conn *conn);
/* Our own id is known, or another one. */
void conn_naming_self_changed(struct conn *conn);
void conn_naming_stop(struct conn *conn);

/* --- channel_facts.c ---------------------------------------------------------------------- */

/* @properties: a{sv}, opened. @facts was nothing before. */
void channel_facts_read(struct channel_facts *facts, struct bus_reader *properties);
void channel_facts_clear(struct channel_facts *facts);

/* --- channel.c ---------------------------------------------------------------------------- */

void conn_channels_start(struct conn *conn);
/* The connection is ready: what was offered before is told now. */
void conn_channels_release(struct conn *conn);
void conn_channels_free(struct conn *conn);
/* Asks once more for all that waits; the answers come before that of any later call. */
void conn_channels_drain(struct conn *conn);
struct channel *conn_find_channel(struct conn *conn, enum chat_kind kind, const char *id);
/* Begins a call whose answer is of no use when the channel is gone… */
struct bus_call *channel_call(struct channel *channel, const char *interface, const char *method);
/* …and one that somebody waits for: that comes in any case, as long as the connection lives. */
struct bus_call *channel_ask(struct channel *channel, const char *interface, const char *method);
bool channel_has_interface(const struct channel *channel, const char *interface);
void channel_subscribe(struct channel *channel, const char *interface, const char *member,
		       bus_signal_fn fn);
void channel_close(struct channel *channel);
/* Nothing that pheme can handle, or too much of it: says so, and closes it as the handler. */
void channel_refuse(struct channel *channel);
/* Takes in the channel of a reply that is at its path and properties (o, a{sv}); NULL when it
 * makes no sense. */
struct channel *conn_read_channel(struct conn *conn, struct bus_reader *reply);
/* It is a conversation: opens the chat and follows its messages. */
void channel_start_chat(struct channel *channel, enum chat_kind kind);

/* Asks for a channel; @fn is told once, with the channel or an error. @data is freed with
 * @free_data (may be NULL) however it ends. */
typedef void (*ensure_fn)(struct channel *channel, const GError *error, void *data);
void conn_ensure_text(struct conn *conn, enum chat_kind kind, const char *id, ensure_fn fn,
		      void *data, GDestroyNotify free_data);
/* Asks for a new channel; what @call holds is the request. @fn is told of it, or of the error of
 * the bus, once; @data is freed with @free_data (may be NULL) however it ends. */
typedef void (*create_fn)(struct channel *channel, const GError *bus_error, void *data);
void conn_create_channel(struct conn *conn, struct bus_call *call, create_fn fn, void *data,
			 GDestroyNotify free_data);
/* We are the handler now: look again at what waits. */
void conn_handler_changed(struct conn *conn);

/* --- text.c, room.c, auth.c --------------------------------------------------------------- */

void tp_text_start(struct channel *channel);
void tp_text_free(struct channel *channel);
/* Sends the acknowledgements that wait to go out together. */
void tp_text_flush_acks(struct channel *channel);
/* All that waits goes out now. */
void conn_flush_acks(struct conn *conn);
void tp_text_read_pending(struct channel *channel, bool replay);
void tp_room_start(struct channel *channel);
void tp_room_free(struct channel *channel);
/* Sender's handle → raw id in this room, or NULL. */
const char *tp_room_member_id(const struct channel *channel, guint32 handle);
void tp_room_answer_password(struct channel *channel, const char *password);
void tp_auth_start(struct channel *channel);
void tp_auth_free(struct channel *channel);

/* --- file.c ------------------------------------------------------------------------------- */

/* Tells the network that we take files. */
void conn_files_start(struct conn *conn);
/* Says goodbye to the other sides, while there is still a connection. */
void conn_files_let_go(struct conn *conn);
void conn_files_free(struct conn *conn);
void tp_file_start(struct channel *channel);
void tp_file_channel_gone(struct channel *channel);
/* --- caps.c ------------------------------------------------------------------------------- */

void conn_caps_start(struct conn *conn);
void conn_caps_withdraw(struct conn *conn);
/* a(a{sv}as), of one contact. */
void conn_caps_read(struct conn *conn, guint32 handle, struct bus_reader *r);

/* --- room_list.c -------------------------------------------------------------------------- */

void tp_room_list_channel_gone(struct channel *channel);
void conn_room_list_free(struct conn *conn);

/* --- search.c ----------------------------------------------------------------------------- */

void tp_search_channel_gone(struct channel *channel);
void conn_search_free(struct conn *conn);

/* --- tube.c ------------------------------------------------------------------------------- */

void tp_tube_start(struct channel *channel);
void tp_tube_free(struct channel *channel);
void conn_tubes_free(struct conn *conn);
