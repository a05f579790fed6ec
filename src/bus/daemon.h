/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A dbus-daemon that pheme started: starting it, ending it and remembering it in a file.
 * The daemon has a session of its own and no terminal, so that it survives the end of the
 * login that started it; unless it is to end with this process.
 */

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>

struct bus_daemon {
	char *address;
	pid_t pid;
	bool is_child;
	guint64 start_time; /* of the process, in ticks since boot: tells a reused pid */
};

/* When a process was started, in ticks since boot; 0 when there is none (any more). */
guint64 bus_process_start_time(pid_t pid);

void bus_daemon_clear(struct bus_daemon *daemon);

/* Starts one that listens on a socket in @directory. Blocks until it printed its address,
 * at most 5 s. "cannot start a session bus: …" on failure. */
bool bus_daemon_start(struct bus_daemon *daemon, const char *directory, GError **error);
/* The same as a child of this process, that is killed when the calling thread (the main one)
 * ends, however that ends. @env is its environment. bus_daemon_end() reaps it. */
bool bus_daemon_start_child(struct bus_daemon *daemon, const char *directory, char **env,
			    GError **error);
/* Ends it if its pid still is the process that was started. */
void bus_daemon_end(const struct bus_daemon *daemon);

/* The key file @path. Loading fails without a word: there is nothing recorded. */
bool bus_daemon_save(const struct bus_daemon *daemon, const char *path, GError **error);
bool bus_daemon_load(struct bus_daemon *daemon, const char *path);

/* True when a bus at @address answers Hello. Blocks, at most 2 s. */
bool bus_answers(const char *address);
