import type { TagValue } from '../contract/commands.ts'
import type { GapReason } from '../contract/gap-reason.ts'
import type { RecordingView } from '../contract/views.ts'
import { seal, unseal } from './checksum.ts'

/** The properties of a closed recording that a search needs, as the list of recordings has them. */
export interface SearchSummary {
  client: string
  hasGaps: boolean
  /** The words of the current tags' values, normalised, each after a space. */
  words: string
}

/** The conditions of a search, besides tags, state and time. */
export interface SummaryQuery {
  /** The beginnings of words that must all be there. */
  text?: string
  /** The client that started the recording. */
  client?: string
  /** Only recordings in which something went wrong. */
  gaps?: true
}

/** More than this of one recording is not searched. */
const MOST_CHARACTERS = 16_000
/** Gaps that somebody wanted. */
const WANTED: readonly GapReason[] = ['notStarted', 'stopped', 'paused']

/** Splits a text into words: letters and digits of any language, in one form and in lower case. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

/** Whether something went wrong in a recording: a gap that nobody wanted. */
function hasGaps({ tracks }: RecordingView): boolean {
  return Object.values(tracks).some(({ gaps }) =>
    gaps.some(({ reason }) => !WANTED.includes(reason)),
  )
}

function wordsOfTags(values: readonly TagValue[]): string {
  const words = new Set<string>()
  let length = 0
  for (const value of values) {
    for (const word of wordsOf(String(value).slice(0, MOST_CHARACTERS - length))) words.add(word)
    length += String(value).length
    if (length >= MOST_CHARACTERS) break
  }
  return [...words].map((word) => ` ${word}`).join('')
}

/** Summarises a recording for searches. The recorder's own tags are not searched. */
export function summarise(view: RecordingView): SearchSummary {
  const own = view.tags.filter(({ key }) => !key.startsWith('system.'))
  return {
    client: view.startedBy.client,
    hasGaps: hasGaps(view),
    words: wordsOfTags(own.map(({ value }) => value)),
  }
}

/** Whether a recording matches a search by its summary. */
export function matchesSummary(
  summary: SearchSummary,
  { text, client, gaps }: SummaryQuery,
): boolean {
  if (client !== undefined && summary.client !== client) return false
  if (gaps === true && !summary.hasGaps) return false
  return text === undefined || wordsOf(text).every((word) => summary.words.includes(` ${word}`))
}

/** Whether a search asks for anything that only the summary tells. */
export function asksSummary({ text, client, gaps }: SummaryQuery): boolean {
  return text !== undefined || client !== undefined || gaps !== undefined
}

/** Encodes a summary as the value of a key, with its checksum. */
export function encodeSummary(key: string, { client, hasGaps, words }: SearchSummary): string {
  return seal(key, JSON.stringify([client, hasGaps ? 1 : 0, words]))
}

/**
 * Whether a recording may match, by the value of its entry in the list. True for an open recording,
 * which has no summary, and for a damaged one: the recording itself decides then.
 */
export function mayMatch(key: string, value: string, query: SummaryQuery): boolean {
  if (value === '') return true
  try {
    const [client, gaps, words] = JSON.parse(unseal(key, value)) as [string, number, string]
    return matchesSummary({ client, hasGaps: gaps === 1, words }, query)
  } catch {
    return true
  }
}
