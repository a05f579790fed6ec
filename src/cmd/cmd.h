/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Private to src/cmd: what runs behind each row of the table, and who is meant by a name.
 */

#include "../model/text.h"
#include "command.h"
#include "parse.h"

/* --- who is meant (target.c); each fails the run and returns NULL or false otherwise --- */

/* An account called @name; one that is named in argument @index, by -a, or is the default. */
struct account *command_find_account(struct command_run *run, const char *name);
struct account *command_account_at(struct command_run *run, unsigned index);
/* The one that -a names, the chat's, the only one; fails when it cannot be told. */
struct account *command_need_account(struct command_run *run);
/* The same for a command that speaks of somebody: the one that the id can be in. */
struct account *command_account_of_id(struct command_run *run, const char *id);
bool command_check_online(struct command_run *run, struct account *account);
/* Takes "account:" off *@name when an account is called so; NULL without failing when not. */
struct account *command_split_account(struct command_run *run, const char **name);
/* Somebody known. */
struct contact *command_contact(struct command_run *run, const char *name);
/* Makes *@name the raw id of a contact or of a member of this room, or leaves it as the id of
 * somebody unknown; returns the account, which is online, or fails. */
struct account *command_id(struct command_run *run, const char **name);
/* The rest of the line from argument @index on; when all of it is one quoted word, what that
 * says. New. */
char *command_rest_name(struct command_run *run, unsigned index);
/* Calls @fn with the chat that a message to @name goes to: a room we are in, a contact, a member
 * of the current room, or an id that the network knows. Later when the network is asked; not at
 * all when there is none. */
typedef void (*command_chat_fn)(struct command_run *run, struct chat *chat);
void command_target(struct command_run *run, const char *name, command_chat_fn fn);
/* Somebody in the room of the run; NULL without failing when there is none. */
struct member *command_find_member(struct command_run *run, const char *name);
/* An open chat by number, id, "account:id" or the name that only one has; NULL without failing
 * when there is none. */
struct chat *command_find_chat(struct command_run *run, const char *name);
/* A request by number or by who asks; NULL @name: the first of @kind (-1: any). NULL without
 * failing when there is none. */
struct request *command_find_request(struct command_run *run, const char *name, int kind);
/* Where no account is told, and only one has somebody whose id begins with @name: the chat with
 * them. NULL without failing when it is not so. */
struct chat *command_guess_chat(struct command_run *run, const char *name);
/* Goes to the room when it is joined. */
void command_accept_invitation(struct command_run *run, struct request *request);
/* The answer is where programs find it, unless the chat that the user sees tells that. */
void command_accept_tube(struct command_run *run, struct tube *tube,
			 const struct tube_local *local);
/* Lines of a longer text, one print each. */
void command_print_text(struct command_run *run, const char *text);
/* What is right and what was typed. */
void command_fail_usage(struct command_run *run, const char *problem);
const struct command *command_row(struct command_run *run);
char *request_describe(const struct request *request);
/* Runs later, if the account still lives then; the copy of a name is the safe way to it. */
struct account *command_account_again(struct command_run *run, const char *name);
/* What a command that is under way keeps; freed with the run. */
void command_keep(struct command_run *run, void *kept, GDestroyNotify free_kept);
void *command_kept(struct command_run *run);
/* Does the protocol take this? False when that failed. */
bool command_check_param(struct command_run *run, const struct protocol *protocol, const char *name,
			 const char *value);
/* A name for an account made of @text, fit for accounts.conf and not taken; new. */
char *command_free_name(struct command_run *run, const char *text);
/* The path that is meant by "~/a" or "file:///home/me/a%20b", as terminals type what is dropped on
 * them; new. A URL of another computer stays as it is, and names no file. */
#define COMMAND_FILE_URL "file://"
char *command_expand_path(const char *typed);

/* --- the commands ------------------------------------------------------------------------- */

void cmd_accept(struct command_run *run);
void cmd_account(struct command_run *run);
void cmd_account_add(struct command_run *run);
void cmd_account_avatar(struct command_run *run);
void cmd_account_disable(struct command_run *run);
void cmd_account_edit(struct command_run *run);
void cmd_account_enable(struct command_run *run);
void cmd_account_export(struct command_run *run);
void cmd_account_import(struct command_run *run);
void cmd_account_list(struct command_run *run);
void cmd_account_move(struct command_run *run);
void cmd_account_remove(struct command_run *run);
void cmd_account_rename(struct command_run *run);
void cmd_account_set(struct command_run *run);
void cmd_add(struct command_run *run);
void cmd_alias(struct command_run *run);
void cmd_authorize(struct command_run *run);
void cmd_away(struct command_run *run);
void cmd_ban(struct command_run *run);
void cmd_block(struct command_run *run);
void cmd_bookmark(struct command_run *run);
void cmd_bookmark_add(struct command_run *run);
void cmd_bookmark_list(struct command_run *run);
void cmd_bookmark_remove(struct command_run *run);
void cmd_bind(struct command_run *run);
void cmd_chat(struct command_run *run);
void cmd_clear(struct command_run *run);
void cmd_close(struct command_run *run);
void cmd_connect(struct command_run *run);
void cmd_correct(struct command_run *run);
void cmd_debug(struct command_run *run);
void cmd_deny(struct command_run *run);
void cmd_directory(struct command_run *run);
void cmd_disconnect(struct command_run *run);
void cmd_file(struct command_run *run);
void cmd_file_cancel(struct command_run *run);
void cmd_file_list(struct command_run *run);
void cmd_file_send(struct command_run *run);
void cmd_group(struct command_run *run);
void cmd_group_add(struct command_run *run);
void cmd_group_delete(struct command_run *run);
void cmd_group_list(struct command_run *run);
void cmd_group_remove(struct command_run *run);
void cmd_group_rename(struct command_run *run);
void cmd_edit(struct command_run *run);
void cmd_find(struct command_run *run);
void cmd_help(struct command_run *run);
void cmd_invite(struct command_run *run);
void cmd_join(struct command_run *run);
void cmd_kick(struct command_run *run);
void cmd_log(struct command_run *run);
void cmd_me(struct command_run *run);
void cmd_msg(struct command_run *run);
void cmd_names(struct command_run *run);
void cmd_nick(struct command_run *run);
void cmd_notify(struct command_run *run);
void cmd_part(struct command_run *run);
void cmd_query(struct command_run *run);
void cmd_quit(struct command_run *run);
void cmd_quote(struct command_run *run);
void cmd_reconnect(struct command_run *run);
void cmd_reject(struct command_run *run);
void cmd_remove(struct command_run *run);
void cmd_rename(struct command_run *run);
void cmd_resend(struct command_run *run);
void cmd_retract(struct command_run *run);
void cmd_room(struct command_run *run);
void cmd_rooms(struct command_run *run);
void cmd_requests(struct command_run *run);
void cmd_say(struct command_run *run);
void cmd_search(struct command_run *run);
void cmd_set(struct command_run *run);
void cmd_status(struct command_run *run);
void cmd_theme(struct command_run *run);
void cmd_topic(struct command_run *run);
void cmd_tube(struct command_run *run);
void cmd_tube_accept(struct command_run *run);
void cmd_tube_close(struct command_run *run);
void cmd_tube_list(struct command_run *run);
void cmd_tube_offer(struct command_run *run);
void cmd_unblock(struct command_run *run);
void cmd_url(struct command_run *run);
void cmd_version(struct command_run *run);
void cmd_whois(struct command_run *run);

/* --- table_actions.c: the actions of a command, each list ended by a NULL name ------------ */

extern const struct command command_account_actions[];
extern const struct command command_bookmark_actions[];
extern const struct command command_file_actions[];
extern const struct command command_group_actions[];
extern const struct command command_tube_actions[];
