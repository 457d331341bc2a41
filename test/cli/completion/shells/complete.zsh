# Prints what the script $1 completes in each further argument, a command line. zsh completes only
# at a terminal, so an interactive zsh runs on a pseudo-terminal and prints what it would offer.
if [[ -n $ZSH_INNER ]]; then
  autoload -Uz compinit
  compinit -u -D
  source $ZSH_INNER
  PROMPT= RPROMPT=
  unsetopt beep zle_bracketed_paste
  bindkey '^I' complete-word
  bindkey '^U' kill-whole-line
  mark_begin() { compprefuncs=(mark_begin); print -r -- $'\n<<begin' }
  mark_end() {
    comppostfuncs=(mark_end)
    compstate[insert]= compstate[list]=
    print -r -- $'\n>>end'
  }
  compprefuncs=(mark_begin) comppostfuncs=(mark_end)
  compadd() {
    local -a offered
    # With these options, the call only filters words for its caller.
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
      builtin compadd -O offered "$@"
      (( $#offered )) && print -rl -- '' '<'$^offered'>'
    fi
    builtin compadd "$@"
  }
  print -r -- 'inner' 'is' 'ready'
  return
fi
zmodload zsh/zpty
export ZSH_INNER=$1
zpty inner zsh -f -i
zpty -w inner "source ${(q)0}"
zpty -r inner shown '*inner is ready*'
for line in "${@[2,-1]}"; do
  print -r -- "== $line"
  zpty -n -w inner $'\x15'"$line"$'\t'
  zpty -r inner shown '*>>end*'
  [[ $shown == *'No recorder'* ]] && print -ru2 -- $shown
  for word in ${(f)${shown##*<<begin}}; do
    [[ $word == *'<'*'>'* ]] && print -r -- ${${word#*<}%%>*}
  done
done
zpty -d inner
