import type { GapReason } from '../contract/gap-reason.ts'
import type { RecordingView } from '../contract/views.ts'
import { withChecksum, withoutChecksum } from './checksum.ts'

/** The properties of a closed recording that a search needs, as the list of recordings has them. */
export interface SearchSummary {
  client: string
  hasGaps: boolean
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

/** Gaps that somebody wanted. */
const WANTED: readonly GapReason[] = ['notStarted', 'stopped', 'paused']

/** Whether something went wrong in a recording: a gap that nobody wanted. */
function hasGaps({ tracks }: RecordingView): boolean {
  return Object.values(tracks).some(({ gaps }) =>
    gaps.some(({ reason }) => !WANTED.includes(reason)),
  )
}

/** Summarises a recording for searches. */
export function summarise(view: RecordingView): SearchSummary {
  return { client: view.startedBy.client, hasGaps: hasGaps(view) }
}

/** Whether a recording matches a search by its summary. Its words are another matter. */
export function matchesSummary(summary: SearchSummary, { client, gaps }: SummaryQuery): boolean {
  if (client !== undefined && summary.client !== client) return false
  return gaps !== true || summary.hasGaps
}

/** Whether a search asks for anything that only the summary tells. */
export function asksSummary({ text, client, gaps }: SummaryQuery): boolean {
  return text !== undefined || client !== undefined || gaps !== undefined
}

/** Encodes a summary as the value of a key, with its checksum. */
export function encodeSummary(key: string, { client, hasGaps }: SearchSummary): string {
  return withChecksum(key, JSON.stringify([client, hasGaps ? 1 : 0]))
}

/**
 * Whether a recording may match, by the value of its entry in the list. True for an open recording,
 * which has no summary, and for a damaged one: the recording itself decides then.
 */
export function mayMatch(key: string, value: string, query: SummaryQuery): boolean {
  if (value === '') return true
  try {
    const [client, gaps] = JSON.parse(withoutChecksum(key, value)) as [string, number]
    return matchesSummary({ client, hasGaps: gaps === 1 }, query)
  } catch {
    return true
  }
}
