/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "demo.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../bus/daemon.h"
#include "place.h"

#define GOODBYE_MS 3000
#define STEP_MS    10

/* A home and a bus. */
struct side {
	char *directory;
	char **env; /* of what belongs there */
	struct bus_daemon bus;
};

struct demo {
	char *place, *people;
	struct side me, parrot;
	pid_t parrot_pid;
};

static const char accounts[] = "[local]\n"
			       "manager=local\n"
			       "protocol=local\n"
			       "enabled=true\n"
			       "autojoin=lobby\n"
			       "param-directory=%s\n"
			       "%s";

/* How the parrot answers: with what was said, or with a tube that has this page. */
static const char reply[] =
	"text=$(cat)\n"
	"case $text in\n"
	"[Tt]ube)\n"
	"	/proc/$PPID/exe --no-autostart --quiet --timeout 600 --tube-offer \"$PHEME_CHAT\" "
	"\\\n"
	"		x-http \"exec:sh '${0%/*}/page'\" >/dev/null 2>&1 &\n"
	"	echo 'A web page of mine comes through a tube: /accept it.'\n"
	"	;;\n"
	"*)\n"
	"	printf '%s' \"$text\"\n"
	"	;;\n"
	"esac\n";
static const char page[] =
	"while read -r line; do\n"
	"	test \"${#line}\" -gt 1 || break\n"
	"done\n"
	"printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n'\n"
	"printf '<!DOCTYPE html>\\n<title>The parrot</title>\\n'\n"
	"printf '<h1>Hello from the parrot</h1>\\n<p>This page came through a tube.</p>\\n'\n";

static const struct {
	const char *variable, *directory;
} homes[] = {
	{"XDG_CONFIG_HOME", "config"}, {"XDG_DATA_HOME", "data"},  {"XDG_STATE_HOME", "state"},
	{"XDG_CACHE_HOME", "cache"},   {"XDG_RUNTIME_DIR", "run"},
};

const char *demo_hint(void)
{
	return "Demo: /query parrot and say hello, or tube. Alt-1: lobby. F1: help. /quit: end.";
}

/* --- a side ------------------------------------------------------------------------------- */

static bool make_directory(const char *path, GError **error)
{
	if (!mkdir(path, 0700))
		return true;
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "cannot make %s: %s", path,
		    g_strerror(errno));
	return false;
}

static bool make_homes(struct side *side, GError **error)
{
	if (!make_directory(side->directory, error))
		return false;
	side->env = g_get_environ();
	for (gsize i = 0; i < G_N_ELEMENTS(homes); i++) {
		g_autofree char *path = g_build_filename(side->directory, homes[i].directory, NULL);

		if (!make_directory(path, error))
			return false;
		side->env = g_environ_setenv(side->env, homes[i].variable, path, TRUE);
	}
	return true;
}

static bool write_account(const struct side *side, const char *people, const char *more,
			  GError **error)
{
	g_autofree char *directory = g_build_filename(side->directory, "config", "pheme", NULL);
	g_autofree char *path = g_build_filename(directory, "accounts.conf", NULL);
	g_autofree char *text = g_strdup_printf(accounts, people, more);

	return make_directory(directory, error) &&
	       g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
					error);
}

static bool side_start(struct side *side, const struct demo *demo, const char *name,
		       const char *more, GError **error)
{
	g_autofree char *run = NULL;

	side->directory = g_build_filename(demo->place, name, NULL);
	run = g_build_filename(side->directory, "run", NULL);
	if (!make_homes(side, error) || !write_account(side, demo->people, more, error) ||
	    !bus_daemon_start_child(&side->bus, run, side->env, error))
		return false;
	side->env =
		g_environ_setenv(side->env, "DBUS_SESSION_BUS_ADDRESS", side->bus.address, TRUE);
	return true;
}

static void side_end(struct side *side)
{
	if (side->bus.address)
		bus_daemon_end(&side->bus);
	bus_daemon_clear(&side->bus);
	g_strfreev(side->env);
	g_free(side->directory);
}

/* This process lives on that side. */
static void move_to(const struct side *side)
{
	for (gsize i = 0; i < G_N_ELEMENTS(homes); i++)
		g_setenv(homes[i].variable, g_environ_getenv(side->env, homes[i].variable), TRUE);
	g_setenv("DBUS_SESSION_BUS_ADDRESS", side->bus.address, TRUE);
}

/* --- the parrot --------------------------------------------------------------------------- */

static void die_with_parent(void *data)
{
	const pid_t *parent = data;

	setsid();
	/* What happened before it was set shows in who the parent is. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != *parent)
		_exit(127);
}

/* Path of a script of the parrot's; NULL with error set. */
static char *write_script(const struct side *side, const char *name, const char *text,
			  GError **error)
{
	char *path = g_build_filename(side->directory, name, NULL);

	if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
		g_clear_pointer(&path, g_free);
	return path;
}

static bool start_parrot(struct demo *demo, GError **error)
{
	g_autofree char *replies = write_script(&demo->parrot, "reply", reply, error);
	g_autofree char *pages = replies ? write_script(&demo->parrot, "page", page, error) : NULL;
	g_autofree char *quoted = replies ? g_shell_quote(replies) : NULL;
	g_autofree char *command = g_strdup_printf("sh %s", quoted);
	char *argv[] = {"/proc/self/exe", "pheme", "--reply-with", command, NULL};
	pid_t self = getpid();

	if (!pages)
		return false;
	if (g_spawn_async("/", argv, demo->parrot.env,
			  G_SPAWN_FILE_AND_ARGV_ZERO | G_SPAWN_DO_NOT_REAP_CHILD |
				  G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
			  die_with_parent, &self, &demo->parrot_pid, error))
		return true;
	g_prefix_error(error, "cannot start the parrot: ");
	return false;
}

static bool has_ended(pid_t child)
{
	return waitpid(child, NULL, WNOHANG) != 0;
}

static void end_parrot(pid_t parrot)
{
	kill(parrot, SIGTERM);
	for (int ms = 0; ms < GOODBYE_MS; ms += STEP_MS) {
		if (has_ended(parrot))
			return;
		g_usleep(STEP_MS * 1000);
	}
	kill(parrot, SIGKILL);
	while (waitpid(parrot, NULL, 0) < 0 && errno == EINTR)
		;
}

/* --- the whole ---------------------------------------------------------------------------- */

static bool start(struct demo *demo, GError **error)
{
	demo->place = place_new(error);
	if (!demo->place)
		return false;
	demo->people = g_build_filename(demo->place, "people", NULL);
	return make_directory(demo->people, error) &&
	       side_start(&demo->parrot, demo, "parrot", "param-nickname=parrot\n", error) &&
	       start_parrot(demo, error) && side_start(&demo->me, demo, "me", "", error);
}

struct demo *demo_start(GError **error)
{
	struct demo *demo = g_new0(struct demo, 1);

	if (start(demo, error)) {
		move_to(&demo->me);
		return demo;
	}
	g_prefix_error(error, "cannot make the demo: ");
	demo_end(demo);
	return NULL;
}

void demo_end(struct demo *demo)
{
	if (!demo)
		return;
	if (demo->parrot_pid)
		end_parrot(demo->parrot_pid);
	side_end(&demo->parrot);
	side_end(&demo->me);
	if (demo->place)
		place_remove(demo->place);
	g_free(demo->place);
	g_free(demo->people);
	g_free(demo);
}
