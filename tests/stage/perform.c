/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lines of the play. */

#include "stage.h"

#include "src/model/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib-unix.h>
#include "src/model/room_config.h"
#include "src/model/room_list.h"

typedef void (*act_fn)(struct session *session, char **words);

void stage_log(struct session *session, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(session->log, format, args);
	va_end(args);
	g_string_append_c(session->log, '\n');
}

static struct account *find_account(struct session *session, const char *name)
{
	struct account *account = model_find_account(session->model, name);

	return account != NULL ? account : account_new(session->model, name, "haze", "jabber");
}

static struct chat *find_chat(struct session *session, char **words)
{
	struct account *account = find_account(session, words[1]);
	struct chat *chat = chat_find(account, CHAT_ROOM, words[2]);

	if (chat != NULL && chat->open)
		return chat;
	chat = chat_open(account, CHAT_CONTACT, words[2]);
	chat_set_live(chat, true);
	return chat;
}

void stage_say(struct chat *chat, const char *sender, const char *alias, const char *text,
	       gint64 time)
{
	struct message_init init = {
		.time = time,
		.direction = MESSAGE_IN,
		.sender = sender,
		.alias = alias,
		.text = text,
	};

	chat_append(chat, message_new(&init));
}

/* --- accounts and contacts ---------------------------------------------------------------- */

/* online ACCOUNT */
static void do_online(struct session *session, char **words)
{
	struct account *account = find_account(session, words[1]);

	account_set_state(account, ACCOUNT_ONLINE, "");
	account_set_presence(account, PRESENCE_AVAILABLE, "available", "");
}

/* offline ACCOUNT */
/* Told, so that a test can wait for it. */
static void do_protocol(struct session *session, char **words)
{
	struct protocol *protocol = protocol_new(words[1], words[2], NULL);

	g_ptr_array_insert(session->protocols, 0, protocol);
	model_notice(session->model, NULL, NULL, NOTICE_INFO, "there is %s/%s", words[1], words[2]);
}

static void do_offline(struct session *session, char **words)
{
	account_set_state(find_account(session, words[1]), ACCOUNT_OFFLINE, "");
}

/* contact ACCOUNT ID ALIAS PRESENCE [GROUP] [MESSAGE] */
static void do_contact(struct session *session, char **words)
{
	struct contact *contact = account_ensure_contact(find_account(session, words[1]), words[2]);
	enum presence presence = PRESENCE_UNKNOWN;

	contact_set_alias(contact, words[3]);
	if (words[5] != NULL && *words[5] != '-')
		contact_add_group(contact, words[5]);
	contact_set_on_roster(contact, true);
	presence_parse(words[4], &presence);
	contact_set_presence(contact, presence, words[4],
			     words[5] != NULL && words[6] != NULL ? words[6] : "");
}

/* presence ACCOUNT ID PRESENCE */
static void do_presence(struct session *session, char **words)
{
	enum presence presence = PRESENCE_UNKNOWN;

	presence_parse(words[3], &presence);
	contact_set_presence(account_ensure_contact(find_account(session, words[1]), words[2]),
			     presence, words[3], "");
}

/* roster ACCOUNT COUNT ONLINE */
static void do_roster(struct session *session, char **words)
{
	struct account *account = find_account(session, words[1]);
	int online = atoi(words[3]);

	for (int i = 0; i < atoi(words[2]); i++) {
		g_autofree char *id = g_strdup_printf("user%04d@example.org", i);
		g_autofree char *alias = g_strdup_printf("User %04d", i);
		struct contact *contact = account_ensure_contact(account, id);

		contact_set_alias(contact, alias);
		contact_set_on_roster(contact, true);
		contact_set_presence(contact, i < online ? PRESENCE_AVAILABLE : PRESENCE_OFFLINE,
				     "", "");
	}
	account_set_roster_ready(account, true);
}

/* early ACCOUNT ID SERVICE: a tube is offered, and the roster is still to come. */
static void do_early(struct session *session, char **words)
{
	struct account *account = find_account(session, words[1]);
	const struct tube_init init = {.incoming = true,
				       .account = account,
				       .peer = words[2],
				       .service = words[3],
				       .state = TUBE_ASKED};

	account_set_features(account, account->features | ACCOUNT_HAS_ROSTER);
	account_set_roster_ready(account, false);
	model_add_tube_request(tube_new(account->model, &init));
}

/* storm ACCOUNT COUNT */
static void do_storm(struct session *session, char **words)
{
	struct account *account = find_account(session, words[1]);

	for (int i = 0; i < atoi(words[2]); i++) {
		g_autofree char *id = g_strdup_printf("user%04d@example.org", i % 500);

		contact_set_presence(account_ensure_contact(account, id),
				     i & 1 ? PRESENCE_AVAILABLE : PRESENCE_AWAY, "", "");
	}
}

/* --- chats -------------------------------------------------------------------------------- */

/* say ACCOUNT ID TEXT */
static void do_say(struct session *session, char **words)
{
	struct chat *chat = find_chat(session, words);

	stage_say(chat, words[2], chat->name, words[3], 0);
}

/* said ACCOUNT ID TIME TEXT */
static void do_said(struct session *session, char **words)
{
	struct chat *chat = find_chat(session, words);

	stage_say(chat, words[2], chat->name, words[4], g_ascii_strtoll(words[3], NULL, 10));
}

/* mine ACCOUNT ID DELIVERY TEXT */
static void do_mine(struct session *session, char **words)
{
	struct message_init init = {
		.direction = MESSAGE_OUT,
		.delivery = delivery_parse(words[3]),
		.text = words[4],
		.reason = "peer went offline",
	};

	chat_append(find_chat(session, words), message_new(&init));
}

/* delivered ACCOUNT ID DELIVERY: of the last message */
static void do_delivered(struct session *session, char **words)
{
	struct chat *chat = find_chat(session, words);

	chat_set_delivery(chat, chat_message(chat, chat->count - 1), delivery_parse(words[3]),
			  "peer went offline");
}

struct burst {
	struct chat *chat;
	int count, at, per_turn;
};

static gboolean on_burst(gpointer data)
{
	struct burst *burst = data;

	for (int i = 0; i < burst->per_turn && burst->at < burst->count; i++) {
		g_autofree char *text =
			g_strdup_printf("message %d of a burst, as it comes", ++burst->at);

		stage_say(burst->chat, burst->chat->id, burst->chat->name, text, 0);
	}
	return burst->at < burst->count ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* burst ACCOUNT ID COUNT PER-MS: that many each millisecond */
static void do_burst(struct session *session, char **words)
{
	struct burst *burst = g_new(struct burst, 1);

	*burst = (struct burst){find_chat(session, words), atoi(words[3]), 0, atoi(words[4])};
	g_timeout_add_full(G_PRIORITY_DEFAULT, 1, on_burst, burst, g_free);
}

/* backlog ACCOUNT ID COUNT */
static void do_backlog(struct session *session, char **words)
{
	unsigned count = (unsigned)atoi(words[3]);

	g_hash_table_insert(session->backlogs, g_strdup_printf("%s/%s", words[1], words[2]),
			    g_memdup2(&count, sizeof(count)));
}

/* typing ACCOUNT ID STATE */
static void do_typing(struct session *session, char **words)
{
	chat_set_typing(find_chat(session, words), NULL, (enum chat_typing)atoi(words[3]));
}

/* room ACCOUNT ROOM [TOPIC] */
static void do_room(struct session *session, char **words)
{
	struct chat *chat = chat_open(find_account(session, words[1]), CHAT_ROOM, words[2]);

	chat_set_room_state(chat, ROOM_JOINED);
	if (words[3] != NULL)
		chat_set_topic(chat, words[3], "ops", 0);
}

/* member ACCOUNT ROOM NICK [self] */
static void do_member(struct session *session, char **words)
{
	chat_add_member(find_chat(session, words), words[3], words[3], NULL, words[4] != NULL);
}

/* tell ACCOUNT ROOM NICK TEXT */
static void do_tell(struct session *session, char **words)
{
	stage_say(find_chat(session, words), words[3], words[3], words[4], 0);
}

/* config ACCOUNT ROOM MINE: how a room is set up, MINE 1: ours to change */
static void do_config(struct session *session, char **words)
{
	struct room_config *config = room_config_new();

	room_config_set(config, ROOM_OPTION_TITLE, "Developers");
	room_config_set(config, ROOM_OPTION_LIMIT, "50");
	room_config_set(config, ROOM_OPTION_MODERATED, "true");
	room_config_set(config, ROOM_OPTION_ANONYMOUS, "false");
	config->can_update = *words[3] == '1';
	for (int i = 0; i < ROOM_OPTION_COUNT; i++)
		config->can_change[i] = i != ROOM_OPTION_ANONYMOUS;
	chat_set_config(find_chat(session, words), config);
}

/* listed ACCOUNT COUNT: rooms room0@conf, room1@conf…, each larger than the one before */
static void do_listed(struct session *session, char **words)
{
	struct room_list *list = find_account(session, words[1])->room_list;
	unsigned from = list != NULL ? list->entries->len : 0;

	for (unsigned i = from; list != NULL && i < from + (unsigned)atoi(words[2]); i++) {
		g_autofree char *id = g_strdup_printf("room%u@conf.example.org", i);
		g_autofree char *subject = g_strdup_printf("subject %u of many", i);
		struct room_entry_init init = {.id = id, .subject = subject, .members = i};

		room_list_add(list, &init);
	}
	if (list != NULL)
		room_list_tell(list);
}

/* room-entry ACCOUNT ID MEMBERS SUBJECT FLAGS */
static void do_room_entry(struct session *session, char **words)
{
	struct room_list *list = find_account(session, words[1])->room_list;
	struct room_entry_init init = {.id = words[2],
				       .members = atoi(words[3]),
				       .subject = words[4],
				       .flags = (unsigned)atoi(words[5])};

	if (list == NULL)
		return;
	room_list_add(list, &init);
	room_list_tell(list);
}

/* listing-done ACCOUNT */
static void do_listing_done(struct session *session, char **words)
{
	struct room_list *list = find_account(session, words[1])->room_list;

	if (list != NULL)
		room_list_set_state(list, ROOM_LIST_DONE, NULL);
}

/* request ACCOUNT ID TEXT */
static void do_request(struct session *session, char **words)
{
	model_add_request(session->model, REQUEST_SUBSCRIPTION, find_account(session, words[1]),
			  words[2], NULL, NULL, words[3]);
}

/* requests ACCOUNT COUNT */
static void do_requests(struct session *session, char **words)
{
	for (int i = 0; i < atoi(words[2]); i++) {
		g_autofree char *id = g_strdup_printf("asker%03d@example.org", i);

		model_add_request(session->model, REQUEST_SUBSCRIPTION,
				  find_account(session, words[1]), id, NULL, NULL, "");
	}
}

/* removed ACCOUNT ID: that contact has removed us. */
static void do_removed(struct session *session, char **words)
{
	struct contact *contact = account_ensure_contact(find_account(session, words[1]), words[2]);

	contact_set_subscription(contact, SUBSCRIPTION_REMOVED, SUBSCRIPTION_YES);
}

/* card ACCOUNT FIELD VALUE: of our own, which can be changed. */
static void do_card(struct session *session, char **words)
{
	struct account *account = find_account(session, words[1]);
	struct card_spec *spec = g_new0(struct card_spec, 1);

	if (account->card_specs == NULL)
		account_set_card_specs(account, g_ptr_array_new_with_free_func(card_spec_free));
	spec->name = g_strdup(words[2]);
	spec->params = g_new0(char *, 1);
	spec->max = 1;
	g_ptr_array_add(account->card_specs, spec);
	account_set_features(account, account->features | ACCOUNT_CAN_SET_CARD);
	if (*words[3] != '\0')
		g_ptr_array_add(
			session->card,
			card_field_new(words[2], NULL, (const char *const[]){words[3], NULL}));
}

/* found ACCOUNT FIRST COUNT: people of those numbers are found. */
static void do_found(struct session *session, char **words)
{
	struct directory *directory = find_account(session, words[1])->directory;
	int first = atoi(words[2]);

	for (int i = first; directory != NULL && i < first + atoi(words[3]); i++) {
		g_autofree char *id = g_strdup_printf("person%05d@example.org", i);
		g_autofree char *name = g_strdup_printf("Person %d", i);
		g_autoptr(GPtrArray) card = card_new();

		g_ptr_array_add(card,
				card_field_new("fn", NULL, (const char *const[]){name, NULL}));
		g_ptr_array_add(card,
				card_field_new("adr", NULL,
					       (const char *const[]){"", "", "", "Berlin", NULL}));
		directory_add(directory, id, card);
	}
	if (directory != NULL)
		directory_tell(directory);
}

/* search-state ACCOUNT STATE REASON */
static void do_search_state(struct session *session, char **words)
{
	struct directory *directory = find_account(session, words[1])->directory;

	if (directory != NULL)
		directory_set_state(directory, (enum directory_state)atoi(words[2]), words[3]);
}

/* ask ACCOUNT TEXT */
static void do_ask(struct session *session, char **words)
{
	g_autofree char *text = g_strdup(words[2]);

	session->asked = (struct prompt){
		.account = find_account(session, words[1]),
		.text = g_intern_string(text),
		.secret = true,
	};
	if (session->prompt != NULL)
		session->prompt(&session->asked, session->prompt_data);
}

/* withdraw: the question became pointless */
static void do_withdraw(struct session *session, char **words)
{
	session->prompt(NULL, session->prompt_data);
}

/* log: what the front end asked of the session, into the status window */
static void do_log(struct session *session, char **words)
{
	g_auto(GStrv) lines = g_strsplit(session->log->str, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		if (*lines[i] != '\0')
			model_notice(session->model, NULL, NULL, NOTICE_INFO, "log: %s", lines[i]);
	g_string_truncate(session->log, 0);
}

static const struct {
	const char *name;
	int words; /* at least, the name included */
	act_fn fn;
} acts[] = {
	{"online", 2, do_online},
	{"offline", 2, do_offline},
	{"protocol", 3, do_protocol},
	{"contact", 5, do_contact},
	{"presence", 4, do_presence},
	{"roster", 4, do_roster},
	{"storm", 3, do_storm},
	{"early", 4, do_early},
	{"say", 4, do_say},
	{"said", 5, do_said},
	{"mine", 5, do_mine},
	{"delivered", 4, do_delivered},
	{"burst", 5, do_burst},
	{"backlog", 4, do_backlog},
	{"typing", 4, do_typing},
	{"room", 3, do_room},
	{"member", 4, do_member},
	{"tell", 5, do_tell},
	{"config", 4, do_config},
	{"listed", 3, do_listed},
	{"room-entry", 6, do_room_entry},
	{"listing-done", 2, do_listing_done},
	{"request", 4, do_request},
	{"requests", 3, do_requests},
	{"removed", 3, do_removed},
	{"card", 4, do_card},
	{"found", 4, do_found},
	{"search-state", 4, do_search_state},
	{"ask", 3, do_ask},
	{"withdraw", 1, do_withdraw},
	{"log", 1, do_log},
};

void stage_perform(struct session *session, const char *line)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) error = NULL;
	int count = 0;

	if (!g_shell_parse_argv(line, &count, &words, &error)) {
		model_notice(session->model, NULL, NULL, NOTICE_ERROR, "stage: %s", line);
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(acts); i++) {
		if (strcmp(acts[i].name, words[0]) == 0 && count >= acts[i].words) {
			acts[i].fn(session, words);
			return;
		}
	}
	model_notice(session->model, NULL, NULL, NOTICE_ERROR, "stage: %s", line);
}

/* --- the FIFO ----------------------------------------------------------------------------- */

static gboolean on_fifo(gint fd, GIOCondition condition, gpointer data)
{
	static GString *rest;
	char bytes[65536];
	gssize n = read(fd, bytes, sizeof(bytes));
	char *end;

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	if (rest == NULL)
		rest = g_string_new(NULL);
	g_string_append_len(rest, bytes, n);
	while ((end = strchr(rest->str, '\n')) != NULL) {
		*end = '\0';
		if (*rest->str != '\0')
			stage_perform(data, rest->str);
		g_string_erase(rest, 0, end - rest->str + 1);
	}
	return G_SOURCE_CONTINUE;
}

/* Read and write: the end of one writer is not the end of the play. */
void stage_open_fifo(struct session *session, const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		g_error("cannot open %s: %s", path, g_strerror(errno));
	session->fifo = g_unix_fd_add(fd, G_IO_IN, on_fifo, session);
}
