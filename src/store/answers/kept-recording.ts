import { entriesByMedium, type Medium } from '../../contract/media.ts'
import type { RecordingView } from '../../contract/views.ts'
import { keyMissing } from '../../custody/key-unavailable.ts'
import { DamagedViewError } from '../database/checksum.ts'
import { recordingEventKey } from '../database/keys.ts'
import type { CommandAnswer } from '../port.ts'
import { project, type RecordingProjection } from '../projection/recording.ts'
import { readEvents } from '../records/read-events.ts'
import type { ReadableLog } from '../records/read-records.ts'
import type { ValueSeals } from '../sealing/value-seals.ts'
import { withoutTags, withTags } from './kept-tags.ts'

/** Events that are read together: some milliseconds. */
const CHUNK = 500

/** Members of a recording or a track, by name. */
type Members = Record<string, unknown>

/** A recording as the body of an answer. */
interface ShownRecording extends Members {
  id: string
  version: number
  tracks: { [M in Medium]?: Members }
}

/** A recording in a kept answer: only what the log does not say of it. */
interface KeptRecording {
  id: string
  /** The log's events up to this version say the rest. */
  version: number
  view: null
  own: Members
  /** The same for each track. */
  tracks: { [M in Medium]?: Members }
}

/** A log, and what opens the values of its recordings. */
export interface RecordingSource extends ReadableLog {
  open: ReadonlyMap<string, RecordingProjection>
  seals: Pick<ValueSeals, 'openTag' | 'openView'>
}

/**
 * Returns an answer as it is kept: without what the log says of its recording anyway, so that
 * keeping it costs next to nothing. `view` returns a recording as it is after the answer's events.
 * An answer that shows something else lacks only its tags.
 */
export function withoutRecording(
  answer: CommandAnswer,
  view: (id: string) => RecordingView | undefined,
): CommandAnswer {
  const { body } = answer
  if (!isShownRecording(body)) return answer
  const found = view(body.id)
  const kept = found && !found.erased && !found.keyMissing && leaveOut(body, found)
  return kept ? { ...answer, body: kept } : withoutTags(answer)
}

/**
 * Returns a kept answer with its recording as it was at the answer's version. Rejects with
 * STORAGE_UNAVAILABLE, {@link DamagedViewError} among them, or KEY_UNAVAILABLE.
 */
export async function withRecording(
  log: RecordingSource,
  answer: CommandAnswer,
): Promise<CommandAnswer> {
  const { body } = answer
  if (!isKeptRecording(body)) return withTags(log, answer)
  const view = await viewAt(log, body)
  const tracks: KeptRecording['tracks'] = {}
  for (const [medium, own] of entriesByMedium(body.tracks))
    tracks[medium] = { ...view.tracks[medium], ...own }
  return { ...answer, body: { ...view, tracks, ...body.own } }
}

function isShownRecording(body: unknown): body is ShownRecording {
  const { id, version, tracks } = (body ?? {}) as Members
  if (typeof id !== 'string' || typeof version !== 'number') return false
  return typeof tracks === 'object' && tracks !== null
}

function isKeptRecording(body: unknown): body is KeptRecording {
  return isShownRecording(body) && body.view === null && 'own' in body
}

/** Returns undefined when the body shows a member of the view otherwise than the view. */
function leaveOut(body: ShownRecording, view: RecordingView): KeptRecording | undefined {
  const { id, version } = view
  const own = membersBeside(body, view)
  if (own === undefined) return undefined
  const tracks: KeptRecording['tracks'] = {}
  for (const [medium, track] of entriesByMedium(body.tracks)) {
    const members = membersBeside(track, view.tracks[medium] ?? {})
    if (members === undefined) return undefined
    tracks[medium] = members
  }
  return { id, version, view: null, own, tracks }
}

/** Returns the members that a view does not have; undefined when others are not the view's own. */
function membersBeside(shown: Members, view: object): Members | undefined {
  const known: Members = { ...view }
  const own: Members = {}
  let found = 0
  for (const name of Object.keys(shown)) {
    if (!(name in known)) own[name] = shown[name]
    else if (shown[name] === known[name] || name === 'tracks') found++
    else return undefined
  }
  return found === Object.keys(known).length ? own : undefined
}

/** An answer is mostly asked for again at once: then its recording is still as it was. */
async function viewAt(
  log: RecordingSource,
  { id, version }: Pick<KeptRecording, 'id' | 'version'>,
): Promise<RecordingView> {
  const now = log.open.get(id)
  const found = now?.view.version === version ? now : await foldUntil(log, id, version)
  if (found?.view.version !== version) throw new DamagedViewError(recordingEventKey(id, 1))
  const view = log.seals.openView(found.view)
  if (view.keyMissing) throw keyMissing()
  return view
}

async function foldUntil(
  log: ReadableLog,
  recordingId: string,
  version: number,
): Promise<RecordingProjection | undefined> {
  let folded: RecordingProjection | undefined
  for (let after = 0; ; ) {
    const events = await readEvents(log, { recordingId, after, limit: CHUNK })
    for (const event of events) {
      if ((event.version ?? 0) > version) return folded
      folded = project(folded, event)
      after = event.position
    }
    if (events.length < CHUNK) return folded
  }
}
