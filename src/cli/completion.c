/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * --completion: a script for a shell, out of the tables of flags. It knows the flags and what
 * kind of word each takes; what there is of a kind it asks for with --candidates, which reads
 * what is kept here and neither connects nor starts anything.
 */

#include <stdio.h>
#include <string.h>

#include "../cmd/usage.h"
#include "modifiers.h"
#include "private.h"

/* --- the tables --------------------------------------------------------------------------- */

/* The kinds of the words, or what can be chosen from, with blanks between; "-" for any text.
 * What the last one has a + after it for may be said several times. */
static char *kinds_of(const char *usage)
{
	GString *kinds = g_string_new(NULL);
	struct usage_word word;

	while (usage_next(&usage, &word))
		g_string_append_printf(kinds, "%s%s%s", kinds->len ? " " : "",
				       word.choice  ? word.name
				       : *word.kind ? word.kind
						    : "-",
				       word.rest ? "+" : "");
	return g_string_free(kinds, FALSE);
}

typedef void (*append_fn)(GString *script, const char *names, const char *type, const char *kinds,
			  bool value);

static void append_tables(GString *script, append_fn append, const char *between)
{
	g_autofree const struct command **flags = command_list_flags();

	for (const struct command **flag = flags; *flag; flag++) {
		g_autofree char *kinds = kinds_of(command_flag_words(*flag));
		g_autofree char *value = command_flag_value(*flag);
		g_autofree char *name = g_strconcat("--", (*flag)->flag, NULL);

		append(script, name, "verb", kinds, value != NULL);
	}
	for (const struct modifier *modifier = modifiers; modifier->name; modifier++) {
		g_autofree char *kinds = kinds_of(modifier->argument);
		GString *names = g_string_new(NULL);

		if (modifier->letter)
			g_string_append_printf(names, "-%c%s", modifier->letter, between);
		g_string_append_printf(names, "--%s", modifier->name);
		append(script, names->str, "modifier", kinds,
		       modifier->type == MODIFIER_TEXT || modifier->type == MODIFIER_NUMBER);
		g_string_free(names, TRUE);
	}
}

/* All flags that may stand beside @verb; NULL: when there is none yet. */
static char *list_flags(const struct command *verb)
{
	g_autofree const struct command **flags = command_list_flags();
	GString *list = g_string_new(NULL);

	for (const struct command **flag = flags; !verb && *flag; flag++)
		g_string_append_printf(list, " --%s", (*flag)->flag);
	if (verb && verb->flag_with)
		g_string_append_printf(list, " --%s", verb->flag_with);
	for (const struct modifier *modifier = modifiers; modifier->name; modifier++)
		if (!modifier->verbs || (verb && modifier_goes_with(modifier, verb)))
			g_string_append_printf(list, " --%s", modifier->name);
	g_string_erase(list, 0, 1);
	return g_string_free(list, FALSE);
}

/* --- Bourne's children -------------------------------------------------------------------- */

static void append_case(GString *script, const char *names, const char *type, const char *kinds,
			bool value)
{
	g_string_append_printf(script, "\t%s) type=%s kinds='%s' value=%s ;;\n", names, type, kinds,
			       value ? "1" : "");
}

static void append_cases(GString *script)
{
	g_autofree const struct command **flags = command_list_flags();
	g_autofree char *all = list_flags(NULL);

	g_string_append(script, "_pheme_flag() {\n\tcase $1 in\n");
	append_tables(script, append_case, "|");
	g_string_append(script, "\t*) return 1 ;;\n\tesac\n}\n\n"
				"_pheme_flags() {\n\tcase $1 in\n");
	for (const struct command **flag = flags; *flag; flag++) {
		g_autofree char *list = list_flags(*flag);

		g_string_append_printf(script, "\t--%s) echo '%s' ;;\n", (*flag)->flag, list);
	}
	g_string_append_printf(script, "\t*) echo '%s' ;;\n\tesac\n}\n\n", all);
}

/* Both shells: before the word that is typed, $verb, $words_of (kinds of its words), $n of them
 * done, $first the first of those, and $want when the word before it takes a value. */
static const char walk[] = "_pheme_walk() {\n"
			   "\tlocal word type kinds value next=\n"
			   "\tverb= words_of= n=0 want= first=\n"
			   "\tfor word in \"$@\"; do\n"
			   "\t\tif [[ -n $next ]]; then\n"
			   "\t\t\t[[ $next == verb ]] && n=1 first=$word\n"
			   "\t\t\tnext= want=\n"
			   "\t\telif [[ $word == --*=* ]] && _pheme_flag \"${word%%=*}\"; then\n"
			   "\t\t\t[[ $type == verb ]] && verb=${word%%=*} words_of=$kinds n=1 "
			   "first=${word#*=}\n"
			   "\t\telif _pheme_flag \"$word\"; then\n"
			   "\t\t\t[[ $type == verb ]] && verb=$word words_of=$kinds n=0\n"
			   "\t\t\t[[ -n $value ]] && next=$type want=${kinds%% *}\n"
			   "\t\telse\n"
			   "\t\t\t((n++)) || first=$word\n"
			   "\t\tfi\n"
			   "\tdone\n"
			   "}\n\n"
			   "_pheme_found() {\n"
			   "\tpheme --candidates \"$want\" \"$cur\" \"$first\" 2>/dev/null\n"
			   "}\n\n";

static const char bash_rest[] =
	"_pheme() {\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} cur verb words_of n want first type kinds value "
	"IFS\n"
	"\tlocal -a words of found\n"
	"\tlocal one prefix\n"
	"\tread -ra words <<<\"$line\"\n"
	"\t[[ $line == *[[:space:]] ]] && words+=(\"\")\n"
	"\tcur=${words[${#words[@]} - 1]}\n"
	"\t_pheme_walk \"${words[@]:1:${#words[@]}-2}\"\n"
	"\tread -ra of <<<\"$words_of\"\n"
	"\tif [[ -z $want && $cur == --*=* ]] && _pheme_flag \"${cur%%=*}\"; then\n"
	"\t\twant=${kinds%% *} cur=${cur#*=}\n"
	"\telif [[ -z $want && $cur != -* && -n $verb ]]; then\n"
	"\t\twant=${of[n]}\n"
	"\t\t[[ -z $want && $words_of == *+ ]] && want=${words_of##* }\n"
	"\telif [[ -z $want ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$(_pheme_flags \"$verb\")\" -- \"$cur\"))\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t# Readline's word begins after = and :, but with @.\n"
	"\tprefix=${cur%\"${cur##*[=:@]}\"}\n"
	"\tprefix=${prefix%@}\n"
	"\tIFS=$'\\n' want=${want%+}\n"
	"\tcase $want in\n"
	"\t'' | - | text) return ;;\n"
	"\tfile) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
	"\tprogram) COMPREPLY=($(compgen -c -- \"$cur\"; _pheme_found)); return ;;\n"
	"\t*'|'*) found=($(compgen -W \"${want//|/$'\\n'}\" -- \"$cur\")) ;;\n"
	"\t*) found=($(_pheme_found)) ;;\n"
	"\tesac\n"
	"\tCOMPREPLY=()\n"
	"\t[[ ${found[0]} == *= ]] && compopt -o nospace\n"
	"\tfor one in \"${found[@]}\"; do\n"
	"\t\tprintf -v one %q \"${one#\"$prefix\"}\"\n"
	"\t\tCOMPREPLY+=(\"$one\")\n"
	"\tdone\n"
	"}\n"
	"complete -F _pheme pheme\n";

static const char zsh_rest[] =
	"_pheme() {\n"
	"\tlocal cur=${(Q)PREFIX} verb words_of n want first type kinds value\n"
	"\tlocal -a found end\n"
	"\t_pheme_walk \"${(@Q)words[2,CURRENT-1]}\"\n"
	"\tif [[ -z $want && $cur == --*=* ]] && _pheme_flag \"${cur%%=*}\"; then\n"
	"\t\twant=${kinds%% *} cur=${cur#*=}\n"
	"\t\tcompset -P '*='\n"
	"\telif [[ -z $want && $cur != -* && -n $verb ]]; then\n"
	"\t\twant=${${=words_of}[n+1]}\n"
	"\t\t[[ -z $want && $words_of == *+ ]] && want=${words_of##* }\n"
	"\telif [[ -z $want ]]; then\n"
	"\t\tcompadd -- $(_pheme_flags \"$verb\")\n"
	"\t\treturn\n"
	"\tfi\n"
	"\twant=${want%+}\n"
	"\tcase $want in\n"
	"\t'' | - | text) _message text; return ;;\n"
	"\tfile) _files; return ;;\n"
	"\tprogram) _command_names -e ;;\n"
	"\t*'|'*) compadd -- ${(s:|:)want}; return ;;\n"
	"\tesac\n"
	"\tfound=(${(f)\"$(_pheme_found)\"})\n"
	"\t[[ $found[1] == *= ]] && end=(-S '')\n"
	"\tcompadd -U \"${end[@]}\" -- \"${found[@]}\"\n"
	"}\n"
	"compdef _pheme pheme\n";

/* --- fish --------------------------------------------------------------------------------- */

static void append_switch(GString *script, const char *names, const char *type, const char *kinds,
			  bool value)
{
	g_string_append_printf(script, "\t\tcase %s\n\t\t\techo %s; echo '%s'; echo '%s'\n", names,
			       type, kinds, value ? "1" : "");
}

static const char fish_rest[] =
	"function __pheme\n"
	"\tset -l cur (commandline -ct)\n"
	"\tset -l before (commandline -opc)\n"
	"\tset -l verb ''\n"
	"\tset -l of\n"
	"\tset -l n 1\n"
	"\tset -l want ''\n"
	"\tset -l next ''\n"
	"\tset -l first ''\n"
	"\tfor word in $before[2..-1]\n"
	"\t\tset -l name (string split -m1 = -- $word)[1]\n"
	"\t\tset -l flag (__pheme_flag $name)\n"
	"\t\tif test -n \"$next\"\n"
	"\t\t\ttest $next = verb; and set n 2; and set first $word\n"
	"\t\t\tset next ''\n"
	"\t\t\tset want ''\n"
	"\t\telse if test -n \"$flag[1]\"\n"
	"\t\t\tif test $flag[1] = verb\n"
	"\t\t\t\tset verb $name\n"
	"\t\t\t\tset of (string split ' ' -- $flag[2])\n"
	"\t\t\t\tset n 1\n"
	"\t\t\t\tset first (string replace -r '^[^=]*=?' '' -- $word)\n"
	"\t\t\t\ttest $name = $word; or set n 2\n"
	"\t\t\tend\n"
	"\t\t\tif test $name = $word -a -n \"$flag[3]\"\n"
	"\t\t\t\tset next $flag[1]\n"
	"\t\t\t\tset want (string split ' ' -- $flag[2])[1]\n"
	"\t\t\tend\n"
	"\t\telse\n"
	"\t\t\ttest $n = 1; and set first $word\n"
	"\t\t\tset n (math $n + 1)\n"
	"\t\tend\n"
	"\tend\n"
	"\tset -l prefix ''\n"
	"\tif test -z \"$want\"; and string match -q -- '--*=*' $cur\n"
	"\t\tset -l parts (string split -m1 = -- $cur)\n"
	"\t\tset prefix $parts[1]=\n"
	"\t\tset cur $parts[2]\n"
	"\t\tset want (string split ' ' -- (__pheme_flag $parts[1])[2])[1]\n"
	"\telse if test -z \"$want\" -a -n \"$verb\"; and not string match -q -- '-*' $cur\n"
	"\t\tset want $of[$n]\n"
	"\t\ttest -z \"$want\"; and string match -q -- '*+' $of[-1]; and set want $of[-1]\n"
	"\telse if test -z \"$want\"\n"
	"\t\t__pheme_flags $verb | string split ' '\n"
	"\t\treturn\n"
	"\tend\n"
	"\tset want (string replace -r '[+]$' '' -- \"$want\")\n"
	"\tswitch \"$want\"\n"
	"\t\tcase '' - text\n"
	"\t\tcase file\n"
	"\t\t\t__fish_complete_path $cur\n"
	"\t\tcase program\n"
	"\t\t\t__fish_complete_command\n"
	"\t\t\tpheme --candidates program \"$cur\" 2>/dev/null\n"
	"\t\tcase '*|*'\n"
	"\t\t\tprintf '%s\\n' $prefix(string split '|' -- $want)\n"
	"\t\tcase '*'\n"
	"\t\t\tprintf '%s\\n' "
	"$prefix(pheme --candidates $want \"$cur\" \"$first\" 2>/dev/null)\n"
	"\tend\n"
	"end\n"
	"complete -c pheme -f -a '(__pheme)'\n";

static char *make_fish(void)
{
	GString *script = g_string_new("# fish completion for pheme\n"
				       "function __pheme_flag\n\tswitch $argv[1]\n");
	g_autofree const struct command **flags = command_list_flags();
	g_autofree char *all = list_flags(NULL);

	append_tables(script, append_switch, " ");
	g_string_append(script, "\tend\nend\n\nfunction __pheme_flags\n\tswitch \"$argv[1]\"\n");
	for (const struct command **flag = flags; *flag; flag++) {
		g_autofree char *list = list_flags(*flag);

		g_string_append_printf(script, "\t\tcase --%s\n\t\t\techo '%s'\n", (*flag)->flag,
				       list);
	}
	g_string_append_printf(script, "\t\tcase '*'\n\t\t\techo '%s'\n\tend\nend\n\n", all);
	g_string_append(script, fish_rest);
	return g_string_free(script, FALSE);
}

/* --- the whole ---------------------------------------------------------------------------- */

/* "bash", "zsh" or "fish"; new. */
static char *make_script(const char *shell)
{
	GString *script;

	if (!strcmp(shell, "fish"))
		return make_fish();
	script = g_string_new(NULL);
	g_string_append_printf(script, "%s %s completion for pheme\n",
			       !strcmp(shell, "zsh") ? "#compdef pheme\n#" : "#", shell);
	append_cases(script);
	g_string_append(script, walk);
	g_string_append(script, !strcmp(shell, "zsh") ? zsh_rest : bash_rest);
	return g_string_free(script, FALSE);
}

int cli_completion(struct session *session, const struct cli_task *task)
{
	g_autofree char *script = make_script(task->args[0]);

	fputs(script, stdout);
	return fflush(stdout) ? SESSION_ERROR_FAILED : 0;
}

/* --- candidates --------------------------------------------------------------------------- */

static void on_cache(const GError *error, void *data)
{
	struct cli *cli = data;
	char **args = cli->task->args;
	const char *prefix = args[1] ? args[1] : "";
	g_auto(GStrv) found =
		command_candidates(&cli->front, args[0], prefix, args[1] && args[2] ? args[2] : "");

	for (char **one = found; *one; one++)
		puts(*one);
	cli_flush(cli);
	cli_end(cli, 0);
}

static void begin(struct cli *cli)
{
	session_wait_cache(cli->front.session, on_cache, cli);
}

int cli_candidates(struct session *session, const struct cli_task *task)
{
	struct cli cli = {.task = task};

	cli_main(&cli, session, begin);
	return cli.status;
}
