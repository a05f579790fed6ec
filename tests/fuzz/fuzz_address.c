/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "src/relay/address.h"
#include "src/relay/argv.h"
#include "src/relay/filename.h"

/*
 * What users and peers write: addresses, which must be read again as they were printed,
 * commands, whose words must not become more or fewer by filling in, and names of files.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_address(struct address *(*parse)(const char *, GError **), const char *text)
{
	g_autoptr(GError) error = NULL;
	struct address *address = parse(text, &error), *again;
	g_autofree char *printed = NULL;
	struct sockaddr_storage socket;
	socklen_t length;

	if (!address != !!error)
		abort();
	if (!address)
		return;
	printed = address_print(address);
	again = parse(printed, NULL);
	if (!again || again->kind != address->kind || again->port != address->port ||
	    g_strcmp0(again->text, address->text))
		abort();
	address_to_socket(address, true, &socket, &length);
	address_free(again);
	address_free(address);
}

static void try_command(const char *text)
{
	const struct argv_values values = {
		.host = "h", .port = "1", .path = "/p", .service = text, .contact = text};
	g_auto(GStrv) words = argv_parse(text, NULL);
	g_auto(GStrv) filled = words ? argv_fill(words, &values, NULL) : NULL;

	if (filled && g_strv_length(filled) != g_strv_length(words))
		abort();
}

static void try_name(const char *text)
{
	g_autofree char *name = filename_clean(text);
	g_autofree char *numbered = filename_number(name, 7);

	if (!*name || strchr(name, '/') || *name == '.' || *name == '-' || strlen(name) > 200 ||
	    !g_utf8_validate(name, -1, NULL) || !g_utf8_validate(numbered, -1, NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);

	try_address(address_parse_target, text);
	try_address(address_parse_listen, text);
	service_name_check(text, NULL);
	try_command(text);
	try_name(text);
	return 0;
}
