/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/screen_private.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

/* What a busy program may take for the rest of a frame. */
#define DRAWN_MS 200

/* libvterm writes beyond its memory when a wide character comes to one column. */
#define VTERM_COLS_MIN 2

/* --- output --- */

static void send_replies(struct screen *screen)
{
	char buf[4096];
	size_t n = vterm_output_read(screen->vt, buf, sizeof(buf));

	if (n > 0)
		screen_type_bytes(screen, buf, n);
}

static gboolean on_output(gint fd, GIOCondition condition, void *data)
{
	struct screen *screen = data;
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return G_SOURCE_CONTINUE;
	if (n <= 0) {
		screen->watch = 0;
		return G_SOURCE_REMOVE;
	}
	g_string_append_len(screen->raw, buf, n);
	vterm_input_write(screen->vt, buf, (size_t)n);
	send_replies(screen);
	return G_SOURCE_CONTINUE;
}

/* --- the program --- */

static void run_program(char *const argv[], const struct screen_options *options, pid_t parent)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setenv("TERM", options && options->term ? options->term : "xterm-256color", 1);
	unsetenv("COLUMNS");
	unsetenv("LINES");
	for (int i = 0; options && options->env && options->env[i]; i++) {
		char *entry = strdup(options->env[i]), *eq = strchr(entry, '=');

		if (eq)
			putenv(entry);
		else
			unsetenv(entry);
	}
	if (options && options->dir && chdir(options->dir) < 0)
		_exit(127);
	execvp(argv[0], argv);
	fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void make_terminal(struct screen *screen)
{
	screen->vt = vterm_new(screen->rows, MAX(screen->cols, VTERM_COLS_MIN));
	vterm_set_utf8(screen->vt, 1);
	screen->vts = vterm_obtain_screen(screen->vt);
	vterm_screen_enable_altscreen(screen->vts, 1);
	vterm_screen_set_callbacks(screen->vts, &screen_callbacks, screen);
	vterm_screen_reset(screen->vts, 1);
}

static void start_program(struct screen *screen, char *const argv[],
			  const struct screen_options *options)
{
	struct winsize size = {
		.ws_row = (unsigned short)screen->rows,
		.ws_col = (unsigned short)screen->cols,
	};
	pid_t parent = getpid();
	int slave;

	if (openpty(&screen->master, &slave, NULL, NULL, &size) < 0)
		test_fail("cannot open a terminal: %s", g_strerror(errno));
	fcntl(screen->master, F_SETFD, FD_CLOEXEC);
	fcntl(screen->master, F_SETFL, O_NONBLOCK);
	tcgetattr(slave, &screen->before);
	screen->pid = fork();
	if (screen->pid == 0) {
		login_tty(slave);
		run_program(argv, options, parent);
	}
	close(slave);
	if (screen->pid < 0)
		test_fail("cannot fork: %s", g_strerror(errno));
	screen->watch = g_unix_fd_add(screen->master, G_IO_IN | G_IO_HUP, on_output, screen);
}

struct screen *screen_new(char *const argv[], const struct screen_options *options)
{
	struct screen *screen = g_new0(struct screen, 1);

	screen->rows = options && options->rows ? options->rows : 24;
	screen->cols = options && options->cols ? options->cols : 80;
	screen->raw = g_string_new(NULL);
	screen->title = g_string_new(NULL);
	screen->cursor_visible = true;
	make_terminal(screen);
	start_program(screen, argv, options);
	return screen;
}

static void note_end(struct screen *screen)
{
	if (!screen->ended && waitpid(screen->pid, &screen->status, WNOHANG) == screen->pid)
		screen->ended = true;
}

bool screen_is_running(struct screen *screen)
{
	note_end(screen);
	return !screen->ended;
}

void screen_free(struct screen *screen)
{
	if (!screen)
		return;
	if (screen_is_running(screen)) {
		kill(screen->pid, SIGKILL);
		test_wait_exit(screen->pid, NULL, TEST_WAIT_MS);
	}
	screen_hang_up(screen);
	vterm_free(screen->vt);
	g_string_free(screen->raw, TRUE);
	g_string_free(screen->title, TRUE);
	g_free(screen);
}

pid_t screen_pid(const struct screen *screen)
{
	return screen->pid;
}

void screen_signal(struct screen *screen, int signal)
{
	kill(screen->pid, signal);
}

void screen_hang_up(struct screen *screen)
{
	g_clear_handle_id(&screen->watch, g_source_remove);
	if (screen->master >= 0)
		close(screen->master);
	screen->master = -1;
}

void screen_resize(struct screen *screen, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	screen->rows = rows;
	screen->cols = cols;
	vterm_set_size(screen->vt, rows, MAX(cols, VTERM_COLS_MIN));
	ioctl(screen->master, TIOCSWINSZ, &size);
}

/* --- waiting --- */

struct screen_wait_state {
	struct screen *screen;
	screen_fn ready;
	void *data;
};

static bool is_ready(void *data)
{
	struct screen_wait_state *w = data;

	return w->ready(w->screen, w->data);
}

/* R runs, D waits for a disk; the state stands behind the name, which may be anything. */
static bool is_at_work(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid), *stat = NULL;
	const char *name_end;

	if (!g_file_get_contents(path, &stat, NULL, NULL))
		return false;
	name_end = strrchr(stat, ')');
	return name_end && (name_end[2] == 'R' || name_end[2] == 'D');
}

static bool has_drawn(void *data)
{
	struct screen *screen = data;
	struct pollfd output = {.fd = screen->master, .events = POLLIN};

	return !screen->watch || (!is_at_work(screen->pid) && poll(&output, 1, 0) == 0);
}

static gboolean on_tick(void *data)
{
	return G_SOURCE_CONTINUE;
}

/* A frame comes in parts, and on a busy machine each is seen. Who has drawn all of it goes to
 * sleep, which nobody is told: so it is looked at again and again. A program that never sleeps is
 * not waited for. */
static void wait_drawn(struct screen *screen)
{
	guint tick;

	if (has_drawn(screen))
		return;
	tick = g_timeout_add(1, on_tick, NULL);
	test_wait_until(has_drawn, screen, DRAWN_MS);
	g_source_remove(tick);
}

void screen_wait(struct screen *screen, screen_fn ready, void *data, const char *what)
{
	struct screen_wait_state w = {.screen = screen, .ready = ready, .data = data};

	if (test_wait_until(is_ready, &w, TEST_WAIT_MS)) {
		wait_drawn(screen);
		return;
	}
	screen_dump(screen);
	test_fail("not on the screen: %s", what);
}

static bool has_text(struct screen *screen, void *data)
{
	return screen_find(screen, data, NULL, NULL);
}

static bool has_no_text(struct screen *screen, void *data)
{
	return !screen_find(screen, data, NULL, NULL);
}

void screen_wait_text(struct screen *screen, const char *text)
{
	screen_wait(screen, has_text, (void *)text, text);
}

void screen_wait_no_text(struct screen *screen, const char *text)
{
	g_autofree char *what = g_strdup_printf("a screen without \"%s\"", text);

	screen_wait(screen, has_no_text, (void *)text, what);
}

struct row_text {
	int row;
	const char *text;
};

static bool row_has_text(struct screen *screen, void *data)
{
	struct row_text *wanted = data;
	g_autofree char *row = screen_row(screen, wanted->row);

	return strstr(row, wanted->text) != NULL;
}

void screen_wait_row(struct screen *screen, int row, const char *text)
{
	struct row_text wanted = {.row = row, .text = text};
	g_autofree char *what = g_strdup_printf("\"%s\" in row %d", text, row);

	screen_wait(screen, row_has_text, &wanted, what);
}

static bool has_raw(struct screen *screen, void *data)
{
	const char *bytes = data;

	return memmem(screen->raw->str, screen->raw->len, bytes, strlen(bytes)) != NULL;
}

void screen_wait_raw(struct screen *screen, const char *bytes)
{
	g_autofree char *what = g_strescape(bytes, NULL);

	screen_wait(screen, has_raw, (void *)bytes, what);
}

static bool is_read_up(void *data)
{
	return ((struct screen *)data)->watch == 0;
}

int screen_wait_exit(struct screen *screen)
{
	if (screen_is_running(screen)) {
		if (!test_wait_exit(screen->pid, &screen->status, TEST_WAIT_MS)) {
			screen_dump(screen);
			test_fail("the program did not end");
		}
		screen->ended = true;
	}
	/* A child of the program may still hold the terminal: read what is there. */
	test_wait_until(is_read_up, screen, 100);
	return screen->status;
}
