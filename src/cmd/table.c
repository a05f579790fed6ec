/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every command there is. */

#include "cmd.h"

const struct command command_table[] = {
	{.name = "accept",
	 .usage = "[REQUEST:request…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "says yes to requests",
	 .help = "Says yes to somebody who asks to see your presence, who invites you to a room\n"
		 "(which is joined), or who offers a tube or a file (which is put where\n"
		 "\"/set file.directory\" says). REQUEST is its number in the requests list, or\n"
		 "who asks; without it the oldest one is meant, and named. \"3 5 8-12\" are "
		 "several,\n"
		 "\"all\" is all of them, or with contacts, rooms, files or tubes after it all of "
		 "that\n"
		 "kind. /requests shows the list.",
	 .run = cmd_accept},
	{.name = "account",
	 .aliases = "accounts",
	 .usage = "[add|disable|edit|enable|list|remove|set]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "shows, adds, changes and removes accounts",
	 .help = "Opens the list of accounts. \"/help account add\" and so on tell of each action.",
	 .run = cmd_account,
	 .subcommands = command_account_actions},
	{.name = "add",
	 .usage = "ID [MESSAGE:text…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "adds a contact to the roster",
	 .help = "Adds ID to the roster and asks to see its presence; MESSAGE goes with the\n"
		 "request where the network can carry one. ID is the full one, like\n"
		 "bob@example.org; \"account:id\" or -a tells the account.",
	 .run = cmd_add},
	{.name = "alias",
	 .usage = "[NAME:alias] [COMMAND…]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "lists, prints and makes commands of your own",
	 .help = "\"/alias hi /msg $1 hello $2-\" makes /hi. In COMMAND $1 to $9 stand for the "
		 "words\n"
		 "that follow, as they were typed, $2- for the second and all after it, $* for "
		 "all\n"
		 "of them, $$ for a dollar; without any of these they are put at the end. An "
		 "alias\n"
		 "may use another one, and cannot take the name of a command. Without COMMAND it\n"
		 "prints the alias, without NAME all of them. \"/alias -remove NAME\" removes one.",
	 .run = cmd_alias},
	{.name = "authorize",
	 .aliases = "auth",
	 .usage = "[CONTACT:contact]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "lets somebody see your presence",
	 .help = "Lets CONTACT see whether you are there. Without CONTACT the oldest one who\n"
		 "asked is meant, and named.",
	 .run = cmd_authorize},
	{.name = "away",
	 .usage = "[MESSAGE:text…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "away, and back again",
	 .help = "With MESSAGE: away, for that reason. Without: back when away, else away. It "
		 "goes\n"
		 "for all accounts unless -a names one.",
	 .run = cmd_away},
	{.name = "ban",
	 .usage = "MEMBER:member [REASON:text…]",
	 .needs = COMMAND_NEEDS_ROOM,
	 .summary = "throws somebody out of the room for good",
	 .help = "Throws MEMBER out of this room, who cannot come back. Where the network or the\n"
		 "connection manager can only kick, it says so.",
	 .run = cmd_ban},
	{.name = "bind",
	 .usage = "[KEY] [FUNCTION]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "lists what keys do, and binds one",
	 .help = "\"/bind Ctrl-t pheme-switch\" gives a key to a function, of pheme (pheme-...) "
		 "or\n"
		 "of readline (kill-word), now and at each start: it is kept in\n"
		 "$XDG_CONFIG_HOME/pheme/inputrc. KEY is Ctrl-t, Alt-t, F5, or several with\n"
		 "commas: Ctrl-x,t. \"/bind -remove KEY\" takes it back: what is a usual key of\n"
		 "pheme is one again at once, others are at the next start. Alone it lists the\n"
		 "functions of pheme and their usual keys.",
	 .run = cmd_bind},
	{.name = "block",
	 .usage = "[CONTACT:contact] [report:report]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "keeps somebody's messages and presence away",
	 .help = "Has the network keep away from you what CONTACT, or any other id, sends. With\n"
		 "\"report\" after it the network is told, too, that it was abusive, where it "
		 "takes\n"
		 "such reports. Without CONTACT it lists who is blocked.",
	 .run = cmd_block},
	{.name = "bookmark",
	 .usage = "[add|list|remove]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "keeps rooms to be joined at each connect",
	 .help = "Prints the rooms that are joined whenever an account connects (autojoin in\n"
		 "accounts.conf). \"/help bookmark add\" and so on tell of each action.",
	 .run = cmd_bookmark,
	 .subcommands = command_bookmark_actions},
	{.name = "chat",
	 .aliases = "buffer c win window",
	 .usage = "[CHAT:chat]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "goes to another chat",
	 .help = "CHAT is the number in the pane (0 is the status window), an id, a name that "
		 "only\n"
		 "one open chat has, or next, prev or unread: a chat that speaks of you first, "
		 "then\n"
		 "the one that waits longest. Without CHAT it lists the open ones.",
	 .run = cmd_chat},
	{.name = "clear",
	 .usage = "[CHAT:chat]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "empties the window of a chat",
	 .help = "Empties what is shown of this chat, or of CHAT. History keeps everything:\n"
		 "scrolling up brings it back.",
	 .run = cmd_clear},
	{.name = "close",
	 .aliases = "wc",
	 .usage = "[CHAT:chat]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "closes a chat",
	 .help = "Closes this chat, or CHAT. A room is left. History stays.",
	 .run = cmd_close},
	{.name = "connect",
	 .usage = "[ACCOUNT:account]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "connects an account",
	 .help = "Connects ACCOUNT, or the account of this chat; in the status window all that "
		 "are\n"
		 "enabled. When the session bus is gone it is looked for, or started, again.",
	 .run = cmd_connect},
	{.name = "correct",
	 .usage = "TEXT:text…",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "corrects your last message",
	 .help = "Sends TEXT in place of your last message in this chat, where the connection\n"
		 "manager can: telepathy-local does. The old one stays, marked as edited. What "
		 "others\n"
		 "correct is marked so in any case.",
	 .run = cmd_correct},
	{.name = "debug",
	 .usage = "[on|off]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "writes diagnostics to the log",
	 .help = "Turns diagnostics on or off and prints which file they go to: what passes over\n"
		 "the bus, never the text of a message and never a password.",
	 .run = cmd_debug},
	{.name = "deny",
	 .usage = "[CONTACT:contact]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "does not let somebody see your presence",
	 .help = "Refuses CONTACT who asks to see whether you are there, or takes back what\n"
		 "/authorize gave. Without CONTACT the oldest one who asked is meant, and named.",
	 .run = cmd_deny},
	{.name = "directory",
	 .usage = "[NAME-OR-FIELD=VALUE:person…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "searches a directory for people",
	 .help = "Searches the directory of the account's network for NAME: \"/directory Bob "
		 "Miller\".\n"
		 "\"/directory nickname=bob email=bob@example.org\" tells fields; server=HOST "
		 "asks\n"
		 "another directory, limit=COUNT for so many at a time. Without any of these it "
		 "opens\n"
		 "a form of all that can be searched for. In the list of people Enter opens a "
		 "chat,\n"
		 "a adds the contact, w tells who that is, / shows only those with some words,\n"
		 "Tab sorts by name or as they came, m gets more, s stops.",
	 .run = cmd_directory},
	{.name = "disconnect",
	 .usage = "[ACCOUNT:account]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "disconnects an account",
	 .help = "Disconnects ACCOUNT, or the account of this chat, until /connect or the next\n"
		 "start.",
	 .run = cmd_disconnect},
	{.name = "edit",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "writes a message in your editor",
	 .help = "Opens $VISUAL or $EDITOR; what is saved stands in the input line then, and "
		 "Enter\n"
		 "sends it. Ctrl-X Ctrl-E does the same with what is typed already.",
	 .run = cmd_edit},
	{.name = "file",
	 .aliases = "files",
	 .usage = "[cancel|list|send]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "sends, lists and stops files",
	 .help = "Lists the files that go, come, or did. \"/help file send\" and so on tell of\n"
		 "each action. What is offered to you is taken with /accept and declined with\n"
		 "/reject; it is put where \"/set file.directory\" says, never over a file that "
		 "is\n"
		 "there.",
	 .run = cmd_file,
	 .subcommands = command_file_actions},
	{.name = "find",
	 .usage = "[TEXT:text…]",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "looks for words in this chat",
	 .help = "Goes to the last message of this chat that has all words of TEXT, further back\n"
		 "with Alt-p, forward with Alt-n, over all of its history; what is found is\n"
		 "marked. Esc, or /find without TEXT, ends it. What TEXT can be tells\n"
		 "/help search.",
	 .run = cmd_find},
	{.name = "group",
	 .aliases = "groups",
	 .usage = "[add|delete|list|remove|rename]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "sorts contacts into groups",
	 .help = "Prints the groups of the rosters. \"/help group add\" and so on tell of each\n"
		 "action.",
	 .run = cmd_group,
	 .subcommands = command_group_actions},
	{.name = "help",
	 .aliases = "?",
	 .usage = "[TOPIC:command] [ACTION:action]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "what there is and how it works",
	 .help = "Opens the help. With TOPIC, a command (\"/help join\", \"/help account add\"), "
		 "one of\n"
		 "your aliases or a setting (\"/help ui.theme\"), it prints what there is to know.",
	 .run = cmd_help},
	{.name = "invite",
	 .usage = "NAMES:contact [REASON:text…]",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "invites somebody into the room",
	 .help = "Invites NAMES, one contact or several with commas between them, into this room:\n"
		 "\"/invite bob,carol the release is out\". In a chat with a contact it makes a "
		 "room\n"
		 "of the chat and invites NAMES too, where the network can do that.",
	 .run = cmd_invite},
	{.name = "join",
	 .aliases = "j",
	 .usage = "[ROOM:room] [PASSWORD]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "joins a room",
	 .help = "Joins ROOM, #dev or dev@conference.example.org, and goes there. Without ROOM it\n"
		 "enters the room of this chat again. With several accounts -a or "
		 "\"account:room\"\n"
		 "tells which one.",
	 .run = cmd_join,
	 .flag = "join",
	 .flag_once = true,
	 .flag_usage = "ROOM:room",
	 .flag_help = "Join ROOM and end; with --watch stay and print what is said there.",
	 .flag_with = "watch"},
	{.name = "kick",
	 .usage = "MEMBER:member [REASON:text…]",
	 .needs = COMMAND_NEEDS_ROOM,
	 .summary = "throws somebody out of the room",
	 .help = "Throws MEMBER out of this room, who may come back.",
	 .run = cmd_kick},
	{.name = "log",
	 .aliases = "lastlog",
	 .usage = "[CHAT:chat] [COUNT]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints what was said",
	 .help = "Prints the last COUNT (50) messages of this chat, or of CHAT: an open chat, a\n"
		 "contact, or the id of a room, open or not.",
	 .run = cmd_log,
	 .flag = "log",
	 .flag_once = true,
	 .flag_usage = "CONTACT:chat",
	 .flag_help =
		 "Print what was said with CONTACT, or in a room, the oldest first. It is read "
		 "from the history, without a bus, also while another pheme runs."},
	{.name = "me",
	 .usage = "TEXT:text…",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "says what you do",
	 .help = "\"/me waves\" shows as \"* alice waves\".",
	 .run = cmd_me},
	{.name = "msg",
	 .aliases = "m send",
	 .usage = "NAME:target TEXT:text…",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "sends a message and stays where you are",
	 .help = "NAME is a room you are in, a contact (an id, an alias that only one has, or\n"
		 "\"account:id\"), somebody in this room, or any other id of the network. A name "
		 "with\n"
		 "blanks is quoted: /msg \"Dave Miller\" hello. TEXT goes as it is typed. While "
		 "the\n"
		 "account is offline the message is kept, and goes out when it connects.",
	 .run = cmd_msg,
	 .flag = "send",
	 .flag_once = true,
	 .flag_usage = "CONTACT:target [TEXT|-:text]",
	 .flag_help = "Send a message to a contact or a room and end when the network has it. - or "
		      "no TEXT: what comes on standard input, all of it as one message, or with "
		      "--lines each line as it comes."},
	{.name = "names",
	 .aliases = "n",
	 .usage = "[MEMBER:member]",
	 .needs = COMMAND_NEEDS_ROOM,
	 .summary = "prints who is in the room, or who a member is",
	 .help = "Prints the members of this room: * is you; o, a, x, d and h tell the presence "
		 "of\n"
		 "those it is known of. With MEMBER it prints who that is elsewhere, where the "
		 "room\n"
		 "tells it.",
	 .run = cmd_names},
	{.name = "nick",
	 .usage = "[NICK…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "prints or changes your name",
	 .help = "Changes the name that others see of you on the account of this chat, or the one\n"
		 "told by -a. Without NICK it prints it.",
	 .run = cmd_nick},
	{.name = "notify",
	 .usage = "[all|mention|off|default]",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "what of this chat makes a noise",
	 .help = "all: each message; mention: in a room those that name you, elsewhere all; off:\n"
		 "none; default: what notify.bell says. It goes for the bell, the program of\n"
		 "notify.command and notifications, and is kept in pheme.conf. Alone it prints\n"
		 "what holds here.",
	 .run = cmd_notify},
	{.name = "part",
	 .aliases = "leave",
	 .usage = "[ROOM:joined] [REASON:text…]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "leaves a room",
	 .help = "Leaves ROOM, or this one, and says REASON where the network carries it. The "
		 "chat\n"
		 "stays on the screen until /close.",
	 .run = cmd_part},
	{.name = "query",
	 .aliases = "q",
	 .usage = "NAME:target [TEXT:text…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "opens a chat and goes there",
	 .help = "Opens the chat with NAME (see /help msg), goes there and sends TEXT, if given.",
	 .run = cmd_query},
	{.name = "quit",
	 .aliases = "exit",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "ends pheme",
	 .help = "Ends pheme at once: accounts go offline, history is complete. It never asks.",
	 .run = cmd_quit},
	{.name = "quote",
	 .usage = "[NUMBER] [TEXT:text…]",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "quotes what somebody said",
	 .help = "Puts the last message of somebody else, or the NUMBERth from the end, into the "
		 "line\n"
		 "with \"> \" before it, to be answered below. With TEXT it is sent at once. "
		 "Alt-q\n"
		 "does the same to the last one.",
	 .run = cmd_quote},
	{.name = "reconnect",
	 .usage = "[ACCOUNT:account]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "disconnects an account and connects it again",
	 .help = "Disconnects ACCOUNT, or the account of this chat, and connects it again with "
		 "what\n"
		 "accounts.conf says now.",
	 .run = cmd_reconnect},
	{.name = "reject",
	 .usage = "[REQUEST:request…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "says no to requests",
	 .help = "Says no to a request or an invitation. REQUEST is as for /accept: a number, who\n"
		 "asks, several of them, or \"all\" with or without a kind; without it the oldest "
		 "one\n"
		 "is meant, and named.",
	 .run = cmd_reject},
	{.name = "remove",
	 .usage = "CONTACT:contact",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "removes a contact from the roster",
	 .help = "Removes CONTACT from the roster; neither sees the other's presence any more.\n"
		 "History stays.",
	 .run = cmd_remove},
	{.name = "rename",
	 .usage = "CONTACT:contact ALIAS…",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "gives a contact another name",
	 .help = "Shows CONTACT as ALIAS from now on. The network keeps the name; only you see it.",
	 .run = cmd_rename},
	{.name = "requests",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "lists what waits for your yes or no",
	 .help = "Opens the list of those who ask to see your presence, invite you, or offer "
		 "files\n"
		 "and tubes. /accept and /reject take their numbers.",
	 .run = cmd_requests},
	{.name = "resend",
	 .usage = "",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "sends again what was not delivered",
	 .help = "Sends the messages of this chat that have failed, as new ones, in their order.\n"
		 "Alt-s sends the last of them.",
	 .run = cmd_resend},
	{.name = "retract",
	 .usage = "",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "takes your last message back",
	 .help = "Asks those who got your last message in this chat to show it no more, where "
		 "the\n"
		 "connection manager can; who has read it has read it.",
	 .run = cmd_retract},
	{.name = "room",
	 .usage = "[OPTION:option] [VALUE:text…]",
	 .needs = COMMAND_NEEDS_ROOM,
	 .summary = "shows and changes how the room is set up",
	 .help = "Opens the form of this room, where what you may change can be changed. With "
		 "OPTION\n"
		 "it prints that, with VALUE it sets it. OPTION is title, description, limit (the\n"
		 "most members), moderated, invite-only, persistent (the room stays when nobody "
		 "is\n"
		 "in it), private (not in lists), anonymous, password-protected, password or\n"
		 "password-hint; a VALUE of those that are or are not is yes or no.",
	 .run = cmd_room},
	{.name = "rooms",
	 .aliases = "list",
	 .usage = "[SERVER]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "lists the rooms of a server",
	 .help = "Lists the rooms of the account's server, or of SERVER where the network has\n"
		 "several. In the list typing filters, Tab sorts by size or by name, Enter joins,\n"
		 "Esc stops a list that is long in coming and then closes it. k stands for a\n"
		 "room with a password, i for invited people only, m for a moderated one.",
	 .run = cmd_rooms},
	{.name = "say",
	 .usage = "TEXT:text…",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "sends a message to this chat",
	 .help = "Sends TEXT as it is typed, one that begins with a slash too.",
	 .run = cmd_say},
	{.name = "search",
	 .usage = "TEXT:text…",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "looks for messages in all of the history",
	 .help = "Lists messages that have all words of TEXT, the newest first, online or not;\n"
		 "Enter goes to the place. A word finds those that begin with it, \"two words\"\n"
		 "just these in a row; capitals and accents do not count. from:NAME (from:me),\n"
		 "in:CHAT, account:NAME, after:TIME and before:TIME narrow it down, and will do\n"
		 "alone. NAME and CHAT are a part of an id or name. TIME is 2026, 2026-11,\n"
		 "2026-11-22, 2026-11-22T14:05, 14:05, today, yesterday, or 3h, 2d, 1w, 1y ago;\n"
		 "after: counts from there on, before: up to there.",
	 .run = cmd_search},
	{.name = "set",
	 .usage = "[SETTING:setting] [VALUE:value…]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "lists, prints and changes settings",
	 .help = "Changes SETTING (\"/set ui.theme dusk\"; \"theme\" will do where only one "
		 "setting is\n"
		 "called so) and saves it. Without VALUE it prints the setting, or those whose\n"
		 "names contain the word; without SETTING all of them. A VALUE of \"\" is an "
		 "empty\n"
		 "one. \"/set -default SETTING\" puts the default back. \"/help SETTING\" explains "
		 "it.",
	 .run = cmd_set},
	{.name = "status",
	 .usage = "[STATUS:status] [MESSAGE:text…]",
	 .needs = COMMAND_WANTS_SETTLED,
	 .summary = "prints or sets your presence",
	 .help = "STATUS is available, away, xa (away for long), busy, hidden or offline; others\n"
		 "read MESSAGE beside it: /status away \"lunch\". It goes for all accounts unless "
		 "-a\n"
		 "names one, and is kept over a reconnect. Without STATUS it prints where each\n"
		 "account stands.",
	 .run = cmd_status,
	 .flag = "status",
	 .flag_once = true,
	 .flag_help = "Print where each account stands, or set STATUS: available, away, xa (away "
		      "for long), busy, hidden or offline, with a MESSAGE for others to read."},
	{.name = "theme",
	 .aliases = "themes",
	 .usage = "[THEME:theme]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "lists the themes and changes it",
	 .help = "Shows everything in THEME from now on. Without THEME it lists what there is: "
		 "the\n"
		 "built-in one, those that came with pheme, and those of yours in\n"
		 "$XDG_CONFIG_HOME/pheme/themes.",
	 .run = cmd_theme},
	{.name = "topic",
	 .usage = "[TOPIC:text…]",
	 .needs = COMMAND_NEEDS_ROOM,
	 .summary = "prints or sets the topic of the room",
	 .help = "Sets the topic of this room; \"/topic -delete\" takes it away. Without TOPIC it\n"
		 "prints it.",
	 .run = cmd_topic},
	{.name = "tube",
	 .aliases = "tubes",
	 .usage = "[accept|close|list|offer]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "connects programs here with programs of a contact",
	 .help = "Opens the list of tubes. A tube carries connections of programs, or D-Bus "
		 "messages,\n"
		 "to a contact or to all in a room: \"/tube offer web localhost:8080\" offers "
		 "them a\n"
		 "web server of yours. \"/help tube offer\" and so on tell of each action.",
	 .run = cmd_tube,
	 .subcommands = command_tube_actions},
	{.name = "unblock",
	 .usage = "CONTACT:blocked",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "takes back what /block did",
	 .help = "Lets messages of CONTACT through again. /block lists who is blocked.",
	 .run = cmd_unblock},
	{.name = "url",
	 .aliases = "urls",
	 .usage = "[NUMBER]",
	 .needs = COMMAND_NEEDS_CHAT,
	 .summary = "lists and opens addresses of this chat",
	 .help = "Lists the http, https, mailto and xmpp addresses in what is shown of this chat,\n"
		 "the latest with the number 1; with NUMBER opens it. What opens it is\n"
		 "\"/set url.command\", else $BROWSER, else xdg-open; it is started without a\n"
		 "shell, and never unasked.",
	 .run = cmd_url},
	{.name = "version",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints the version of pheme",
	 .help = "Prints the version of pheme and of the library it runs on.",
	 .run = cmd_version},
	{.name = "whois",
	 .usage = "[CONTACT:someone] [FIELD=VALUE:card…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "prints who somebody is",
	 .help = "Prints all that is known of CONTACT, a member of this room or any other id; "
		 "without\n"
		 "it of whom you chat with: presence, devices, place, groups, who sees whom, and "
		 "the\n"
		 "card that they have filled in. On IRC it asks the server. \"self\" is yourself: "
		 "it\n"
		 "opens your own card in a form, where the network takes one. \"/whois self "
		 "fn=Alice\n"
		 "tel;home=+49301234\" changes fields of it, an empty VALUE takes one out; of a "
		 "field\n"
		 "in parts, as n and adr, these are separated by ;.",
	 .run = cmd_whois},
	{.name = NULL},
};
