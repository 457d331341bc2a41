/** The colours that a marker can have. */
export const MARKER_COLOURS = ['red', 'yellow', 'green', 'blue'] as const
/** The colour of a marker. */
export type MarkerColour = (typeof MARKER_COLOURS)[number]

/** A moment of a recording that somebody has marked. */
export interface Marker {
  colour: MarkerColour | null
  /** May be empty. */
  label: string
}

const KEY = 'marker'
const PREFIX = `${KEY}.`

/**
 * Returns the marker that a tag is: `marker` or `marker.<colour>`, with its label as the value. Any
 * other word behind `marker.` belongs to the label. Null for other tags.
 */
export function markerOf(tag: { key: string; value: string | number | boolean }): Marker | null {
  if (tag.key !== KEY && !tag.key.startsWith(PREFIX)) return null
  const word = tag.key.slice(PREFIX.length)
  const colour = MARKER_COLOURS.find((name) => name === word) ?? null
  const parts = [colour === null ? word : '', String(tag.value).trim()]
  return { colour, label: parts.filter((part) => part !== '').join(': ') }
}
