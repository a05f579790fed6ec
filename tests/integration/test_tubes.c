/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tubes between phemes of several users, each on a bus of its own with telepathy-local: programs
 * that know nothing of Telepathy meet through them. */

#include "tests/lib/pheme.h"
#include "tests/lib/proc.h"
#include "tests/lib/stream.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIG      (3u << 20)
#define PARALLEL 20

struct world {
	struct pheme_world *w;
	GSocketListener *web;
	GCancellable *stop;
	GThread *thread;
	guint16 port; /* of the web server */
};

/* --- a small web server, and who fetches from it ------------------------------------------------ */

static guint8 byte_at(guint32 at)
{
	return (guint8)(at * 7 + at / 251);
}

static void *serve(void *data)
{
	g_autoptr(GSocketConnection) connection = data;
	GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
	g_autoptr(GDataInputStream) in =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	g_autofree char *line = g_data_input_stream_read_line(in, NULL, NULL, NULL);
	guint size = line ? (guint)g_ascii_strtoull(line + strlen("GET /"), NULL, 10) : 0;
	g_autofree guint8 *body = g_malloc(size + 1);
	g_autofree char *head =
		g_strdup_printf("HTTP/1.0 200 OK\r\nContent-Length: %u\r\n\r\n", size);

	for (guint32 i = 0; i < size; i++)
		body[i] = byte_at(i);
	g_output_stream_write_all(out, head, strlen(head), NULL, NULL, NULL);
	g_output_stream_write_all(out, body, size, NULL, NULL, NULL);
	return NULL;
}

/* In threads, for the test itself blocks while it fetches. */
static void *accept_all(void *data)
{
	struct world *world = data;
	GSocketConnection *connection;

	while ((connection = g_socket_listener_accept(world->web, NULL, world->stop, NULL)))
		g_thread_unref(g_thread_new("serve", serve, connection));
	return NULL;
}

/* True when exactly the body came. */
static bool fetch(guint port, guint32 size)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection = NULL;
	g_autofree char *get = g_strdup_printf("GET /%u HTTP/1.0\n", size);
	g_autofree guint8 *all = g_malloc(size + 200);
	const guint8 *body;
	gsize got = 0;

	g_socket_client_set_timeout(client, 20);
	connection =
		g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)port, NULL, NULL);
	if (!connection)
		return false;
	g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), get,
				  strlen(get), NULL, NULL, NULL);
	g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(connection)), all,
				size + 200, &got, NULL, NULL);
	body = memmem(all, got, "\r\n\r\n", 4);
	if (!body || (gsize)(all + got - body - 4) != size)
		return false;
	for (guint32 i = 0; i < size; i++)
		if (body[4 + i] != byte_at(i))
			return false;
	return true;
}

static void *fetch_in_thread(void *data)
{
	return GINT_TO_POINTER(fetch(GPOINTER_TO_UINT(data), 200000));
}

static void fetch_many(guint port)
{
	GThread *threads[PARALLEL];
	int good = 0;

	for (int i = 0; i < PARALLEL; i++)
		threads[i] = g_thread_new("fetch", fetch_in_thread, GUINT_TO_POINTER(port));
	for (int i = 0; i < PARALLEL; i++)
		good += GPOINTER_TO_INT(g_thread_join(threads[i]));
	assert_int_equal(good, PARALLEL);
}

/* --- users ----------------------------------------------------------------------------------------- */

static void add_user(struct world *world, const char *name, const char *more)
{
	g_autofree char *file = g_build_filename(name, "config/pheme/accounts.conf", NULL);
	g_autofree char *meet = test_env_path(world->w->env, "meet");
	g_autofree char *text =
		g_strdup_printf("[me]\nmanager=local\nprotocol=local\nenabled=true\n"
				"param-nickname=%s\nparam-directory=%s\n%s",
				name, meet, more);

	g_mkdir(meet, 0777);
	test_env_write(world->w->env, file, text);
}

static int setup(void **state)
{
	struct world *world = g_new0(struct world, 1);

	world->w = g_new0(struct pheme_world, 1);
	world->w->env = test_env_new(TEST_ENV_NO_BUS);
	world->w->screens = g_ptr_array_new();
	world->web = g_socket_listener_new();
	world->stop = g_cancellable_new();
	world->port = g_socket_listener_add_any_inet_port(world->web, NULL, NULL);
	world->thread = g_thread_new("web", accept_all, world);
	signal(SIGPIPE, SIG_IGN);
	add_user(world, "ann", "");
	add_user(world, "ben", "");
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	int result = pheme_teardown((void **)&world->w);

	g_cancellable_cancel(world->stop);
	g_thread_join(world->thread);
	g_object_unref(world->stop);
	g_object_unref(world->web);
	g_free(world);
	return result;
}

static char *log_of(struct world *world, const char *name)
{
	g_autofree char *file = g_strdup_printf("%s.log", name);

	return test_env_path(world->w->env, file);
}

static GStrv environment(struct world *world, const char *name, const char *more)
{
	static const char *const dirs[][2] = {
		{"HOME", "home"},
		{"XDG_CONFIG_HOME", "config"},
		{"XDG_DATA_HOME", "data"},
		{"XDG_STATE_HOME", "state"},
		{"XDG_CACHE_HOME", "cache"},
		{"XDG_RUNTIME_DIR", "run"},
	};
	GPtrArray *vars = g_ptr_array_new();

	for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
		g_autofree char *dir = pheme_path(world->w, name, dirs[i][1]);

		g_mkdir_with_parents(dir, 0700);
		g_ptr_array_add(vars, g_strdup_printf("%s=%s", dirs[i][0], dir));
	}
	if (more)
		g_ptr_array_add(vars, g_strdup(more));
	g_ptr_array_add(vars, NULL);
	return (GStrv)g_ptr_array_free(vars, FALSE);
}

/* A pheme that goes on; what it says goes to NAME.log. */
static pid_t start(struct world *world, const char *name, const char *more, char **args)
{
	g_auto(GStrv) env = environment(world, name, more);
	g_autofree char *log = log_of(world, name);
	g_autofree char *program = pheme_program();
	GPtrArray *argv = g_ptr_array_new();
	pid_t pid;

	g_ptr_array_add(argv, program);
	for (; *args; args++)
		g_ptr_array_add(argv, *args);
	g_ptr_array_add(argv, NULL);
	pid = test_proc_start((char **)argv->pdata, env, log);
	g_ptr_array_unref(argv);
	assert_true(pid > 0);
	return pid;
}

#define ARGS(...) ((char *[]){__VA_ARGS__, NULL})
#define OFFER     "--timeout", "15", "--tube-offer"
#define ACCEPT    "--timeout", "15", "--tube-accept"

static void fail_with_logs(struct world *world, const char *name)
{
	g_autofree char *ann = log_of(world, "ann"), *ben = log_of(world, "ben");
	g_autofree char *said = NULL, *heard = NULL;

	g_file_get_contents(ann, &said, NULL, NULL);
	g_file_get_contents(ben, &heard, NULL, NULL);
	test_fail("%s has no address; ann: %s; ben: %s", name, said, heard);
}

/* The port in the line that a pheme has printed. */
static guint wait_port(struct world *world, const char *name)
{
	g_autofree char *log = log_of(world, name), *text = NULL;
	char *at;

	if (test_wait_file(log, 0, "127.0.0.1:", TEST_WAIT_MS) < 0)
		fail_with_logs(world, name);
	g_file_get_contents(log, &text, NULL, NULL);
	at = strstr(text, "127.0.0.1:");
	return (guint)g_ascii_strtoull(at + strlen("127.0.0.1:"), NULL, 10);
}

static void wait_said(struct world *world, const char *name, const char *text)
{
	g_autofree char *log = log_of(world, name), *all = NULL;

	if (test_wait_file(log, 0, text, TEST_WAIT_MS) >= 0)
		return;
	g_file_get_contents(log, &all, NULL, NULL);
	test_fail("%s did not say \"%s\" but: %s", name, text, all);
}

static void assert_exits(pid_t pid, int expected)
{
	int status = 0;

	assert_true(test_wait_exit(pid, &status, TEST_WAIT_MS));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

/* No socket of a tube is left. */
static void assert_clean(struct world *world, const char *name)
{
	g_autofree char *path = pheme_path(world->w, name, "run/pheme");
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir)))
		if (g_str_has_prefix(entry, "offer") || g_str_has_prefix(entry, "tube"))
			test_fail("%s/%s is left", path, entry);
}

/* --- a web server through a tube ---------------------------------------------------------------------- */

static void check_web(struct world *world, const char *socket)
{
	g_autofree char *target = g_strdup_printf("localhost:%u", world->port);
	g_autofree char *var = socket ? g_strdup_printf("PHEME_TUBE_SOCKET=%s", socket) : NULL;
	pid_t ben = start(world, "ben", var, ARGS(ACCEPT, "ann", "web"));
	pid_t ann = start(world, "ann", var, ARGS(OFFER, "ben", "web", target));
	guint port = wait_port(world, "ben");

	wait_said(world, "ben", "http://127.0.0.1:");
	assert_true(fetch(port, BIG));
	assert_true(fetch(port, 0));
	fetch_many(port);
	kill(ann, SIGTERM);
	assert_exits(ann, 130);
	assert_exits(ben, 0);
	assert_clean(world, "ann");
	assert_clean(world, "ben");
}

static void test_web(void **state)
{
	check_web(*state, NULL);
}

static void test_web_unix(void **state)
{
	check_web(*state, "unix");
}

static void test_web_ipv4(void **state)
{
	check_web(*state, "ipv4");
}

/* Offered with the control of ports, which the accepting side has no need to know of. */
static void test_port(void **state)
{
	struct world *world = *state;
	g_autofree char *target = g_strdup_printf("%u", world->port);
	pid_t ben = start(world, "ben", NULL, ARGS(ACCEPT));
	pid_t ann = start(world, "ann", "PHEME_TUBE_SOCKET=ipv4-port",
			  ARGS(OFFER, "ben", "x-test", target));
	guint port = wait_port(world, "ben");

	fetch_many(port);
	assert_true(fetch(port, BIG));
	kill(ben, SIGINT);
	assert_exits(ben, 130);
	assert_exits(ann, 0);
	assert_clean(world, "ann");
}

/* --- standard input and output ---------------------------------------------------------------------------- */

struct talk {
	GSubprocess *process;
	char *out;
	bool done;
};

static void on_talked(GObject *source, GAsyncResult *result, void *data)
{
	struct talk *talk = data;

	g_subprocess_communicate_utf8_finish(talk->process, result, &talk->out, NULL, NULL);
	talk->done = true;
}

static bool has_talked(void *data)
{
	return ((struct talk *)data)->done;
}

/* As a shell's pipe would: INPUT | pheme ARGS. */
static void talk_start(struct world *world, struct talk *talk, const char *name, const char *more,
		       const char *input, char **args)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
	g_auto(GStrv) env = environment(world, name, more);
	g_autofree char *program = pheme_program();
	g_autoptr(GPtrArray) argv = g_ptr_array_new();

	for (int i = 0; env[i]; i++) {
		g_auto(GStrv) pair = g_strsplit(env[i], "=", 2);

		g_subprocess_launcher_setenv(launcher, pair[0], pair[1], TRUE);
	}
	g_ptr_array_add(argv, program);
	for (; *args; args++)
		g_ptr_array_add(argv, *args);
	g_ptr_array_add(argv, NULL);
	talk->process =
		g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, NULL);
	assert_non_null(talk->process);
	g_subprocess_communicate_utf8_async(talk->process, input, NULL, on_talked, talk);
}

static void talk_end(struct talk *talk, int status, const char *out)
{
	if (!test_wait_until(has_talked, talk, TEST_WAIT_MS)) {
		g_subprocess_force_exit(talk->process);
		test_fail("it did not end");
	}
	assert_string_equal(talk->out, out);
	assert_int_equal(g_subprocess_get_exit_status(talk->process), status);
	g_object_unref(talk->process);
	g_free(talk->out);
}

static void check_stdio(struct world *world, const char *more)
{
	struct talk ben = {NULL};
	pid_t ann = start(world, "ann", more, ARGS(OFFER, "ben", "x-shout", "exec:tr a-z A-Z"));

	talk_start(world, &ben, "ben", more, "hello\nthere\n",
		   ARGS(ACCEPT, "ann", "x-shout", "--stdio"));
	talk_end(&ben, 0, "HELLO\nTHERE\n");
	assert_exits(ann, 0);
	assert_clean(world, "ann");
}

static void test_stdio(void **state)
{
	check_stdio(*state, NULL);
}

static void test_stdio_port(void **state)
{
	check_stdio(*state, "PHEME_TUBE_SOCKET=ipv4-port");
}

/* What ssh has as its ProxyCommand: the one who offers has the client. */
static void test_proxy(void **state)
{
	struct world *world = *state;
	struct talk ann = {NULL};
	guint16 free_port = (guint16)test_free_port();
	g_autofree char *address = g_strdup_printf("%u", free_port);
	pid_t ben = start(world, "ben", NULL, ARGS(ACCEPT, "ann", "ssh", "--listen", address));
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection = NULL;
	char text[64] = "";
	gsize got = 0;

	talk_start(world, &ann, "ann", NULL, "question", ARGS(OFFER, "ben", "ssh", "-"));
	assert_int_equal(wait_port(world, "ben"), free_port);
	connection = g_socket_client_connect_to_host(client, "127.0.0.1", free_port, NULL, NULL);
	assert_non_null(connection);
	g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), "answer",
				  6, NULL, NULL, NULL);
	g_socket_shutdown(g_socket_connection_get_socket(connection), FALSE, TRUE, NULL);
	g_input_stream_read_all(g_io_stream_get_input_stream(G_IO_STREAM(connection)), text,
				sizeof(text), &got, NULL, NULL);
	assert_string_equal(text, "question");
	talk_end(&ann, 0, "answer");
	assert_exits(ben, 0);
}

/* --- rooms and D-Bus ----------------------------------------------------------------------------------------- */

static void test_room(void **state)
{
	struct world *world = *state;
	g_autofree char *target = g_strdup_printf("localhost:%u", world->port);
	pid_t ann, ben, cat;

	add_user(world, "ben", "autojoin=#hall\n");
	add_user(world, "cat", "autojoin=#hall\n");
	ben = start(world, "ben", NULL, ARGS(ACCEPT));
	ann = start(world, "ann", NULL, ARGS(OFFER, "#hall", "web", target));
	assert_true(fetch(wait_port(world, "ben"), BIG));
	/* Late. */
	cat = start(world, "cat", NULL, ARGS(ACCEPT, "#hall", "web"));
	fetch_many(wait_port(world, "cat"));
	fetch_many(wait_port(world, "ben"));
	kill(ann, SIGTERM);
	assert_exits(ann, 130);
	assert_exits(ben, 0);
	assert_exits(cat, 0);
}

static GDBusConnection *connect_to(struct world *world, const char *name)
{
	g_autofree char *log = log_of(world, name), *text = NULL;
	g_autoptr(GError) error = NULL;
	GDBusConnection *connection;
	char *at;

	wait_said(world, name, "unix:path=");
	g_file_get_contents(log, &text, NULL, NULL);
	at = strstr(text, "unix:path=");
	at[strcspn(at, "\n")] = '\0';
	connection = g_dbus_connection_new_for_address_sync(
		at, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, &error);
	if (!connection)
		test_fail("cannot connect to %s: %s", at, error->message);
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	return connection;
}

static GDBusMessage *on_message(GDBusConnection *connection, GDBusMessage *message, int incoming,
				void *data)
{
	if (incoming && !g_strcmp0(g_dbus_message_get_member(message), "Ping"))
		g_atomic_int_set((int *)data, 1);
	return message;
}

static bool has_come(void *data)
{
	return g_atomic_int_get((int *)data);
}

static gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

static void test_dbus(void **state)
{
	struct world *world = *state;
	pid_t ben = start(world, "ben", NULL, ARGS(ACCEPT, "ann", "org.example.Game"));
	pid_t ann = start(world, "ann", NULL, ARGS(OFFER, "ben", "dbus:org.example.Game", "-"));
	g_autoptr(GDBusConnection) a = connect_to(world, "ann"), b = connect_to(world, "ben");
	guint tick = g_timeout_add(20, on_tick, NULL);
	int came = 0;

	g_dbus_connection_add_filter(b, on_message, &came, NULL);
	g_dbus_connection_emit_signal(a, NULL, "/", "org.example.Game", "Ping", NULL, NULL);
	assert_true(test_wait_until(has_come, &came, TEST_WAIT_MS));
	g_source_remove(tick);
	kill(ann, SIGTERM);
	assert_exits(ann, 130);
	assert_exits(ben, 0);
}

/* --- what goes wrong -------------------------------------------------------------------------------------------- */

static void test_no_program(void **state)
{
	struct world *world = *state;
	g_autofree char *target = g_strdup_printf("localhost:%d", test_free_port());
	pid_t ben = start(world, "ben", NULL, ARGS(ACCEPT));
	pid_t ann = start(world, "ann", NULL, ARGS(OFFER, "ben", "web", target));

	assert_false(fetch(wait_port(world, "ben"), 10));
	wait_said(world, "ann", "Connection refused");
	kill(ann, SIGTERM);
	assert_exits(ann, 130);
	assert_exits(ben, 0);
}

static pid_t manager_of(struct world *world, const char *name)
{
	g_autofree char *dir = pheme_path(world->w, name, "run");
	g_autofree pid_t *pids = test_proc_find("XDG_RUNTIME_DIR", dir);

	for (pid_t *pid = pids; *pid; pid++) {
		g_autofree char *path = g_strdup_printf("/proc/%d/comm", (int)*pid), *comm = NULL;

		if (g_file_get_contents(path, &comm, NULL, NULL) &&
		    g_str_has_prefix(comm, "telepathy-local"))
			return *pid;
	}
	return 0;
}

static void check_manager_dies(struct world *world, const char *whose, int ann_status,
			       int ben_status)
{
	g_autofree char *target = g_strdup_printf("localhost:%u", world->port);
	pid_t ben = start(world, "ben", NULL, ARGS(ACCEPT));
	pid_t ann = start(world, "ann", NULL, ARGS(OFFER, "ben", "web", target));
	pid_t manager;

	assert_true(fetch(wait_port(world, "ben"), 10));
	manager = manager_of(world, whose);
	assert_true(manager > 0);
	kill(manager, SIGKILL);
	assert_exits(ann, ann_status);
	assert_exits(ben, ben_status);
	assert_clean(world, "ann");
}

static void test_own_manager_dies(void **state)
{
	check_manager_dies(*state, "ann", 1, 0);
}

static void test_their_manager_dies(void **state)
{
	check_manager_dies(*state, "ben", 0, 1);
}

static void test_mistakes(void **state)
{
	struct world *world = *state;

	assert_exits(start(world, "ann", NULL, ARGS("--tube-offer", "ben", "web")), 2);
	assert_exits(start(world, "ann", NULL, ARGS("--stdio")), 2);
	assert_exits(start(world, "ben", NULL, ARGS("--tube-accept", "--count", "0")), 2);
	assert_exits(start(world, "ben", NULL, ARGS("--timeout", "1", "--tube-accept")), 124);
	wait_said(world, "ben", "no tube is open after 1 s");
	/* A port that somebody has. */
	{
		g_autofree char *taken = g_strdup_printf("%u", world->port);
		pid_t ann = start(world, "ann", NULL, ARGS(OFFER, "ben", "x-test", taken));
		pid_t ben = start(world, "ben", NULL, ARGS(ACCEPT, "--listen", taken));

		assert_exits(ben, 2);
		wait_said(world, "ben", "cannot listen");
		assert_exits(ann, 5);
	}
}

/* --- pheme.conf ------------------------------------------------------------------------------------ */

/* A service that is accepted unasked, from one contact, with a program. */
static void test_rule(void **state)
{
	struct world *world = *state;
	g_autofree char *target = g_strdup_printf("localhost:%u", world->port);
	g_autofree char *mark = test_env_path(world->w->env, "mark");
	g_autofree char *text = g_strdup_printf(
		"[tube web]\nservice=x-http\naccept=sh -c 'echo \"$0\" >%s' {host}:{port}=\n"
		"always=%s/ann\n",
		mark, g_get_user_name());
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen;
	g_autofree char *written = NULL;
	pid_t ann;

	test_env_write(world->w->env, "ben/config/pheme/pheme.conf", text);
	screen = pheme_start_until(world->w, &options, "connected as");
	ann = start(world, "ann", NULL, ARGS(OFFER, "ben", "web", target));
	assert_true(test_wait_file(mark, 0, "=", TEST_WAIT_MS) >= 0);
	g_file_get_contents(mark, &written, NULL, NULL);
	assert_true(fetch((guint)g_ascii_strtoull(strchr(written, ':') + 1, NULL, 10), BIG));
	screen_line(screen, "/tube");
	screen_wait_text(screen, "always accepted");
	screen_type(screen, "q");
	pheme_quit(world->w, screen);
	assert_exits(ann, 0);
}

/* ssh -o ProxyCommand='pheme --tube-offer ben ssh -', against a server that ben connects to. */
static void test_connect(void **state)
{
	struct world *world = *state;
	g_autofree char *connect = g_strdup_printf("connect:localhost:%u", world->port);
	g_autofree char *exec = g_strdup("connect:exec:tr a-z A-Z");
	struct talk ann = {NULL};
	pid_t ben = start(world, "ben", NULL, ARGS(ACCEPT, "ann", "ssh", "--exec", connect));

	talk_start(world, &ann, "ann", NULL, "GET /0 HTTP/1.0\n", ARGS(OFFER, "ben", "ssh", "-"));
	talk_end(&ann, 0, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
	assert_exits(ben, 0);
	ben = start(world, "ben", NULL, ARGS(ACCEPT, "ann", "ssh", "--exec", exec));
	memset(&ann, 0, sizeof(ann));
	talk_start(world, &ann, "ann", NULL, "loud", ARGS(OFFER, "ben", "ssh", "-"));
	talk_end(&ann, 0, "LOUD");
	assert_exits(ben, 0);
}

/* --- ssh ------------------------------------------------------------------------------------------- */

static char *keep(struct world *world, const char *name, const char *format, const char *argument)
{
	g_autofree char *text = g_strdup_printf("%s%s\n", format, argument);

	test_env_write(world->w->env, name, text);
	return test_env_path(world->w->env, name);
}

static void make_key(const char *path)
{
	char *argv[] = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", (char *)path, NULL};
	int status = -1;

	g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL);
	assert_int_equal(status, 0);
}

/* A real client and a real server, neither of which knows of tubes. */
static void test_ssh(void **state)
{
	struct world *world = *state;
	g_autofree char *host = test_env_path(world->w->env, "host_key");
	g_autofree char *key = test_env_path(world->w->env, "user_key");
	g_autofree char *public = g_strconcat(key, ".pub", NULL);
	g_autofree char *settings = NULL, *conf = NULL, *serve_it = NULL, *proxy = NULL;
	g_autofree char *out = NULL, *err = NULL, *program = pheme_program();
	g_auto(GStrv) env = environment(world, "ann", NULL);
	g_auto(GStrv) all = g_get_environ();
	int status = -1;
	pid_t ben;

	if (access("/usr/sbin/sshd", X_OK))
		skip(); /* no sshd here; the deps have it */
	/* As root it separates privileges, in a directory that its service would have made. */
	if (geteuid() == 0)
		g_mkdir("/run/sshd", 0755);
	make_key(host);
	make_key(key);
	settings = g_strdup_printf("HostKey %s\nAuthorizedKeysFile %s\nStrictModes no\n"
				   "PermitRootLogin yes\nPidFile none\n",
				   host, public);
	conf = keep(world, "sshd_config", settings, "UsePAM no");
	serve_it = g_strdup_printf("connect:exec:/usr/sbin/sshd -i -f %s", conf);
	proxy = g_strdup_printf("ProxyCommand=%s --timeout 15 --tube-offer ben ssh -", program);
	ben = start(world, "ben", NULL, ARGS(ACCEPT, "ann", "ssh", "--exec", serve_it));
	for (char **var = env; *var; var++) {
		g_auto(GStrv) pair = g_strsplit(*var, "=", 2);

		all = g_environ_setenv(all, pair[0], pair[1], TRUE);
	}
	g_spawn_sync(NULL,
		     ARGS("ssh", "-F", "none", "-o", proxy, "-o", "StrictHostKeyChecking=no", "-o",
			  "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-i", key,
			  "bobs-laptop", "cat; echo through a tube"),
		     all, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, NULL);
	if (status || strcmp(out, "through a tube\n"))
		test_fail("ssh: %d, \"%s\", %s", status, out, err);
	assert_exits(ben, 0);
}

/* --- on the screen ---------------------------------------------------------------------------------------------------- */

static void test_screen(void **state)
{
	struct world *world = *state;
	g_autofree char *target = g_strdup_printf("localhost:%u", world->port);
	const struct pheme_options options = {.place = "ben", .rows = 24, .cols = 80};
	struct screen *screen = pheme_start_until(world->w, &options, "connected as");
	pid_t ann = start(world, "ann", NULL, ARGS(OFFER, "ben", "web", target));

	screen_wait_text(screen, "ann offers x-http: accept?");
	screen_line(screen, "/reject");
	assert_exits(ann, 5);
	ann = start(world, "ann", NULL, ARGS(OFFER, "ben", "web", target));
	screen_wait_text(screen, "/accept 2");
	screen_line(screen, "/accept");
	screen_wait_text(screen, "http://127.0.0.1:");
	screen_line(screen, "/tube");
	screen_wait_text(screen, "x-http from ann");
	screen_wait_text(screen, "programs connect to http://127.0.0.1:");
	screen_wait_text(screen, "credentials");
	screen_type(screen, "c");
	screen_wait_text(screen, "There are no tubes");
	assert_exits(ann, 0);
	screen_type(screen, "q");
	pheme_quit(world->w, screen);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/tubes/" name, fn, setup, teardown                                                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("web", test_web),
		TEST("web_unix", test_web_unix),
		TEST("web_ipv4", test_web_ipv4),
		TEST("port", test_port),
		TEST("stdio", test_stdio),
		TEST("stdio_port", test_stdio_port),
		TEST("proxy", test_proxy),
		TEST("room", test_room),
		TEST("dbus", test_dbus),
		TEST("no_program", test_no_program),
		TEST("own_manager_dies", test_own_manager_dies),
		TEST("their_manager_dies", test_their_manager_dies),
		TEST("mistakes", test_mistakes),
		TEST("rule", test_rule),
		TEST("connect", test_connect),
		TEST("ssh", test_ssh),
		TEST("screen", test_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
