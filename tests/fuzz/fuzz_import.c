/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as another program's file of accounts: it is refused with a reason, or gives accounts
 * that have what each needs, and never one that runs something. */

#include <string.h>

#include "store/import_private.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_account(const struct account_conf *conf)
{
	GHashTableIter iter;
	const char *name, *value;

	g_assert_true(conf->manager && *conf->manager && conf->protocol && *conf->protocol);
	g_assert_nonnull(conf->name);
	g_assert_null(conf->password_command);
	g_hash_table_iter_init(&iter, conf->params);
	while (g_hash_table_iter_next(&iter, (void **)&name, (void **)&value))
		g_assert_true(*name && *value && g_utf8_validate(value, -1, NULL));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct import_error bad = {NULL, 0};
	g_autoptr(GString) text = g_string_new_len((const char *)data, (gssize)size);
	struct import *import = import_parse("fuzz", text->str, text->len, &bad);

	g_assert_true((import == NULL) == (bad.reason != NULL));
	for (guint i = 0; import && i < import->accounts->len; i++)
		check_account(import->accounts->pdata[i]);
	if (import)
		g_assert_true(import->accounts->len || import->problems->len);
	import_free(import);
	return 0;
}
