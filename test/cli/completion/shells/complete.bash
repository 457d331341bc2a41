# Prints what the script $1 completes in each further argument, a command line.
source "$1"
shift
for line in "$@"; do
  # bash itself takes "=" for a word of its own.
  read -ra COMP_WORDS <<< "${line//=/ = }"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  echo "== $line"
  _f2f f2f
  printf '%s\n' "${COMPREPLY[@]}"
done
