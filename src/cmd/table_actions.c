/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The actions of those commands that have some: rows of the table below a row. */

#include "cmd.h"

const struct command command_account_actions[] = {
	{.name = "account add",
	 .usage = "[PROTOCOL:protocol] [ID] [NAME=VALUE:param…]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "adds an account and connects it",
	 .help = "Adds an account of PROTOCOL (jabber, irc, … or MANAGER/PROTOCOL, as "
		 "haze/jabber)\n"
		 "with ID, the name that logs in: \"/account add jabber alice@example.org\",\n"
		 "\"/account add irc alice server=irc.example.org port=6697 use-ssl=true\".\n"
		 "Without an ID it opens a form that shows all that the protocol takes.\n"
		 "\n"
		 "NAME is a parameter of the protocol, or one of these keys of accounts.conf: "
		 "name\n"
		 "(what the account is called, else it is called as its ID), nickname, autojoin\n"
		 "(rooms, with ; between them), password-command, enabled. A VALUE with blanks is\n"
		 "quoted as in a shell. A password is not taken here, where it would stay in the\n"
		 "line history: it is asked for when the account connects.",
	 .run = cmd_account_add,
	 .flag = "account-add",
	 .flag_once = true,
	 .flag_usage = "PROTOCOL:protocol ID [NAME=VALUE:param…]",
	 .flag_help =
		 "Add an account of PROTOCOL (jabber, irc, haze/jabber) with ID, the name that "
		 "logs in, and parameters (see --list parameters PROTOCOL). A password comes "
		 "from --password-stdin or --password-command, never from the command line, "
		 "which others can see."},
	{.name = "account avatar",
	 .usage = "[FILE:file]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "sets the picture that others see",
	 .help = "Shows others the picture in FILE, now and at each login; -default instead of\n"
		 "FILE removes it. Its type, bytes and size are checked against what the network\n"
		 "takes. Without FILE prints which one is set.",
	 .run = cmd_account_avatar},
	{.name = "account disable",
	 .usage = "ACCOUNT:account",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "disconnects an account and keeps it so",
	 .help = "Disconnects the account; it connects no more at start. Nothing of it is lost.",
	 .run = cmd_account_disable,
	 .flag = "account-disable",
	 .flag_once = true,
	 .flag_help = "Disconnect an account and keep it so: it connects no more at start."},
	{.name = "account edit",
	 .usage = "[ACCOUNT:account]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "opens the form of an account",
	 .help = "Opens the form of ACCOUNT, or of the current one: its name here and all that "
		 "its\n"
		 "protocol takes. What was changed holds when it is saved; the account reconnects\n"
		 "only for what cannot be had otherwise. /account set does the same from a script.",
	 .run = cmd_account_edit},
	{.name = "account enable",
	 .usage = "ACCOUNT:account",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "connects an account, now and at each start",
	 .help = "Connects the account, now and whenever pheme starts.",
	 .run = cmd_account_enable,
	 .flag = "account-enable",
	 .flag_once = true,
	 .flag_help = "Connect an account, now and whenever pheme starts."},
	{.name = "account export",
	 .usage = "FILE:file",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "writes the accounts to a file, without passwords",
	 .help = "Writes all accounts, or with -a NAME that one, to FILE, which /account import\n"
		 "takes on another computer. Passwords are not in it. A FILE that is there is\n"
		 "overwritten only after a question, from a script never.",
	 .run = cmd_account_export},
	{.name = "account import",
	 .usage = "FILE:file [passwords]",
	 .needs = COMMAND_NEEDS_BUS,
	 .summary = "takes over the accounts of another program",
	 .help = "Adds the accounts in FILE: accounts.cfg of Mission Control (in\n"
		 "~/.mission-control/accounts) or one of its *.account (in\n"
		 "~/.local/share/telepathy/mission-control), accounts.xml of Pidgin and finch (in\n"
		 "~/.purple), or what /account export wrote. Settings that no connection manager\n"
		 "here takes are left out and named, as are accounts that are here already.\n"
		 "\n"
		 "Passwords are kept, in accounts.conf, only after a yes, or when the word\n"
		 "passwords follows; else each is asked for when its account connects.",
	 .run = cmd_account_import},
	{.name = "account list",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints the accounts and where they stand",
	 .help = "Prints a line for each account: its name, manager and protocol, whether it is\n"
		 "online and if not why, and who one is there.",
	 .run = cmd_account_list},
	{.name = "account move",
	 .usage = "ACCOUNT:account WHERE",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "changes the order of the accounts",
	 .help = "Moves the account in all lists: WHERE is up, down, first, last or a number.",
	 .run = cmd_account_move},
	{.name = "account remove",
	 .usage = "ACCOUNT:account",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "removes an account from pheme",
	 .help = "Takes the account out of accounts.conf, after asking. The account at the\n"
		 "network and all history stay.",
	 .run = cmd_account_remove,
	 .flag = "account-remove",
	 .flag_once = true,
	 .flag_help = "Take an account out of accounts.conf. The account at the network and all "
		      "history stay."},
	{.name = "account rename",
	 .usage = "ACCOUNT:account NAME",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "calls an account something else",
	 .help = "From now on the account is called NAME in pheme. Chats, history and connection\n"
		 "stay as they are. What others see is changed with /nick.",
	 .run = cmd_account_rename},
	{.name = "account set",
	 .usage = "ACCOUNT:account [KEY:key] [VALUE…]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints or changes what is set for an account",
	 .help = "Without KEY prints what accounts.conf has, secrets left out. With KEY and VALUE\n"
		 "sets a parameter (server, port, …) or one of manager, protocol, enabled,\n"
		 "nickname, autojoin, password-command, secret-service, avatar; it holds at once:\n"
		 "for another parameter an account that is connected reconnects.\n"
		 "\"/account set NAME -default KEY\" takes KEY out of the file. A password is not\n"
		 "taken here: it is asked for when the account connects.",
	 .run = cmd_account_set,
	 .flag = "account-set",
	 .flag_once = true,
	 .flag_help =
		 "Print what accounts.conf has of an account, or set KEY to VALUE; -default KEY "
		 "takes KEY out of the file. --password-stdin sets the password, or with a KEY "
		 "another secret, --password-command the command for it."},
	{.name = NULL},
};

const struct command command_bookmark_actions[] = {
	{.name = "bookmark add",
	 .usage = "[ROOM:room]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "joins a room at each connect",
	 .help = "Has ROOM, or this one, joined whenever the account connects. A password that "
		 "was\n"
		 "typed to get in is kept with it, in accounts.conf or, for an account with\n"
		 "secret-service=true, in the Secret Service.",
	 .run = cmd_bookmark_add},
	{.name = "bookmark list",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints the rooms that are joined at each connect",
	 .help = "Prints them, of all accounts or of the one that -a tells.",
	 .run = cmd_bookmark_list},
	{.name = "bookmark remove",
	 .usage = "[ROOM:room]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "joins a room no more by itself",
	 .help = "Has ROOM, or this one, joined no more by itself, and forgets its password.",
	 .run = cmd_bookmark_remove},
	{.name = NULL},
};

const struct command command_file_actions[] = {
	{.name = "file cancel",
	 .usage = "[FILE:transfer]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "stops sending or receiving a file",
	 .help = "Stops FILE, a number of /file list, or the only one that is under way; one that\n"
		 "is offered to you is declined. What has come of it is removed.",
	 .run = cmd_file_cancel},
	{.name = "file list",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints the files that go, come, or did",
	 .help = "Prints a line for each file: its number, whom it comes from or goes to, name,\n"
		 "size, and how far it is, at what rate, with the time left; or how it ended.",
	 .run = cmd_file_list},
	{.name = "file send",
	 .usage = "CONTACT-OR-FILE:fileto [FILE:file]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "sends a file",
	 .help = "\"/file send photo.jpg\" offers the file to the contact of this chat,\n"
		 "\"/file send bob photo.jpg\" to bob. A name with blanks is quoted as in a "
		 "shell,\n"
		 "as terminals do with what is dropped on them; ~/ is your home. The bytes go "
		 "when\n"
		 "the other side has said yes. A transfer that broke goes on where it stopped "
		 "when\n"
		 "the same file is sent again.",
	 .run = cmd_file_send,
	 .flag = "file-send",
	 .flag_once = true,
	 .flag_usage = "CONTACT:contact FILE:file",
	 .flag_help = "Send FILE to CONTACT, as soon as the contact is there and takes files, and "
		      "end when it has arrived."},
	{.name = NULL},
};

const struct command command_group_actions[] = {
	{.name = "group add",
	 .usage = "CONTACT:contact GROUP:group…",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "puts a contact into a group",
	 .help = "Puts CONTACT into GROUP, which comes about when nobody is in it yet. A contact "
		 "may\n"
		 "be in several.",
	 .run = cmd_group_add},
	{.name = "group delete",
	 .usage = "GROUP:group…",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "deletes a group; its contacts stay",
	 .help = "Deletes GROUP; its contacts stay on the roster.",
	 .run = cmd_group_delete},
	{.name = "group list",
	 .usage = "[GROUP:group…]",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints the groups, or who is in one",
	 .help = "Prints the groups, and how many in them are online and how many there are; "
		 "with\n"
		 "GROUP who is in it.",
	 .run = cmd_group_list},
	{.name = "group remove",
	 .usage = "CONTACT:contact GROUP:ingroup…",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "takes a contact out of a group",
	 .help = "Takes CONTACT out of GROUP; it stays on the roster, and in its other groups.",
	 .run = cmd_group_remove},
	{.name = "group rename",
	 .usage = "GROUP:group NAME…",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "gives a group another name",
	 .help = "Calls GROUP by NAME from now on. A GROUP with blanks is quoted.",
	 .run = cmd_group_rename},
	{.name = NULL},
};

const struct command command_tube_actions[] = {
	{.name = "tube accept",
	 .usage = "[TUBE:tube] [WHERE…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "accepts a tube",
	 .help = "Accepts the tube with this number (that of /tube list, not of the request), or\n"
		 "the oldest that is offered. Programs reach it then at the address that is told:\n"
		 "a free port of this computer, or WHERE: PORT, HOST:PORT or unix:PATH. With\n"
		 "exec:COMMAND as WHERE a program is started for it; {host}, {port}, {path},\n"
		 "{service} and {contact} are filled in. With connect:TARGET one connection is\n"
		 "made to a server here, as for ssh. All but a bare PORT may stand without the\n"
		 "number. Without WHERE \"accept\" of [tube NAME] in pheme.conf tells it.",
	 .run = cmd_tube_accept,
	 .flag = "tube-accept",
	 .flag_usage = "[CONTACT:contact] [SERVICE:service]",
	 .flag_help = "Accept the next tube that CONTACT offers for SERVICE, or anybody for "
		      "anything; print where programs reach it, unless --stdio or --exec is there; "
		      "end when the tube does."},
	{.name = "tube close",
	 .usage = "[TUBE:tube] [CONNECTION]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "closes a tube, or one connection of it",
	 .help = "Closes the tube with this number, or the only one there is. With CONNECTION, a\n"
		 "number that /tube list shows, only that connection is closed.",
	 .run = cmd_tube_close},
	{.name = "tube list",
	 .usage = "",
	 .needs = COMMAND_NEEDS_NOTHING,
	 .summary = "prints the tubes and their connections",
	 .help = "Prints a line for each tube: its number, state, service and peer, its address "
		 "here,\n"
		 "who may connect, the bytes that went out and came in; and its connections.",
	 .run = cmd_tube_list},
	{.name = "tube offer",
	 .usage = "[CONTACT:tubeto] [SERVICE:service] [TARGET…]",
	 .needs = COMMAND_WANTS_ONLINE,
	 .summary = "offers a contact or a room a connection to a program here",
	 .help = "Offers CONTACT, or whom you chat with here, connections to TARGET: PORT, "
		 "HOST:PORT,\n"
		 "[IPV6]:PORT, unix:PATH, or exec:COMMAND, a program that is started for each\n"
		 "connection. SERVICE tells what speaks there (rfb, x-http), or is the NAME of a\n"
		 "[tube NAME] in pheme.conf, which then tells TARGET too; web, vnc and ssh need\n"
		 "none. dbus:NAME offers a D-Bus tube to exec:COMMAND, which finds its address in\n"
		 "PHEME_TUBE_ADDRESS, or without TARGET only tells the address. In a room all\n"
		 "members are offered it. TARGET is the rest of the line: exec:COMMAND may have\n"
		 "arguments, and its words are quoted as in a shell. After \"/set\n"
		 "tube.offer-seconds\" an offer that nobody took is closed.",
	 .run = cmd_tube_offer,
	 .flag = "tube-offer",
	 .flag_usage = "CONTACT|ROOM:target SERVICE:service TARGET",
	 .flag_help = "Offer a contact or a room connections to TARGET: PORT, HOST:PORT, "
		      "[IPV6]:PORT, unix:PATH, exec:COMMAND, or - for standard input and output, "
		      "as the ProxyCommand of ssh wants it. Waits for the contact to be there; "
		      "ends when the tube does."},
	{.name = NULL},
};
