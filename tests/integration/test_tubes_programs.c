/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Programs that everybody has, at both ends of tubes between two phemes: a web server and curl,
 * git, ssh, scp and rsync. What they leave behind is looked at too. */

#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/users.h"
#include "tests/lib/wait.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define OFFER  "--timeout", "20", "--tube-offer"
#define ACCEPT "--timeout", "20", "--tube-accept"

#define FILES 50
#define PIPES 40 /* descriptors of pipes that are kept, at most; less than one a file */

static int setup(void **state)
{
	users_setup(state);
	users_add(*state, "ann", "");
	users_add(*state, "ben", "");
	return 0;
}

static gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

/* For what nobody tells of. */
static bool wait_for(test_wait_fn ready, void *data)
{
	guint tick = g_timeout_add(10, on_tick, NULL);
	bool done = test_wait_until(ready, data, TEST_WAIT_MS);

	g_source_remove(tick);
	return done;
}

/* A program of ann's or ben's that must succeed; what it prints. */
static char *run(struct pheme_world *w, const char *name, char **argv)
{
	char *out = NULL;
	g_autofree char *err = NULL;
	int status = users_run(w, name, argv, &out, &err);

	if (status)
		test_fail("%s: %d, %s%s", argv[0], status, out, err);
	return out;
}

static guint wait_port(struct pheme_world *w, const char *name)
{
	g_autofree char *rest = users_wait_said(w, name, "127.0.0.1:");

	return (guint)g_ascii_strtoull(rest, NULL, 10);
}

/* --- files -------------------------------------------------------------------------------- */

static char *file_name(unsigned number)
{
	return g_strdup_printf("page-%u", number);
}

/* Of all sizes, from none to a megabyte, all different. */
static char *file_content(unsigned number, gsize *size)
{
	guint32 value = number * 2654435761u;
	char *content;

	*size = number == 1 ? 0 : number == 2 ? 1 << 20 : number * 1237;
	content = g_malloc(*size + 1);
	for (gsize i = 0; i < *size; i++) {
		value = value * 1103515245u + 12345u;
		content[i] = (char)(value >> 16);
	}
	return content;
}

/* Directory with them. g_free(). */
static char *make_files(struct pheme_world *w)
{
	char *dir = test_env_path(w->env, "site");

	g_mkdir(dir, 0755);
	for (unsigned i = 1; i <= FILES; i++) {
		gsize size;
		g_autofree char *content = file_content(i, &size);
		g_autofree char *name = file_name(i);
		g_autofree char *path = g_build_filename(dir, name, NULL);

		assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
	}
	return dir;
}

static void check_files(const char *dir)
{
	for (unsigned i = 1; i <= FILES; i++) {
		gsize wanted, size = 0;
		g_autofree char *content = file_content(i, &wanted), *got = NULL;
		g_autofree char *name = file_name(i);
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (!g_file_get_contents(path, &got, &size, NULL) || size != wanted ||
		    memcmp(got, content, size) != 0)
			test_fail("%s is not what it was", path);
	}
}

/* --- the web ------------------------------------------------------------------------------ */

static bool is_answering(void *data)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
		client, "127.0.0.1", (guint16)GPOINTER_TO_UINT(data), NULL, NULL);

	return connection;
}

static pid_t start_web(const char *dir, guint port)
{
	g_autofree char *at = g_strdup_printf("127.0.0.1:%u", port);
	pid_t pid = test_proc_start(
		USERS_ARGS("busybox", "httpd", "-f", "-p", at, "-h", (char *)dir), NULL, NULL);

	assert_true(wait_for(is_answering, GUINT_TO_POINTER(port)));
	return pid;
}

struct count {
	pid_t pid;
	unsigned most;
};

static bool has_few_fds(void *data)
{
	const struct count *count = data;

	return users_count_fds(count->pid) <= count->most;
}

/* All files at once, each in a connection of its own. */
static void download(struct pheme_world *w, guint port)
{
	g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/page-[1-%d]", port, FILES);
	g_autofree char *dir = test_env_path(w->env, "got");
	g_autofree char *to = g_build_filename(dir, "page-#1", NULL);
	g_autofree char *out = NULL;

	g_mkdir(dir, 0700);
	out = run(w, "ben",
		  USERS_ARGS("curl", "-sSf", "--noproxy", "*", "-Z", "--parallel-immediate",
			     "--parallel-max", G_STRINGIFY(FILES), url, "-o", to));
	check_files(dir);
}

static void check_web(struct pheme_world *w, const char *at_ann, const char *at_ben)
{
	g_autofree char *dir = make_files(w);
	guint web_port = (guint)test_free_port();
	g_autofree char *target = g_strdup_printf("localhost:%u", web_port);
	pid_t web = start_web(dir, web_port);
	pid_t ben = users_start(w, "ben", at_ben, USERS_ARGS(ACCEPT, "ann", "web"));
	pid_t ann = users_start(w, "ann", at_ann, USERS_ARGS(OFFER, "ben", "web", target));
	guint port = wait_port(w, "ben");
	struct count of_ann, of_ben;

	download(w, port);
	of_ann = (struct count){ann, users_count_fds(ann) + PIPES};
	of_ben = (struct count){ben, users_count_fds(ben) + PIPES};
	download(w, port);
	assert_true(wait_for(has_few_fds, &of_ann));
	assert_true(wait_for(has_few_fds, &of_ben));
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_check_clean(w, "ann");
	users_check_clean(w, "ben");
	test_proc_stop(web, NULL);
}

static void test_curl_credentials(void **state)
{
	check_web(*state, NULL, NULL);
}

static void test_curl_unix(void **state)
{
	check_web(*state, "PHEME_TUBE_SOCKET=unix", "PHEME_TUBE_SOCKET=unix");
}

static void test_curl_ipv4(void **state)
{
	check_web(*state, "PHEME_TUBE_SOCKET=ipv4", "PHEME_TUBE_SOCKET=ipv4");
}

static void test_curl_port(void **state)
{
	check_web(*state, "PHEME_TUBE_SOCKET=ipv4-port", NULL);
}

/* A server that is started for each connection, and none is left. */
static void test_curl_exec(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *dir = make_files(w);
	g_autofree char *target = g_strdup_printf("exec:busybox httpd -i -h %s", dir);
	pid_t ben = users_start(w, "ben", NULL, USERS_ARGS(ACCEPT, "ann", "web"));
	pid_t ann = users_start(w, "ann", NULL, USERS_ARGS(OFFER, "ben", "web", target));

	download(w, wait_port(w, "ben"));
	users_stop(ben);
	users_wait_exit(ann, 0);
	users_check_clean(w, "ann");
}

/* --- git ---------------------------------------------------------------------------------- */

static void git(struct pheme_world *w, const char *name, const char *dir, char **args)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	char *fixed[] = {"git", "-c",       "user.name=Ann", "-c", "user.email=ann@example.org",
			 "-C",  (char *)dir};

	for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(argv, fixed[i]);
	for (; *args; args++)
		g_ptr_array_add(argv, *args);
	g_ptr_array_add(argv, NULL);
	g_free(run(w, name, (char **)argv->pdata));
}

static void test_git_clone(void **state)
{
	struct pheme_world *w = *state;
	g_autofree char *repository = make_files(w);
	g_autofree char *base = g_path_get_dirname(repository);
	g_autofree char *copy = test_env_path(w->env, "copy");
	g_autofree char *target = g_strdup_printf(
		"exec:git daemon --inetd --export-all --base-path=%s %s", base, base);
	g_autofree char *url = NULL;
	pid_t ann, ben;

	git(w, "ann", repository, USERS_ARGS("init", "-q"));
	git(w, "ann", repository, USERS_ARGS("add", "."));
	git(w, "ann", repository, USERS_ARGS("commit", "-q", "-m", "pages"));
	ben = users_start(w, "ben", NULL, USERS_ARGS(ACCEPT, "ann", "x-git"));
	ann = users_start(w, "ann", NULL, USERS_ARGS(OFFER, "ben", "x-git", target));
	url = g_strdup_printf("git://127.0.0.1:%u/site", wait_port(w, "ben"));
	git(w, "ben", base, USERS_ARGS("clone", "-q", url, copy));
	check_files(copy);
	git(w, "ben", copy, USERS_ARGS("fetch", "-q"));
	users_stop(ann);
	users_wait_exit(ben, 0);
	users_check_clean(w, "ann");
}

/* --- ssh ---------------------------------------------------------------------------------- */

struct ssh {
	char *conf, *proxy, *key;
	char *serve; /* how ben serves one connection */
};

static char *make_key(struct pheme_world *w, const char *name)
{
	char *path = test_env_path(w->env, name);

	g_free(run(w, "ben",
		   USERS_ARGS("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)));
	return path;
}

static void ssh_begin(struct pheme_world *w, struct ssh *ssh)
{
	g_autofree char *host = make_key(w, "host_key");
	g_autofree char *program = pheme_program(), *text = NULL;

	/* As root it separates privileges, in a directory that its service would have made. */
	if (geteuid() == 0)
		g_mkdir("/run/sshd", 0755);
	ssh->key = make_key(w, "user_key");
	text = g_strdup_printf("HostKey %s\nAuthorizedKeysFile %s.pub\nStrictModes no\n"
			       "PermitRootLogin yes\nPidFile none\nUsePAM no\nPrintMotd no\n"
			       "PrintLastLog no\nSubsystem sftp internal-sftp\n",
			       host, ssh->key);
	test_env_write(w->env, "sshd_config", text);
	ssh->conf = test_env_path(w->env, "sshd_config");
	ssh->serve = g_strdup_printf("connect:exec:/usr/sbin/sshd -i -f %s", ssh->conf);
	ssh->proxy =
		g_strdup_printf("ProxyCommand=%s --timeout 20 --tube-offer ben ssh -", program);
}

static void ssh_end(struct ssh *ssh)
{
	g_free(ssh->conf);
	g_free(ssh->proxy);
	g_free(ssh->key);
	g_free(ssh->serve);
}

/* One connection. */
static pid_t ssh_serve(struct pheme_world *w, const struct ssh *ssh)
{
	return users_start(w, "ben", NULL, USERS_ARGS(ACCEPT, "ann", "ssh", "--exec", ssh->serve));
}

#define SSH_OPTIONS(ssh)                                                                           \
	"-F", "none", "-o", (ssh)->proxy, "-o", "StrictHostKeyChecking=no", "-o",                  \
		"UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes",     \
		"-i", (ssh)->key

static void test_scp(void **state)
{
	struct pheme_world *w = *state;
	struct ssh ssh;
	g_autofree char *dir = make_files(w), *to = test_env_path(w->env, "copied");
	g_autofree char *there = g_strconcat("bobs-laptop:", to, NULL);
	g_autofree char *back = test_env_path(w->env, "back");
	pid_t ben;

	ssh_begin(w, &ssh);
	ben = ssh_serve(w, &ssh);
	g_free(run(w, "ann", USERS_ARGS("scp", "-q", "-r", SSH_OPTIONS(&ssh), dir, there)));
	users_wait_exit(ben, 0);
	check_files(to);
	ben = ssh_serve(w, &ssh);
	g_free(run(w, "ann", USERS_ARGS("scp", "-q", "-r", SSH_OPTIONS(&ssh), there, back)));
	users_wait_exit(ben, 0);
	check_files(back);
	users_check_clean(w, "ann");
	users_check_clean(w, "ben");
	ssh_end(&ssh);
}

/* The contact's name is the login and the host: no more is typed than with any other server. Where
 * names are so and tubes go through a network, someone else's program is at the other end. */
static void test_ssh_by_contact(void **state)
{
	struct pheme_world *w = *state;
	struct ssh ssh;
	g_autofree char *contact = g_strconcat(g_get_user_name(), "@example.org", NULL);
	g_autofree char *log = test_env_path(w->env, "ssh.log"), *program = pheme_program();
	g_autofree char *serve = NULL, *said = NULL;
	pid_t pid;

	pheme_use_fixture(w);
	pheme_add_fixture(w, NULL, "work", "alice@fixture", "");
	fixture_set_contact(w->fixture, "alice@fixture", contact, "Bob", NULL, 4, 4, "");
	fixture_set_presence(w->fixture, "alice@fixture", contact, "available", "");
	fixture_set_tubes(w->fixture, "alice@fixture",
			  (const char *const[]){"unix-credentials", NULL});
	ssh_begin(w, &ssh);
	g_free(ssh.proxy);
	ssh.proxy = g_strdup_printf(
		"ProxyCommand=%s --timeout 20 --tube-offer %%r@%%h x-ssh-contact -", program);
	serve = g_strdup_printf("/usr/sbin/sshd -i -f %s", ssh.conf);
	pid = test_proc_start(
		USERS_ARGS("ssh", SSH_OPTIONS(&ssh), contact, "echo from; echo there"), NULL, log);
	fixture_wait_calls(w->fixture, "Offer", 1);
	fixture_serve_tube(w->fixture, "alice@fixture", serve);
	users_wait_exit(pid, 0);
	g_file_get_contents(log, &said, NULL, NULL);
	assert_string_equal(said, "from\nthere\n");
	ssh_end(&ssh);
}

/* A terminal at both ends: what is typed is seen, its size is known, and Ctrl-C is one. */
static void test_ssh_terminal(void **state)
{
	struct pheme_world *w = *state;
	struct ssh ssh;
	pid_t ben;

	ssh_begin(w, &ssh);
	ben = ssh_serve(w, &ssh);
	{
		const char *const args[] = {SSH_OPTIONS(&ssh), "-tt", "bobs-laptop",
					    "PS1='there> ' exec sh -i", NULL};
		const struct pheme_options options = {
			.program = "ssh", .place = "ann", .rows = 30, .cols = 90, .args = args};
		struct screen *s = pheme_start_until(w, &options, "there>");

		screen_line(s, "stty size");
		screen_wait_text(s, "30 90");
		pheme_wait_rows(s, "there>", 2);
		screen_line(s, "sh -c 'echo runs$((40+2)); exec sleep 600'");
		screen_wait_text(s, "runs42");
		screen_key(s, "C-c");
		pheme_wait_rows(s, "there>", 3);
		screen_line(s, "echo a$((1+1))b");
		screen_wait_text(s, "a2b");
		screen_line(s, "exit 0");
		assert_int_equal(screen_wait_exit(s), 0);
	}
	users_wait_exit(ben, 0);
	users_check_clean(w, "ann");
	users_check_clean(w, "ben");
	ssh_end(&ssh);
}

static void test_rsync(void **state)
{
	struct pheme_world *w = *state;
	struct ssh ssh;
	g_autofree char *dir = make_files(w), *from = g_strconcat(dir, "/", NULL);
	g_autofree char *to = test_env_path(w->env, "mirror");
	g_autofree char *there = g_strconcat("bobs-laptop:", to, NULL);
	g_autofree char *shell = NULL;
	pid_t ben;

	ssh_begin(w, &ssh);
	shell = g_strdup_printf("ssh -F none -o '%s' -o StrictHostKeyChecking=no -o LogLevel=ERROR "
				"-o UserKnownHostsFile=/dev/null -o BatchMode=yes -i %s",
				ssh.proxy, ssh.key);
	ben = ssh_serve(w, &ssh);
	g_free(run(w, "ann", USERS_ARGS("rsync", "-a", "-e", shell, from, there)));
	users_wait_exit(ben, 0);
	check_files(to);
	users_check_clean(w, "ann");
	users_check_clean(w, "ben");
	ssh_end(&ssh);
}

#define TEST(name, fn)                                                                             \
	{                                                                                          \
		"/tubes/programs/" name, fn, setup, users_teardown, NULL                           \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("curl_credentials", test_curl_credentials),
		TEST("curl_unix", test_curl_unix),
		TEST("curl_ipv4", test_curl_ipv4),
		TEST("curl_port", test_curl_port),
		TEST("curl_exec", test_curl_exec),
		TEST("git_clone", test_git_clone),
		TEST("scp", test_scp),
		{"/tubes/programs/ssh_by_contact", test_ssh_by_contact, pheme_setup, pheme_teardown,
		 NULL},
		TEST("ssh_terminal", test_ssh_terminal),
		TEST("rsync", test_rsync),
	};

	cmocka_set_test_filter(g_getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
