import type { CompletedValue, CompletionNode } from './completion-tree.ts'

/** Returns the completion script for bash (3.2 or newer). It needs no other script. */
export function bashScript(nodes: readonly CompletionNode[]): string {
  const commands = nodes.map(
    (node) =>
      `    '${node.name}') options='${spellingsOf(node)}' ${assignment(argumentOf(node))} ;;`,
  )
  const values = nodes.flatMap(({ name, options }) =>
    options.flatMap(({ spellings, value }) =>
      value === null ? [] : [`    ${casePattern(name, spellings)}) ${assignment(value)} ;;`],
    ),
  )
  return BASH.replace('@COMMANDS@', () => commands.join('\n')).replace('@VALUES@', () =>
    values.join('\n'),
  )
}

function casePattern(name: string, spellings: readonly string[]): string {
  return spellings.map((each) => `'${name} ${each}'`).join(' | ')
}

function spellingsOf({ options }: CompletionNode): string {
  return options.flatMap(({ spellings }) => spellings).join(' ')
}

function argumentOf({ children, argument }: CompletionNode): CompletedValue {
  if (children.length > 0) return { kind: 'words', words: children.map(({ word }) => word) }
  return argument ?? { kind: 'text', words: [] }
}

function assignment({ kind, words }: CompletedValue): string {
  return `kind=${kind} words='${words.join(' ')}'`
}

const BASH = String.raw`# Completion of f2f for bash. "f2f completion bash" has written it.

# Describes the command $1: sets options, and kind and words of its first argument.
_f2f_command() {
  case "$1" in
@COMMANDS@
    *) return 1 ;;
  esac
}

# Describes the value of an option ("COMMAND OPTION"): sets kind and words. Fails for a flag.
_f2f_value() {
  case "$1" in
@VALUES@
    *) return 1 ;;
  esac
}

# Offers values of this kind that begin with $cur.
_f2f_offer() {
  local IFS=$' \t\n' before='' left='' word
  case "$kind" in
    recording)
      words="$words last current $(f2f completion ids \${home:+"--home=$home"} 2>/dev/null </dev/null)"
      COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    words) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    prefixes)
      compopt -o nospace 2>/dev/null
      COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    list)
      compopt -o nospace 2>/dev/null
      [[ $cur == *,* ]] && before="\${cur%,*},"
      for word in $words; do [[ ",$before" == *",$word,"* ]] || left+=" $word"; done
      COMPREPLY=($(compgen -P "$before" -W "$left" -- "\${cur##*,}")) ;;
    file | folder)
      compopt -o filenames 2>/dev/null
      [[ $kind == file ]] && word=-f || word=-d
      IFS=$'\n'
      COMPREPLY=($(compgen $word -- "$cur")) ;;
  esac
}

_f2f() {
  local cur word last='' command='' option='' home='' argument='' kind='' words='' options='' i
  local line=()
  COMPREPLY=()
  # To bash, --media=mic is three words.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ $word == = && $last == --* ]]; then
      last='' word=''
      ((i < COMP_CWORD)) && continue
    fi
    line+=("$word") last="$word"
  done
  for ((i = 0; i < \${#line[@]} - 1; i++)); do
    word="\${line[i]}"
    if [[ -n $option ]]; then
      [[ $option == --home ]] && home="\${word/#\~/$HOME}"
      option=''
    elif [[ $word == -* ]]; then
      _f2f_value "$command $word" && option="$word"
    elif [[ -z $argument ]] && _f2f_command "\${command:+$command }$word"; then
      command="\${command:+$command }$word"
    else
      argument="$word"
    fi
  done
  cur="\${line[i]}"
  _f2f_command "$command"
  if [[ -n $option ]]; then
    _f2f_value "$command $option"
  elif [[ $cur == -* ]]; then
    kind=words words="$options"
  elif [[ -n $argument ]]; then
    return
  fi
  _f2f_offer
}

complete -F _f2f f2f
`.replaceAll('\\${', '${')
