import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of our children whose command line contains a text; zombies left out. */
export function childrenWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // The name in parentheses may hold anything; behind it come state and parent.
        const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ')
        if (state === 'Z' || Number(parent) !== process.pid) return false
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').includes(text)
      } catch {
        return false
      }
    })
}

/** The one child whose command line contains a text. */
export function childWith(text: string): number {
  const found = childrenWith(text)
  if (found.length !== 1) throw new Error(`${found.length} children with ${text}`)
  return found[0]!
}
