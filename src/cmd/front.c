/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front.h"

void front_print(struct front *front, struct chat *chat, const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	front->ops->print(front, chat, line);
}
