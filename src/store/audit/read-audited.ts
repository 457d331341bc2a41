import { entriesByMedium } from '../../contract/media.ts'
import { Turns } from '../../time/turns.ts'
import { readChunks } from '../database/database.ts'
import { LIST_PREFIX, recordingIdOf, sortKey } from '../database/keys.ts'
import { tracedGapsOf } from '../projection/gaps.ts'
import type { RecordingProjection } from '../projection/recording.ts'
import { load, type RecordingStore } from '../search/find-recordings.ts'
import { decodeSummary } from '../views/search-summary.ts'
import type { AuditedQuery, AuditedRecording } from './audit-port.ts'

/** Entries of the list that are read together, and recordings that are decoded together. */
const CHUNK = 500
const LOADED_AT_A_TIME = 50

/**
 * Reads recordings for an auditor in the order of their starts. Rejects with STORAGE_UNAVAILABLE.
 */
export async function* readAudited(
  store: Pick<RecordingStore, 'db' | 'open' | 'onDamaged'>,
  { order, to, resumeAt, mayMatch }: AuditedQuery,
): AsyncGenerator<AuditedRecording> {
  const reverse = order === 'newest'
  // `~` follows every sort key, and `!` every continuation of one.
  const end = [to ?? '~', reverse && resumeAt !== undefined ? `${resumeAt}!` : '~'].sort()[0]
  const from = reverse ? '' : (resumeAt ?? '')
  const turns = new Turns()
  const range = { gte: LIST_PREFIX + from, lt: `${LIST_PREFIX}${end}`, reverse }
  for await (const chunk of readChunks(store.db.iterator(range), CHUNK)) {
    const ids = chunk.flatMap(([key, value]) => {
      const summary = decodeSummary(key, value)
      return summary === undefined || mayMatch(summary)
        ? recordingIdOf(key.slice(LIST_PREFIX.length))
        : []
    })
    await turns.giveWay()
    for (let next = 0; next < ids.length; next += LOADED_AT_A_TIME)
      for (const recording of await load(
        { ...store, turns },
        ids.slice(next, next + LOADED_AT_A_TIME),
      ))
        if (recording.confirmed) yield toAudited(recording)
  }
}

function toAudited({ view, trails }: RecordingProjection): AuditedRecording {
  const { id, startedAt, endedAt } = view
  const gaps = entriesByMedium(trails).flatMap(([medium, history]) =>
    tracedGapsOf(history, startedAt, endedAt).map((gap) => ({ medium, gap })),
  )
  return { sortKey: sortKey(startedAt, id), view, gaps }
}
