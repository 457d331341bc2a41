import type { CompletedOption, CompletedValue, CompletionNode } from './completion-tree.ts'

/** Returns the completion script for fish (3.0 or newer). */
export function fishScript(nodes: readonly CompletionNode[]): string {
  const names = nodes.flatMap(({ name }) => (name === '' ? [] : [quote(name)]))
  const valued = nodes.flatMap(({ name, options }) =>
    options
      .filter(({ value }) => value !== null)
      .flatMap(({ spellings }) => spellings.map((each) => quote(`${name} ${each}`))),
  )
  return [
    FISH.replace('@COMMANDS@', () => names.join(' ')).replace('@VALUED@', () => valued.join(' ')),
    ...nodes.flatMap(entriesOf),
    '',
  ].join('\n')
}

/** Returns the lines that complete one command: what may follow it, and its options. */
function entriesOf({ name, children, argument, options }: CompletionNode): string[] {
  const first = `complete -c f2f -n ${quote(`__f2f_at ${quote(name)} first`)}`
  const entry = `complete -c f2f -n ${quote(`__f2f_at ${quote(name)}`)}`
  return [
    ...children.map(({ word, summary }) => `${first} -a ${word} -d ${quote(summary)}`),
    ...(argument === null || argument.kind === 'text' ? [] : [first + valueText(argument)]),
    ...options.map((option) => `${entry}${spellingText(option)} -d ${quote(option.help)}`),
  ]
}

function spellingText({ spellings, value }: CompletedOption): string {
  const names = spellings.map((each) =>
    each.startsWith('--') ? ` -l ${each.slice(2)}` : ` -s ${each.slice(1)}`,
  )
  return names.join('') + (value === null ? '' : ` -x${valueText(value)}`)
}

function valueText({ kind, words }: CompletedValue): string {
  switch (kind) {
    case 'words':
      return ` -a ${quote(words.join(' '))}`
    case 'list':
      return ` -a ${quote(`(__f2f_list ${words.join(' ')})`)}`
    case 'prefixes':
      return ` -a ${quote(words.join(' '))}`
    case 'recording':
      return ` -k -a ${quote(`(${['__f2f_recordings', ...words].join(' ')})`)}`
    case 'file':
      return ` -a '(__fish_complete_path (__f2f_value))'`
    case 'folder':
      return ` -a '(__fish_complete_directories (__f2f_value))'`
    case 'text':
      return ''
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

const FISH = String.raw`# Completion of f2f for fish. "f2f completion fish" has written it.

set -g __f2f_commands @COMMANDS@
# Options whose value is the next word.
set -g __f2f_valued @VALUED@

# Reads the words before the cursor. Prints command, first argument and home folder, a line each.
function __f2f_read
    set -l command ''
    set -l argument ''
    set -l home ''
    set -l option ''
    for word in (commandline -opc)[2..-1]
        if test -n "$option"
            test "$option" = --home; and set home (string replace -r '^~' $HOME -- $word)
            set option ''
        else if string match -q -- '--home=*' $word
            set home (string replace -r '^--home=~?' '' -- $word)
            string match -q -- '--home=~*' $word; and set home $HOME$home
        else if string match -q -- '-*' $word
            contains -- "$command $word" $__f2f_valued; and set option $word
        else if test -z "$argument"; and contains -- (string trim "$command $word") $__f2f_commands
            set command (string trim "$command $word")
        else
            set argument $word
        end
    end
    printf '%s\n' "$command" "$argument" "$home"
end

# Succeeds in this command; with "first", only where its first argument stands.
function __f2f_at
    set -l line (__f2f_read)
    test "$line[1]" = "$argv[1]"; or return 1
    test "$argv[2]" != first; or test -z "$line[2]"
end

# Prints the word at the cursor, without the option before "=".
function __f2f_value
    string replace -r '^--[a-z-]+=' '' -- (commandline -ct)
end

# Prints the values of a list that can follow those before the last comma.
function __f2f_list
    set -l before (string match -r '.*,' -- (__f2f_value))
    for word in $argv
        string match -q -- "*,$word,*" ",$before"; or printf '%s\n' "$before$word"
    end
end

function __f2f_recordings
    set -l home (__f2f_read)[3]
    printf '%s\n' $argv last current
    test -z "$home"; or set -l at --home=$home
    f2f completion ids $at 2>/dev/null </dev/null
end

complete -c f2f -e
complete -c f2f -f`
