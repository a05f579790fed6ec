/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What single characters are to the cleaner; private to text*.c. */

#include <stdbool.h>
#include <glib.h>

enum text_class {
	TEXT_CLASS_BASE,    /* takes a cell, or two */
	TEXT_CLASS_MARK,    /* takes none, joins the cell before it */
	TEXT_CLASS_CONTROL, /* C0 and DEL: shown as ^X */
	TEXT_CLASS_NAMED,   /* C1, bidi controls, line separators: shown as [U+202E] */
	TEXT_CLASS_HIDDEN,  /* invisible: dropped */
	TEXT_CLASS_VS16,    /* asks for the coloured form; kept after what has one */
	TEXT_CLASS_ZWJ,     /* kept between emoji */
	TEXT_CLASS_BROKEN,  /* noncharacters and what Unicode has not assigned: U+FFFD */
};

enum text_class text_char_class(gunichar c);
/* Extended_Pictographic or a skin tone: what a ZWJ may join. */
bool text_char_is_emoji(gunichar c);
