/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Addresses in what people write: http, https, mailto and xmpp, and no others. */

#include <glib.h>

/* The first one in cleaned text: its place and bytes; NULL when there is none. Marks that end a
 * sentence, and a bracket that was opened before it, are none of it. */
const char *url_find(const char *text, gsize *length);
