/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "src/bus/reader.h"

/*
 * Messages of any shape, read by programs of any shape. The input is
 *
 *     kind, steps, program[steps], message
 *
 * where the message is a whole one as it comes off the wire (kind odd) or the length and
 * text of a signature and the bytes of a body, for which the header is made here: random
 * headers are hardly ever valid.
 */

#define DEPTH_MAX 8

struct program {
	const uint8_t *steps;
	size_t length, next;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int next_step(struct program *program)
{
	return program->next < program->length ? program->steps[program->next++] : -1;
}

static void read_strings(struct bus_reader *r)
{
	g_auto(GStrv) strings = bus_read_strings(r);

	for (char **s = strings; *s; s++)
		if (!g_utf8_validate(*s, -1, NULL) && bus_reader_ok(r))
			abort();
}

static void read_bytes(struct bus_reader *r)
{
	gsize length, sum = 0;
	const guint8 *bytes = bus_read_bytes(r, &length);

	for (gsize i = 0; i < length; i++)
		sum += bytes[i];
	if (!bytes && sum)
		abort();
}

static void read_numbers(struct bus_reader *r, int step)
{
	switch (step % 6) {
	case 0:
		bus_read_bool(r);
		break;
	case 1:
		bus_read_byte(r);
		break;
	case 2:
		bus_read_int32(r);
		break;
	case 3:
		bus_read_uint32(r);
		break;
	case 4:
		bus_read_double(r);
		break;
	default:
		bus_read_integer(r);
	}
}

/* Reads whatever is there, as its type says: a well-behaved reader never fails. */
static void read_as_typed(struct bus_reader *r, int depth)
{
	struct bus_reader inner;

	while (bus_reader_more(r)) {
		switch (depth < DEPTH_MAX ? bus_reader_type(r) : DBUS_TYPE_INVALID) {
		case DBUS_TYPE_STRING:
			if (!g_utf8_validate(bus_read_string(r), -1, NULL))
				abort();
			break;
		case DBUS_TYPE_OBJECT_PATH:
			if (*bus_read_path(r) != '/')
				abort();
			break;
		case DBUS_TYPE_ARRAY:
			bus_read_array(r, &inner);
			read_as_typed(&inner, depth + 1);
			break;
		case DBUS_TYPE_STRUCT:
			bus_read_struct(r, &inner);
			read_as_typed(&inner, depth + 1);
			break;
		case DBUS_TYPE_VARIANT:
			bus_read_variant(r, &inner);
			read_as_typed(&inner, depth + 1);
			break;
		case DBUS_TYPE_DICT_ENTRY:
			bus_read_entry(r, &inner);
			read_as_typed(&inner, depth + 1);
			break;
		default:
			bus_read_skip(r);
		}
	}
	if (!bus_reader_ok(r))
		abort();
}

static void run(struct bus_reader *r, struct program *program, int depth);

static void read_dict(struct bus_reader *r, struct program *program, int depth, int step)
{
	struct bus_reader dict, inner;
	const char *key;

	bus_read_array(r, &dict);
	if (step & 1) {
		while (bus_read_property(&dict, &key, &inner)) {
			if (!g_utf8_validate(key, -1, NULL))
				abort();
			run(&inner, program, depth + 1);
		}
	} else {
		while (bus_read_entry(&dict, &inner))
			run(&inner, program, depth + 1);
	}
	run(&inner, program, depth + 1);
}

static void read_array(struct bus_reader *r, struct program *program, int depth)
{
	struct bus_reader inner;

	bus_read_array(r, &inner);
	while (bus_reader_more(&inner)) {
		size_t before = program->next;

		run(&inner, program, depth + 1);
		if (program->next == before)
			bus_read_skip(&inner);
	}
}

static void step_once(struct bus_reader *r, struct program *program, int depth, int step)
{
	struct bus_reader inner;

	switch (step >> 4) {
	case 0:
		bus_read_string(r);
		break;
	case 1:
		bus_read_path(r);
		break;
	case 2:
		read_numbers(r, step);
		break;
	case 3:
		read_bytes(r);
		break;
	case 4:
		read_strings(r);
		break;
	case 5:
		g_array_unref(bus_read_uint32s(r));
		break;
	case 6:
		bus_read_skip(r);
		break;
	case 7:
		bus_read_struct(r, &inner);
		run(&inner, program, depth + 1);
		break;
	case 8:
		bus_read_variant(r, &inner);
		run(&inner, program, depth + 1);
		break;
	case 9:
		read_dict(r, program, depth, step);
		break;
	case 10:
		read_array(r, program, depth);
		break;
	default:
		bus_reader_type(r);
	}
}

static void run(struct bus_reader *r, struct program *program, int depth)
{
	int step;

	while (depth < DEPTH_MAX && (step = next_step(program)) >= 0) {
		if (step == 0xff)
			return;
		step_once(r, program, depth, step);
	}
}

static void add_uint32(GByteArray *bytes, uint32_t value)
{
	value = GUINT32_TO_LE(value);
	g_byte_array_append(bytes, (const uint8_t *)&value, 4);
}

static void pad(GByteArray *bytes)
{
	while (bytes->len % 8)
		g_byte_array_append(bytes, (const uint8_t *)"", 1);
}

static void add_field(GByteArray *bytes, char field, char type, const char *value, size_t length)
{
	const char head[] = {field, 1, type, 0};

	pad(bytes);
	g_byte_array_append(bytes, (const uint8_t *)head, sizeof head);
	if (type == 'g')
		g_byte_array_append(bytes, (const uint8_t[]){(uint8_t)length}, 1);
	else
		add_uint32(bytes, (uint32_t)length);
	g_byte_array_append(bytes, (const uint8_t *)value, (guint)length);
	g_byte_array_append(bytes, (const uint8_t *)"", 1);
}

/* A signal with the signature and the body that @data begins with and ends in. */
static GByteArray *wrap(const uint8_t *data, size_t size)
{
	GByteArray *bytes = g_byte_array_new();
	size_t length = size ? MIN(data[0], size - 1) : 0;
	const char *signature = size ? (const char *)data + 1 : "";
	size_t rest = size ? size - 1 - length : 0;
	uint32_t fields;

	g_byte_array_append(bytes, (const uint8_t *)"l\4\0\1", 4);
	add_uint32(bytes, (uint32_t)rest);
	add_uint32(bytes, 1);
	add_uint32(bytes, 0);
	add_field(bytes, 1, 'o', "/a", 2);
	add_field(bytes, 2, 's', "a.b", 3);
	add_field(bytes, 3, 's', "C", 1);
	add_field(bytes, 8, 'g', signature, length);
	fields = GUINT32_TO_LE(bytes->len - 16);
	memcpy(bytes->data + 12, &fields, sizeof fields);
	pad(bytes);
	g_byte_array_append(bytes, data + size - rest, (guint)rest);
	return bytes;
}

static DBusMessage *parse(const uint8_t *data, size_t size, bool whole)
{
	g_autoptr(GByteArray) bytes = NULL;

	if (whole)
		return dbus_message_demarshal((const char *)data, (int)size, NULL);
	bytes = wrap(data, size);
	return dbus_message_demarshal((const char *)bytes->data, (int)bytes->len, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bus_reader_root root;
	struct bus_reader r;
	struct program program;
	DBusMessage *message;

	if (size < 2)
		return 0;
	program.length = MIN(data[1], size - 2);
	program.steps = data + 2;
	program.next = 0;
	message = parse(program.steps + program.length, size - 2 - program.length, data[0] & 1);
	if (!message)
		return 0;
	bus_reader_init(&r, &root, message);
	run(&r, &program, 0);
	if (bus_reader_ok(&r) == (bus_reader_error(&r) != NULL))
		abort();
	bus_reader_init(&r, &root, message);
	read_as_typed(&r, 0);
	dbus_message_unref(message);
	return 0;
}
