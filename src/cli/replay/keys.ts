/** A key of a terminal: a printable character, or a name. */
export type Key = string

const NAMES: Record<string, Key> = {
  '\u001b[C': 'right',
  '\u001bOC': 'right',
  '\u001b[D': 'left',
  '\u001bOD': 'left',
  '\u001b[1;2C': 'shift-right',
  '\u001b[1;2D': 'shift-left',
  // rxvt
  '\u001b[c': 'shift-right',
  '\u001b[d': 'shift-left',
  '\u001b[H': 'home',
  '\u001bOH': 'home',
  '\u001b[1~': 'home',
  '\u001b[7~': 'home',
  '\u001b[F': 'end',
  '\u001bOF': 'end',
  '\u001b[4~': 'end',
  '\u001b[8~': 'end',
  '\u001b': 'escape',
  '\r': 'enter',
  '\n': 'enter',
  '\b': 'backspace',
  '\u007f': 'backspace',
  // Ctrl-C and Ctrl-D: in raw mode they are keys.
  '\u0003': 'quit',
  '\u0004': 'quit',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Terminals send them.
const SEQUENCE = /\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|./gsu

/** Reads the keys that a terminal has sent at once. Leaves out keys without a meaning here. */
export function readKeys(text: string): Key[] {
  return (text.match(SEQUENCE) ?? []).flatMap((sequence) => {
    const name = NAMES[sequence]
    if (name !== undefined) return [name]
    return /^\P{Cc}$/u.test(sequence) ? [sequence] : []
  })
}
