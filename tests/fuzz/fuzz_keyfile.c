/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a key file: what was left out is told, what is left GKeyFile takes, and what is
 * then written can be read again. */

#include <stdint.h>

#include "store/keyfile_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_back(const struct keyfile *file)
{
	struct keyfile *again = keyfile_parse("fuzz.conf", file->text, file->length, NULL);
	g_autofree char *value = keyfile_string(again, "fuzz group", "fuzz", NULL);

	g_assert_false(again->broken);
	g_assert_cmpstr(value, ==, " value\n");
	keyfile_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	struct keyfile *file = keyfile_parse("fuzz.conf", (const char *)data, size, problems);
	g_auto(GStrv) groups = g_key_file_get_groups(keyfile_keys(file), NULL);

	g_assert_false(file->unreadable);
	g_assert_true((file->broken != 0) == (problems->len != 0));
	for (char **group = groups; *group; group++) {
		g_auto(GStrv) keys = g_key_file_get_keys(keyfile_keys(file), *group, NULL, NULL);

		g_assert_cmpuint(keyfile_line(file, *group, NULL), >, 0);
		for (char **key = keys; key && *key; key++) {
			g_assert_cmpuint(keyfile_line(file, *group, *key), >, 0);
			g_free(keyfile_string(file, *group, *key, problems));
		}
	}
	if (!file->broken) {
		if (*groups)
			keyfile_remove_group(file, *groups);
		keyfile_put(file, "fuzz group", "fuzz", " value\n");
		read_back(file);
	}
	keyfile_free(file);
	return 0;
}
