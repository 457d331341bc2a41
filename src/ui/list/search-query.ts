import type { SearchRequest } from '../../client/types.ts'
import { RECORDING_STATES, type RecordingState } from '../../contract/states.ts'
import { isDay, startOfDay } from '../controls/local-day.ts'
import { parseWords, type SearchTag, writeTag } from './search-words.ts'

/** The conditions of a search, as a person gives them. An empty one does not restrict it. */
export interface SearchQuery {
  text: string
  tags: readonly SearchTag[]
  client: string
  state: RecordingState | ''
  /** The first day, as `2026-01-31`, in the time zone of this computer. */
  from: string
  /** The last day. */
  to: string
  /** Only recordings in which something went wrong. */
  gaps: boolean
}

/** A search without conditions. */
export const EVERYTHING: SearchQuery = {
  text: '',
  tags: [],
  client: '',
  state: '',
  from: '',
  to: '',
  gaps: false,
}

const MOST_CHARACTERS = 128

/** Reads a search from the parameters of its link. Leaves out what is no condition. */
export function parseSearch(parameters: URLSearchParams): SearchQuery {
  const read = (name: string): string => parameters.get(name) ?? ''
  const day = (name: string): string => (isDay(read(name)) ? read(name) : '')
  return {
    text: read('text'),
    tags: parameters.getAll('tag').flatMap((tag) => parseWords(tag).tags),
    client: read('client'),
    state: RECORDING_STATES.find((state) => state === read('state')) ?? '',
    from: day('from'),
    to: day('to'),
    gaps: read('gaps') === '1',
  }
}

/** Returns the link of a search: a fragment, which a browser never sends. */
export function searchHref(search: SearchQuery): string {
  const parameters = new URLSearchParams()
  if (search.text) parameters.set('text', search.text)
  for (const tag of search.tags) parameters.append('tag', writeTag(tag))
  for (const name of ['client', 'state', 'from', 'to'] as const)
    if (search[name]) parameters.set(name, search[name])
  if (search.gaps) parameters.set('gaps', '1')
  return `#/recordings${parameters.size > 0 ? `?${parameters}` : ''}`
}

/** Whether a search has conditions. */
export function isRestricted(search: SearchQuery): boolean {
  return searchHref(search) !== searchHref(EVERYTHING)
}

/** A search as the recorder is asked for it. */
export type SearchBody = SearchRequest & {
  text?: string
  client?: string
  gaps?: boolean
}

/**
 * Returns the requests whose answers together are the result. There are several when a tag may have
 * been set as a text or as a number: a person cannot see the difference, but the recorder makes it.
 */
export function toRequests(search: SearchQuery): SearchBody[] {
  const body: SearchBody = {}
  const text = search.text.trim().slice(0, MOST_CHARACTERS)
  if (text) body.text = text
  if (search.client.trim()) body.client = search.client.trim()
  if (search.state) body.state = search.state
  if (search.from) body.from = startOfDay(search.from, 0)
  if (search.to) body.to = startOfDay(search.to, 1)
  if (search.gaps) body.gaps = true
  if (search.tags.length === 0) return [body]
  return tagVariants(search.tags).map((tags) => ({ ...body, tags }))
}

/** Tags beyond so many are searched as texts only: each further one doubles the requests. */
const MOST_TYPED_TAGS = 2

type Tags = NonNullable<SearchRequest['tags']>

function tagVariants(tags: readonly SearchTag[]): Tags[] {
  let variants: Tags[] = [{}]
  let typedTags = 0
  for (const { key, value } of tags) {
    const typed = typedValue(value)
    const values = typed === undefined || ++typedTags > MOST_TYPED_TAGS ? [value] : [value, typed]
    variants = values.flatMap((one) => variants.map((variant) => ({ ...variant, [key]: one })))
  }
  return variants
}

/** Returns the number or boolean that is written like a text; undefined if it is only a text. */
function typedValue(value: string): number | boolean | undefined {
  if (value === 'true' || value === 'false') return value === 'true'
  const number = Number(value)
  return value !== '' && String(number) === value && Number.isFinite(number) ? number : undefined
}
