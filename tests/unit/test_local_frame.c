/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/frame.h"
#include "src/local/who.h"
#include "tests/lib/test.h"

#include <string.h>
#include <unistd.h>

/* Frames and names of telepathy-local: what is one, and what is not. */

static bool decode(const void *bytes, gsize length)
{
	g_autoptr(GVariant) payload = NULL;
	g_autoptr(GError) error = NULL;
	enum frame_kind kind;
	bool ok = frame_decode(bytes, length, &kind, &payload, &error);

	assert_true(ok == !error);
	return ok;
}

static bool decode_value(GVariant *value)
{
	g_autoptr(GVariant) own = g_variant_ref_sink(value);

	return decode(g_variant_get_data(own), g_variant_get_size(own));
}

static void test_round_trip(void **state)
{
	g_autoptr(GBytes) frame = frame_encode(
		FRAME_TEXT, g_variant_new("(ssuxss)", "", "t", 0, (gint64)5, "hi", ""));
	const guint8 *data = g_bytes_get_data(frame, NULL);
	g_autoptr(GVariant) payload = NULL;
	enum frame_kind kind;
	const char *text;

	assert_true(frame_decode(data + 4, g_bytes_get_size(frame) - 4, &kind, &payload, NULL));
	assert_int_equal(kind, FRAME_TEXT);
	g_variant_get_child(payload, 4, "&s", &text);
	assert_string_equal(text, "hi");
}

static void test_limit(void **state)
{
	g_autofree char *text = g_strnfill(FRAME_MAX, 'x');

	assert_null(frame_encode(FRAME_AVATAR_TOKEN, g_variant_new("(s)", text)));
	assert_false(decode(text, FRAME_MAX + 1));
}

static void test_rejects_other_types(void **state)
{
	assert_false(decode_value(g_variant_new("(yv)", 99, g_variant_new("(s)", "x"))));
	assert_false(decode_value(g_variant_new("(yv)", FRAME_HELLO, g_variant_new("(s)", "x"))));
	assert_false(decode_value(g_variant_new("(yv)", FRAME_HELLO, g_variant_new_string("x"))));
	assert_true(
		decode_value(g_variant_new("(yv)", FRAME_AVATAR_TOKEN, g_variant_new("(s)", "x"))));
	assert_false(decode("", 0));
}

static void test_rejects_each_cut(void **state)
{
	g_autoptr(GVariant) value = g_variant_ref_sink(
		g_variant_new("(yv)", FRAME_PRESENCE, g_variant_new("(us)", 1, "gone fishing")));
	gsize length = g_variant_get_size(value);

	for (gsize cut = 0; cut < length; cut++)
		assert_false(decode(g_variant_get_data(value), cut));
	assert_true(decode(g_variant_get_data(value), length));
}

static GVariant *offer_with(GVariant *value)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&b, "{sv}", "key", value);
	return g_variant_new("(yv)", FRAME_TUBE_OFFER,
			     g_variant_new("(tussa{sv})", (guint64)1, 0, "", "x", &b));
}

static void test_parameters(void **state)
{
	assert_true(decode_value(offer_with(g_variant_new_string("x"))));
	assert_true(decode_value(offer_with(g_variant_new_uint32(1))));
	assert_true(decode_value(offer_with(g_variant_new_boolean(TRUE))));
	assert_true(decode_value(offer_with(g_variant_new_bytestring("x"))));
	assert_false(decode_value(offer_with(g_variant_new_variant(g_variant_new_byte(1)))));
	assert_false(decode_value(offer_with(g_variant_new("(s)", "x"))));
	assert_false(decode_value(offer_with(g_variant_new_handle(1))));
}

static void test_names(void **state)
{
	g_autofree char *mine = who_id(getuid(), "");
	g_autofree char *second = who_id(getuid(), "second");
	g_autofree char *unknown = who_id(4123456789u, "");
	g_autofree char *alias = who_alias("root/second");
	g_autofree char *again = who_normalize(second, NULL);

	assert_true(g_str_has_prefix(second, mine) && g_str_has_suffix(second, "/second"));
	assert_string_equal(unknown, "#4123456789");
	assert_string_equal(alias, "second");
	assert_string_equal(again, second);
	for (const char *const *bad = (const char *const[]){"", "/", "a/", "a/b/c", "a b", "a/b c",
							    "\xff", "a/\n", "a@b", NULL};
	     *bad; bad++)
		assert_null(who_normalize(*bad, NULL));
	assert_true(who_nick_valid("") && who_nick_valid("zo\xc3\xab"));
	assert_false(who_nick_valid("a/b") || who_nick_valid("a,b") || who_nick_valid("a b") ||
		     who_nick_valid("\x1b[2J") || who_nick_valid("\xff"));
	assert_false(who_nick_valid("123456789012345678901234567890123"));
	assert_true(who_room_valid("#lobby"));
	assert_false(who_room_valid("") || who_room_valid("a/b") || who_room_valid("\n"));
}

static void test_order(void **state)
{
	assert_true(who_compare(1, "z", 2, "a") < 0);
	assert_true(who_compare(1, "a", 1, "b") < 0);
	assert_true(who_compare(2, "", 1, "") > 0);
	assert_int_equal(who_compare(1, "a", 1, "a"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"/local/frame/round_trip", test_round_trip, NULL, NULL, NULL},
		{"/local/frame/limit", test_limit, NULL, NULL, NULL},
		{"/local/frame/rejects_other_types", test_rejects_other_types, NULL, NULL, NULL},
		{"/local/frame/rejects_each_cut", test_rejects_each_cut, NULL, NULL, NULL},
		{"/local/frame/parameters", test_parameters, NULL, NULL, NULL},
		{"/local/who/names", test_names, NULL, NULL, NULL},
		{"/local/who/order", test_order, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
