/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/row.h"

#include <glib.h>
#include <string.h>

static const struct row_info rows[ROW_COUNT] = {
	[ROW_START_MS] = {"start to first stable screen, ms", STAGE_START, 1},
	[ROW_FRAME_MS] = {"start to pane, status bar and input, ms", STAGE_START, 1,
			  .pheme_only = true},
	[ROW_PSS] = {"PSS idle in a chat, KiB", STAGE_CHAT, 0},
	[ROW_ANON] = {"the same: of it anonymous, KiB", STAGE_CHAT, 0},
	[ROW_WAKEUPS] = {"wake-ups/s idle in a chat", STAGE_CHAT, 1},
	[ROW_BURST_S] = {"@burst messages: s to the last on screen", STAGE_CHAT, 2,
			 .by_network = true},
	[ROW_BURST_CPU] = {"@burst messages: client CPU s", STAGE_CHAT, 2, .by_network = true},
	[ROW_BURST_MANAGER] = {"@burst messages: manager CPU s", STAGE_CHAT, 2, .pheme_only = true},
	[ROW_BURST_BUS] = {"@burst messages: bus CPU s", STAGE_CHAT, 2, .pheme_only = true},
	[ROW_BURST_BYTES] = {"@burst messages: bytes to the tty a message", STAGE_CHAT, 1,
			     .by_network = true},
	[ROW_BURST_PSS] = {"@burst messages: PSS growth, KiB", STAGE_CHAT, 0, .by_network = true},
	[ROW_BURST_FPS] = {"@burst messages: frames/s seen", STAGE_CHAT, 1, .by_network = true},
	[ROW_TRICKLE_BYTES] = {"10 messages/s: bytes to the tty a message", STAGE_CHAT, 0,
			       .by_network = true},
	[ROW_TRICKLE_CPU] = {"10 messages/s: CPU ms a message", STAGE_CHAT, 2, .by_network = true},
	[ROW_TRICKLE_MANAGER] = {"10 messages/s: manager CPU ms a message", STAGE_CHAT, 2,
				 .pheme_only = true},
	[ROW_TRICKLE_BUS] = {"10 messages/s: bus CPU ms a message", STAGE_CHAT, 2,
			     .pheme_only = true},
	[ROW_HIDDEN_BYTES] = {"the same, pane hidden: bytes a message", STAGE_CHAT, 0,
			      .pheme_only = true},
	[ROW_HIDDEN_CPU] = {"the same, pane hidden: CPU ms a message", STAGE_CHAT, 2,
			    .pheme_only = true},
	[ROW_KEY_BYTES] = {"typing: bytes a key", STAGE_CHAT, 1},
	[ROW_KEY_MEDIAN] = {"typing: latency ms, median", STAGE_CHAT, 2},
	[ROW_KEY_99] = {"typing: latency ms, 99 %", STAGE_CHAT, 2},
	[ROW_ROSTER_S] = {"@contacts contacts, @online online: s from start", STAGE_ROSTER, 2},
	[ROW_ROSTER_READY] = {"the same: s from the manager having them", STAGE_ROSTER, 2,
			      .pheme_only = true},
	[ROW_ROSTER_CPU] = {"the same: client CPU s", STAGE_ROSTER, 2},
	[ROW_ROSTER_MANAGER] = {"the same: manager CPU s", STAGE_ROSTER, 2, .pheme_only = true},
	[ROW_ROSTER_BUS] = {"the same: bus CPU s", STAGE_ROSTER, 2, .pheme_only = true},
	[ROW_STORM_S] = {"@storm presence changes: s", STAGE_ROSTER, 2},
	[ROW_STORM_CPU] = {"@storm presence changes: client CPU s", STAGE_ROSTER, 2},
	[ROW_STORM_MANAGER] = {"@storm presence changes: manager CPU s", STAGE_ROSTER, 2,
			       .pheme_only = true},
	[ROW_STORM_BUS] = {"@storm presence changes: bus CPU s", STAGE_ROSTER, 2,
			   .pheme_only = true},
	[ROW_RESIZE_CPU] = {"resize: CPU ms", STAGE_CHAT, 1},
	[ROW_RESIZE_BYTES] = {"resize: bytes", STAGE_CHAT, 0},
	[ROW_CHATS_S] = {"@chats chats, opened by a message each: s", STAGE_CHATS, 2,
			 .pheme_only = true},
	[ROW_CHATS_CPU] = {"the same: client CPU s", STAGE_CHATS, 2, .pheme_only = true},
	[ROW_CHATS_MANAGER] = {"the same: manager CPU s", STAGE_CHATS, 2, .pheme_only = true},
	[ROW_CHATS_BUS] = {"the same: bus CPU s", STAGE_CHATS, 2, .pheme_only = true},
	[ROW_CHATS_PSS] = {"@chats chats open: PSS, KiB", STAGE_CHATS, 0, .pheme_only = true},
	[ROW_CHATS_SWITCH] = {"@chats chats open: CPU ms from one to the next", STAGE_CHATS, 2,
			      .pheme_only = true},
	[ROW_CHATS_FRAME_MS] = {"start with @chats chats: ms to pane, status bar and input",
				STAGE_CHATS, 1, .pheme_only = true},
	[ROW_CROWD_READY] =
		{"@crowd contacts, @online_crowd online: s from the manager having them",
		 STAGE_CROWD, 2, .pheme_only = true},
	[ROW_CROWD_CPU] = {"the same: client CPU s", STAGE_CROWD, 2, .pheme_only = true},
	[ROW_CROWD_MANAGER] = {"the same: manager CPU s", STAGE_CROWD, 2, .pheme_only = true},
	[ROW_CROWD_BUS] = {"the same: bus CPU s", STAGE_CROWD, 2, .pheme_only = true},
	[ROW_CROWD_PSS] = {"@crowd contacts: PSS, KiB", STAGE_CROWD, 0, .pheme_only = true},
	[ROW_CROWD_FILTER] = {"@crowd contacts: CPU ms a key that filters the pane", STAGE_CROWD, 2,
			      .pheme_only = true},
	[ROW_CROWD_STORM] = {"@crowd contacts, @storm presence changes: client CPU s", STAGE_CROWD,
			     2, .pheme_only = true},
	[ROW_SEND_COLD_MS] = {"--send, logging in first: ms", STAGE_SEND, 0, .pheme_only = true},
	[ROW_SEND_MS] = {"--send, with a connection there: ms", STAGE_SEND, 1, .pheme_only = true},
	[ROW_SEND_CPU] = {"the same: CPU ms", STAGE_SEND, 1, .pheme_only = true},
	[ROW_HISTORY_FRAME_MS] = {"start with @history messages of history: ms to pane, status bar"
				  " and input",
				  STAGE_HISTORY, 1, .pheme_only = true},
	[ROW_HISTORY_INDEX_S] = {"the same: s until all of them are in the index", STAGE_HISTORY, 1,
				 .pheme_only = true},
	[ROW_HISTORY_OPEN_MS] = {"@history messages: ms to open their chat", STAGE_HISTORY, 1,
				 .pheme_only = true},
	[ROW_HISTORY_PAGE] = {"@history messages: CPU ms a page back", STAGE_HISTORY, 2,
			      .pheme_only = true},
	[ROW_HISTORY_SEARCH_MS] = {"@history messages: ms to find a word", STAGE_HISTORY, 1,
				   .pheme_only = true},
	[ROW_HISTORY_PSS] = {"@history messages: PSS after that, KiB", STAGE_HISTORY, 0,
			     .pheme_only = true},
};

const struct row_sizes row_sizes_full = {
	.quiet_ms = 700,
	.starts = 3,
	.idle_s = 10,
	.burst = 5000,
	.trickle = 50,
	.keys = 200,
	.contacts = 2000,
	.online = 500,
	.storm = 1000,
	.chats = 500,
	.switches = 50,
	.crowd = 10000,
	.crowd_online = 2500,
	.sends = 20,
	.history = 1000000,
	.resizes = 10,
};

const struct row_sizes row_sizes_smoke = {
	.quiet_ms = 200,
	.starts = 1,
	.idle_s = 1,
	.burst = 100,
	.trickle = 5,
	.keys = 20,
	.contacts = 40,
	.online = 10,
	.storm = 20,
	.chats = 10,
	.switches = 5,
	.crowd = 200,
	.crowd_online = 50,
	.sends = 3,
	.history = 2000,
	.resizes = 2,
};

const struct row_info *row_info(enum row row)
{
	return &rows[row];
}

char *row_title(enum row row, const struct row_sizes *sizes)
{
	const struct {
		const char *name;
		int value;
	} counts[] = {
		{"@burst", sizes->burst},
		{"@contacts", sizes->contacts},
		{"@online_crowd", sizes->crowd_online},
		{"@online", sizes->online},
		{"@storm", sizes->storm},
		{"@chats", sizes->chats},
		{"@crowd", sizes->crowd},
		{"@history", sizes->history},
	};
	GString *out = g_string_new(rows[row].title);

	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
		g_autofree char *text = g_strdup_printf("%d", counts[i].value);

		g_string_replace(out, counts[i].name, text, 0);
	}
	return g_string_free(out, FALSE);
}
