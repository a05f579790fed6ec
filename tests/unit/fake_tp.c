/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_tp.h"

#include <string.h>

struct tp *fake_tp;

GQuark tp_error_quark(void)
{
	return g_quark_from_static_string("fake-tp-error");
}

bool conn_end_is_temporary(enum conn_end end)
{
	return end == CONN_END_NETWORK || end == CONN_END_MANAGER || end == CONN_END_BUS;
}

/* --- the bus ------------------------------------------------------------------------------ */

struct tp *tp_new(struct model *model, const struct tp_ops *ops, void *data)
{
	struct tp *tp = g_new0(struct tp, 1);

	tp->model = model;
	tp->ops = ops;
	tp->data = data;
	tp->conns = g_ptr_array_new();
	tp->calls = g_string_new(NULL);
	fake_tp = tp;
	return tp;
}

void tp_free(struct tp *tp)
{
	g_assert(tp->conns->len == 0);
	g_ptr_array_unref(tp->conns);
	g_string_free(tp->calls, TRUE);
	g_free(tp);
	fake_tp = NULL;
}

bool tp_open(struct tp *tp, const char *bus_address, bool no_autostart, GError **error)
{
	if (tp->refuses) {
		g_set_error(error, TP_ERROR, TP_ERROR_OFFLINE, "cannot find a session bus: none");
		return false;
	}
	tp->open = true;
	return true;
}

bool tp_is_open(const struct tp *tp)
{
	return tp->open;
}

bool tp_is_handler(const struct tp *tp)
{
	return !tp->not_handler;
}

void tp_set_show_joins(struct tp *tp, bool show)
{
	tp->show_joins = show;
}

void tp_notify(struct tp *tp, const char *key, const char *title, const char *body)
{
	g_string_append_printf(tp->calls, "notify %s|%s|%s\n", key, title, body);
}

void tp_unnotify(struct tp *tp, const char *key)
{
	g_string_append_printf(tp->calls, "unnotify %s\n", key);
}

void tp_list_protocols(struct tp *tp, tp_protocols_fn fn, void *data)
{
	g_autoptr(GPtrArray) protocols =
		g_ptr_array_new_with_free_func((GDestroyNotify)protocol_free);
	struct protocol *protocol = protocol_new("haze", "jabber", NULL);

	protocol_add_param(protocol, "account", "s", PARAM_REQUIRED, NULL);
	g_ptr_array_add(protocols, protocol);
	fn(protocols, NULL, data);
}

GPtrArray *tp_read_manager_files(void)
{
	return g_ptr_array_new();
}

void fake_note(struct conn *conn, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(conn->tp->calls, format, args);
	g_string_append_c(conn->tp->calls, ';');
	va_end(args);
}

/* --- connections -------------------------------------------------------------------------- */

static void call_free(void *data)
{
	struct fake_call *call = data;

	g_free(call->text);
	g_free(call->uid);
	g_free(call->id);
	g_free(call);
}

struct conn *conn_new(struct tp *tp, struct account *account, const struct conn_options *options)
{
	struct conn *conn = g_new0(struct conn, 1);

	g_assert(tp->open);
	conn->tp = tp;
	conn->account = account;
	conn->last_user = true;
	conn->secret = g_strdup(options->secret);
	conn->password_param = g_strdup(g_hash_table_lookup(options->params, "password"));
	conn->presence = options->presence;
	conn->message = g_strdup(options->message);
	conn->sends = g_ptr_array_new_with_free_func(call_free);
	conn->dones = g_ptr_array_new_with_free_func(call_free);
	conn->acknowledged = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_ptr_array_add(tp->conns, conn);
	tp->logins++;
	account_set_state(account, ACCOUNT_CONNECTING, "");
	return conn;
}

void conn_free(struct conn *conn)
{
	g_ptr_array_remove(conn->tp->conns, conn);
	g_ptr_array_unref(conn->sends);
	g_ptr_array_unref(conn->dones);
	g_array_unref(conn->acknowledged);
	g_free(conn->secret);
	g_free(conn->password_param);
	g_free(conn->message);
	g_free(conn);
}

struct account *conn_account(const struct conn *conn)
{
	return conn->account;
}

bool conn_is_online(const struct conn *conn)
{
	return conn->online;
}

bool conn_needs_flush(const struct conn *conn)
{
	return false;
}

void conn_flush(struct conn *conn, tp_done_fn done, void *data)
{
}

bool conn_was_found(const struct conn *conn)
{
	return false;
}

bool conn_is_shared(const struct conn *conn)
{
	return false;
}

bool conn_leave(struct conn *conn)
{
	return conn_is_last_user(conn);
}

bool conn_give_up_room(struct conn *conn, const struct chat *chat)
{
	return true;
}

bool conn_is_last_user(struct conn *conn)
{
	return conn->last_user;
}

void conn_disconnect(struct conn *conn)
{
	fake_note(conn, "disconnect %s", conn->account->name);
	if (!conn->stubborn)
		fake_end(conn, CONN_END_REQUESTED, "disconnected");
}

void conn_answer_secret(struct conn *conn, struct chat *room, const char *secret)
{
	fake_note(conn, "secret %s%s%s", room ? room->id : "", room ? " " : "",
		  secret ? secret : "-");
}

void fake_wait(struct conn *conn, tp_done_fn done, void *data)
{
	struct fake_call *call = g_new0(struct fake_call, 1);

	call->done = done;
	call->data = data;
	g_ptr_array_add(conn->dones, call);
}

void conn_set_presence(struct conn *conn, enum presence presence, const char *message,
		       tp_done_fn done, void *data)
{
	fake_note(conn, "presence %s %s", presence_name(presence), message ? message : "");
	fake_wait(conn, done, data);
}

void conn_set_nick(struct conn *conn, const char *nick, tp_done_fn done, void *data)
{
	fake_note(conn, "nick %s", nick);
	fake_wait(conn, done, data);
}

void conn_set_avatar(struct conn *conn, GBytes *image, tp_done_fn done, void *data)
{
	fake_note(conn, "avatar %u bytes", image ? (unsigned)g_bytes_get_size(image) : 0);
	fake_wait(conn, done, data);
}

void conn_restore_avatar(struct conn *conn, GBytes *image, tp_done_fn done, void *data)
{
	fake_note(conn, "restore avatar %u bytes", (unsigned)g_bytes_get_size(image));
}

void conn_change_param(struct conn *conn, const char *name, const char *text, tp_done_fn done,
		       void *data)
{
	g_autoptr(GError) error =
		g_error_new_literal(TP_ERROR, TP_ERROR_NOT_SUPPORTED, "for the next one");

	/* Of one that is a property of the connection. */
	if (strchr(name, '.'))
		fake_note(conn, "change %s=%s", name, text);
	done(strchr(name, '.') ? NULL : error, data);
}

void conn_renamed(struct conn *conn)
{
	fake_note(conn, "renamed %s", conn->account->name);
}

void conn_normalize(struct conn *conn, const char *id, conn_id_fn fn, void *data)
{
	struct fake_call *call = g_new0(struct fake_call, 1);

	fake_note(conn, "normalize %s", id);
	call->id = g_utf8_strdown(id, -1);
	call->normalized = fn;
	call->data = data;
	g_ptr_array_add(conn->dones, call);
}

void conn_send(struct conn *conn, enum chat_kind kind, const char *id, enum message_type type,
	       const char *text, const char *uid, const char *supersedes, conn_sent_fn fn,
	       void *data)
{
	struct fake_call *call = g_new0(struct fake_call, 1);

	fake_note(conn, supersedes ? "send %s %s for %s" : "send %s %s", id, text, supersedes);
	call->id = g_strdup(id);
	call->text = g_strdup(text);
	call->uid = g_strdup(uid);
	call->sent = fn;
	call->data = data;
	g_ptr_array_add(conn->sends, call);
}

void conn_acknowledge(struct conn *conn, enum chat_kind kind, const char *id, guint32 pending_id)
{
	g_array_append_val(conn->acknowledged, pending_id);
}

void conn_measure_sms(struct conn *conn, struct chat *chat, const char *text)
{
}

void conn_set_typing(struct conn *conn, struct chat *chat, enum chat_typing state)
{
	fake_note(conn, "typing %d", (int)state);
}

void conn_close_chat(struct conn *conn, struct chat *chat)
{
	fake_note(conn, "close %s", chat->id);
}

void conn_join(struct conn *conn, const char *room, const char *password, tp_done_fn done,
	       void *data)
{
	fake_note(conn, "join %s%s%s", room, password ? " " : "", password ? password : "");
	chat_set_room_state(chat_open(conn->account, CHAT_ROOM, room), ROOM_JOINING);
	fake_wait(conn, done, data);
}

void conn_part(struct conn *conn, struct chat *chat, const char *reason, tp_done_fn done,
	       void *data)
{
	fake_note(conn, "part %s", chat->id);
	chat_set_room_state(chat, ROOM_LEFT);
	fake_wait(conn, done, data);
}

void conn_set_topic(struct conn *conn, struct chat *chat, const char *topic, tp_done_fn done,
		    void *data)
{
	fake_note(conn, "topic %s", topic);
	fake_wait(conn, done, data);
}

void conn_configure_room(struct conn *conn, struct chat *chat, const char *const *values,
			 tp_done_fn done, void *data)
{
	fake_note(conn, "configure %s", chat->id);
	fake_wait(conn, done, data);
}

void conn_invite(struct conn *conn, struct chat *chat, const char *id, const char *reason,
		 tp_done_fn done, void *data)
{
	fake_note(conn, "invite %s %s %s", chat->id, id, reason ? reason : "");
	fake_wait(conn, done, data);
}

void conn_kick(struct conn *conn, struct chat *chat, const char *member, const char *reason,
	       bool ban, tp_done_fn done, void *data)
{
	fake_note(conn, "%s %s %s", ban ? "ban" : "kick", member, reason ? reason : "");
	fake_wait(conn, done, data);
}

void conn_make_room(struct conn *conn, struct chat *chat, const char *const *ids,
		    const char *reason, conn_id_fn fn, void *data)
{
	fake_note(conn, "make room %s", chat->id);
	fn("made@conf", NULL, data);
}

void conn_list_rooms(struct conn *conn, const char *server, tp_done_fn done, void *data)
{
	fake_note(conn, "list rooms %s", server ? server : "-");
	fake_wait(conn, done, data);
}

void conn_stop_listing(struct conn *conn)
{
	fake_note(conn, "stop listing");
}

void conn_answer_invitation(struct conn *conn, const char *room, bool accept, tp_done_fn done,
			    void *data)
{
	fake_note(conn, "invitation %s %s", room, accept ? "yes" : "no");
	fake_wait(conn, done, data);
}

/* --- files -------------------------------------------------------------------------------- */

struct transfer *conn_send_file(struct conn *conn, const char *contact, const char *path,
				GError **error)
{
	fake_note(conn, "send file %s %s", contact, path);
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_set_error(error, TP_ERROR, TP_ERROR_FAILED, "cannot send %s: not there", path);
		return NULL;
	}
	return transfer_new(conn->tp->model, conn->account, contact, path, 1000, false);
}

bool conn_accept_file(struct conn *conn, struct transfer *transfer, const char *directory,
		      GError **error)
{
	fake_note(conn, "accept file %s", transfer->name);
	transfer_set_state(transfer, TRANSFER_STARTING);
	return true;
}

void conn_cancel_file(struct conn *conn, struct transfer *transfer)
{
	fake_note(conn, "cancel file %s", transfer->name);
	transfer_fail(transfer, TRANSFER_END_CANCELLED, "cancelled");
}

/* --- tubes -------------------------------------------------------------------------------- */

struct tube *conn_offer_tube(struct conn *conn, enum chat_kind kind, const char *id,
			     const char *service, const struct tube_local *local, tp_done_fn done,
			     void *data)
{
	const struct tube_init init = {.account = conn->account,
				       .peer = id,
				       .room = kind == CHAT_ROOM ? id : NULL,
				       .service = service,
				       .state = TUBE_OFFERING};

	fake_note(conn, "offer %s %s %s", id, service, local->target);
	fake_wait(conn, done, data);
	return tube_new(conn->tp->model, &init);
}

bool tp_check_tube(const struct tube_local *local, GError **error)
{
	return true;
}

void conn_accept_tube(struct conn *conn, struct tube *tube, const struct tube_local *local,
		      tp_done_fn done, void *data)
{
	fake_note(conn, "accept %s %s", tube->service, local->command ? local->command : "-");
	tube_set_state(tube, TUBE_ACCEPTING);
	fake_wait(conn, done, data);
}

void conn_close_tube(struct conn *conn, struct tube *tube, const char *reason)
{
	fake_note(conn, "close %s: %s", tube->service, reason);
	tube_end(tube, TUBE_DONE, reason);
}

void conn_close_tube_connection(struct conn *conn, struct tube *tube, unsigned id)
{
	fake_note(conn, "close %s %u", tube->service, id);
}

bool conn_close_tubes(struct conn *conn)
{
	return false;
}

void tp_set_services(struct tp *tp, const char *const *services)
{
}

/* --- the network's part ------------------------------------------------------------------- */

struct conn *fake_conn(const char *account)
{
	for (guint i = 0; i < fake_tp->conns->len; i++) {
		struct conn *conn = fake_tp->conns->pdata[i];

		if (strcmp(conn->account->name, account) == 0)
			return conn;
	}
	return NULL;
}

void fake_online(struct conn *conn)
{
	conn->online = true;
	account_set_self(conn->account, "alice@example.org", "Alice");
	account_set_state(conn->account, ACCOUNT_ONLINE, "");
	account_set_features(conn->account, ACCOUNT_HAS_PRESENCE | ACCOUNT_HAS_ROSTER);
	conn->tp->ops->online(conn, conn->tp->data);
}

void fake_end(struct conn *conn, enum conn_end end, const char *text)
{
	conn->online = false;
	conn->tp->ops->ended(conn, end, text, conn->tp->data);
}

void fake_bus_dies(void)
{
	fake_tp->open = false;
	while (fake_tp->conns->len)
		fake_end(fake_tp->conns->pdata[0], CONN_END_BUS, "the bus is gone");
	fake_tp->ops->bus_closed(fake_tp->data);
}

static struct fake_call *take(GPtrArray *calls)
{
	g_assert(calls->len);
	return g_ptr_array_steal_index(calls, 0);
}

void fake_sent(struct conn *conn, const char *token)
{
	struct fake_call *call = take(conn->sends);

	call->sent(token, NULL, call->data);
	call_free(call);
}

void fake_send_fails(struct conn *conn, enum tp_error code, const char *text)
{
	struct fake_call *call = take(conn->sends);
	g_autoptr(GError) error = g_error_new_literal(TP_ERROR, (int)code, text);

	call->sent(NULL, error, call->data);
	call_free(call);
}

void fake_answer(struct conn *conn, const GError *error)
{
	while (conn->dones->len) {
		struct fake_call *call = take(conn->dones);

		if (call->whois) {
			struct whois *whois =
				error ? NULL : whois_new(call->id ? call->id : "self");

			call->whois(whois, error, call->data);
			whois_free(whois);
		} else if (call->normalized)
			call->normalized(error ? NULL : call->id, error, call->data);
		else
			call->done(error, call->data);
		call_free(call);
	}
}

void fake_says(struct conn *conn, const char *id, const char *text, const char *uid,
	       guint32 pending, bool replay)
{
	const struct incoming incoming = {
		.kind = CHAT_CONTACT,
		.chat_id = id,
		.init = {.direction = MESSAGE_IN, .sender = id, .text = text, .uid = uid},
		.pending = pending != 0,
		.pending_id = pending,
		.replay = replay,
	};

	conn->tp->ops->incoming(conn, &incoming, conn->tp->data);
}

void fake_removed(struct conn *conn, const char *id, guint32 pending)
{
	conn->tp->ops->pending_removed(conn, CHAT_CONTACT, id, &pending, 1, conn->tp->data);
}

bool fake_has_acknowledged(struct conn *conn, guint32 pending)
{
	for (guint i = 0; i < conn->acknowledged->len; i++)
		if (g_array_index(conn->acknowledged, guint32, i) == pending)
			return true;
	return false;
}
