/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_TPCLIENT_H
#define TESTS_LIB_TPCLIENT_H

#include <gio/gio.h>
#include <stdbool.h>

/*
 * A second Telepathy client, over GDBus: it shares no code with pheme, so that tests can look
 * at a manager, or play another client, from outside. Every signal on the bus is kept, in
 * order, until a test waits for it. A call that should succeed and does not fails the test.
 */

#define TP            "org.freedesktop.Telepathy."
#define TP_CONNECTION TP "Connection"
#define TP_CHANNEL    TP "Channel"
#define TP_TEXT       TP "Channel.Type.Text"
#define TP_MESSAGES   TP "Channel.Interface.Messages"

struct tp_client;

struct tp_signal {
	char *sender, *path, *interface, *member;
	GVariant *args;
};

typedef bool (*tp_signal_fn)(const struct tp_signal *signal, void *data);

/* Subscribes to all signals of the bus; the connection is referenced. */
struct tp_client *tp_client_new(GDBusConnection *bus);
void tp_client_free(struct tp_client *client);

/* Calls a method. name may be a well-known name (activated when it has to be). args floating
 * or NULL. Returns the reply's arguments. */
GVariant *tp_call(struct tp_client *client, const char *name, const char *path,
		  const char *interface, const char *method, GVariant *args);

/* The same for a call that must fail. Returns the error's D-Bus name; g_free(). */
char *tp_call_error(struct tp_client *client, const char *name, const char *path,
		    const char *interface, const char *method, GVariant *args);

/* Value of a property, unboxed. */
GVariant *tp_get(struct tp_client *client, const char *name, const char *path,
		 const char *interface, const char *property);

/* Waits for a signal (path NULL: any) that match accepts (NULL: each), takes it out of what
 * is kept and returns it; tp_signal_free(). Signals before it stay. */
struct tp_signal *tp_wait(struct tp_client *client, const char *path, const char *member,
			  tp_signal_fn match, void *data);
void tp_signal_free(struct tp_signal *signal);

/* How many signals of that name, not taken yet, have come (path NULL: any). */
int tp_count(struct tp_client *client, const char *path, const char *member);

/* Forgets all signals that have come. */
void tp_forget(struct tp_client *client);

/* Prints the signals kept on stderr. */
void tp_dump(struct tp_client *client);

/* --- connections --- */

struct tp_conn {
	char *name, *path;
};

/* RequestConnection on a manager ("haze"); params is a{sv}. */
struct tp_conn *tp_conn_request(struct tp_client *client, const char *manager, const char *protocol,
				GVariant *params);
void tp_conn_free(struct tp_conn *conn);

/* Connect, and wait until the status is CONNECTED; prints the error and fails otherwise. */
void tp_conn_connect(struct tp_client *client, struct tp_conn *conn);

/* Waits for StatusChanged to a status (0 connected, 1 connecting, 2 disconnected). */
void tp_conn_wait_status(struct tp_client *client, struct tp_conn *conn, unsigned int status);

/* Disconnect, and wait until the bus name is gone. */
void tp_conn_disconnect(struct tp_client *client, struct tp_conn *conn);

/* EnsureChannel of type Text to a contact (handle type 1) or a room (2). Returns its path. */
char *tp_conn_text(struct tp_client *client, struct tp_conn *conn, unsigned int handle_type,
		   const char *id);

/* SendMessage of text through the Messages interface. Returns the token. */
char *tp_send(struct tp_client *client, struct tp_conn *conn, const char *channel,
	      const char *text);

/* Waits for MessageReceived on a channel (NULL: any) whose text/plain content is text. */
struct tp_signal *tp_wait_message(struct tp_client *client, const char *channel, const char *text);

/* text/plain content of a message, aa{sv}; NULL when it has none. g_free(). */
char *tp_message_text(GVariant *message);

/* Parameters that make haze talk to the prosody of a test, idle to its ngircd. */
GVariant *tp_haze_params(int port, const char *user, const char *password);
GVariant *tp_idle_params(int port, const char *nick);

#endif
