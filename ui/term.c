/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>
#include <glib-unix.h>
#include "extras.h"
#include "frame.h"
#include "osc.h"
#include "src/model/text.h"

/* Cells handed to curses at a time. */
#define RUN       128
#define TITLE_MAX 120 /* characters */

struct look { /* a style as curses has it */
	attr_t attributes;
	short pair;
};

static struct {
	SCREEN *screen;
	struct frame *frame; /* where it writes */
	bool utf8, colour, has_title, has_paste, paused;
	bool mouse; /* asked for */
	int saved_stderr;
	struct look looks[TERM_STYLES];
	char *title;
	term_signal_fn signal_fn;
	void *signal_data;
	int signal_pipe[2];
	guint signal_source;
} term = {.saved_stderr = -1, .signal_pipe = {-1, -1}};

static const int caught[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};

/* --- taking the terminal ------------------------------------------------------------------ */

bool term_check(GError **error)
{
	const char *name = g_getenv("TERM");
	const char *why = NULL;

	if (!isatty(STDIN_FILENO))
		why = "stdin is not a terminal";
	else if (!isatty(STDOUT_FILENO))
		why = "stdout is not a terminal";
	else if (name == NULL || *name == '\0')
		why = "TERM is not set";
	else if (strcmp(name, "dumb") == 0)
		why = "TERM is \"dumb\", a terminal without a cursor";
	if (why != NULL)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "cannot start the screen: %s; `pheme --help` lists what works "
			    "without one",
			    why);
	return why == NULL;
}

static void send_bytes(const char *bytes)
{
	frame_write(STDOUT_FILENO, bytes, strlen(bytes));
}

/* A library that complains would write across the screen. */
static void silence_stderr(void)
{
	int null;

	if (!isatty(STDERR_FILENO))
		return;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0)
		return;
	term.saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(null, STDERR_FILENO);
	close(null);
}

static void restore_stderr(void)
{
	if (term.saved_stderr < 0)
		return;
	dup2(term.saved_stderr, STDERR_FILENO);
	close(term.saved_stderr);
	term.saved_stderr = -1;
}

static void start_colour(void)
{
	const char *no_color = g_getenv("NO_COLOR");

	term.colour = false;
	if (no_color != NULL && *no_color != '\0')
		return;
	if (!has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	term.colour = COLORS >= 8;
}

/* Buttons and the wheel, in the form that has no limit of columns. */
static void send_mouse(bool on)
{
	if (term.has_paste)
		send_bytes(on ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l");
}

static void enter(void)
{
	if (term.mouse)
		send_mouse(true);
	if (term.has_paste)
		send_bytes("\033[?2004h");
	if (term.has_title && term.title != NULL)
		send_bytes("\033[22;2t");
}

static void leave(void)
{
	if (term.mouse)
		send_mouse(false);
	if (term.has_paste)
		send_bytes("\033[?2004l");
	if (term.has_title && term.title != NULL)
		send_bytes("\033[23;2t");
}

bool term_init(GError **error)
{
	if (!term_check(error))
		return false;
	term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	term.has_title = extras_has_title(g_getenv("TERM"));
	term.has_paste = extras_has_paste(g_getenv("TERM"));
	term.frame = frame_new(STDOUT_FILENO);
	if (term.frame != NULL)
		term.screen = newterm(NULL, frame_file(term.frame), stdin);
	if (term.screen == NULL) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    "cannot start the screen: terminal \"%s\" is not known here; try "
			    "TERM=xterm or TERM=vt100",
			    g_getenv("TERM"));
		g_clear_pointer(&term.frame, frame_free);
		return false;
	}
	silence_stderr();
	raw();
	noecho();
	nonl();
	typeahead(-1);
	idlok(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	start_colour();
	enter();
	return true;
}

static void forget_signals(void)
{
	if (term.signal_source == 0)
		return;
	for (guint i = 0; i < G_N_ELEMENTS(caught); i++)
		/* Shells pass a hangup on that the kernel sends as well: the second one must not
		 * cut the goodbye short that the first one began. */
		signal(caught[i], caught[i] == SIGHUP ? SIG_IGN : SIG_DFL);
	g_source_remove(term.signal_source);
	term.signal_source = 0;
	close(term.signal_pipe[0]);
	close(term.signal_pipe[1]);
	term.signal_pipe[0] = term.signal_pipe[1] = -1;
}

void term_end(void)
{
	if (term.screen == NULL)
		return;
	forget_signals();
	if (!term.paused) {
		leave();
		endwin();
	}
	delscreen(term.screen);
	term.screen = NULL;
	g_clear_pointer(&term.frame, frame_free);
	g_clear_pointer(&term.title, g_free);
	restore_stderr();
}

int term_rows(void)
{
	return term.screen != NULL ? LINES : 0;
}

int term_cols(void)
{
	return term.screen != NULL ? COLS : 0;
}

bool term_has_paste_marks(void)
{
	return term.has_paste;
}

/* --- styles ------------------------------------------------------------------------------- */

/* Nearest of the 6x6x6 cube of a 256-colour terminal. */
static int cube_of(int rgb)
{
	int index = 16;

	for (int shift = 16, weight = 36; shift >= 0; shift -= 8, weight /= 6) {
		int level = rgb >> shift & 0xff;

		index += weight * (level < 48 ? 0 : level < 115 ? 1 : (level - 35) / 40);
	}
	return index;
}

static int colour_of(const struct term_colour *colour)
{
	if (COLORS >= 256 && colour->index != TERM_COLOUR_NONE)
		return colour->index;
	if (COLORS >= 256 && colour->rgb != TERM_COLOUR_NONE)
		return cube_of(colour->rgb);
	if (colour->basic == TERM_COLOUR_NONE)
		return -1;
	return colour->basic < COLORS ? colour->basic : colour->basic & 7;
}

void term_set_style(int style, const struct term_style *look)
{
	static const struct {
		unsigned attribute;
		attr_t curses;
	} map[] = {{TERM_BOLD, A_BOLD},
		   {TERM_DIM, A_DIM},
		   {TERM_ITALIC, A_ITALIC},
		   {TERM_UNDERLINE, A_UNDERLINE},
		   {TERM_REVERSE, A_REVERSE}};
	struct look *out;
	int pair = 0;

	g_assert(style >= 0 && style < TERM_STYLES);
	out = &term.looks[style];
	out->attributes = 0;
	for (guint i = 0; i < G_N_ELEMENTS(map); i++)
		if (look->attributes & map[i].attribute)
			out->attributes |= map[i].curses;
	if (term.colour) {
		int fg = colour_of(&look->fg), bg = colour_of(&look->bg);

		if (fg != -1 || bg != -1)
			pair = alloc_pair(fg, bg);
	}
	out->pair = (short)MAX(pair, 0);
}

/* --- drawing ------------------------------------------------------------------------------ */

struct run { /* cells on their way to curses */
	cchar_t cells[RUN];
	int count; /* characters, a wide one is one of them */
	int y, x, width;
	const struct look *look;
	cchar_t plain; /* a cell of this look */
};

static void run_begin(struct run *run, int y, int x, int style)
{
	run->y = y;
	run->x = x;
	run->count = run->width = 0;
	run->look = &term.looks[style];
	setcchar(&run->plain, L" ", run->look->attributes, run->look->pair, NULL);
}

static void run_flush(struct run *run)
{
	if (run->count > 0)
		mvadd_wchnstr(run->y, run->x, run->cells, run->count);
	run->x += run->width;
	run->count = run->width = 0;
}

static void run_add(struct run *run, const wchar_t *cluster, int width)
{
	if (run->count == RUN)
		run_flush(run);
	setcchar(&run->cells[run->count++], cluster, run->look->attributes, run->look->pair, NULL);
	run->width += width;
}

/* ASCII, with no mark on it: most of what there is. */
static bool is_plain(const char *p)
{
	return *p >= 0x20 && *p < 0x7f && (guchar)p[1] < 0x80;
}

static void run_add_plain(struct run *run, char c)
{
	if (run->count == RUN)
		run_flush(run);
	run->plain.chars[0] = (wchar_t)c;
	run->cells[run->count++] = run->plain;
	run->width++;
}

/* Can it be sent as it is? It must be printable and exist in the locale's encoding. */
static bool can_show(gunichar c, int width)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state = {0};

	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	if (c < 0xa0 || wcwidth((wchar_t)c) != width)
		return false;
	switch (g_unichar_type(c)) {
	case G_UNICODE_FORMAT: /* bidirectional controls and their like */
	case G_UNICODE_CONTROL:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return false;
	default: /* thirty kinds of what can be seen */
		break;
	}
	return term.utf8 || wcrtomb(bytes, (wchar_t)c, &state) != (size_t)-1;
}

static void run_add_unknown(struct run *run, int width)
{
	wchar_t mark[2] = {term.utf8 ? 0xfffd : L'?', 0};

	while (width-- > 0)
		run_add(run, mark, 1);
}

/* One character with its marks from @p; returns where the next begins. */
static const char *run_add_cluster(struct run *run, const char *p, int room)
{
	wchar_t cluster[CCHARW_MAX + 1] = {0};
	gunichar c = g_utf8_get_char_validated(p, -1);
	int width, count = 1;

	if (c == (gunichar)-1 || c == (gunichar)-2) {
		run_add_unknown(run, 1);
		return p + 1;
	}
	width = text_char_width(c);
	p = g_utf8_next_char(p);
	if (width == 0 && c >= 0x20) /* a mark with nothing to stand on */
		return p;
	if (width > room)
		return NULL;
	cluster[0] = (wchar_t)c;
	for (const char *next = p; (guchar)*next >= 0x80; next = g_utf8_next_char(next)) {
		gunichar mark = g_utf8_get_char_validated(next, -1);

		if (mark >= 0x110000 || text_char_width(mark) != 0)
			break;
		p = g_utf8_next_char(next);
		/* Joiners and variation selectors make some terminals merge or widen cells,
		 * others not: without them the width is the same everywhere. */
		if (mark != 0x200d && (mark < 0xfe00 || mark > 0xfe0f) && count < CCHARW_MAX &&
		    can_show(mark, 0))
			cluster[count++] = (wchar_t)mark;
	}
	if (can_show(c, width))
		run_add(run, cluster, width);
	else
		run_add_unknown(run, MAX(width, 1));
	return p;
}

int term_put(int y, int x, int width, int style, const char *text)
{
	struct run run;
	int end;

	if (y < 0 || y >= LINES || x < 0 || x >= COLS || text == NULL)
		return 0;
	run_begin(&run, y, x, style);
	end = MIN(x + width, COLS);
	while (*text != '\0' && run.x + run.width < end) {
		if (is_plain(text)) {
			run_add_plain(&run, *text++);
			continue;
		}
		text = run_add_cluster(&run, text, end - run.x - run.width);
		if (text == NULL)
			break;
	}
	run_flush(&run);
	return run.x - x;
}

void term_fill(int y, int x, int width, int style, char c)
{
	struct run run;

	if (y < 0 || y >= LINES || x < 0 || x >= COLS)
		return;
	run_begin(&run, y, x, style);
	for (width = MIN(width, COLS - x); width > 0; width--)
		run_add_plain(&run, c);
	run_flush(&run);
}

void term_put_padded(int y, int x, int width, int style, const char *text)
{
	int used = text != NULL ? term_put(y, x, width, style, text) : 0;

	term_fill(y, x + used, width - used, style, ' ');
}

void term_fill_area(const struct area *area, int style)
{
	for (int y = 0; y < area->height; y++)
		term_fill(area->y + y, area->x, area->width, style, ' ');
}

void term_set_cursor(int y, int x)
{
	move(CLAMP(y, 0, LINES - 1), CLAMP(x, 0, COLS - 1));
}

void term_flush(void)
{
	if (term.screen == NULL || term.paused)
		return;
	wnoutrefresh(stdscr);
	frame_begin(term.frame);
	doupdate();
	frame_end(term.frame);
}

void term_redraw(void)
{
	if (term.screen != NULL)
		clearok(curscr, TRUE);
}

bool term_resize(void)
{
	struct winsize size = {0};

	if (term.screen == NULL || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return false;
	if (size.ws_row == 0 || size.ws_col == 0)
		return false;
	/* What a terminal does with its cells when its size changes is its own affair; and one that
	 * has the size of before may have had another in between. */
	clearok(curscr, TRUE);
	if (size.ws_row == LINES && size.ws_col == COLS)
		return false;
	resizeterm(size.ws_row, size.ws_col);
	return true;
}

void term_bell(void)
{
	if (!term.paused)
		send_bytes("\a");
}

void term_notify(const char *kind, const char *title, const char *body)
{
	const char *name = g_getenv("TERM");
	enum osc_way way = g_getenv("TMUX") != NULL || g_str_has_prefix(name, "tmux") ? OSC_TMUX
			   : g_str_has_prefix(name, "screen")                         ? OSC_SCREEN
										      : OSC_DIRECT;
	g_autofree char *sequence = osc_notification(kind, way, !term.utf8, title, body);

	if (sequence != NULL && term.screen != NULL && !term.paused)
		send_bytes(sequence);
}

void term_set_mouse(bool on)
{
	if (term.screen == NULL || term.mouse == on)
		return;
	term.mouse = on;
	if (!term.paused)
		send_mouse(on);
}

/* Remote names are in it, of any length; terminals differ in what they bear. */
void term_set_title(const char *text)
{
	g_autoptr(GString) out = NULL;
	const char *end = g_utf8_offset_to_pointer(text, MIN(g_utf8_strlen(text, -1), TITLE_MAX));

	if (!term.has_title || term.paused || g_strcmp0(text, term.title) == 0)
		return;
	out = g_string_new(term.title == NULL ? "\033[22;2t\033]2;" : "\033]2;");
	for (const char *p = text; p < end; p++)
		if ((guchar)*p >= 0x20 && *p != 0x7f && (term.utf8 || (guchar)*p < 0x80))
			g_string_append_c(out, *p);
	g_string_append_c(out, '\a');
	send_bytes(out->str);
	g_free(term.title);
	term.title = g_strdup(text);
}

/* --- giving it away for a while ----------------------------------------------------------- */

void term_pause(void)
{
	if (term.screen == NULL || term.paused)
		return;
	term.paused = true;
	leave();
	endwin();
	restore_stderr();
}

void term_resume(void)
{
	if (!term.paused)
		return;
	term.paused = false;
	silence_stderr();
	term_resize();
	clearok(curscr, TRUE);
	/* No frame: curses set the modes of the terminal with it, so it has to be one. */
	wnoutrefresh(stdscr);
	doupdate();
	enter();
}

void term_suspend(void)
{
	term_pause();
	signal(SIGTSTP, SIG_DFL);
	/* The whole job, as the terminal itself would on a Ctrl-Z; this returns on SIGCONT. */
	kill(0, SIGTSTP);
	if (term.signal_fn != NULL)
		term_on_signal(term.signal_fn, term.signal_data);
	term_resume();
}

/* --- signals ------------------------------------------------------------------------------ */

static void on_caught(int number)
{
	int saved = errno;
	char byte = (char)number;

	if (write(term.signal_pipe[1], &byte, 1) < 0)
		errno = saved; /* full: there is one to be read anyway */
	errno = saved;
}

static gboolean on_signal_pipe(gint fd, GIOCondition condition, gpointer data)
{
	char bytes[64];
	gssize n = read(fd, bytes, sizeof(bytes));

	for (gssize i = 0; i < n && term.signal_fn != NULL; i++)
		term.signal_fn(bytes[i], term.signal_data);
	return G_SOURCE_CONTINUE;
}

void term_on_signal(term_signal_fn fn, void *data)
{
	struct sigaction action = {.sa_handler = on_caught, .sa_flags = SA_RESTART};

	term.signal_fn = fn;
	term.signal_data = data;
	if (term.signal_source == 0) {
		if (!g_unix_open_pipe(term.signal_pipe, FD_CLOEXEC, NULL))
			return;
		g_unix_set_fd_nonblocking(term.signal_pipe[0], TRUE, NULL);
		g_unix_set_fd_nonblocking(term.signal_pipe[1], TRUE, NULL);
		term.signal_source =
			g_unix_fd_add(term.signal_pipe[0], G_IO_IN, on_signal_pipe, NULL);
	}
	sigemptyset(&action.sa_mask);
	for (guint i = 0; i < G_N_ELEMENTS(caught); i++)
		sigaction(caught[i], &action, NULL);
}
