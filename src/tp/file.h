/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files about file transfers (file.c: channels and their states, file_send.c: offering,
 * file_receive.c: taking, file_socket.c: the way to the manager) share. */

#include "../relay/filereceive.h"
#include "../relay/filesend.h"
#include "private.h"

struct address;
struct dial;
struct filehash;

enum { /* File_Transfer_State */
       FILE_PENDING = 1,
       FILE_ACCEPTED = 2,
       FILE_OPEN = 3,
       FILE_COMPLETED = 4,
       FILE_CANCELLED = 5,
};

enum { /* File_Hash_Type */
       FILE_HASH_NONE = 0,
       FILE_HASH_MD5 = 1,
       FILE_HASH_SHA1 = 2,
       FILE_HASH_SHA256 = 3,
};

/* One transfer, from the offer to its end, and no longer: then it is freed, while the model's
 * transfer and, for a moment, the channel stay. */
struct file {
	struct conn *conn;
	struct transfer *transfer;
	struct channel *channel; /* NULL: none yet */
	guint32 state;           /* what the manager said last */
	guint64 offset;          /* InitialOffset */
	char *raw_name;
	guint64 size;
	gint64 date;
	guint32 hash_type;
	char *hash;

	/* the manager's socket */
	GArray *sockets; /* struct file_socket: what it can do */
	guint32 socket_type, socket_access;
	int reserved;            /* a port to come from, or -1 */
	struct address *address; /* NULL: not told yet */
	struct dial *dial;
	bool running; /* bytes go, or went */

	GError *failure; /* of the socket: the manager may know better, and is given a moment */
	guint patience;

	/* outgoing */
	char *path;
	int fd; /* -1: none, or the filesend's */
	struct filehash *hashing;
	struct filesend *send;
	bool creating; /* CreateChannel is under way */
	bool unwanted; /* …and its channel is not wanted any more */

	/* incoming */
	bool accepted; /* by us */
	struct filereceive *receive;
	char *received; /* path: it is there, whole */
	enum transfer_hash verdict;
};

struct file *tp_file_new(struct conn *conn);
void tp_file_free(struct file *file);
struct file *conn_find_file(struct conn *conn, const struct transfer *transfer); /* or NULL */
/* Ends it: says so in the model and to the session, closes the channel, frees it. */
void tp_file_fail(struct file *file, enum transfer_end end, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
void tp_file_complete(struct file *file, const char *path, enum transfer_hash hash);
/* Fails, in a moment: what the manager says until then goes before it. Takes @error. */
void tp_file_fail_soon(struct file *file, GError *error);
/* Follows @channel, which is of this file. */
void tp_file_bind(struct file *file, struct channel *channel);

/* --- file_send.c, file_receive.c --- */

/* The socket to the manager is there; takes @fd. */
void tp_file_send(struct file *file, int fd);
void tp_file_receive(struct file *file, int fd);

/* --- file_socket.c --- */

/* AvailableSocketTypes, a{uau} at @r. */
void tp_file_read_sockets(struct file *file, struct bus_reader *r);
/* ProvideFile or AcceptFile, with the strictest access that there is. */
void tp_file_ask_socket(struct file *file);
/* Connects when the address is known and the manager is ready. */
void tp_file_connect(struct file *file);
