/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/frame.h"
#include "src/local/who.h"

#include <string.h>

struct kind {
	enum frame_kind kind;
	const char *name;
	const char *type;
};

static const struct kind kinds[] = {
#define X(name, number, type) {number, #name, type},
	FRAME_KINDS(X)
#undef X
};

static const struct kind *find_kind(unsigned int number)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (kinds[i].kind == number)
			return &kinds[i];
	return NULL;
}

const char *frame_name(enum frame_kind kind)
{
	const struct kind *found = find_kind(kind);

	return found ? found->name : "?";
}

GBytes *frame_encode(enum frame_kind kind, GVariant *payload)
{
	g_autoptr(GVariant) frame = g_variant_ref_sink(g_variant_new("(yv)", kind, payload));
	gsize length = g_variant_get_size(frame);
	guint32 head = (guint32)length;
	guint8 *bytes;

	g_assert(g_variant_is_of_type(payload, G_VARIANT_TYPE(find_kind(kind)->type)));
	if (length > FRAME_MAX)
		return NULL;
	bytes = g_malloc(sizeof head + length);
	memcpy(bytes, &head, sizeof head);
	memcpy(bytes + sizeof head, g_variant_get_data(frame), length);
	return g_bytes_new_take(bytes, sizeof head + length);
}

bool frame_values_plain(GVariant *dict)
{
	GVariantIter iter;
	GVariant *value;
	bool plain = true;

	g_variant_iter_init(&iter, dict);
	while (plain && g_variant_iter_next(&iter, "{sv}", NULL, &value)) {
		plain = strlen(g_variant_get_type_string(value)) == 1 ||
			g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING);
		plain = plain && !g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT) &&
			!g_variant_is_of_type(value, G_VARIANT_TYPE_HANDLE);
		g_variant_unref(value);
	}
	return plain;
}

/* The only variants in a payload are tube parameters, which hold no others: so the depth of what
 * is checked for its form is ours to know, whatever comes. */
static bool has_plain_values(GVariant *payload, const char *type)
{
	g_autoptr(GVariant) dict = NULL;

	if (!g_str_has_suffix(type, "a{sv})"))
		return true;
	dict = g_variant_get_child_value(payload, g_variant_n_children(payload) - 1);
	return frame_values_plain(dict);
}

static bool fail(GError **error, const char *reason)
{
	g_set_error(error, WHO_ERROR, WHO_ERROR_INVALID, "cannot read a frame: %s", reason);
	return false;
}

bool frame_decode(const void *body, gsize length, enum frame_kind *kind, GVariant **payload,
		  GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GVariant) frame = NULL;
	g_autoptr(GVariant) inner = NULL;
	const struct kind *found;
	guint8 number;

	if (length > FRAME_MAX)
		return fail(error, "too long");
	/* A copy, because GVariant wants its bytes aligned. */
	bytes = g_bytes_new(body, length);
	frame = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE("(yv)"), bytes, FALSE));
	g_variant_get(frame, "(yv)", &number, &inner);
	found = find_kind(number);
	if (!found)
		return fail(error, "of no known kind");
	if (!g_variant_is_of_type(inner, G_VARIANT_TYPE(found->type)) ||
	    !has_plain_values(inner, found->type))
		return fail(error, "of another type than its kind");
	if (!g_variant_is_normal_form(frame))
		return fail(error, "not in normal form");
	*kind = found->kind;
	*payload = g_steal_pointer(&inner);
	return true;
}
