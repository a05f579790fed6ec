/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_ROW_H
#define TESTS_BENCH_ROW_H

#include <stdbool.h>

/*
 * What is measured: one row of the table each. A stage is one start of a client in a world
 * of its own; a row belongs to the stage that yields it, so that a stage that breaks off
 * leaves the rest of the table as it is.
 */

enum stage {
	STAGE_START,   /* started without accounts, several times */
	STAGE_CHAT,    /* connected, one chat open: memory, idleness, messages, keys, sizes */
	STAGE_ROSTER,  /* connected with a long roster */
	STAGE_CHATS,   /* many chats open, also after a restart */
	STAGE_CROWD,   /* a roster longer than people have */
	STAGE_SEND,    /* messages of scripts */
	STAGE_HISTORY, /* with many years of history */
	STAGE_COUNT,
};

enum row {
	ROW_START_MS,
	ROW_FRAME_MS,
	ROW_PSS,
	ROW_ANON,
	ROW_WAKEUPS,
	ROW_BURST_S,
	ROW_BURST_CPU,
	ROW_BURST_MANAGER,
	ROW_BURST_BUS,
	ROW_BURST_BYTES,
	ROW_BURST_PSS,
	ROW_BURST_FPS,
	ROW_TRICKLE_BYTES,
	ROW_TRICKLE_CPU,
	ROW_TRICKLE_MANAGER,
	ROW_TRICKLE_BUS,
	ROW_HIDDEN_BYTES,
	ROW_HIDDEN_CPU,
	ROW_KEY_BYTES,
	ROW_KEY_MEDIAN,
	ROW_KEY_99,
	ROW_ROSTER_S,
	ROW_ROSTER_READY,
	ROW_ROSTER_CPU,
	ROW_ROSTER_MANAGER,
	ROW_ROSTER_BUS,
	ROW_STORM_S,
	ROW_STORM_CPU,
	ROW_STORM_MANAGER,
	ROW_STORM_BUS,
	ROW_RESIZE_CPU,
	ROW_RESIZE_BYTES,
	ROW_CHATS_S,
	ROW_CHATS_CPU,
	ROW_CHATS_MANAGER,
	ROW_CHATS_BUS,
	ROW_CHATS_PSS,
	ROW_CHATS_SWITCH,
	ROW_CHATS_FRAME_MS,
	ROW_CROWD_READY,
	ROW_CROWD_CPU,
	ROW_CROWD_MANAGER,
	ROW_CROWD_BUS,
	ROW_CROWD_PSS,
	ROW_CROWD_FILTER,
	ROW_CROWD_STORM,
	ROW_SEND_COLD_MS,
	ROW_SEND_MS,
	ROW_SEND_CPU,
	ROW_HISTORY_FRAME_MS,
	ROW_HISTORY_INDEX_S,
	ROW_HISTORY_OPEN_MS,
	ROW_HISTORY_PAGE,
	ROW_HISTORY_SEARCH_MS,
	ROW_HISTORY_PSS,
	ROW_COUNT,
};

struct row_info {
	const char *title; /* @burst and the like stand for counts of the sizes */
	enum stage stage;
	int decimals;
	bool pheme_only;
	bool by_network; /* the way of the message counts: compare on the same network */
};

const struct row_info *row_info(enum row row);

/* How much of everything; --smoke takes little. */
struct row_sizes {
	unsigned int quiet_ms; /* nothing happens for so long: it has come to rest */
	int starts;
	int idle_s;
	int burst;
	int trickle;
	int keys;
	int contacts, online;
	int storm;
	int chats, switches;
	int crowd, crowd_online;
	int sends;
	int history;
	int resizes;
};

extern const struct row_sizes row_sizes_full;
extern const struct row_sizes row_sizes_smoke;

/* Title with its counts filled in. To be freed with g_free(). */
char *row_title(enum row row, const struct row_sizes *sizes);

#endif
