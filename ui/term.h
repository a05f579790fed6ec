/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The terminal: the only file that knows curses. Cells are drawn into a frame that exists in
 * memory only; term_flush() sends what differs from what the terminal shows, in one go.
 * There is one terminal in a process, so its state is here and not in a handle.
 *
 * term_put() is the one way for text to reach the terminal: it lets no control character
 * through, whatever it is given.
 */

#include <stdbool.h>
#include <glib.h>

enum { /* attributes of a style */
       TERM_BOLD = 1 << 0,
       TERM_DIM = 1 << 1,
       TERM_ITALIC = 1 << 2,
       TERM_UNDERLINE = 1 << 3,
       TERM_REVERSE = 1 << 4,
};

#define TERM_STYLES      64 /* styles have numbers below this; 0 is the plain one */
#define TERM_COLOUR_NONE (-1)

/* One colour in three depths; the best that the terminal has is taken. */
struct term_colour {
	int rgb;   /* 0xrrggbb, or TERM_COLOUR_NONE */
	int index; /* 0…255, or TERM_COLOUR_NONE */
	int basic; /* 0…7 (8…15 bright), or TERM_COLOUR_NONE */
};

struct term_style {
	struct term_colour fg, bg;
	unsigned attributes;
};

struct area { /* of cells */
	int y, x, height, width;
};

/* Says why stdin, stdout or TERM will not do; touches nothing. */
bool term_check(GError **error);
/* Takes the terminal: raw mode, other screen, bracketed paste. */
bool term_init(GError **error);
/* Gives it back as it was; may be called twice. */
void term_end(void);

int term_rows(void);
int term_cols(void);
/* Does the terminal mark pastes? */
bool term_has_paste_marks(void);
void term_set_style(int style, const struct term_style *look);

/* Draws as much of @text as fits in @width cells and returns the cells taken. Off the screen
 * nothing is drawn. */
int term_put(int y, int x, int width, int style, const char *text);
/* term_put(), then blanks up to @width; NULL: blanks only. */
void term_put_padded(int y, int x, int width, int style, const char *text);
void term_fill(int y, int x, int width, int style, char c);
void term_fill_area(const struct area *area, int style);
void term_set_cursor(int y, int x);
/* Sends the frame. */
void term_flush(void);
/* The next frame is sent in full. */
void term_redraw(void);
/* The size may have changed; true when it did. Either way the next frame is sent in full. */
bool term_resize(void);

void term_bell(void);
/* Has the terminal show a notification, in the way that is called so (osc.h). */
void term_notify(const char *kind, const char *title, const char *body);
/* Whether clicks and the wheel are told here; with Shift held down they stay the terminal's own. */
void term_set_mouse(bool on);
/* Where TERM is known to have a title. */
void term_set_title(const char *text);

/* For a program that gets the terminal for a while, and for Ctrl-Z. */
void term_pause(void);
void term_resume(void);
/* Stops the process (and its job) and comes back when it is continued. */
void term_suspend(void);

/* Told from the main loop: SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT. */
typedef void (*term_signal_fn)(int signal, void *data);
void term_on_signal(term_signal_fn fn, void *data);
