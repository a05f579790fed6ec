/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The verbs. A row of the one const table is the only place where a command exists: the
 * prompt, the flags, completion, /help, --help and the man page are made from it.
 *
 * A command's run function ends in one of two ways: at once, by returning; or later, by
 * having taken a token with command_hold() and giving it back with command_release(). Errors are
 * reported with command_fail(); the first one decides the exit status.
 */

#include <stdbool.h>
#include <glib.h>
#include "front.h"

struct command_run; /* one execution */

enum command_need {
	COMMAND_NEEDS_NOTHING,
	COMMAND_NEEDS_ACCOUNT, /* an account can be told: -a, current chat, the only one */
	COMMAND_NEEDS_ONLINE,  /* …and it is online */
	COMMAND_NEEDS_CHAT,    /* the user is in a chat (not the status window) */
	COMMAND_NEEDS_ROOM,
	/* For a front end without a screen; the prompt makes no difference between these and
	 * COMMAND_NEEDS_NOTHING. */
	COMMAND_NEEDS_BUS,     /* the session was started */
	COMMAND_WANTS_SETTLED, /* the account is online, or has failed to get there */
	COMMAND_WANTS_ONLINE,  /* the account is online: else the command is not worth running */
};

struct command {
	const char *name;    /* a subcommand's is the whole: "account add" */
	const char *aliases; /* separated by blanks, or NULL */
	/*
	 * Usage and arity check in one: words are required arguments, [words] optional ones, a last
	 * one that ends in "…" takes the rest of the line as it is; "a|b" are choices. Each word is
	 * "NAME" or "NAME:KIND", the kind drives completion: account, contact, room, member, chat,
	 * protocol, setting, value, command, status, file, request, text; fileto (a contact or a
	 * file), tubeto (likewise, or a service), transfer (number of one that has not ended);
	 * target (who can be written to), joined (a room we are in), param (NAME=VALUE of the
	 * protocol before it), key (of accounts.conf), alias, action (subcommand of the command
	 * before it), theme, tube (its number), service (of a tube), group, ingroup (of the contact
	 * before it), blocked (whoever is), report (that word), someone (who can be asked about),
	 * card (FIELD=VALUE of our own), option (of a room), person (FIELD=VALUE of a directory), program,
	 * typed (what was typed so far: may be empty).
	 *
	 * Words are quoted as in a shell: "…", '…' and \. Right after its name a command takes
	 * "-a NAME", the account that is meant, and "--", which ends options; but one that needs
	 * a chat does not: the chat tells the account, and all that is typed is text.
	 */
	const char *usage;
	enum command_need needs;
	const char *summary;                  /* one line for lists */
	const char *help;                     /* paragraphs for /help NAME and the man page */
	void (*run)(struct command_run *run); /* NULL: a flag that src/cli does by itself */
	const struct command *subcommands;    /* e.g. of /account; ends with a NULL name; or NULL */

	/*
	 * On the command line: --FLAG. A first word of its usage that is required is the flag's
	 * value ("--join #dev", "--join=#dev"), the others are words anywhere on the line.
	 */
	const char *flag;       /* NULL: it is none */
	const char *flag_usage; /* what follows it; NULL: usage */
	const char *flag_help;  /* one paragraph, NULL: help; its first sentence is for --help */
	const char *flag_with;  /* other flags that may stand beside it, separated by blanks */
	bool flag_repeats;      /* may be given several times, in order */
	bool flag_once;         /* does one thing and ends: see struct session_options, brief */
};

extern const struct command command_table[]; /* sorted by name; ends with a NULL name */
/* What is a flag only, for the front end without a screen; likewise. */
extern const struct command command_flag_table[];

const struct command *command_find(const char *name); /* by name or alias */
/* The nearest name to a mistyped one, or NULL. */
const char *command_nearest(const char *name);
/* Edits (a swap of neighbours is one) from @a to @b; only the first 32 bytes count. */
unsigned command_name_distance(const char *a, const char *b);

/*
 * Runs what was typed: a command ("/join #dev"), text for the current chat, "//text" for text
 * that begins with a slash. Nothing that begins with '/' is ever sent by mistake.
 * @done (may be NULL) is called once with the exit status, maybe from inside.
 */
typedef void (*command_done_fn)(int status, void *data);
void command_execute(struct front *front, const char *line, command_done_fn done, void *data);
/* The same for a row whose arguments are words already: those of the command line. */
void command_execute_args(struct front *front, const struct command *command, char **args,
			  command_done_fn done, void *data);
/*
 * Finds or opens the chat that a message to @name goes to, as /msg does; looks in @account only,
 * unless it is NULL. @fn is called once, maybe from inside: with NULL and the exit status when
 * there is none, which was said then.
 */
typedef void (*command_opened_fn)(struct chat *chat, int status, void *data);
void command_open_target(struct front *front, struct account *account, const char *name,
			 command_opened_fn fn, void *data);
/* What @line would need, without running it; @account (if told by -a, else NULL) is borrowed.
 * A line that is wrong needs nothing: running it says why. */
enum command_need command_peek(struct front *front, const char *line, struct account **account);
/* Forgets the commands that are still under way; for when the main loop will not turn again, so
 * that nothing they wait for can come. */
void command_drop_all(struct front *front);

/* --- for the functions that run a command ------------------------------------------------- */

struct front *command_front(struct command_run *run);
struct session *command_session(struct command_run *run);
/* Argument @index, NULL when it was not given. */
const char *command_arg(struct command_run *run, unsigned index);
/* The account that is meant (-a NAME, the current chat's, the only one); NULL when the command
 * does not need one and none can be told. */
struct account *command_account(struct command_run *run);
/* Only what -a told, or NULL. */
struct account *command_named_account(struct command_run *run);
/* The chat the user was in when the line was typed; NULL when there was none. */
struct chat *command_chat(struct command_run *run);
/* The line from argument @index on, as it was typed; "" when it was not given. */
const char *command_rest(struct command_run *run, unsigned index);
void command_print(struct command_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
void command_fail(struct command_run *run, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* …for a reason that a notice has told. */
void command_fail_told(struct command_run *run, int status);
void command_fail_error(struct command_run *run, const GError *error); /* NULL is fine */
void command_hold(struct command_run *run);
void command_release(struct command_run *run);
/* A session_done_fn that reports the error, if any, and releases; data is the run. */
void command_done(const GError *error, void *run);

/* --- flags -------------------------------------------------------------------------------- */

/* All rows that are flags, sorted by flag; NULL-terminated, free with g_free. */
const struct command **command_list_flags(void);
const struct command *command_find_flag(const char *flag); /* without the dashes; or NULL */
/* Its usage string as a flag. */
const char *command_flag_words(const struct command *command);
/* "--send CONTACT [TEXT|-]"; new. */
char *command_flag_usage(const struct command *command);
/* The value that stands right after it, "CONTACT"; new, NULL when it has none. */
char *command_flag_value(const struct command *command);
/* What is wrong with these words after the flag: new string; NULL when all is well. */
char *command_check_args(const struct command *command, char **args);

/* Starts a program with one more argument (or NULL), without a shell, and leaves it to itself: it
 * sees neither the terminal nor where pheme prints. @environment NULL: this one. */
bool command_spawn(const char *program, const char *argument, char **environment, GError **error);
/* Names (char *) of the themes that there are, sorted; free with g_ptr_array_unref(). */
GPtrArray *command_list_themes(void);

/* --- completion --------------------------------------------------------------------------- */

/*
 * What could stand at byte @cursor of @line: new array of strings (char *), each the full
 * replacement of the bytes from *@start to @cursor; NULL-terminated, free with g_strfreev.
 * Nicks at the start of a line in a room get ": " appended. Names with blanks are quoted.
 */
char **command_complete(struct front *front, const char *line, gsize cursor, gsize *start);

/* What could stand for an argument of this kind ("contact") after @prefix: likewise, not quoted.
 * @before: the first argument, of which it may be ("param" of a protocol); "": none. */
char **command_candidates(struct front *front, const char *kind, const char *prefix,
			  const char *before);

/* --- texts made from the table ------------------------------------------------------------ */

char *command_usage(const struct command *command);     /* "/join ROOM [PASSWORD]" */
char *command_help_text(const struct command *command); /* usage, help, aliases */
char *command_man_section(void);                        /* troff: the COMMANDS section */
char *command_troff(const char *text);                  /* plain text, escaped for troff */
