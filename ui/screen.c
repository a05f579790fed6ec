/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui_private.h"

#define FRAME_US      16000 /* no frame sooner after the last, but after a key */
#define FRAME_SLOW_US 90000 /* in a flood: eleven a second */
#define FRAME_STEP_US 8000  /* later for each message that came */

#define INPUT_ROWS    5
#define MEMBERS_COLS  120
#define MEMBERS_EDGE  2 /* the line before them and a blank */
#define PANE_COLS     60
#define HINT_ROWS     12
#define WELCOME_ROWS  13
#define SMALLEST_COLS 20
#define SMALLEST_ROWS 5

/* --- areas -------------------------------------------------------------------------------- */

static bool shows_members(const struct ui *ui)
{
	return ui->layout.cols >= MEMBERS_COLS && ui->view == NULL && ui->current != NULL &&
	       ui->current->chat->kind == CHAT_ROOM;
}

/* As set for 80 columns, more where there is room: 28 of 200. */
static int pane_width(const struct ui *ui)
{
	int width = config_int(session_config(ui->session), "ui.pane-width");
	int more = CLAMP((ui->layout.cols - 80) * 9 / 120, 0, 9);

	if (ui->pane_hidden || ui->layout.cols < PANE_COLS)
		return 0;
	return CLAMP(width + more, 8, ui->layout.cols / 2);
}

static void lay_out(struct ui *ui)
{
	struct layout *layout = &ui->layout;
	int rows = term_rows(), cols = term_cols();
	int input, body, pane, members, top;

	*layout = (struct layout){.rows = rows, .cols = cols};
	layout->one_line = rows < SMALLEST_ROWS || cols < SMALLEST_COLS;
	if (layout->one_line) {
		layout->input = (struct area){rows - 1, 0, 1, cols};
		return;
	}
	input = line_rows(ui, cols, MIN(INPUT_ROWS, rows - 3));
	top = ui->hint != NULL && rows >= HINT_ROWS;
	body = rows - 2 - input - top;
	pane = pane_width(ui);
	members = shows_members(ui) ? config_int(session_config(ui->session), "ui.member-width") +
					      MEMBERS_EDGE
				    : 0;
	layout->hint = (struct area){0, 0, top, cols};
	layout->title = (struct area){top, 0, 1, cols};
	top++;
	layout->pane = (struct area){top, 0, pane > 0 ? body : 0, pane};
	layout->chat = (struct area){top, pane, body, cols - pane - members};
	layout->members = (struct area){top, cols - members, members > 0 ? body : 0, members};
	layout->status = (struct area){top + body, 0, 1, cols};
	layout->input = (struct area){top + 1 + body, 0, input, cols};
}

static bool is_same_layout(const struct layout *a, const struct layout *b)
{
	return a->rows == b->rows && a->cols == b->cols && a->pane.width == b->pane.width &&
	       a->members.width == b->members.width && a->input.height == b->input.height;
}

/* --- frames ------------------------------------------------------------------------------- */

static void draw_chat(struct ui *ui)
{
	struct config *config = session_config(ui->session);
	struct area area = ui->layout.chat;

	if (ui->view != NULL) {
		ui->view->shown_step = 0;
		ui->view->ops->draw(ui->view, &area);
	} else {
		if (welcome_is_shown(ui) && area.height >= WELCOME_ROWS) {
			int rows = welcome_draw(&area);

			area.y += rows;
			area.height -= rows;
		}
		chatview_draw(ui->current, &area, config_string(config, "ui.time-format"),
			      config_string(config, "ui.date-format"));
	}
	line_draw_candidates(ui, &ui->layout.chat);
}

static void draw_dirty(struct ui *ui, unsigned dirty)
{
	const struct layout *layout = &ui->layout;

	if (layout->one_line) {
		for (int y = 0; y < layout->input.y; y++)
			term_fill(y, 0, layout->cols, STYLE_PLAIN, ' ');
	} else {
		if ((dirty & DIRTY_TITLE) && layout->hint.height > 0)
			bars_draw_hint(ui);
		if (dirty & DIRTY_TITLE)
			bars_draw_title(ui);
		if ((dirty & DIRTY_PANE) && layout->pane.height > 0)
			pane_draw(ui->pane, &layout->pane, ui->theme, ui->current->chat);
		if (dirty & DIRTY_CHAT)
			draw_chat(ui);
		if ((dirty & DIRTY_MEMBERS) && layout->members.height > 0)
			members_draw(ui, &layout->members);
		if (dirty & DIRTY_STATUS)
			bars_draw_status(ui);
	}
	/* Always: it leaves the cursor where it belongs. */
	line_draw(ui, &layout->input);
}

static void paint(struct ui *ui)
{
	struct frames *frames = &ui->frames;
	struct layout before = ui->layout;
	unsigned dirty;

	g_source_set_ready_time(frames->source, -1);
	if (ui->leaving)
		return;
	if (frames->resized && term_resize())
		frames->dirty = DIRTY_ALL;
	frames->resized = false;
	lay_out(ui);
	if (!is_same_layout(&before, &ui->layout))
		frames->dirty = DIRTY_ALL;
	/* Marks what it changes, which belongs to this frame. */
	ui_watch(ui);
	dirty = frames->dirty;
	frames->dirty = 0;
	draw_dirty(ui, dirty);
	term_flush();
	frames->last = g_get_monotonic_time();
	frames->delay = MIN(FRAME_US + frames->added * FRAME_STEP_US, FRAME_SLOW_US);
	frames->added = 0;
	/* Drawing may have found something out that belongs into the next one. */
	g_source_set_ready_time(frames->source,
				frames->dirty != 0 ? frames->last + frames->delay : -1);
}

static gboolean on_frame(gpointer data)
{
	paint(data);
	return G_SOURCE_CONTINUE;
}

static gboolean dispatch_frame(GSource *source, GSourceFunc fn, gpointer data)
{
	return fn(data);
}

void screen_init(struct ui *ui)
{
	static GSourceFuncs funcs = {.dispatch = dispatch_frame};
	struct frames *frames = &ui->frames;

	frames->source = g_source_new(&funcs, sizeof(GSource));
	frames->delay = FRAME_US;
	g_source_set_priority(frames->source, G_PRIORITY_HIGH);
	g_source_set_callback(frames->source, on_frame, ui, NULL);
	g_source_attach(frames->source, NULL);
}

void screen_clear(struct ui *ui)
{
	g_source_destroy(ui->frames.source);
	g_source_unref(ui->frames.source);
	g_clear_handle_id(&ui->clock, g_source_remove);
}

void ui_mark(struct ui *ui, unsigned dirty)
{
	struct frames *frames = &ui->frames;

	frames->dirty |= dirty;
	if (frames->dirty != 0 && g_source_get_ready_time(frames->source) < 0)
		g_source_set_ready_time(frames->source, frames->last + frames->delay);
}

void screen_flush(struct ui *ui)
{
	if (ui->frames.dirty != 0 || ui->frames.resized)
		paint(ui);
}

void screen_resized(struct ui *ui)
{
	ui->frames.resized = true;
	ui_mark(ui, DIRTY_INPUT);
}

static gboolean on_minute(gpointer data)
{
	struct ui *ui = data;

	ui->clock = 0;
	ui_mark(ui, DIRTY_STATUS);
	screen_tick_clock(ui);
	return G_SOURCE_REMOVE;
}

/* One wake-up a minute, when the minute changes. */
void screen_tick_clock(struct ui *ui)
{
	gint64 minute = 60 * G_USEC_PER_SEC;
	gint64 left = minute - g_get_real_time() % minute;

	ui->clock = g_timeout_add((guint)(left / 1000) + 1, on_minute, ui);
}
