/** Where two JSON values differ first. */
export interface Difference {
  /** Names and numbers, such as `machines.control.value`. */
  path: string
  here: unknown
  there: unknown
}

/** Returns where two JSON values differ first; null when they are equal. */
export function firstDifference(here: unknown, there: unknown, path = ''): Difference | null {
  if (Object.is(here, there)) return null
  if (!isContainer(here) || !isContainer(there) || Array.isArray(here) !== Array.isArray(there))
    return { path, here, there }
  for (const name of new Set([...Object.keys(here), ...Object.keys(there)])) {
    const below = path === '' ? name : `${path}.${name}`
    const found = firstDifference(here[name], there[name], below)
    if (found !== null) return found
  }
  return null
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
