/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Flags that are no commands: what they do needs a front end without a screen, or comes before
 * there is one. */

#include "command.h"

const struct command command_flag_table[] = {
	{.name = "candidates",
	 .usage = "KIND [PREFIX:typed] [BEFORE:typed]",
	 .summary = "lists what an argument could be",
	 .help = "List what could stand for an argument of a KIND (account, contact, param: as the "
		 "usage of a command calls it) that begins with PREFIX, when the first one is "
		 "BEFORE, for the scripts of --completion: out of what is kept here, without a "
		 "connection or a bus.",
	 .flag = "candidates",
	 .flag_once = true},
	{.name = "completion",
	 .usage = "bash|fish|zsh",
	 .summary = "prints a completion script for a shell",
	 .help = "Print a script that makes the shell complete flags, accounts, contacts, services "
		 "and files: source <(pheme --completion bash).",
	 .flag = "completion",
	 .flag_once = true},
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
		 "those that are there already. On a connection made for it, contacts wait until "
		 "the network has told nothing new for half a second, three at most. parameters "
		 "PROTOCOL tells what --account-add takes.",
	 .flag = "list",
	 .flag_once = true},
	{.name = "log-export",
	 .usage = "FILE|-:file [WHAT:text…]",
	 .summary = "writes what was said into a file",
	 .help = "Write all that was said, or what WHAT finds (as --log-search: in:bob, "
		 "after:2026-01-01), into FILE, the oldest first, as text or with --json; - is "
		 "standard output. FILE is there when it is complete, and never takes the place "
		 "of another.",
	 .flag = "log-export",
	 .flag_once = true},
	{.name = "log-search",
	 .usage = "TEXT:text…",
	 .summary = "looks for messages in all of the history",
	 .help = "Print messages that have all words of TEXT, the newest first. A word finds "
		 "those that begin with it, '\"two words\"' just these in a row. from:NAME "
		 "(from:me), in:CHAT, account:NAME, after:TIME and before:TIME narrow it down "
		 "(/help search tells more). As --log it needs no bus.",
	 .flag = "log-search",
	 .flag_once = true},
	{.name = "reply-with",
	 .usage = "CMD:program [CONTACT:contact]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "answers messages with a program",
	 .help = "Stay online without a screen and answer each message of a contact, or only of "
		 "CONTACT, with what CMD prints. It is split as a shell would and run without "
		 "one, with the text on its standard input and PHEME_ACCOUNT, PHEME_CHAT, "
		 "PHEME_KIND, PHEME_SENDER, PHEME_ALIAS, PHEME_ID, PHEME_TYPE and PHEME_TIME in "
		 "its environment; it may take 30 s and print 64 KiB. CMD may be the NAME of a "
		 "group [reply NAME] of pheme.conf, which has its command. A contact's messages "
		 "are "
		 "answered one after the other. Rooms, notices and auto-replies are not answered; "
		 "the answers are auto-replies where the network has such, and 30 in a minute at "
		 "most to one contact where it has not.",
	 .flag = "reply-with",
	 .flag_with = "watch"},
	{.name = "run",
	 .usage = "LINE",
	 .summary = "runs a command and ends",
	 .help = "Run a command (\"/msg bob hello\") without a screen and end. May be given "
		 "several times: the lines are run in order, each when the one before it is "
		 "done, up to the first that fails. Text without a slash goes to the chat that "
		 "/query or /join opened.",
	 .flag = "run",
	 .flag_repeats = true},
	{.name = "watch",
	 .usage = "[CONTACT|ROOM:target]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "prints what happens",
	 .help = "Print messages, presence, requests, tubes, files, what happens in rooms and "
		 "changes of the connection as they come, of all or only of CONTACT or ROOM, until "
		 "--count messages or a signal. A message is acknowledged when its line is "
		 "written: what the reader of a pipe did not take stays unread.",
	 .flag = "watch"},
	{.name = NULL},
};
