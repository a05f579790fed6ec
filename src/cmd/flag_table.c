/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Flags that are no commands: what they do needs a front end without a screen, or comes before
 * there is one. */

#include "command.h"

const struct command command_flag_table[] = {
	{.name = "demo",
	 .usage = "",
	 .summary = "shows pheme in a world of its own",
	 .help = "Try it out: a bus, an account, a history and a parrot to talk to, all of their "
		 "own and gone at the end. Nothing of yours is changed.",
	 .flag = "demo",
	 .flag_with = "run"},
	{.name = "file-receive",
	 .usage = "DIR:file",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "takes the files that contacts offer",
	 .help = "Take every file that a contact offers into DIR, print its path when it is "
		 "whole, and go on until --count files or a signal. Nothing is overwritten; what "
		 "broke goes on where it stopped when it is sent again.",
	 .flag = "file-receive"},
	{.name = "list",
	 .usage = "accounts|chats|contacts|managers|parameters|protocols|rooms|tubes "
		  "[PROTOCOL:protocol]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "lists what there is",
	 .help = "List accounts, contacts and so on, one a line, its name first. Contacts and "
		 "rooms take a connection, chats are those of the history, accounts and tubes "
		 "those that are there already. parameters PROTOCOL tells what --account-add "
		 "takes.",
	 .flag = "list",
	 .flag_once = true},
	{.name = "reply-with",
	 .usage = "CMD:program",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "answers messages with a program",
	 .help = "Stay online without a screen and answer each message of a contact with what CMD "
		 "prints. It is split as a shell would and run without one, with the text on its "
		 "standard input and PHEME_ACCOUNT, PHEME_CHAT and PHEME_SENDER in its "
		 "environment; it may take 30 s and print 64 KiB. Rooms are not answered.",
	 .flag = "reply-with"},
	{.name = "run",
	 .usage = "LINE",
	 .summary = "runs a command and ends",
	 .help = "Run a command (\"/msg bob hello\") without a screen and end. May be given "
		 "several times: the lines are run in order, each when the one before it is "
		 "done, up to the first that fails. Text without a slash goes to the chat that "
		 "/query or /join opened.",
	 .flag = "run",
	 .flag_repeats = true},
	{.name = NULL},
};
