/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form_fields.h"

#include <string.h>
#include "src/model/text.h"

static void field_free(void *data)
{
	struct field *field = data;

	if (field->type == FIELD_SECRET && field->value != NULL)
		explicit_bzero(field->value, strlen(field->value));
	if (field->type == FIELD_SECRET && field->before != NULL)
		explicit_bzero(field->before, strlen(field->before));
	g_free(field->key);
	g_free(field->label);
	g_free(field->value);
	g_free(field->fallback);
	g_free(field->before);
	g_free(field->error);
	g_free(field);
}

static struct field *add_field(struct fields *fields, const char *key, const char *label,
			       enum field_type type)
{
	struct field *field = g_new0(struct field, 1);

	field->key = g_strdup(key);
	field->label = text_clean(label, -1, TEXT_LINE);
	field->type = type;
	g_ptr_array_add(fields->list, field);
	return field;
}

/* --- from parameters ---------------------------------------------------------------------- */

static enum field_type type_of(const struct param *param)
{
	if (param->flags & PARAM_SECRET || param_is_secret_name(param->name))
		return FIELD_SECRET;
	switch (param->signature[0]) {
	case 'b':
		return FIELD_BOOL;
	case 'y':
	case 'n':
	case 'q':
	case 'i':
	case 'u':
	case 'x':
	case 't':
		return FIELD_NUMBER;
	case 'a':
		return FIELD_LIST;
	}
	return FIELD_TEXT;
}

/* What most people have to fill in; the rest is folded. */
static bool is_common(const struct param *param)
{
	static const char *const names[] = {"account", "password", "server",
					    "port",    "nickname", "fullname"};

	if (param->flags & PARAM_REQUIRED)
		return true;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(param->name, names[i]) == 0)
			return true;
	return false;
}

static enum field_group group_of(const struct param *param)
{
	if (is_common(param))
		return GROUP_COMMON;
	return strstr(param->name, "prox") != NULL || strstr(param->name, "socks") != NULL
		       ? GROUP_PROXY
		       : GROUP_MORE;
}

static void add_param(struct fields *fields, const struct param *param)
{
	g_autofree char *key = g_strconcat("param-", param->name, NULL);
	struct field *field = add_field(fields, key, param->name, type_of(param));

	field->signature = param->signature[0];
	field->required = (param->flags & PARAM_REQUIRED) != 0;
	field->group = group_of(param);
	if (param->fallback != NULL && *param->fallback != '\0')
		field->fallback = text_clean(param->fallback, -1, TEXT_LINE);
}

static char *free_name(struct session *session, const char *protocol)
{
	const struct accounts *accounts = session_accounts(session);
	char *name = g_strdup(protocol);

	for (int i = 2; accounts_find(accounts, name) != NULL; i++) {
		g_free(name);
		name = g_strdup_printf("%s%d", protocol, i);
	}
	return name;
}

/* --- from the file ------------------------------------------------------------------------ */

static struct field *find_field(struct fields *fields, const char *key)
{
	for (guint i = 0; i < fields->list->len; i++) {
		struct field *field = fields->list->pdata[i];

		if (strcmp(field->key, key) == 0)
			return field;
	}
	return NULL;
}

static void fill_in(struct fields *fields, const char *key, const char *value)
{
	struct field *field = find_field(fields, key);

	if (value == NULL || *value == '\0')
		return;
	if (field == NULL) {
		const char *label = g_str_has_prefix(key, "param-") ? key + 6 : key;

		field = add_field(fields, key, label,
				  param_is_secret_name(key) ? FIELD_SECRET : FIELD_TEXT);
	}
	field->value = g_strdup(value);
	field->before = g_strdup(value);
}

static void fill_in_conf(struct fields *fields, const struct account_conf *conf)
{
	g_autofree char *rooms = g_strjoinv(";", conf->autojoin);
	GHashTableIter iter;
	void *name, *value;

	fill_in(fields, "name", conf->name);
	fill_in(fields, "enabled", conf->enabled ? "true" : "false");
	fill_in(fields, "nickname", conf->nickname);
	fill_in(fields, "autojoin", rooms);
	fill_in(fields, "password-command", conf->password_command);
	fill_in(fields, "secret-service", conf->secret_service ? "true" : NULL);
	fill_in(fields, "avatar", conf->avatar);
	g_hash_table_iter_init(&iter, conf->params);
	while (g_hash_table_iter_next(&iter, &name, &value)) {
		g_autofree char *key = g_strconcat("param-", name, NULL);

		fill_in(fields, key, value);
	}
}

/* What pheme itself keeps for every account. */
static void add_own_keys(struct fields *fields)
{
	static const struct {
		const char *key, *label;
		enum field_type type;
	} keys[] = {
		{"nickname", "own nickname", FIELD_TEXT},
		{"avatar", "own avatar (file)", FIELD_TEXT},
		{"autojoin", "rooms to join", FIELD_LIST},
		{"password-command", "password command", FIELD_TEXT},
		{"secret-service", "ask Secret Service", FIELD_BOOL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
		add_field(fields, keys[i].key, keys[i].label, keys[i].type)->group = GROUP_MORE;
}

struct fields *fields_new(struct session *session, const struct protocol *protocol,
			  struct account *account)
{
	struct fields *fields = g_new0(struct fields, 1);
	const struct account_conf *conf = NULL;
	struct field *field;

	if (account != NULL)
		conf = accounts_find(session_accounts(session), account->name);
	fields->account = account;
	fields->manager = g_strdup(account != NULL ? account->manager : protocol->manager);
	fields->protocol = g_strdup(account != NULL ? account->protocol : protocol->name);
	fields->list = g_ptr_array_new_with_free_func(field_free);
	field = add_field(fields, "name", "name here", FIELD_TEXT);
	field->required = true;
	if (account == NULL)
		field->value = free_name(session, protocol->name);
	for (guint i = 0; protocol != NULL && i < protocol->params->len; i++)
		add_param(fields, protocol->params->pdata[i]);
	field = add_field(fields, "enabled", "connect at start", FIELD_BOOL);
	if (account == NULL)
		field->value = g_strdup("true");
	add_own_keys(fields);
	if (conf != NULL)
		fill_in_conf(fields, conf);
	return fields;
}

void fields_free(struct fields *fields)
{
	if (fields == NULL)
		return;
	g_ptr_array_unref(fields->list);
	g_free(fields->manager);
	g_free(fields->protocol);
	g_free(fields);
}

/* --- values ------------------------------------------------------------------------------- */

static const struct range {
	char signature;
	gint64 min;
	guint64 max;
} ranges[] = {{'y', 0, G_MAXUINT8},  {'n', G_MININT16, G_MAXINT16},
	      {'q', 0, G_MAXUINT16}, {'i', G_MININT32, G_MAXINT32},
	      {'u', 0, G_MAXUINT32}, {'x', G_MININT64, G_MAXINT64},
	      {'t', 0, G_MAXUINT64}};

static bool is_number(const char *text, const struct range *range)
{
	if (*text == '-')
		return range->min < 0 &&
		       g_ascii_string_to_signed(text, 10, range->min, 0, NULL, NULL);
	return g_ascii_string_to_unsigned(text, 10, 0, range->max, NULL, NULL);
}

/* Why it is none; NULL when it is one. */
static char *check_number(const char *text, char signature)
{
	for (guint i = 0; i < G_N_ELEMENTS(ranges); i++) {
		const struct range *range = &ranges[i];

		if (range->signature == signature && !is_number(text, range))
			return g_strdup_printf("must be a number from %" G_GINT64_FORMAT
					       " to %" G_GUINT64_FORMAT,
					       range->min, range->max);
	}
	return NULL;
}

static char *check(const struct field *field, const char *value)
{
	g_autoptr(GError) error = NULL;

	if (*value == '\0')
		return field->required ? g_strdup("is required") : NULL;
	if (field->type == FIELD_NUMBER)
		return check_number(value, field->signature);
	if (strcmp(field->key, "name") == 0 && !account_name_check(value, &error))
		return g_strdup(error->message);
	return NULL;
}

bool field_set(struct field *field, const char *value)
{
	g_free(field->error);
	field->error = check(field, value);
	if (field->type == FIELD_SECRET && field->value != NULL)
		explicit_bzero(field->value, strlen(field->value));
	g_free(field->value);
	field->value = *value != '\0' ? g_strdup(value) : NULL;
	return field->error == NULL;
}

bool field_is_on(const struct field *field)
{
	const char *value = field->value != NULL ? field->value : field->fallback;

	return value != NULL && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

const char *field_shown(const struct field *field)
{
	if (field->type == FIELD_BOOL)
		return field_is_on(field) ? "[x]" : "[ ]";
	if (field->type == FIELD_SECRET)
		return field->value != NULL ? "(set)" : "";
	if (field->value != NULL)
		return field->value;
	return field->fallback != NULL ? field->fallback : "";
}

/* --- saving ------------------------------------------------------------------------------- */

int fields_first_error(const struct fields *fields)
{
	for (guint i = 0; i < fields->list->len; i++)
		if (((struct field *)fields->list->pdata[i])->error != NULL)
			return (int)i;
	return -1;
}

/* The file, the manager or the user must have a value where one is required. */
static bool check_all(struct fields *fields)
{
	for (guint i = 0; i < fields->list->len; i++) {
		struct field *field = fields->list->pdata[i];
		const char *value = field->value;

		if (value == NULL && field->required && field->fallback != NULL)
			value = field->fallback;
		/* A password can be asked for when it is needed. */
		if (value == NULL && field->type == FIELD_SECRET)
			continue;
		g_free(field->error);
		field->error = check(field, value != NULL ? value : "");
	}
	return fields_first_error(fields) < 0;
}

static void put_field(struct account_conf *conf, const struct field *field)
{
	if (field->value == NULL || strcmp(field->key, "name") == 0)
		return;
	if (strcmp(field->key, "enabled") == 0) {
		conf->enabled = field_is_on(field);
	} else if (strcmp(field->key, "nickname") == 0) {
		g_free(conf->nickname);
		conf->nickname = g_strdup(field->value);
	} else if (strcmp(field->key, "autojoin") == 0) {
		g_strfreev(conf->autojoin);
		conf->autojoin = g_strsplit_set(field->value, "; ", -1);
	} else if (strcmp(field->key, "password-command") == 0) {
		conf->password_command = g_strdup(field->value);
	} else if (strcmp(field->key, "secret-service") == 0) {
		conf->secret_service = field_is_on(field);
	} else if (strcmp(field->key, "avatar") == 0) {
		conf->avatar = g_strdup(field->value);
	} else {
		g_hash_table_insert(conf->params, g_strdup(field->key + strlen("param-")),
				    g_strdup(field->value));
	}
}

static bool save_new(struct fields *fields, struct session *session, GError **error)
{
	struct account_conf *conf;
	bool done;

	conf = account_conf_new(find_field(fields, "name")->value, fields->manager,
				fields->protocol);
	for (guint i = 0; i < fields->list->len; i++)
		put_field(conf, fields->list->pdata[i]);
	done = session_account_add(session, conf, error);
	account_conf_free(conf);
	return done;
}

static void note_saved(struct field *field)
{
	if (field->type == FIELD_SECRET && field->before != NULL)
		explicit_bzero(field->before, strlen(field->before));
	g_free(field->before);
	field->before = g_strdup(field->value);
}

/* All in one go: the account reconnects once, or not at all. */
static bool save_changes(struct fields *fields, struct session *session, GError **error)
{
	g_autoptr(GHashTable) changes = g_hash_table_new(g_str_hash, g_str_equal);
	struct field *name = find_field(fields, "name");

	if (!session_account_rename(session, fields->account, name->value, error))
		return false;
	note_saved(name);
	for (guint i = 0; i < fields->list->len; i++) {
		struct field *field = fields->list->pdata[i];

		if (g_strcmp0(field->value, field->before) != 0)
			g_hash_table_insert(changes, field->key, field->value);
	}
	if (g_hash_table_size(changes) > 0 &&
	    !session_account_change(session, fields->account, changes, error))
		return false;
	for (guint i = 0; i < fields->list->len; i++)
		note_saved(fields->list->pdata[i]);
	return true;
}

bool fields_save(struct fields *fields, struct session *session, GError **error)
{
	if (!check_all(fields))
		return false;
	return fields->account != NULL ? save_changes(fields, session, error)
				       : save_new(fields, session, error);
}
