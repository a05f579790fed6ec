/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A file on its way to or from a contact. Made by tp when it is offered, kept in the list after
 * its end so that the user sees what became of it (the oldest ended ones go when there are many).
 * Fields are read freely; each function tells EVENT_TRANSFER_CHANGED when something did change.
 */

#include <stdbool.h>
#include <glib.h>

struct account;
struct contact;
struct model;

#define TRANSFER_SIZE_UNKNOWN G_MAXUINT64

enum transfer_state {
	TRANSFER_PREPARING, /* outgoing: its checksum is being made */
	TRANSFER_OFFERED,   /* waits for the yes of who is to receive it */
	TRANSFER_STARTING,  /* accepted, no bytes yet */
	TRANSFER_RUNNING,
	TRANSFER_COMPLETED,
	TRANSFER_FAILED, /* reason says why; end says of what kind */
};

enum transfer_end {
	TRANSFER_END_NONE,
	TRANSFER_END_DECLINED,   /* by the other side, or by us */
	TRANSFER_END_CANCELLED,  /* by us */
	TRANSFER_END_STOPPED,    /* by the other side, which may also have gone */
	TRANSFER_END_UNABLE,     /* the other side is not there, or takes no files */
	TRANSFER_END_CONNECTION, /* our connection is gone */
	TRANSFER_END_ERROR,      /* the disk, the socket, the manager */
};

enum transfer_hash {
	TRANSFER_HASH_NONE, /* there was none to compare with, or it was not compared yet */
	TRANSFER_HASH_SAME,
	TRANSFER_HASH_DIFFERS,
};

struct transfer {
	struct model *model;
	unsigned number;         /* what /file cancel takes; grows, never reused */
	struct account *account; /* NULL once it is removed; then the transfer has ended */
	char *account_name;
	char *contact; /* raw id */
	char *who;     /* cleaned alias or id */
	char *name;    /* of the file, cleaned */
	char *path;    /* outgoing: where it is; incoming: where it was put; or NULL. Raw */
	guint64 size;  /* or TRANSFER_SIZE_UNKNOWN */
	guint64 done;  /* bytes, what was resumed included */
	double rate;   /* bytes a second, smoothed; 0: not known */
	bool incoming;
	enum transfer_state state;
	enum transfer_end end;
	enum transfer_hash hash;
	char *reason;   /* cleaned; "" for none */
	gint64 changed; /* monotonic µs of the last change of state */
	/* private */
	gint64 sample_time;
	guint64 sample_done;
};

/* Owned by the model; tells EVENT_TRANSFER_ADDED. Strings are raw. An incoming one is OFFERED,
 * an outgoing one PREPARING. */
struct transfer *transfer_new(struct model *model, struct account *account, const char *contact,
			      const char *name, guint64 size, bool incoming);
/* Tells EVENT_TRANSFER_REMOVED and frees it; its request goes with it. */
void transfer_remove(struct transfer *transfer);
struct transfer *model_find_transfer(struct model *model, unsigned number);
/* The account is being removed: ends what was under way on it. */
void model_end_transfers(struct model *model, struct account *account);
/* Shows those with @contact under the alias that it has now. */
void transfers_follow_alias(const struct contact *contact);

void transfer_set_state(struct transfer *transfer, enum transfer_state state);
/* COMPLETED; @path may be NULL. */
void transfer_complete(struct transfer *transfer, const char *path, enum transfer_hash hash);
/* FAILED, unless it has ended. @reason is raw. */
void transfer_fail(struct transfer *transfer, enum transfer_end end, const char *reason);
/* @now is monotonic µs. The first call sets where the rate is counted from. */
void transfer_set_progress(struct transfer *transfer, guint64 done, gint64 now);
void transfer_set_path(struct transfer *transfer, const char *path);

bool transfer_has_ended(const struct transfer *transfer);
/* Whole percents, 100 only when all is there; -1 when the size is not known. */
int transfer_percent(const struct transfer *transfer);
/* Seconds, -1 when not known. */
gint64 transfer_seconds_left(const struct transfer *transfer);

/* "1.2 MB"; new. */
char *transfer_print_size(guint64 size);
/* "42%  1.2 MB/s  0:31 left" of a running one, words for other states; new. */
char *transfer_print_progress(const struct transfer *transfer);
/* The whole as a row of a list: "3  from Bob <bob@x>  photo.jpg  2.0 MB  42%  …"; new. */
char *transfer_print_row(const struct transfer *transfer);
/* "File 42%", "2 files 42%" of all that run: for the status bar; new, NULL when none does. */
char *model_print_transfers(const struct model *model);
