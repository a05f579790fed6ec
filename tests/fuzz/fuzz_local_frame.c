/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/frame.h"

#include <stdint.h>
#include <stdlib.h>

/* The bytes of a frame, as a peer may send them. What is accepted reads as its type says and is
 * written again to the same bytes: so there is one form of each frame. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) again = NULL;
	g_autofree char *text = NULL;
	enum frame_kind kind;
	GVariant *payload;

	if (!frame_decode(data, size, &kind, &payload, NULL))
		return 0;
	text = g_variant_print(payload, TRUE);
	again = frame_encode(kind, payload);
	if (!again || g_bytes_get_size(again) != size + 4 ||
	    memcmp((const uint8_t *)g_bytes_get_data(again, NULL) + 4, data, size) != 0)
		abort();
	g_variant_unref(payload);
	return 0;
}
