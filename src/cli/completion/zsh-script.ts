import type { CompletedOption, CompletedValue, CompletionNode } from './completion-tree.ts'

/** Returns the completion script for zsh. It may be sourced, or lie in a folder of `fpath`. */
export function zshScript(nodes: readonly CompletionNode[]): string {
  return `${HEAD}\n${nodes.map(functionOf).join('\n')}\n${TAIL}`
}

function functionOf(node: CompletionNode): string {
  return node.children.length > 0 ? groupFunction(node) : commandFunction(node)
}

function functionName(name: string): string {
  return ['_f2f', ...name.split(' ').filter((word) => word !== '')].join('_')
}

/** Completes the word after a group, then passes on to the function of that word. */
function groupFunction({ name, children, options }: CompletionNode): string {
  const own = functionName(name)
  const words = children.map(
    ({ word, summary }) => `    ${quote(`${word}:${summary.replaceAll(':', '\\:')}`)}`,
  )
  return `${own}() {
  local curcontext=$curcontext state line
  local -A opt_args
  local -a names=(
${words.join('\n')}
  )
  _arguments -C \\
${options.map((option) => `    ${optionText(option)} \\\n`).join('')}\
    '(-)1: :->name' '(-)*:: :->rest' && return
  [[ -n $opt_args[--home] ]] && f2f_home=\${(Q)opt_args[--home]}
  case $state in
    name) _describe -t commands command names ;;
    rest) (( $+functions[${own}_$words[1]] )) && ${own}_$words[1] ;;
  esac
}
`
}

function commandFunction({ name, options, argument }: CompletionNode): string {
  const lines = options.map(optionText)
  if (argument !== null) lines.push(quote(`1: :${actionText(argument)}`), `'*: : '`)
  return `${functionName(name)}() {
  local line
  local -A opt_args
  _arguments ${lines.join(' \\\n    ')}
}
`
}

function optionText({ spellings, help, placeholder, value, repeats }: CompletedOption): string {
  const [short, long] = spellings.length > 1 ? spellings : [undefined, spellings[0]]
  const action = value === null ? '' : `:${placeholder.replaceAll(':', '\\:')}:${actionText(value)}`
  const text = `[${help.replaceAll(/[[\]:\\]/g, '\\$&')}]${action}`
  const long_ = value === null ? long : `${long}=`
  if (short === undefined) return quote(`${repeats ? '*' : ''}${long_}${text}`)
  const shortSpelling = value === null ? short : `${short}+`
  return `${quote(`(${short} ${long})`)}{${shortSpelling},${long_}}${quote(text)}`
}

function actionText({ kind, words }: CompletedValue): string {
  switch (kind) {
    case 'words':
      return `(${words.join(' ')})`
    case 'list':
      return `_sequence compadd - ${words.join(' ')}`
    case 'prefixes':
      return `compadd -S "" - ${words.join(' ')}`
    case 'recording':
      return `{${['_f2f_recordings', ...words].join(' ')}}`
    case 'file':
      return '_files'
    case 'folder':
      return '_files -/'
    case 'text':
      return ' '
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

const HEAD = `#compdef f2f
# Completion of f2f for zsh. "f2f completion zsh" has written it.

_f2f_recordings() {
  local home=\${f2f_home:-\${(Q)opt_args[--home]}}
  home=\${home/#\\~/$HOME}
  local -a found=(
    "$@" last current \${(f)"$(f2f completion ids \${home:+--home=$home} 2>/dev/null </dev/null)"}
  )
  compadd -V recordings -a found
}
`

const TAIL = `_f2f_main() {
  local f2f_home=''
  _f2f "$@"
}

# From a folder of fpath, this file is the function _f2f at its first call.
if [[ $funcstack[1] == _f2f ]]; then
  compdef _f2f_main f2f
  _f2f_main "$@"
else
  compdef _f2f_main f2f
fi
`
