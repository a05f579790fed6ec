/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_ENV_H
#define TESTS_LIB_ENV_H

#include <gio/gio.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * A world of its own for one test: a temporary directory that holds HOME and all XDG
 * directories, a private session bus, and on request an XMPP and an IRC server on loopback.
 * The environment variables of this process point there while it lives (one at a time), so
 * that every program started afterwards belongs to it. Nothing is shared with the machine:
 * ports are free ones, the bus activates only Telepathy's connection managers and what was
 * allowed by name. All servers die with the test binary.
 *
 * What goes wrong here fails the running cmocka test with a message.
 */

#define TEST_CM_PREFIX   "org.freedesktop.Telepathy.ConnectionManager."
#define TEST_XMPP_DOMAIN "localhost"
#define TEST_XMPP_ROOMS  "conference.localhost"

enum test_env_flags {
	TEST_ENV_DEFAULT = 0,
	TEST_ENV_NO_BUS = 1, /* no bus, and DBUS_SESSION_BUS_ADDRESS is not set */
};

struct test_env;

/* Makes the directories, changes the environment variables, starts the bus. */
struct test_env *test_env_new(enum test_env_flags flags);

/* Stops everything by process id, restores the environment variables, removes the directory
 * (kept when PHEME_TEST_KEEP is set). Returns 0; -1, with a line for each on stderr, when a
 * process of this world had to be killed: hand that on as the result of a cmocka teardown.
 * NULL is ignored. */
int test_env_free(struct test_env *env);

/* The temporary directory; below it home, config, data, state, cache, run, services. */
const char *test_env_dir(const struct test_env *env);

/* A path below the temporary directory. To be freed with g_free(). */
char *test_env_path(const struct test_env *env, const char *relative);

/* Writes a file below the temporary directory (mode 0600), making its directories. */
void test_env_write(const struct test_env *env, const char *relative, const char *content);

/* Sets a variable for programs started from now on (and here) until test_env_free(). */
void test_env_setenv(struct test_env *env, const char *name, const char *value);

/* --- the bus --- */

/* Address for DBUS_SESSION_BUS_ADDRESS; the same one when the bus is started again. */
const char *test_env_bus_address(const struct test_env *env);
pid_t test_env_bus_pid(const struct test_env *env);

/* Starts the bus when it is not running. */
void test_env_bus_start(struct test_env *env);

/* Kills the bus with SIGKILL, as a crash would. */
void test_env_bus_kill(struct test_env *env);

/* The harness's own connection to the bus; opened when first asked for, owned by env. */
GDBusConnection *test_env_bus(struct test_env *env);

/* Calls a method and waits for the answer while all other events are served. Returns the
 * arguments of the reply, or NULL with error set; fails the test when there is no answer. */
GVariant *test_bus_call(GDBusConnection *bus, const char *name, const char *path,
			const char *interface, const char *method, GVariant *args, GError **error);

/* Makes a bus name activatable by running a command line. */
void test_env_add_service(struct test_env *env, const char *name, const char *exec);

/* Makes an installed service activatable under the name it is installed for. Without this
 * only the connection managers are. Returns false when it is not installed. */
bool test_env_allow_service(struct test_env *env, const char *name);

/* Whether the name can be activated here. */
bool test_env_has_service(const struct test_env *env, const char *name);

/* Process id of the owner of a bus name; 0 when nobody owns it. Activates nothing. */
pid_t test_env_name_pid(struct test_env *env, const char *name);

/* Waits until a name has an owner, or has none. */
void test_env_wait_name(struct test_env *env, const char *name, bool owned);

/* Kills the owner of a bus name with SIGKILL and waits until the name is free. Returns false
 * when nobody owned it. */
bool test_env_kill_name(struct test_env *env, const char *name);

/* --- servers --- */

/* Prosody: host localhost, rooms at conference.localhost, no TLS; users alice, bob and carol
 * with their name as password, alice and bob subscribed to each other. Returns when it
 * accepts connections. Started again after stop or kill it has the same port and data. */
void test_env_xmpp_start(struct test_env *env);
void test_env_xmpp_stop(struct test_env *env);
void test_env_xmpp_kill(struct test_env *env);
int test_env_xmpp_port(const struct test_env *env);

/* Adds a user; before the server is started, or while it runs. */
void test_env_xmpp_add_user(struct test_env *env, const char *user, const char *password);

/* Puts contacts (user names, ended by NULL) on a user's roster, subscribed both ways, on that
 * side only. Replaces the roster; before the server is started. */
void test_env_xmpp_set_roster(struct test_env *env, const char *user, const char *const *contacts);

/* ngIRCd: no DNS, IDENT or PAM, nicks of up to 31 characters, no flood penalty. */
void test_env_irc_start(struct test_env *env);
void test_env_irc_stop(struct test_env *env);
void test_env_irc_kill(struct test_env *env);
int test_env_irc_port(const struct test_env *env);

/* A TCP port of 127.0.0.1 that nobody listens on. */
int test_free_port(void);

#endif
