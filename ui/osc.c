/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc.h"

#include <string.h>
#include <glib.h>
#include "src/model/text.h"

#define TITLE_CELLS 60
#define BODY_CELLS  200

/* A semicolon ends a field. C1 controls are characters of two bytes in UTF-8: none is left by
 * text_clean(). */
static char *make_fit(const char *text, int cells, bool ascii)
{
	g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
	GString *out = g_string_new(NULL);
	gsize fit = text_fit(clean, cells, NULL);

	for (gsize i = 0; i < fit; i++)
		if (!ascii || (guchar)clean[i] < 0x80)
			g_string_append_c(out, clean[i] == ';' ? ',' : clean[i]);
	return g_string_free(out, FALSE);
}

/* A bracket first: some terminals take a number there for a command. */
static char *make_sequence(const char *kind, const char *title, const char *body)
{
	g_autofree char *title64 = g_base64_encode((const guchar *)title, strlen(title));
	g_autofree char *body64 = g_base64_encode((const guchar *)body, strlen(body));

	if (strcmp(kind, "9") == 0)
		return g_strdup_printf("\033]9;[%s] %s\007", title, body);
	if (strcmp(kind, "777") == 0)
		return g_strdup_printf("\033]777;notify;%s;%s\007", title, body);
	if (strcmp(kind, "99") == 0)
		return g_strdup_printf("\033]99;i=pheme:d=0:e=1;%s\033\\"
				       "\033]99;i=pheme:p=body:e=1;%s\033\\",
				       title64, body64);
	return NULL;
}

/* Each sequence in one of its own, for the end of it ends the wrapping too; tmux wants every ESC
 * inside twice. */
static char *wrap(const char *sequence, enum osc_way way)
{
	GString *out = g_string_new(NULL);

	for (const char *p = sequence; *p != '\0'; p++) {
		if (*p == '\033' && p[1] == ']')
			g_string_append(out, way == OSC_TMUX ? "\033Ptmux;\033" : "\033P");
		if (*p == '\007' || (*p == '\033' && p[1] == '\\')) {
			g_string_append(out, "\007\033\\");
			p += *p == '\033';
			continue;
		}
		g_string_append_c(out, *p);
	}
	return g_string_free(out, FALSE);
}

char *osc_notification(const char *kind, enum osc_way way, bool ascii, const char *title,
		       const char *body)
{
	g_autofree char *short_title = make_fit(title, TITLE_CELLS, ascii);
	g_autofree char *short_body = make_fit(body, BODY_CELLS, ascii);
	g_autofree char *sequence = make_sequence(kind, short_title, short_body);

	if (sequence == NULL || way == OSC_DIRECT)
		return g_steal_pointer(&sequence);
	return wrap(sequence, way);
}
