/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_ENV_PRIVATE_H
#define TESTS_LIB_ENV_PRIVATE_H

#include "tests/lib/env.h"

/* Shared by env.c (directories), env_bus.c (the bus) and env_server.c (the servers). */

struct test_server {
	const char *name;
	int port;
	pid_t pid;
};

struct test_env {
	char *dir;
	GHashTable *saved; /* environment variables as they were */
	char *bus_address;
	pid_t bus_pid;
	GDBusConnection *bus;
	struct test_server xmpp;
	struct test_server irc;
};

/* Writes the bus's configuration and links the managers' service files. */
void test_env_bus_prepare(struct test_env *env);

/* Stops the bus, if it is running, with SIGTERM. */
void test_env_bus_stop(struct test_env *env);

#endif
