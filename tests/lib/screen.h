/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_SCREEN_H
#define TESTS_LIB_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A program on a terminal: it runs on a pty of its own, as the leader of a session, and what
 * it writes goes through a terminal emulator (libvterm), so that a test sees what a user
 * sees. Several can run at once; all are served while a test waits for any event (wait.h).
 * Waiting for what does not come prints the whole screen and fails the running test. Rows
 * and columns count from 0.
 */

struct screen;

struct screen_options {
	int rows, cols;   /* 0: 24 and 80 */
	const char *term; /* NULL: xterm-256color */
	char *const *env; /* "NAME=value" on top of this process's environment, or "NAME" to
				 unset it; NULL-ended; may be NULL */
	const char *dir;  /* to run in; NULL: this process's */
};

/* Starts argv[0] (searched in PATH). options may be NULL. */
struct screen *screen_new(char *const argv[], const struct screen_options *options);

/* Kills the program if it still runs. NULL is ignored. */
void screen_free(struct screen *screen);

pid_t screen_pid(const struct screen *screen);

/* --- input --- */

/* Types text as it is. */
void screen_type(struct screen *screen, const char *text);
void screen_type_bytes(struct screen *screen, const char *bytes, size_t len);

/* Presses a key as xterm sends it: "Enter", "Esc", "Tab", "S-Tab", "Backspace", "Delete",
 * "Up", "Down", "Left", "Right", "Home", "End", "PageUp", "PageDown", "F1" to "F12", a single
 * character; with "C-" or "M-" (Alt) before it. */
void screen_key(struct screen *screen, const char *key);

/* Types a line and Enter. */
void screen_line(struct screen *screen, const char *text);

/* A bracketed paste. */
void screen_paste(struct screen *screen, const char *text);

/* Changes the size and lets the program know (SIGWINCH). */
void screen_resize(struct screen *screen, int rows, int cols);

void screen_signal(struct screen *screen, int signal);

/* Closes the terminal, as a window is closed. Nothing more is typed or read. */
void screen_hang_up(struct screen *screen);

/* --- waiting --- */

typedef bool (*screen_fn)(struct screen *screen, void *data);

/* Waits until ready is true, and then for the rest of that frame; what names it in the failure. */
void screen_wait(struct screen *screen, screen_fn ready, void *data, const char *what);

/* Waits until some row holds text; no row; the row. */
void screen_wait_text(struct screen *screen, const char *text);
void screen_wait_no_text(struct screen *screen, const char *text);
void screen_wait_row(struct screen *screen, int row, const char *text);

/* Waits until the program has ended, its output read. Returns what waitpid() says. */
int screen_wait_exit(struct screen *screen);

/* Waits until the program has written these bytes since screen_new(). */
void screen_wait_raw(struct screen *screen, const char *bytes);

/* Whether the program has not ended yet. */
bool screen_is_running(struct screen *screen);

/* --- what is seen --- */

/* Text of a row in UTF-8 without trailing blanks. To be freed with g_free(). */
char *screen_row(struct screen *screen, int row);

/* All rows, each ended by a newline. To be freed with g_free(). */
char *screen_text(struct screen *screen);

/* Whether some row holds text now; where (row and col may be NULL; col is the cell). */
bool screen_find(struct screen *screen, const char *text, int *row, int *col);

/* Prints the screen, its size and the cursor on stderr. */
void screen_dump(struct screen *screen);

enum screen_colour_kind { SCREEN_COLOUR_DEFAULT, SCREEN_COLOUR_INDEXED, SCREEN_COLOUR_RGB };

struct screen_colour {
	enum screen_colour_kind kind;
	int index;       /* of an indexed one */
	uint8_t r, g, b; /* of an RGB one */
};

struct screen_cell {
	char text[32]; /* UTF-8, combining marks included; "" when blank or the right half */
	int width;
	bool bold, italic, underline, blink, reverse;
	struct screen_colour fg, bg;
};

void screen_cell(struct screen *screen, int row, int col, struct screen_cell *cell);

int screen_rows(const struct screen *screen);
int screen_cols(const struct screen *screen);
void screen_cursor(struct screen *screen, int *row, int *col);
bool screen_cursor_is_visible(const struct screen *screen);
bool screen_is_alternate(const struct screen *screen);

/* The window title that was set last; "" when none. */
const char *screen_title(const struct screen *screen);

/* How often the bell rang. */
unsigned int screen_bells(const struct screen *screen);

/* Bytes the program has written so far. */
size_t screen_bytes(const struct screen *screen);

/* The bytes themselves from offset on, NUL-terminated; owned by the screen, valid until
 * events are served. */
const char *screen_raw(const struct screen *screen, size_t offset, size_t *len);

/* Whether the terminal is as before the program: its modes (tcgetattr), main screen, cursor
 * visible, mouse and bracketed paste off, no colours left on. Says on stderr what is not. */
bool screen_is_restored(struct screen *screen);

#endif
