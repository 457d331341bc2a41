import { displayWidth, shorten } from './text-width.ts'

/**
 * Puts the parts of an event on as few lines as possible. A part that takes more than a line is
 * shortened.
 */
export function fillLines(parts: readonly string[], limit: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const line = lines.at(-1)
    const longer = line === undefined ? part : `${line}  ${part}`
    if (line === undefined) lines.push(longer)
    else if (displayWidth(longer) <= limit) lines[lines.length - 1] = longer
    else lines.push(`        ${shorten(part, limit - 8)}`)
  }
  return lines
}
