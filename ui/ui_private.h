/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the parts of the screen share. Events and keys only change state and mark areas dirty;
 * screen.c alone paints, one frame for all that happened since the last.
 *
 * Whose the keys are is decided in one place (ui_update_input): a question, the pane while it
 * is filtered, a view, or the chat, in this order. The line being edited belongs to the draft
 * of whoever that is.
 */

#include <stdbool.h>
#include <glib.h>
#include "chatview.h"
#include "draft.h"
#include "input.h"
#include "pane.h"
#include "src/cmd/command.h"
#include "src/cmd/front.h"
#include "src/session/session.h"
#include "term.h"
#include "theme.h"
#include "view.h"

enum { /* dirty areas */
       DIRTY_TITLE = 1 << 0,
       DIRTY_PANE = 1 << 1,
       DIRTY_CHAT = 1 << 2, /* or the view in its place */
       DIRTY_MEMBERS = 1 << 3,
       DIRTY_STATUS = 1 << 4,
       DIRTY_INPUT = 1 << 5,
       DIRTY_ALL = (1 << 6) - 1,
};

struct layout {
	int rows, cols;
	struct area hint, title, pane, chat, members, status, input; /* height 0: not shown */
	bool one_line; /* too small for anything but the input line */
};

struct frames { /* when to paint */
	unsigned dirty;
	GSource *source;
	gint64 last;    /* monotonic µs of the last frame */
	gint64 delay;   /* from it to the next one that no key asks for */
	unsigned added; /* messages in sight since the last frame */
	bool resized;
};

enum question_kind {
	QUESTION_TEXT,
	QUESTION_SECRET, /* nothing of it is shown */
	QUESTION_YES_NO, /* the answer is "yes" or NULL */
};

struct question;

struct ui {
	struct front front; /* first: the commands' way in */
	struct session *session;
	struct model *model;
	GMainLoop *loop;
	int status;
	bool leaving;
	bool sought_bus;  /* whether there is one is known */
	const char *hint; /* above all else; or NULL */

	struct frames frames;
	struct layout layout;
	struct theme *theme;
	bool pane_hidden;
	bool pane_focus; /* typing filters the pane */
	struct pane *pane;

	GHashTable *chatviews; /* struct chat → struct chatview */
	struct chatview *current;
	struct chat *last; /* a reference: Alt-/ goes there; or NULL */
	unsigned alerts;   /* warnings in the status window since it was last shown */

	struct view *view;     /* over the chat; or NULL */
	struct view *dropping; /* it was asked whether to close it; or NULL */
	GQueue questions;      /* struct question; the first one is asked */
	const struct prompt *prompt;
	struct draft *draft; /* whose line is being edited */
	char **candidates;   /* listed above the status bar; or NULL */
	bool wants_out;      /* Ctrl-C on an empty line: a second one asks */
	char *pasted;        /* waits for the user's yes */
	struct typing *typing;
	struct asked *asked;
	struct session_search *finding;           /* the next place of /find; or NULL */
	int find_steps;                           /* to be taken after it */
	const char *find_note;                    /* what came of it, for the status bar; or NULL */
	gint64 last_bell, last_program, last_osc; /* monotonic µs */
	char *bad_program; /* notify.command that could not be started; or NULL */
	guint clock, edit_idle;
};

/* --- screen.c: frames and areas ----------------------------------------------------------- */

void screen_init(struct ui *ui);
void screen_clear(struct ui *ui);
/* Something changed: there will be a frame soon. */
void ui_mark(struct ui *ui, unsigned dirty);
/* Paints now if anything is dirty: after a key. */
void screen_flush(struct ui *ui);
void screen_resized(struct ui *ui);
void screen_tick_clock(struct ui *ui);

/* --- bars.c, members.c, line.c: what is drawn around the chat ----------------------------- */

void bars_draw_hint(struct ui *ui);
void bars_draw_title(struct ui *ui);
void bars_draw_status(struct ui *ui);
/* What to call it where there is little room: "dev" of "dev@conference.example.org", "work:dev"
 * when another chat is called the same; new. */
char *ui_chat_label(const struct chat *chat);
void members_draw(struct ui *ui, const struct area *area);
/* Rows that the input line wants at this width. */
int line_rows(struct ui *ui, int width, int most);
void line_draw(struct ui *ui, const struct area *area);
void line_draw_candidates(struct ui *ui, const struct area *chat);

/* --- chats.c: which chat is shown --------------------------------------------------------- */

struct chatview *ui_chatview(struct ui *ui, struct chat *chat);
void ui_show_chat(struct ui *ui, struct chat *chat);
/* +1, -1: the next or previous one of the open chats. */
void ui_step_chat(struct ui *ui, int step);
void ui_show_number(struct ui *ui, unsigned number);
void ui_show_unread(struct ui *ui);
void ui_show_last(struct ui *ui);
/* Opens what stands in a row of the pane. */
void ui_open_row(struct ui *ui, const struct pane_row *row);
/* Tells the model whether the end of the current chat is being looked at. */
void ui_watch(struct ui *ui);
void ui_forget_chat(struct ui *ui, struct chat *chat);

/* --- find.c: from one place in a chat to the next ----------------------------------------- */

/* Looks for the last message that has what is looked for; NULL: no more. */
void ui_find(struct ui *ui, struct query *query);
/* The next (1) or previous (-1) one; without anything looked for the next that mentions us. */
void ui_find_step(struct ui *ui, int direction);
/* Shows the chat where the message is, with what was looked for marked. */
void ui_go_to_message(struct ui *ui, struct chat *chat, struct query *query, gint64 row);
void find_cancel(struct ui *ui);

/* --- welcome.c: what a user without accounts sees ----------------------------------------- */

bool welcome_is_shown(const struct ui *ui);
/* Returns how many rows it took. */
int welcome_draw(const struct area *area);
/* Takes what was typed there, if that is an answer. */
bool welcome_line(struct ui *ui, const char *line);

/* --- typing.c: telling the others that we are typing -------------------------------------- */

struct typing *typing_new(struct session *session);
void typing_free(struct typing *typing);
void typing_note(struct typing *typing, struct chat *chat, const char *line);
void typing_forget(struct typing *typing, struct chat *chat);

/* --- asked.c: telling of requests --------------------------------------------------------- */

struct asked *asked_new(void);
void asked_free(struct asked *asked);
void asked_on_request(struct ui *ui, const struct request *request);
/* The names of those who asked before the roster was there are known now. */
void asked_on_roster(struct ui *ui, const struct account *account);

/* --- bell.c ------------------------------------------------------------------------------- */

/* Rings for a message that came in, as the settings notify.* say. */
void bell_on_message(struct ui *ui, const struct event *event);
/* The user has seen the chat: what was shown of it elsewhere goes away. */
void bell_on_read(struct ui *ui, struct chat *chat);

/* --- question.c --------------------------------------------------------------------------- */

/* @fn is called once, with NULL when it was cancelled. */
void ui_ask(struct ui *ui, enum question_kind kind, const char *text, front_answer_fn fn,
	    void *data);
const char *question_text(const struct ui *ui); /* NULL: none is asked */
struct draft *question_draft(struct ui *ui);    /* NULL: it takes keys, not a line */
void question_key(struct ui *ui, enum list_key key, gunichar c);
void question_line(struct ui *ui, const char *line);
void question_cancel(struct ui *ui);
void question_clear(struct ui *ui);
void question_on_prompt(const struct prompt *prompt, void *data);

/* --- keyboard.c: what keys do ------------------------------------------------------------- */

extern const struct input_ops keyboard_ops;
/* Gives the keys to whom they belong now. */
void ui_update_input(struct ui *ui);
/* A key for the view on top. */
void ui_view_key(struct ui *ui, enum list_key key, gunichar c);

/* --- mouse.c: what clicks and the wheel do --- */

void mouse_act(struct ui *ui, const struct mouse *mouse);

/* --- editor.c: the line in $VISUAL or $EDITOR --- */

void ui_edit_externally(struct ui *ui);

/* --- front.c, view.c ---------------------------------------------------------------------- */

extern const struct front_ops front_ops;
void ui_push_view(struct ui *ui, struct view *view);
void ui_close_view(struct ui *ui);
void ui_close_views(struct ui *ui);
/* Closes all but those that something was typed into. */
void ui_leave_views(struct ui *ui);
void ui_quit(struct ui *ui, int status);
void ui_notice(struct ui *ui, enum notice_level level, const char *format, ...) G_GNUC_PRINTF(3, 4);
bool ui_has_accounts(const struct ui *ui);
