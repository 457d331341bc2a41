const TITLE_SIZE = 14
const LINE_SIZE = 12
const TITLE_HEIGHT = 30
const BELOW_LINES = 8

/** Where texts stand: baselines below a state's top, distances of lines, and the inset. */
export const TEXT = { inset: 12, title: 20, first: 44, line: 18, labelLine: 16 }

/** Widths of letters in parts of the size, as in a wide font, so that every font fits. */
const WIDTHS = { i: 0.28, j: 0.3, l: 0.28, t: 0.4, f: 0.38, r: 0.42, m: 0.98, w: 0.82, '.': 0.32 }
const USUAL_WIDTH = 0.64
const BOLD = 1.08

function textWidth(text, size) {
  let width = 0
  for (const letter of text) width += (WIDTHS[letter] ?? USUAL_WIDTH) * size
  return Math.ceil(width)
}

/** The texts in a state below its name: the actors that it runs, the commands that it permits. */
export function nodeLines({ invoke, permits }) {
  return [
    ...invoke.map((actor) => `runs ${actor}`),
    ...permits.map(({ command, guard }) => (guard === null ? command : `${command} [${guard}]`)),
  ]
}

/** The texts beside an arrow: the last word of each event, and the guard. */
export function edgeLines({ events, guard }) {
  const words = events.map((event) => event.slice(event.lastIndexOf('.') + 1))
  return guard === null ? words : [...words, `[${guard}]`]
}

/** The room that a state's texts need. */
export function nodeSize(node) {
  const lines = nodeLines(node)
  const widths = lines.map((line) => textWidth(line, LINE_SIZE))
  return {
    width: Math.max(textWidth(node.name, TITLE_SIZE * BOLD), ...widths) + 2 * TEXT.inset,
    height: TITLE_HEIGHT + (lines.length === 0 ? 0 : lines.length * TEXT.line + BELOW_LINES),
  }
}

/** An arrow's texts as a label for ELK, which lays out no label without a text. */
export function labelOf(edge) {
  const lines = edgeLines(edge)
  const widths = lines.map((line) => textWidth(line, LINE_SIZE))
  return {
    text: lines.join('\n'),
    width: Math.max(...widths) + 8,
    height: lines.length * TEXT.labelLine,
  }
}
