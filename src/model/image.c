/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image.h"

#include <string.h>

static unsigned big(const guint8 *at, unsigned bytes)
{
	unsigned value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

static unsigned little(const guint8 *at, unsigned bytes)
{
	unsigned value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static bool begins(const guint8 *bytes, gsize length, const char *magic, gsize size)
{
	return length >= size && memcmp(bytes, magic, size) == 0;
}

static bool take(struct image_facts *facts, const char *type, unsigned width, unsigned height)
{
	*facts = (struct image_facts){type, width, height};
	return width && height;
}

static bool probe_png(const guint8 *bytes, gsize length, struct image_facts *facts)
{
	return length >= 24 && memcmp(bytes + 12, "IHDR", 4) == 0 &&
	       take(facts, "image/png", big(bytes + 16, 4), big(bytes + 20, 4));
}

static bool probe_gif(const guint8 *bytes, gsize length, struct image_facts *facts)
{
	return length >= 10 && take(facts, "image/gif", little(bytes + 6, 2), little(bytes + 8, 2));
}

static bool probe_bmp(const guint8 *bytes, gsize length, struct image_facts *facts)
{
	return length >= 26 &&
	       take(facts, "image/bmp", little(bytes + 18, 4), little(bytes + 22, 4));
}

/* C0 to CF begin a frame, but for three that are tables. */
static bool is_frame(guint8 marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

/* Segments, each with its length, up to the one that tells the size. */
static bool probe_jpeg(const guint8 *bytes, gsize length, struct image_facts *facts)
{
	gsize at = 2;

	while (at + 9 < length && bytes[at] == 0xff) {
		if (is_frame(bytes[at + 1]))
			return take(facts, "image/jpeg", big(bytes + at + 7, 2),
				    big(bytes + at + 5, 2));
		at += bytes[at + 1] == 0xff ? 1 : 2 + big(bytes + at + 2, 2);
	}
	return false;
}

static bool probe_webp(const guint8 *bytes, gsize length, struct image_facts *facts)
{
	const guint8 *chunk = bytes + 12;

	if (length < 30 || memcmp(bytes + 8, "WEBP", 4) != 0)
		return false;
	if (memcmp(chunk, "VP8X", 4) == 0)
		return take(facts, "image/webp", little(chunk + 12, 3) + 1,
			    little(chunk + 15, 3) + 1);
	if (memcmp(chunk, "VP8L", 4) == 0) {
		unsigned bits = little(chunk + 9, 4);

		return take(facts, "image/webp", (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
	}
	return memcmp(chunk, "VP8 ", 4) == 0 &&
	       take(facts, "image/webp", little(chunk + 14, 2) & 0x3fff,
		    little(chunk + 16, 2) & 0x3fff);
}

static const struct {
	const char *magic;
	gsize size;
	bool (*probe)(const guint8 *bytes, gsize length, struct image_facts *facts);
} kinds[] = {
	{"\x89PNG\r\n\x1a\n", 8, probe_png}, {"GIF87a", 6, probe_gif}, {"GIF89a", 6, probe_gif},
	{"\xff\xd8\xff", 3, probe_jpeg},     {"RIFF", 4, probe_webp},  {"BM", 2, probe_bmp},
};

bool image_probe(const guint8 *bytes, gsize length, struct image_facts *facts)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (begins(bytes, length, kinds[i].magic, kinds[i].size))
			return kinds[i].probe(bytes, length, facts);
	return false;
}
