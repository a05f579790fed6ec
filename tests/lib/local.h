/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_LOCAL_H
#define TESTS_LIB_LOCAL_H

#include "tests/lib/env.h"
#include "tests/lib/tpclient.h"

/*
 * Somebody's session: a private bus on which telepathy-local can be activated, and a client that
 * looks at it from outside. Several of them in one test meet in a directory of that test, so that
 * they meet nobody else. LOCAL_WRAPPER is a command that the manager is run under. The second user
 * is nobody and needs a test that runs as root.
 */

#define LOCAL_CM TEST_CM_PREFIX "local"

struct local_node {
	struct test_env *env;
	char *dir, *address;
	char *id; /* of the connection */
	pid_t bus_pid;
	GDBusConnection *bus;
	struct tp_client *client;
	struct tp_conn *conn;
};

/* name is that of a directory, and the nickname. */
struct local_node *local_node_new(struct test_env *env, const char *name, bool as_nobody);

/* Kills the bus, and with it the manager, which is gone when this returns. NULL is ignored. */
void local_node_free(struct local_node *node);

/* Directory where the nodes of a test meet; all may write there. g_free(). */
char *local_meeting(struct test_env *env);

/* RequestConnection and Connect with a nickname ("" for none). */
void local_connect(struct local_node *node, const char *nick);
/* The same among the abstract sockets of the machine. */
void local_connect_abstract(struct local_node *node, const char *nick);

void local_disconnect(struct local_node *node);

/* Process id of the manager. */
pid_t local_pid(struct local_node *node);

/* Handle of a contact on this node. */
guint32 local_handle(struct local_node *node, const char *id);

/* Waits until a contact's presence is a status ("offline"). */
void local_wait_presence(struct local_node *node, const char *id, const char *status);

/* An attribute of a contact, from GetContactByID; NULL when it has none. */
GVariant *local_attribute(struct local_node *node, const char *id, const char *interface,
			  const char *attribute);

/* Calls a method of the connection, or of a channel, and returns the reply. */
GVariant *local_call(struct local_node *node, const char *path, const char *interface,
		     const char *method, GVariant *args);

/* CreateChannel or EnsureChannel with ChannelType, TargetHandleType and TargetID and further
 * properties (a{sv} or NULL). Returns the path. */
char *local_channel(struct local_node *node, const char *type, guint32 handle_type, const char *id,
		    GVariant *more);

/* Waits for NewChannels with a channel of a type and returns its path; properties (may be NULL) is
 * set to what was announced. */
char *local_wait_channel(struct local_node *node, const char *type, GVariant **properties);

/* All that are pending on a text channel: aa{sv}s. */
GVariant *local_pending(struct local_node *node, const char *path);

/* SendMessage with a delivery report asked for. Returns the token. */
char *local_send(struct local_node *node, const char *path, const char *text);

/* Waits for a delivery report for a token and returns its status. */
guint32 local_wait_report(struct local_node *node, const char *token);

#endif
