/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Kind and size of a picture, from whole files and from what is left of some. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/image.h"

#define BYTES(text) (const guint8 *)(text), sizeof(text) - 1

static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x60\0\0\0\x40\x08\x02";
static const char gif[] = "GIF89a\x10\0\x20\0\x80";
static const char jpeg[] = "\xff\xd8\xff\xe0\0\x04"
			   "ab\xff\xc0\0\x11\x08\0\x20\0\x30\x03";
static const char bmp[] = "BM____________\x28\0\0\0\x07\0\0\0\x05\0\0\0";
static const char webp[] = "RIFF____WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0";
static const char lossy[] = "RIFF____WEBPVP8 ____\x30\x01\0\x9d\x01\x2a\x10\0\x20\0";

static void check(const guint8 *bytes, gsize length, const char *type, unsigned width,
		  unsigned height)
{
	struct image_facts facts;

	assert_true(image_probe(bytes, length, &facts));
	assert_string_equal(facts.type, type);
	assert_int_equal(facts.width, width);
	assert_int_equal(facts.height, height);
	/* Whatever is cut off, nothing is read behind the end. */
	for (gsize i = 0; i < length; i++) {
		g_autofree guint8 *part = g_memdup2(bytes, i);

		image_probe(part, i, &facts);
	}
}

static void known(void **state)
{
	check(BYTES(png), "image/png", 96, 64);
	check(BYTES(gif), "image/gif", 16, 32);
	check(BYTES(jpeg), "image/jpeg", 48, 32);
	check(BYTES(bmp), "image/bmp", 7, 5);
	check(BYTES(webp), "image/webp", 16, 32);
	check(BYTES(lossy), "image/webp", 16, 32);
}

static void unknown(void **state)
{
	struct image_facts facts;

	assert_false(image_probe(BYTES(""), &facts));
	assert_false(image_probe(BYTES("<svg/>"), &facts));
	assert_false(image_probe(BYTES("GIF89a\0\0\0\0"), &facts));
	assert_false(
		image_probe(BYTES("\xff\xd8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), &facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(unknown),
	};

	return cmocka_run_group_tests_name("model/image", tests, NULL, NULL);
}
