# Prints what the script $argv[1] completes in each further argument, a command line.
source $argv[1]
for line in $argv[2..-1]
    echo "== $line"
    complete -C $line
end
