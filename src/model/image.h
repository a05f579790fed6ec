/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the first bytes of a picture tell: its kind and its size. Nothing is decoded. */

#include <stdbool.h>
#include <glib.h>

struct image_facts {
	const char *type; /* MIME type; static */
	unsigned width, height;
};

/* False: it is no PNG, JPEG, GIF, WebP or BMP, or is cut off before its size. */
bool image_probe(const guint8 *bytes, gsize length, struct image_facts *facts);
