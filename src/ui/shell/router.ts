import { computed, signal } from '@preact/signals'

/** One place of the page. */
export type Route =
  | { name: 'record' }
  | { name: 'recordings'; query: URLSearchParams }
  | { name: 'recording'; id: string; query: URLSearchParams }
  | { name: 'inspector'; id: string | null; query: URLSearchParams }
  | { name: 'audit'; question: string; query: URLSearchParams }
  | { name: 'settings' }

const fragment = signal(location.hash)
addEventListener('hashchange', () => {
  fragment.value = location.hash
})

/**
 * The place that is shown. It lies in the fragment of the URL, which browsers never send: searches
 * hold personal data.
 */
export const route = computed(() => parseRoute(fragment.value))

/** Parses a fragment such as `#/recordings/ID?at=12000`. An unknown one leads to recording. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2)
  const query = new URLSearchParams(search)
  const [, room, id] = path.split('/')
  if (room === 'recordings' && id) return { name: 'recording', id: decoded(id), query }
  if (room === 'recordings') return { name: 'recordings', query }
  if (room === 'inspector') return { name: 'inspector', id: id ? decoded(id) : null, query }
  if (room === 'audit') return { name: 'audit', question: id ?? '', query }
  if (room === 'settings') return { name: 'settings' }
  return { name: 'record' }
}

/** A link that was cut in the middle leads to a recording that does not exist, not to a fault. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Returns the fragment of a path and its parameters. Leaves out those that are undefined or ''. */
export function hrefTo(
  path: string,
  parameters: Record<string, string | number | undefined> = {},
): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') query.set(key, String(value))
  return `#${path}${query.size > 0 ? `?${query}` : ''}`
}

/** Returns the fragment of a recording, at a moment of it in milliseconds. */
export function recordingHref(id: string, atMs?: number): string {
  return hrefTo(`/recordings/${encodeURIComponent(id)}`, { at: atMs })
}

/** Returns the fragment of a recording in the inspector, at a position of the log. */
export function inspectorHref(id: string, position?: number): string {
  return hrefTo(`/inspector/${encodeURIComponent(id)}`, { position })
}

/** Changes the fragment without a new entry in the history, e.g. while somebody types. */
export function replaceRoute(href: string): void {
  history.replaceState(null, '', href)
  fragment.value = href
}
