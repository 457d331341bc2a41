import type { LogEvent } from '../../contract/events.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'
import { withChecksum } from '../database/checksum.ts'
import type { Database, Operation } from '../database/database.ts'
import {
  LIST_PREFIX,
  recordingEventKey,
  recordingEventRange,
  recordingKey,
  segmentKey,
  segmentRange,
  segmentSortKey,
  sortKey,
  tagPrefix,
  tagsKey,
  tagsRange,
} from '../database/keys.ts'
import { project, type RecordingProjection } from '../projection/recording.ts'
import { encodeSummary, summarise } from './search-summary.ts'

/** The change that a series of events makes to the projection of one recording. */
export interface ProjectionChange {
  before: RecordingProjection | undefined
  after: RecordingProjection | undefined
  /** Operations for events, tags and segments, each of which has its own key. */
  details: Operation[]
}

/**
 * Returns the name of a recording's tag in the index; undefined when its value cannot be opened,
 * and the index has no entry for it.
 */
export type NameTag = (recordingId: string, tag: TagEntry) => string | undefined

/** Changes by recording that are written together. */
export type ProjectionChanges = Map<string, ProjectionChange>

/** Applies an event to the changes. `current` returns the projection before them. */
export function applyEvent(
  changes: ProjectionChanges,
  event: LogEvent,
  current: (id: string) => RecordingProjection | undefined,
): void {
  const id = event.recordingId
  if (id === null) return
  const change = changes.get(id)
  const before = change === undefined ? current(id) : change.after
  const after = project(before, event)
  if (before === undefined && after === undefined) return
  if (change === undefined) {
    const details: Operation[] = []
    if (after !== undefined) addDetails(details, event, before)
    changes.set(id, { before, after, details })
  } else {
    change.after = after
    if (after === undefined) change.details = []
    else addDetails(change.details, event, before)
  }
}

/** Merges later changes into earlier ones, in place. */
export function mergeChanges(into: ProjectionChanges, later: ProjectionChanges): void {
  for (const [id, { before, after, details }] of later) {
    const earlier = into.get(id)
    if (earlier === undefined) into.set(id, { before, after, details })
    else {
      earlier.after = after
      if (after === undefined) earlier.details = []
      else for (const detail of details) earlier.details.push(detail)
    }
  }
}

function addDetails(
  details: Operation[],
  event: LogEvent,
  before: RecordingProjection | undefined,
): void {
  const id = event.recordingId as string
  // The command that starts a recording is right before its first event, in the same batch.
  const first = before === undefined ? event.position - (event.version ?? 1) + 1 : event.position
  for (let at = first; at <= event.position; at++)
    details.push({ type: 'put', key: recordingEventKey(id, at), value: '' })
  switch (event.type) {
    case 'recording.tagged':
      details.push({ type: 'put', key: tagsKey(id, event.position), value: '' })
      break
    case 'segment.closed': {
      const { medium, number } = event.data
      const key = segmentKey(id, segmentSortKey(medium, number))
      details.push({ type: 'put', key, value: String(event.position) })
      break
    }
    case 'segment.discarded': {
      const { medium, number } = event.data
      details.push({ type: 'del', key: segmentKey(id, segmentSortKey(medium, number)) })
    }
  }
}

/**
 * Returns the operations of the changes, each recording once, however many events it had. Reads the
 * database only for recordings that were rolled back.
 */
export async function changeOperations(
  db: Database,
  changes: ProjectionChanges,
  nameTag: NameTag,
): Promise<Operation[]> {
  const operations: Operation[] = []
  for (const [id, change] of changes) {
    if (change.after !== undefined) {
      for (const operation of entryOperations(id, change, nameTag)) operations.push(operation)
    } else if (change.before !== undefined) {
      operations.push(...indexChanges(change.before.view, undefined, nameTag))
      for (const range of [tagsRange, segmentRange, recordingEventRange])
        for (const key of await db.keys(range(id)).all()) operations.push({ type: 'del', key })
    }
  }
  return operations
}

/**
 * Returns the operations of a change that does not roll the recording back. Only a closed recording
 * has a record and a summary; one that is open is in memory, and folded again when the log is
 * opened.
 */
export function entryOperations(
  id: string,
  { before, after, details }: ProjectionChange,
  nameTag: NameTag,
): Operation[] {
  if (after === undefined || before === after) return details
  const key = recordingKey(id)
  const operations = details.concat(indexChanges(before?.view, after.view, nameTag))
  if (after.view.state === 'Closed') {
    operations.push({ type: 'put', key, value: withChecksum(key, JSON.stringify(after)) })
    const listKey = LIST_PREFIX + sortKey(after.view.startedAt, id)
    const value = encodeSummary(listKey, summarise(after.view))
    operations.push({ type: 'put', key: listKey, value })
  }
  return operations
}

function indexChanges(
  before: RecordingView | undefined,
  after: RecordingView | undefined,
  nameTag: NameTag,
): Operation[] {
  const view = after ?? before
  if (view === undefined) return []
  const suffix = sortKey(view.startedAt, view.id)
  const operations: Operation[] = []
  if (before === undefined) operations.push({ type: 'put', key: LIST_PREFIX + suffix, value: '' })
  if (after === undefined) operations.push({ type: 'del', key: LIST_PREFIX + suffix })
  const old = before?.tags ?? []
  const current = after?.tags ?? []
  // A tag key keeps its index, so equal indexes have equal keys. A tag that no event has changed is
  // the same object.
  for (let i = 0; i < Math.max(old.length, current.length); i++) {
    if (old[i] === current[i] || (old[i] && old[i]?.value === current[i]?.value)) continue
    const [removed, added] = [old[i], current[i]].map((tag) => tag && nameTag(view.id, tag))
    if (removed === added) continue
    if (removed !== undefined) operations.push({ type: 'del', key: tagPrefix(removed) + suffix })
    if (added !== undefined)
      operations.push({ type: 'put', key: tagPrefix(added) + suffix, value: '' })
  }
  return operations
}
