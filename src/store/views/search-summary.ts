import type { ClientSide } from '../../contract/by.ts'
import { type GapReason, UNWANTED_GAPS } from '../../contract/gap-reason.ts'
import { SYSTEM_TAG_PREFIX } from '../../contract/tag-key.ts'
import type { Gap, RecordingView } from '../../contract/views.ts'
import { withChecksum, withoutChecksum } from '../database/checksum.ts'

/** More keys of tags than a summary names. */
const MOST_KEYS = 32

/**
 * The properties of a closed recording that a search or a question of an auditor needs, as the list
 * of recordings has them.
 */
export interface SearchSummary {
  client: string
  side: ClientSide
  /** The end of capture. */
  endedAt: string | null
  /** The reasons of its gaps. */
  reasons: GapReason[]
  /** The length of its longest pause, in milliseconds. */
  longestPauseMs: number
  /** The keys of its tags without those of the recorder; null when only its events tell. */
  tagKeys: string[] | null
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

/** Summarises a recording. */
export function summarise(view: RecordingView): SearchSummary {
  const gaps = Object.values(view.tracks).flatMap((track) => track.gaps)
  const keys = ownTagKeys(view)
  return {
    client: view.startedBy.client,
    side: view.controller,
    endedAt: view.endedAt,
    reasons: [...new Set(gaps.map(({ reason }) => reason))],
    longestPauseMs: gaps.reduce((longest, gap) => Math.max(longest, pauseMs(gap)), 0),
    tagKeys: view.erased !== null || keys.length > MOST_KEYS ? null : keys,
  }
}

function pauseMs({ reason, from, to }: Gap): number {
  return reason === 'paused' && to !== null ? Date.parse(to) - Date.parse(from) : 0
}

/** Returns the keys of a recording's tags, without those of the recorder itself. */
export function ownTagKeys({ tags }: Pick<RecordingView, 'tags'>): string[] {
  return tags.flatMap(({ key }) => (key.startsWith(SYSTEM_TAG_PREFIX) ? [] : key))
}

/** Whether a recording matches a search by its summary. Its words are another matter. */
export function matchesSummary(summary: SearchSummary, { client, gaps }: SummaryQuery): boolean {
  if (client !== undefined && summary.client !== client) return false
  return gaps !== true || summary.reasons.some((reason) => UNWANTED_GAPS.includes(reason))
}

/** Whether a search asks for anything that only the summary tells. */
export function asksSummary({ text, client, gaps }: SummaryQuery): boolean {
  return text !== undefined || client !== undefined || gaps !== undefined
}

/** Encodes a summary as the value of a key, with its checksum. */
export function encodeSummary(key: string, summary: SearchSummary): string {
  const { client, side, endedAt, reasons, longestPauseMs, tagKeys } = summary
  const members = [client, side, endedAt, reasons, longestPauseMs, tagKeys]
  return withChecksum(key, JSON.stringify(members))
}

/**
 * Decodes the value of an entry in the list. Undefined for an open recording, which has no summary,
 * and for a damaged one.
 */
export function decodeSummary(key: string, value: string): SearchSummary | undefined {
  if (value === '') return undefined
  try {
    const [client, side, endedAt, reasons, longestPauseMs, tagKeys] = JSON.parse(
      withoutChecksum(key, value),
    )
    return { client, side, endedAt, reasons, longestPauseMs, tagKeys }
  } catch {
    return undefined
  }
}

/**
 * Whether a recording may match, by the value of its entry in the list. True without a summary: the
 * recording itself decides then.
 */
export function mayMatch(key: string, value: string, query: SummaryQuery): boolean {
  const summary = decodeSummary(key, value)
  return summary === undefined || matchesSummary(summary, query)
}
