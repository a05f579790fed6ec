/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theme.h"

#include <string.h>
#include <unistd.h>
#include "src/model/contact.h"
#include "src/model/text.h"
#include "src/store/paths.h"
#include "term.h"

#define INHERIT_MAX 8

struct theme {
	struct term_style styles[STYLE_COUNT];
	char *glyphs[PRESENCE_LAST + 1];
};

static const char *const names[STYLE_COUNT] = {
#define X(enumerator, name, look) [enumerator] = (name),
	THEME_STYLES(X)
#undef X
};

static const char *const looks[STYLE_COUNT] = {
#define X(enumerator, name, look) [enumerator] = (look),
	THEME_STYLES(X)
#undef X
};

static const char *const glyphs[PRESENCE_LAST + 1] = {
	[PRESENCE_UNSET] = "?", [PRESENCE_OFFLINE] = "_", [PRESENCE_AVAILABLE] = "o",
	[PRESENCE_AWAY] = "a",  [PRESENCE_XA] = "x",      [PRESENCE_HIDDEN] = "h",
	[PRESENCE_BUSY] = "d",  [PRESENCE_UNKNOWN] = "?", [PRESENCE_ERROR] = "?",
};

/* --- looks -------------------------------------------------------------------------------- */

static const struct term_colour no_colour = {TERM_COLOUR_NONE, TERM_COLOUR_NONE, TERM_COLOUR_NONE};

static bool parse_rgb(const char *word, int *rgb)
{
	char *end;
	gint64 value = g_ascii_strtoll(word + 1, &end, 16);
	gsize digits = (gsize)(end - word) - 1;

	if (*end != '\0' || !g_ascii_isxdigit(word[1]) || (digits != 3 && digits != 6))
		return false;
	if (digits == 3)
		value = (value >> 8) * 0x110000 + (value >> 4 & 0xf) * 0x1100 +
			(value & 0xf) * 0x11;
	*rgb = (int)value;
	return true;
}

static bool parse_basic(const char *word, int *basic)
{
	static const char *const colours[] = {"black", "red",     "green", "yellow",
					      "blue",  "magenta", "cyan",  "white"};
	int bright = g_str_has_prefix(word, "bright-") ? 8 : 0;

	if (bright)
		word += strlen("bright-");
	for (int i = 0; i < 8; i++) {
		if (strcmp(word, colours[i]) != 0)
			continue;
		*basic = i + bright;
		return true;
	}
	return false;
}

static bool parse_colour(const char *word, struct term_colour *colour)
{
	g_auto(GStrv) depths = g_strsplit(word, "|", -1);
	struct term_colour found = no_colour;

	for (guint i = 0; depths[i] != NULL; i++) {
		guint64 index;

		if (*depths[i] == '#') {
			if (!parse_rgb(depths[i], &found.rgb))
				return false;
		} else if (g_ascii_string_to_unsigned(depths[i], 10, 0, 255, &index, NULL)) {
			found.index = (int)index;
		} else if (strcmp(depths[i], "default") != 0 &&
			   !parse_basic(depths[i], &found.basic)) {
			return false;
		}
	}
	*colour = found;
	return true;
}

static bool parse_attribute(const char *word, unsigned *attributes)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {{"bold", TERM_BOLD},
		     {"dim", TERM_DIM},
		     {"italic", TERM_ITALIC},
		     {"underline", TERM_UNDERLINE},
		     {"reverse", TERM_REVERSE}};

	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(word, known[i].name) != 0)
			continue;
		*attributes |= known[i].bit;
		return true;
	}
	return false;
}

/* False, and the word that is not understood, when there is one. */
static bool parse_look(const char *text, struct term_style *style, char **bad)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
	struct term_style found = {no_colour, no_colour, 0};
	struct term_colour *colour = &found.fg;

	for (guint i = 0; words[i] != NULL; i++) {
		if (*words[i] == '\0' || strcmp(words[i], "none") == 0)
			continue;
		if (strcmp(words[i], "on") == 0) {
			colour = &found.bg;
		} else if (!parse_attribute(words[i], &found.attributes) &&
			   !parse_colour(words[i], colour)) {
			*bad = g_strdup(words[i]);
			return false;
		}
	}
	*style = found;
	return true;
}

/* --- files -------------------------------------------------------------------------------- */

/* The user's, the installed ones, and those beside a program that runs where it was built. */
static char *find_file(const char *name)
{
	g_autofree char *file = g_strconcat(name, ".theme", NULL);
	g_auto(GStrv) places = paths_themes();

	for (char **place = places; *place != NULL; place++) {
		g_autofree char *path = g_build_filename(*place, file, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return g_steal_pointer(&path);
	}
	return NULL;
}

static void G_GNUC_PRINTF(2, 3) complain(GPtrArray *problems, const char *format, ...)
{
	va_list args;
	g_autofree char *text = NULL;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(problems, text_clean(text, -1, TEXT_LINE));
}

static bool matches(const char *pattern, const char *name)
{
	if (*pattern == '*')
		return g_str_has_suffix(name, pattern + 1);
	return strcmp(pattern, name) == 0;
}

static void read_styles(struct theme *theme, GKeyFile *keys, const char *path, GPtrArray *problems)
{
	g_auto(GStrv) list = g_key_file_get_keys(keys, "style", NULL, NULL);

	for (guint i = 0; list != NULL && list[i] != NULL; i++) {
		g_autofree char *value = g_key_file_get_string(keys, "style", list[i], NULL);
		g_autofree char *bad = NULL;
		struct term_style style;
		bool used = false;

		if (!parse_look(value != NULL ? value : "", &style, &bad)) {
			complain(problems,
				 "%s: [style] %s: \"%s\" is neither a colour nor an "
				 "attribute",
				 path, list[i], bad);
			continue;
		}
		for (int s = 0; s < STYLE_COUNT; s++) {
			if (!matches(list[i], names[s]))
				continue;
			theme->styles[s] = style;
			used = true;
		}
		if (!used)
			complain(problems, "%s: [style] %s: there is no style of this name", path,
				 list[i]);
	}
}

static void read_glyphs(struct theme *theme, GKeyFile *keys, const char *path, GPtrArray *problems)
{
	g_auto(GStrv) list = g_key_file_get_keys(keys, "glyph", NULL, NULL);

	for (guint i = 0; list != NULL && list[i] != NULL; i++) {
		g_autofree char *value = g_key_file_get_string(keys, "glyph", list[i], NULL);
		enum presence presence;

		if (!presence_parse(list[i], &presence)) {
			complain(problems, "%s: [glyph] %s: there is no presence of this name",
				 path, list[i]);
		} else if (value == NULL || text_width(value) != 1 ||
			   !text_is_clean(value, TEXT_LINE)) {
			complain(problems, "%s: [glyph] %s: must be one cell wide", path, list[i]);
		} else {
			g_free(theme->glyphs[presence]);
			theme->glyphs[presence] = g_steal_pointer(&value);
		}
	}
}

static void read_theme(struct theme *theme, const char *name, GPtrArray *problems, int depth)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL, *parent = NULL;

	if (strcmp(name, "default") == 0)
		return;
	path = strchr(name, '/') == NULL ? find_file(name) : NULL;
	if (path == NULL) {
		complain(problems, "theme \"%s\" is not there; the built-in one is used", name);
		return;
	}
	if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, &error)) {
		complain(problems, "cannot read theme %s: %s", path, error->message);
		return;
	}
	parent = g_key_file_get_string(keys, "theme", "inherit", NULL);
	if (parent != NULL && depth < INHERIT_MAX)
		read_theme(theme, parent, problems, depth + 1);
	else if (parent != NULL)
		complain(problems, "%s: [theme] inherit: goes round in circles", path);
	read_styles(theme, keys, path, problems);
	read_glyphs(theme, keys, path, problems);
}

struct theme *theme_load(const char *name, GPtrArray *problems)
{
	struct theme *theme = g_new0(struct theme, 1);

	G_STATIC_ASSERT(STYLE_COUNT <= TERM_STYLES);
	for (int i = 0; i < STYLE_COUNT; i++) {
		g_autofree char *bad = NULL;
		bool known = parse_look(looks[i], &theme->styles[i], &bad);

		g_assert(known);
	}
	for (int i = 0; i <= PRESENCE_LAST; i++)
		theme->glyphs[i] = g_strdup(glyphs[i]);
	if (name != NULL && *name != '\0')
		read_theme(theme, name, problems, 0);
	for (int i = 0; i < STYLE_COUNT; i++)
		term_set_style(i, &theme->styles[i]);
	return theme;
}

void theme_free(struct theme *theme)
{
	if (theme == NULL)
		return;
	for (int i = 0; i <= PRESENCE_LAST; i++)
		g_free(theme->glyphs[i]);
	g_free(theme);
}

const char *theme_glyph(const struct theme *theme, enum presence presence)
{
	return theme->glyphs[presence <= PRESENCE_LAST ? presence : PRESENCE_UNKNOWN];
}

static enum theme_style presence_style(enum presence presence)
{
	switch (presence) {
	case PRESENCE_AVAILABLE:
		return STYLE_ROSTER_AVAILABLE;
	case PRESENCE_AWAY:
		return STYLE_ROSTER_AWAY;
	case PRESENCE_XA:
		return STYLE_ROSTER_XA;
	case PRESENCE_HIDDEN:
		return STYLE_ROSTER_HIDDEN;
	case PRESENCE_BUSY:
		return STYLE_ROSTER_BUSY;
	case PRESENCE_OFFLINE:
		return STYLE_ROSTER_OFFLINE;
	case PRESENCE_UNSET:
	case PRESENCE_UNKNOWN:
	case PRESENCE_ERROR:
		break;
	}
	return STYLE_ROSTER_UNKNOWN;
}

const char *theme_contact_glyph(const struct theme *theme, const struct contact *contact)
{
	switch (contact_standing(contact)) {
	case STANDING_BLOCKED:
		return "b";
	case STANDING_REMOVED:
		return "r";
	case STANDING_USUAL:
		break;
	}
	return theme_glyph(theme, contact->presence);
}

enum theme_style theme_contact_style(const struct contact *contact)
{
	return contact_standing(contact) == STANDING_USUAL ? presence_style(contact->presence)
							   : STYLE_ROSTER_UNKNOWN;
}
