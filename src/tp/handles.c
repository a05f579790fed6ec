/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Handles are a connection's numbers for ids; they last as long as the connection. What is not
 * known is asked for in one call (spec: Connection.Interface.Contacts).
 */

#include "private.h"

#define HANDLES_MAX 200000 /* a manager that makes up more is not believed */

const char *conn_handle_id(const struct conn *conn, guint32 handle)
{
	return g_hash_table_lookup(conn->handles, GUINT_TO_POINTER(handle));
}

void conn_learn_handle(struct conn *conn, guint32 handle, const char *id)
{
	if (!handle || !*id || g_hash_table_size(conn->handles) >= HANDLES_MAX)
		return;
	if (g_strcmp0(conn_handle_id(conn, handle), id))
		g_hash_table_insert(conn->handles, GUINT_TO_POINTER(handle), g_strdup(id));
}

struct contact *conn_handle_contact(const struct conn *conn, guint32 handle)
{
	const char *id = conn_handle_id(conn, handle);

	return id ? account_find_contact(conn->account, id) : NULL;
}

/* --- one id to its handle ----------------------------------------------------------------- */

struct handle_question {
	struct conn *conn;
	char *id;
	conn_handle_fn fn;
	void *data;
	GDestroyNotify free_data;
};

static void handle_question_free(void *data)
{
	struct handle_question *question = data;

	if (question->free_data)
		question->free_data(question->data);
	g_free(question->id);
	g_free(question);
}

static void on_handle(struct bus_reader *reply, const GError *bus_error, void *data)
{
	struct handle_question *question = data;
	struct bus_reader attributes, value;
	g_autoptr(GError) error = NULL;
	const char *key, *id = "";
	guint32 handle;

	if (bus_error) {
		g_autofree char *what = g_strdup_printf("find “%s”", question->id);

		error = tp_error_from_bus(what, bus_error);
		question->fn(0, NULL, error, question->data);
		return;
	}
	handle = bus_read_uint32(reply);
	bus_read_array(reply, &attributes);
	while (bus_read_property(&attributes, &key, &value))
		if (g_str_equal(key, TP_CONN "/contact-id"))
			id = bus_read_string(&value);
	if (!bus_reader_ok(reply) || !handle || !*id) {
		error = g_error_new(TP_ERROR, TP_ERROR_NOT_FOUND,
				    "cannot find “%s”: the connection manager's answer makes no "
				    "sense",
				    question->id);
		question->fn(0, NULL, error, question->data);
		return;
	}
	conn_learn_handle(question->conn, handle, id);
	question->fn(handle, id, NULL, question->data);
}

void conn_get_handle(struct conn *conn, const char *id, conn_handle_fn fn, void *data,
		     GDestroyNotify free_data)
{
	struct handle_question *question = g_new0(struct handle_question, 1);
	struct bus_call *call = conn_call(conn, TP_CONN_CONTACTS, "GetContactByID");
	static const char *const none[] = {NULL};

	question->conn = conn;
	question->id = g_strdup(id);
	question->fn = fn;
	question->data = data;
	question->free_data = free_data;
	bus_write_string(bus_call_args(call), id);
	bus_write_strings(bus_call_args(call), none);
	bus_call_own_data(call, handle_question_free);
	bus_call_send(call, -1, on_handle, question);
}

struct contact_call {
	struct conn *conn;
	conn_make_fn make;
	char *argument, *what;
	tp_done_fn done;
	void *data;
};

static void contact_call_free(void *data)
{
	struct contact_call *wanted = data;

	g_free(wanted->argument);
	g_free(wanted->what);
	g_free(wanted);
}

static void on_call_handle(guint32 handle, const char *id, const GError *error, void *data)
{
	struct contact_call *wanted = data;

	if (!error)
		tp_send_done(wanted->make(wanted->conn, handle, wanted->argument), -1, wanted->done,
			     wanted->data, "%s", wanted->what);
	else if (wanted->done)
		wanted->done(error, wanted->data);
}

void conn_call_contact(struct conn *conn, const char *id, conn_make_fn make, const char *argument,
		       const char *what, tp_done_fn done, void *data)
{
	struct contact_call *wanted = g_new0(struct contact_call, 1);

	wanted->conn = conn;
	wanted->make = make;
	wanted->argument = g_strdup(argument);
	wanted->what = g_strdup(what);
	wanted->done = done;
	wanted->data = data;
	conn_get_handle(conn, id, on_call_handle, wanted, contact_call_free);
}

struct normalize {
	conn_id_fn fn;
	void *data;
};

static void on_normalized(guint32 handle, const char *id, const GError *error, void *data)
{
	struct normalize *normalize = data;

	normalize->fn(id, error, normalize->data);
}

void conn_normalize(struct conn *conn, const char *id, conn_id_fn fn, void *data)
{
	struct normalize *normalize = g_new0(struct normalize, 1);

	normalize->fn = fn;
	normalize->data = data;
	conn_get_handle(conn, id, on_normalized, normalize, g_free);
}

/* --- many handles to their ids ------------------------------------------------------------ */

struct ids_question {
	struct conn *conn;
	void (*fn)(void *data);
	void *data;
	GDestroyNotify free_data;
};

static void ids_question_free(void *data)
{
	struct ids_question *question = data;

	if (question->free_data)
		question->free_data(question->data);
	g_free(question);
}

static void on_ids(struct bus_reader *reply, const GError *error, void *data)
{
	struct ids_question *question = data;
	struct bus_reader contacts, entry, attributes, value;
	const char *key;

	if (error)
		g_debug("%s", error->message);
	if (reply) {
		bus_read_array(reply, &contacts);
		while (bus_read_entry(&contacts, &entry)) {
			guint32 handle = bus_read_uint32(&entry);

			bus_read_array(&entry, &attributes);
			while (bus_read_property(&attributes, &key, &value))
				if (g_str_equal(key, TP_CONN "/contact-id"))
					conn_learn_handle(question->conn, handle,
							  bus_read_string(&value));
		}
	}
	question->fn(question->data);
}

void conn_learn_handles_owned(struct conn *conn, struct bus_scope *scope, GArray *handles,
			      void (*fn)(void *data), void *data, GDestroyNotify free_data)
{
	g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(guint32));
	static const char *const none[] = {NULL};
	struct ids_question *question;
	struct bus_call *call;

	for (guint i = 0; i < handles->len; i++) {
		guint32 handle = g_array_index(handles, guint32, i);

		if (handle && !conn_handle_id(conn, handle))
			g_array_append_val(unknown, handle);
	}
	if (!unknown->len) {
		fn(data);
		if (free_data)
			free_data(data);
		return;
	}
	question = g_new0(struct ids_question, 1);
	question->conn = conn;
	question->fn = fn;
	question->data = data;
	question->free_data = free_data;
	call = bus_call_new(scope, conn->unique, conn->path, TP_CONN_CONTACTS,
			    "GetContactAttributes");
	bus_call_no_autostart(call);
	bus_write_uint32s(bus_call_args(call), (const guint32 *)(void *)unknown->data,
			  unknown->len);
	bus_write_strings(bus_call_args(call), none);
	bus_write_bool(bus_call_args(call), false);
	bus_call_own_data(call, ids_question_free);
	bus_call_send(call, -1, on_ids, question);
}

void conn_learn_handles(struct conn *conn, struct bus_scope *scope, GArray *handles,
			void (*fn)(void *data), void *data)
{
	conn_learn_handles_owned(conn, scope, handles, fn, data, NULL);
}
