/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /whois: all that is known of somebody; and what we tell of ourselves. */

#include <string.h>

#include "../model/card.h"
#include "cmd.h"

#define LABEL_CELLS 14

static void G_GNUC_PRINTF(3, 4)
	print_fact(struct command_run *run, const char *label, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	command_print(run, "  %s%*s %s", label, MAX(LABEL_CELLS - text_width(label), 0), "", text);
}

/* --- what the roster says ----------------------------------------------------------------- */

static const char *direction(enum subscription subscription)
{
	switch (subscription) {
	case SUBSCRIPTION_YES:
		return "yes";
	case SUBSCRIPTION_NO:
		return "no";
	case SUBSCRIPTION_ASK:
		return "asked for";
	case SUBSCRIPTION_REMOVED:
		return "no, they removed you";
	case SUBSCRIPTION_UNKNOWN:
		break;
	}
	return "not known";
}

static void print_services(struct command_run *run, const struct contact *contact)
{
	g_autofree char *all = contact->services ? g_strjoinv(", ", contact->services) : NULL;
	g_autofree char *clean = all ? text_clean(all, -1, TEXT_LINE) : NULL;

	if (clean && (*clean || contact->takes_tubes))
		print_fact(run, "takes tubes", "%s%s%s", contact->takes_tubes ? "any" : "",
			   contact->takes_tubes && *clean ? ", " : "", clean);
}

/* When either side said something last, as far as the history goes. */
static void print_last_said(struct command_run *run, const struct contact *contact)
{
	const struct chat *chat = chat_find(contact->account, CHAT_CONTACT, contact->id);
	g_autoptr(GDateTime) time = chat && chat->last_activity
					    ? g_date_time_new_from_unix_local(chat->last_activity)
					    : NULL;
	g_autofree char *text = time ? g_date_time_format(time, "%Y-%m-%d %H:%M") : NULL;

	if (text)
		print_fact(run, "last message", "%s", text);
}

static void print_contact(struct command_run *run, const struct contact *contact)
{
	g_autofree char *groups = g_strjoinv(", ", contact->groups);

	print_last_said(run, contact);
	if (contact_is_blocked(contact))
		print_fact(run, "blocked", "yes, by you");
	if (*groups)
		print_fact(run, "groups", "%s", groups);
	if (contact->on_roster && contact->account->features & ACCOUNT_HAS_ROSTER) {
		print_fact(run, "you see them", "%s", direction(contact->subscribe));
		print_fact(run, "they see you", "%s",
			   contact->publish == SUBSCRIPTION_ASK
				   ? "they ask for it: /authorize, /deny"
				   : direction(contact->publish));
	} else if (contact->account->features & ACCOUNT_HAS_ROSTER) {
		print_fact(run, "roster", "not on it: /add");
	}
	print_services(run, contact);
}

/* --- what the manager says ---------------------------------------------------------------- */

static void print_presence(struct command_run *run, const struct whois *whois)
{
	const char *name = presence_name(whois->presence);

	if (!whois->has_presence)
		return;
	print_fact(run, "presence", "%s%s%s%s%s%s%s", name,
		   *whois->status && strcmp(whois->status, name) ? " (" : "",
		   strcmp(whois->status, name) ? whois->status : "",
		   *whois->status && strcmp(whois->status, name) ? ")" : "",
		   *whois->message ? " \"" : "", whois->message, *whois->message ? "\"" : "");
}

static void print_card(struct command_run *run, const struct whois *whois)
{
	for (guint i = 0; whois->card && i < whois->card->len; i++) {
		const struct card_field *field = g_ptr_array_index(whois->card, i);
		g_autofree char *label =
			card_print_label(field->name, (const char *const *)field->params);
		g_autofree char *value = card_print_value(field);

		if (*value)
			print_fact(run, label, "%s", value);
	}
	if (whois->card && !whois->card->len)
		print_fact(run, "card", "empty");
	if (whois->no_card)
		print_fact(run, "card", "%s", whois->no_card);
}

static void print_whois(struct command_run *run, const struct account *account,
			const struct whois *whois)
{
	bool named = strcmp(whois->alias, whois->shown_id) != 0;

	command_print(run, named ? "%s <%s>%s on %s (%s)" : "%s%s%s on %s (%s)", whois->alias,
		      named ? whois->shown_id : "", whois->is_self ? ", that is you," : "",
		      account->name, account->protocol);
	print_presence(run, whois);
	for (char **client = whois->clients; client && *client; client++)
		print_fact(run, "device", "%s", *client);
	for (guint i = 0; whois->location && i < whois->location->len; i++)
		print_fact(run, i ? "" : "location", "%s",
			   (const char *)g_ptr_array_index(whois->location, i));
	if (whois->tells_picture)
		print_fact(run, "picture", whois->has_picture ? "yes" : "none");
	print_card(run, whois);
	if (!(account->features & ACCOUNT_HAS_CARDS))
		print_fact(run, "card", "%s cannot fetch any", account->manager);
}

/* --- asking ------------------------------------------------------------------------------- */

struct asked {
	char *account;
	GPtrArray *changes; /* struct card_field * with the name as typed; NULL: none */
};

static void asked_free(void *data)
{
	struct asked *asked = data;

	g_free(asked->account);
	g_clear_pointer(&asked->changes, g_ptr_array_unref);
	g_free(asked);
}

static void on_whois(const struct whois *whois, const GError *error, void *data)
{
	struct command_run *run = data;
	const struct asked *asked = command_kept(run);
	struct account *account = command_account_again(run, asked->account);

	if (whois && account) {
		const struct contact *contact = account_find_contact(account, whois->id);

		print_whois(run, account, whois);
		if (contact && !whois->is_self)
			print_contact(run, contact);
	}
	command_done(error, run);
}

static void ask(struct command_run *run, struct account *account, const char *id,
		GPtrArray *changes, session_whois_fn fn)
{
	struct asked *asked = g_new0(struct asked, 1);

	asked->account = g_strdup(account->name);
	asked->changes = changes;
	command_keep(run, asked, asked_free);
	command_hold(run);
	session_whois(command_session(run), account, id, fn, run);
}

/* --- our own card ------------------------------------------------------------------------- */

/* "tel;home" → "tel;type=home" */
static char *full_name(const char *typed)
{
	g_auto(GStrv) parts = g_strsplit(typed, ";", -1);
	GString *name = g_string_new(parts[0]);

	for (char **part = parts[0] ? parts + 1 : parts; *part; part++)
		g_string_append_printf(name, strchr(*part, '=') ? ";%s" : ";type=%s", *part);
	return g_string_free(name, FALSE);
}

static void fail_field(struct command_run *run, const struct account *account, const char *name)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (guint i = 0; account->card_specs && i < account->card_specs->len; i++) {
		const struct card_spec *spec = g_ptr_array_index(account->card_specs, i);

		g_string_append_printf(all, "%s%s", i ? ", " : "", spec->name);
	}
	command_fail(run, SESSION_ERROR_USAGE, "the card has no field \"%s\", only %s", name,
		     all->str);
}

/* The fields that are to be changed; NULL when something is wrong with them, which is told. */
static GPtrArray *parse_changes(struct command_run *run, const struct account *account)
{
	g_autoptr(GPtrArray) changes = card_new();
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) words = word_split(command_rest(run, 1), &error);

	if (!words) {
		command_fail_usage(run, error->message);
		return NULL;
	}
	for (char **word = words; *word; word++) {
		char *equals = strchr(*word, '=');
		g_autofree char *typed = equals ? g_strndup(*word, (gsize)(equals - *word)) : NULL;
		g_autofree char *name = typed ? full_name(typed) : NULL;
		g_auto(GStrv) values = NULL;

		if (!name) {
			command_fail_usage(run, "a field is written FIELD=VALUE");
			return NULL;
		}
		if (!card_find_spec(account->card_specs, name)) {
			fail_field(run, account, typed);
			return NULL;
		}
		values = card_parse_value(name, equals + 1);
		g_ptr_array_add(changes, card_field_new(name, NULL, (const char *const *)values));
	}
	return g_steal_pointer(&changes);
}

static bool is_empty(const struct card_field *field)
{
	for (char **value = field->values; *value; value++)
		if (**value)
			return false;
	return true;
}

/* Puts one field into the card in place of those of its name, or takes them out. */
static void apply_change(GPtrArray *card, const struct card_field *change)
{
	g_auto(GStrv) parts = g_strsplit(change->name, ";", -1);

	for (guint i = card->len; i-- > 0;)
		if (card_field_is(g_ptr_array_index(card, i), change->name))
			g_ptr_array_remove_index(card, i);
	if (!is_empty(change))
		g_ptr_array_add(card, card_field_new(parts[0], (const char *const *)parts + 1,
						     (const char *const *)change->values));
}

static void on_own_card(const struct whois *whois, const GError *error, void *data)
{
	struct command_run *run = data;
	const struct asked *asked = command_kept(run);
	struct account *account = command_account_again(run, asked->account);
	g_autoptr(GPtrArray) card = NULL;

	if (!account || !whois || !whois->card) {
		if (whois)
			command_fail(run, SESSION_ERROR_FAILED, "%s",
				     whois->no_card ? whois->no_card : "there is no card");
		command_done(error, run);
		return;
	}
	card = card_copy(whois->card);
	for (guint i = 0; i < asked->changes->len; i++)
		apply_change(card, g_ptr_array_index(asked->changes, i));
	session_set_card(command_session(run), account, card, command_done, run);
}

static void whois_self(struct command_run *run)
{
	struct account *account = command_need_account(run);
	struct front *front = command_front(run);
	GPtrArray *changes;
	bool can_set;

	if (!account || !command_check_online(run, account))
		return;
	can_set = account->features & ACCOUNT_CAN_SET_CARD;
	if (*command_rest(run, 1)) {
		changes = can_set ? parse_changes(run, account) : NULL;
		if (changes)
			ask(run, account, NULL, changes, on_own_card);
		else if (!can_set)
			command_fail(run, SESSION_ERROR_FAILED,
				     "%s (%s): your card cannot be changed, %s takes none",
				     account->name, account->protocol, account->manager);
		return;
	}
	if (can_set && !front->unattended) {
		front->ops->show_view(front, VIEW_CARD, account->name);
		return;
	}
	ask(run, account, NULL, NULL, on_whois);
}

void cmd_whois(struct command_run *run)
{
	const char *name = command_arg(run, 0);
	const struct chat *chat = command_chat(run);
	struct account *account;

	if (name && !strcmp(name, "self")) {
		whois_self(run);
		return;
	}
	if (*command_rest(run, 1)) {
		command_fail_usage(run, "only your own card can be changed: /whois self");
		return;
	}
	if (name) {
		account = command_id(run, &name);
	} else if (chat && chat->kind == CHAT_CONTACT) {
		name = chat->id;
		account = command_check_online(run, chat->account) ? chat->account : NULL;
	} else {
		command_fail_usage(run, "CONTACT is missing");
		return;
	}
	if (account)
		ask(run, account, name, NULL, on_whois);
}
