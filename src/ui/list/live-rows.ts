import { NotFoundError } from '../../client/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { onEvent, onRecovery } from '../live/live-state.ts'
import { recorder } from '../live/recorder.ts'
import { NO_HISTORY } from '../live/recording-reader.ts'
import { isSearching, readRowsAgain, replaceRow, shownSearch } from './list-state.ts'
import { isRestricted, toRequests } from './search-query.ts'

/** Events of one command come together, and are answered by one reading. */
const GATHER_MS = 100

/** Recordings that have changed since they were read. */
const changed = new Set<string>()
/** Whether events may have been missed, so that any row may have changed. */
let mayBeStale = false
let isFollowing = false
let isShown = false
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Keeps the rows up to date while the list is shown. Returns the function that ends that. Changes
 * in between are made up for when the list is shown again.
 */
export function followRows(): () => void {
  isShown = true
  if (!isFollowing) {
    onEvent(observe)
    onRecovery(() => {
      mayBeStale = true
      if (isShown) schedule()
    })
  }
  isFollowing = true
  if (changed.size > 0 || mayBeStale) schedule()
  return () => {
    isShown = false
    clearTimeout(timer)
    timer = undefined
  }
}

function observe(event: LogEvent): void {
  // An accepted command changes nothing yet, a refused one never.
  if (event.recordingId === null || event.type.startsWith('command.')) return
  changed.add(event.recordingId)
  if (isShown) schedule()
}

function schedule(): void {
  timer ??= setTimeout(() => {
    timer = undefined
    void refreshChanged()
  }, GATHER_MS)
}

async function refreshChanged(): Promise<void> {
  // The first page, which is on its way, may have been read before the change.
  if (isSearching.value) return schedule()
  if (mayBeStale) {
    mayBeStale = false
    changed.clear()
    await readRowsAgain()
  }
  const ids = [...changed]
  changed.clear()
  for (const id of ids) {
    try {
      const search = shownSearch
      const recording = await readMatching(id)
      if (search === shownSearch) replaceRow(id, recording)
    } catch {
      // The connection is lost, and the page says so. The recording is read when it is back.
      changed.add(id)
      if (isShown) setTimeout(() => isShown && schedule(), 1_000)
    }
  }
}

/** Reads a recording; null when it does not match the search. Only the recorder can tell. */
async function readMatching(id: string): Promise<RecordingAnswer | null> {
  const recording = await recorder.recording(id, NO_HISTORY).catch((error: unknown) => {
    if (error instanceof NotFoundError) return null
    throw error
  })
  if (recording === null || !isRestricted(shownSearch)) return recording
  const { startedAt } = recording
  const next = new Date(Date.parse(startedAt) + 1).toISOString()
  for (const body of toRequests(shownSearch)) {
    const isOutside = (body.from ?? '') > startedAt || (body.to ?? '~') <= startedAt
    if (isOutside) continue
    const { items } = await recorder.search({ ...body, from: startedAt, to: next })
    if (items.some((item) => item.id === id)) return recording
  }
  return null
}
