/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who came and went, in one line that grows: half of a large room may leave at once. */

#include <string.h>

#include "chat.h"
#include "chat_private.h"
#include "model.h"
#include "text.h"

#define NAMES_MAX 4   /* that are written out */
#define FRESH_S   600 /* then the time of the line says too little */

struct side {
	unsigned count;
	char *names[NAMES_MAX];
};

struct traffic {
	char *uid; /* of the line */
	gint64 since;
	struct side joined, left;
	struct side visited, back; /* joined and left; left and came back */
	char *why;                 /* cleaned: that of all who left; NULL: none of them has left */
	bool many_whys;            /* …or they had several */
};

static void side_clear(struct side *side)
{
	for (unsigned i = 0; i < NAMES_MAX; i++)
		g_free(side->names[i]);
}

void traffic_free(struct traffic *traffic)
{
	if (!traffic)
		return;
	side_clear(&traffic->joined);
	side_clear(&traffic->left);
	side_clear(&traffic->visited);
	side_clear(&traffic->back);
	g_free(traffic->uid);
	g_free(traffic->why);
	g_free(traffic);
}

static void side_add(struct side *side, const char *name)
{
	if (side->count < NAMES_MAX)
		side->names[side->count] = g_strdup(name);
	side->count++;
}

/* False: it is not there, or not by name. */
static bool side_take(struct side *side, const char *name)
{
	for (unsigned i = 0; i < MIN(side->count, NAMES_MAX); i++) {
		if (strcmp(side->names[i], name) != 0)
			continue;
		/* Those who are only counted have no name that could move up. */
		if (side->count > NAMES_MAX)
			return false;
		g_free(side->names[i]);
		side->count--;
		memmove(side->names + i, side->names + i + 1,
			(side->count - i) * sizeof(side->names[0]));
		side->names[side->count] = NULL;
		return true;
	}
	return false;
}

/* Where @name belongs now: what matters is who is there in the end. */
static struct side *side_for(struct traffic *traffic, const char *name, bool joined)
{
	if (joined && side_take(&traffic->left, name))
		return &traffic->back;
	if (!joined && side_take(&traffic->joined, name))
		return &traffic->visited;
	if (joined && side_take(&traffic->visited, name))
		return &traffic->joined;
	if (!joined && side_take(&traffic->back, name))
		return &traffic->left;
	return joined ? &traffic->joined : &traffic->left;
}

static void note_why(struct traffic *traffic, const char *why)
{
	g_autofree char *clean = text_clean(why, -1, TEXT_LINE);

	if (!traffic->why)
		traffic->why = g_steal_pointer(&clean);
	else if (strcmp(traffic->why, clean) != 0)
		traffic->many_whys = true;
}

static void append_side(GString *text, const struct side *side, const char *verb)
{
	unsigned named = MIN(side->count, NAMES_MAX);

	if (!side->count)
		return;
	if (text->len)
		g_string_append(text, "; ");
	for (unsigned i = 0; i < named; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", side->names[i]);
	if (side->count > named)
		g_string_append_printf(text, " and %u more", side->count - named);
	g_string_append_printf(text, " %s", verb);
}

static char *describe(const struct traffic *traffic)
{
	GString *text = g_string_new(NULL);

	append_side(text, &traffic->joined, "joined");
	append_side(text, &traffic->visited, "joined and left");
	append_side(text, &traffic->back, "left and came back");
	append_side(text, &traffic->left, "left");
	/* Who went may be back, and have joined as far as this line is concerned. */
	if (traffic->left.count + traffic->visited.count + traffic->back.count && traffic->why &&
	    *traffic->why && !traffic->many_whys)
		g_string_append_printf(text, ": %s", traffic->why);
	return g_string_free(text, FALSE);
}

/* Nothing was said since. */
static struct message *line_of(const struct chat *chat)
{
	struct message *newest = window_newest(chat);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	if (!chat->traffic || !newest || strcmp(newest->uid, chat->traffic->uid) != 0 ||
	    now - chat->traffic->since > FRESH_S)
		return NULL;
	return newest;
}

void chat_note_traffic(struct chat *chat, const char *name, bool joined, const char *why)
{
	struct message *line = line_of(chat);
	struct traffic *traffic = chat->traffic;
	g_autofree char *text = NULL;

	if (!line) {
		traffic_free(traffic);
		chat->traffic = traffic = g_new0(struct traffic, 1);
		traffic->uid = message_new_uid();
		traffic->since = g_get_real_time() / G_USEC_PER_SEC;
	}
	side_add(side_for(traffic, name, joined), name);
	if (!joined)
		note_why(traffic, why);
	text = describe(traffic);
	if (line) {
		chat_set_text(chat, line, text);
	} else {
		const struct message_init init = {
			.direction = MESSAGE_LOCAL, .text = text, .uid = traffic->uid};

		chat_append(chat, message_new(&init));
	}
}
