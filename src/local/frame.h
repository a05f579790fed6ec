/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_FRAME_H
#define LOCAL_FRAME_H

#include <glib.h>
#include <stdbool.h>

/*
 * What two managers say to each other. On the wire a frame is a length (four bytes, in the
 * order of this machine) and that many bytes of a GVariant (yv) in normal form: the kind, and a
 * payload whose type the kind determines. Anything else is not a frame. What the strings and
 * numbers inside mean, and how long they may be, is checked by those who use them.
 */

#define FRAME_MAX (1u << 20)

/* X(name, number, type of the payload) */
#define FRAME_KINDS(X)                                                                             \
	/* the first frame: version, nickname, suffix of the listening socket's name */            \
	X(HELLO, 1, "(uss)")                                                                       \
	/* the first frame of a connection that then is bytes: nickname, stream, connection */     \
	X(STREAM, 2, "(stu)")                                                                      \
	X(PRESENCE, 10, "(us)")          /* status, message */                                     \
	X(CAPS, 11, "(asasb)")           /* stream tubes, D-Bus tubes, files */                    \
	X(AVATAR_TOKEN, 12, "(s)")       /* of the sender's avatar, "" for none */                 \
	X(AVATAR_WANTED, 13, "(s)")      /* token */                                               \
	X(AVATAR, 14, "(say)")           /* MIME type, image */                                    \
	X(TEXT, 20, "(ssuxss)")          /* room or "", token, type, time, text, supersedes */     \
	X(TEXT_RESULT, 21, "(sb)")       /* token, whether it is pending at the receiver's */      \
	X(CHAT_STATE, 22, "(su)")        /* room or "", state */                                   \
	X(ROOM_JOIN, 30, "(s)")          /* room: the sender is in there */                        \
	X(ROOM_LEAVE, 31, "(ss)")        /* room, message */                                       \
	X(ROOM_INVITE, 32, "(ss)")       /* room, message */                                       \
	X(ROOM_DECLINE, 33, "(ss)")      /* room, message */                                       \
	X(ROOM_SUBJECT, 34, "(ssbx)")    /* room, subject, whether the sender set it, time */      \
	X(TUBE_OFFER, 40, "(tussa{sv})") /* stream, type, room or "", service, parameters */       \
	X(TUBE_ACCEPT, 41, "(t)")        /* stream */                                              \
	X(TUBE_CLOSE, 42, "(tb)")        /* stream, whether the sender offered it */               \
	X(TUBE_REFUSED, 43, "(tu)")      /* stream, connection: the service did not answer */      \
	X(TUBE_MEMBERS, 44, "(ta(ss))")  /* stream, contacts that take part and their bus names */ \
	X(FILE_OFFER, 50,                                                                          \
	  "(tsstxuss)")            /* stream, name, type, size, date, hash type, hash, text */     \
	X(FILE_ACCEPT, 51, "(tt)") /* stream, offset */                                            \
	X(FILE_END, 52, "(tbu)")   /* stream, whether the sender offered it, reason (0 done) */

enum frame_kind {
#define X(name, number, type) FRAME_##name = number,
	FRAME_KINDS(X)
#undef X
};

/* A whole frame; payload is consumed when floating and must have the type of its kind. NULL when
 * it would be longer than FRAME_MAX. */
GBytes *frame_encode(enum frame_kind kind, GVariant *payload);

/* Reads the bytes after the length. Returns false with error set when they are no frame; else
 * payload is to be unreferenced. */
bool frame_decode(const void *body, gsize length, enum frame_kind *kind, GVariant **payload,
		  GError **error);

/* Whether all values in an a{sv} are of basic types, or bytes: only those can be sent. */
bool frame_values_plain(GVariant *dict);

/* Name for the log. */
const char *frame_name(enum frame_kind kind);

#endif
