/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Stands in for src/tp: implements all of tp.h, does nothing by itself, writes down each call
 * as a line of text, and lets a test play the part of the network.
 */

#include "tp/tp.h"

struct tp {
	struct model *model;
	const struct tp_ops *ops;
	void *data;
	bool open, refuses, show_joins;
	bool not_handler;
	GPtrArray *conns; /* struct conn *, borrowed */
	GString *calls;   /* "join #dev;" … */
	unsigned logins;  /* conn_new() so far */
};

struct conn {
	struct tp *tp;
	struct account *account;
	bool online, last_user, stubborn; /* stubborn: does not end when told to */
	char *secret, *message, *password_param;
	enum presence presence;
	GPtrArray *sends; /* struct fake_call * */
	GPtrArray *dones;
	GArray *acknowledged; /* guint32 */
};

struct fake_call {
	char *text, *uid, *id;
	conn_sent_fn sent;
	conn_id_fn normalized;
	conn_whois_fn whois;
	tp_done_fn done;
	void *data;
};

/* The one of the test. */
extern struct tp *fake_tp;

/* The connection of the account that is called so; NULL: none. */
struct conn *fake_conn(const char *account);
void fake_online(struct conn *conn);
/* The end comes as told; @conn is free then. */
void fake_end(struct conn *conn, enum conn_end end, const char *text);
void fake_bus_dies(void);
/* Answers the oldest send that waits. @error text NULL: sent, with @token. */
void fake_sent(struct conn *conn, const char *token);
void fake_send_fails(struct conn *conn, enum tp_error code, const char *text);
/* Answers all else that waits. */
void fake_answer(struct conn *conn, const GError *error);
/* A contact says something. @pending 0: nothing to acknowledge. */
void fake_says(struct conn *conn, const char *id, const char *text, const char *uid,
	       guint32 pending, bool replay);
/* The manager has a message of @id no more. */
void fake_removed(struct conn *conn, const char *id, guint32 pending);
bool fake_has_acknowledged(struct conn *conn, guint32 pending);

/* Between its files: writes a call down; lets @done wait for fake_answer(). */
void fake_note(struct conn *conn, const char *format, ...) G_GNUC_PRINTF(2, 3);
void fake_wait(struct conn *conn, tp_done_fn done, void *data);
