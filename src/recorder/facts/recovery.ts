import { rm } from 'node:fs/promises'
import type { CapturePlatform, SalvagedSegment } from '../../actors/port.ts'
import { isRefusedConsent } from '../../contract/custody.ts'
import type { EventOf, LogEvent } from '../../contract/events.ts'
import type { GapReason } from '../../contract/gap-reason.ts'
import { MEDIA } from '../../contract/media.ts'
import { segmentKey } from '../../contract/segment-key.ts'
import type { KeyRing } from '../../custody/port.ts'
import { MACHINES_VERSION } from '../../machines/definitions/definitions.ts'
import { trackState } from '../../machines/recording-fold.ts'
import type { EventLog, UnfinishedFile } from '../../store/port.ts'
import type { RecordingsDisk } from '../disk/recordings-disk.ts'
import {
  evolveRecordings,
  isCapturing,
  isUnconfirmed,
  type OpenRecordings,
} from '../open-recordings.ts'
import type { EventBatch } from './event-batch.ts'
import type { UnsalvagedSegment } from './late-salvage.ts'
import { hasNewerMedia } from './newer-media.ts'

/** The recordings that were not closed, as log and disk show them. */
export interface InterruptedRecordings {
  recordings: OpenRecordings
  /** The events of each recording, for its live machines. */
  pastEvents: Map<string, LogEvent[]>
  /** By recording: files that a dead daemon left unfinished, finished now. */
  salvaged: Map<string, SalvagedFile[]>
  /** Those whose media on disk are newer than the log. */
  newer: Set<string>
  /** Files that could not be finished yet. */
  unsalvaged: UnsalvagedSegment[]
}

type SalvagedFile = SalvagedSegment & { opened: EventOf<'segment.opened'> }

/** The parts that recovery finds and finishes files with. */
interface Finding {
  log: Pick<EventLog, 'openRecordings' | 'events' | 'lostWitness'>
  platform: Pick<CapturePlatform, 'salvage' | 'isLonger' | 'discard'>
  keys: Pick<KeyRing, 'keysOf'>
  recordingsDisk: Pick<RecordingsDisk, 'folderOf' | 'assertFolderOf' | 'assertThere' | 'isMarked'>
  onFault(what: string, error: unknown): void
}

const PAGE = 1000

/**
 * Folds the events of every recording that is not closed, finishes the files that nobody finished,
 * and removes those that the log does not know.
 */
export async function findInterrupted(finding: Finding): Promise<InterruptedRecordings> {
  const { log, onFault } = finding
  const interrupted: InterruptedRecordings = {
    recordings: new Map(),
    pastEvents: new Map(),
    salvaged: new Map(),
    newer: new Set(),
    unsalvaged: [],
  }
  for (const { id } of log.openRecordings()) {
    const events = await eventsOf(log, id)
    interrupted.pastEvents.set(id, events)
    for (const event of events)
      interrupted.recordings = evolveRecordings(interrupted.recordings, event)
    const files: SalvagedFile[] = []
    for (const opened of unfinishedSegments(events)) {
      const unsalvaged = unsalvagedSegment(finding, { recordingId: id, ...opened.data })
      try {
        files.push({ opened, ...(await unsalvaged.salvage()) })
      } catch (error) {
        // One file that cannot be finished now must not keep the recorder from starting.
        onFault(`finishing ${opened.data.file} of ${id}`, error)
        interrupted.unsalvaged.push(unsalvaged)
      }
    }
    interrupted.salvaged.set(id, files)
    // A log that has lost its end may have known them.
    if (log.lostWitness === undefined) await discardUnopened(finding, id, interrupted)
  }
  return interrupted
}

/** Describes a file that nobody has finished, with the way to finish it. */
export function unsalvagedSegment(
  { platform, keys, recordingsDisk }: Pick<Finding, 'platform' | 'keys' | 'recordingsDisk'>,
  file: UnfinishedFile,
): UnsalvagedSegment {
  const { recordingId: id } = file
  return {
    ...file,
    async salvage() {
      await recordingsDisk.assertFolderOf(id)
      const identity = keys.keysOf(id)?.identity
      const salvaged = await platform.salvage(recordingsDisk.folderOf(id), file, identity)
      // A folder of the same name may have been made on the disk below.
      if (salvaged.description === null) await recordingsDisk.assertThere()
      return salvaged
    },
  }
}

/**
 * Removes the files whose beginning the log does not know, unless they are newer than the log, or
 * the disk is not there to show that.
 */
async function discardUnopened(
  { platform, keys, recordingsDisk, onFault }: Finding,
  id: string,
  { recordings, pastEvents, salvaged, newer }: InterruptedRecordings,
): Promise<void> {
  const recording = recordings.get(id)
  const events = pastEvents.get(id) ?? []
  const unopened = unopenedSegments(events)
  const isStart = recording !== undefined && isUnconfirmed(recording)
  if (unopened.length === 0 && !isStart) return
  const folder = recordingsDisk.folderOf(id)
  try {
    const identity = keys.keysOf(id)?.identity
    const started = isStart ? (salvaged.get(id) ?? []) : []
    const media = started.map(({ description }) => description)
    // Another disk, or none, does not show whether there are any.
    if (!(await recordingsDisk.isMarked())) {
      newer.add(id)
      return
    }
    if (await hasNewerMedia({ folder, events, salvaged: media, unopened, platform, identity })) {
      newer.add(id)
      return
    }
  } catch (error) {
    // What cannot be looked at may be newer.
    onFault(`looking for newer media of ${id}`, error)
    newer.add(id)
    return
  }
  for (const segment of unopened)
    await platform
      .discard(folder, segment)
      .catch((error) => onFault(`removing a segment of ${id}`, error))
}

async function eventsOf(log: Pick<EventLog, 'events'>, recordingId: string): Promise<LogEvent[]> {
  const events: LogEvent[] = []
  for (;;) {
    const page = await log.events({ after: events.at(-1)?.position ?? 0, limit: PAGE, recordingId })
    events.push(...page)
    if (page.length < PAGE) return events
  }
}

function unfinishedSegments(events: LogEvent[]): EventOf<'segment.opened'>[] {
  const open = new Map<string, EventOf<'segment.opened'>>()
  for (const event of events) {
    if (event.type === 'segment.opened')
      open.set(segmentKey(event.data.medium, event.data.number), event)
    if (event.type === 'segment.closed' || event.type === 'segment.discarded') {
      open.delete(segmentKey(event.data.medium, event.data.number))
    }
  }
  return [...open.values()]
}

/**
 * Returns the newest time (epoch ms) in the log and in the media that were salvaged. The recorder's
 * time begins after it: a clock that was set back must not end a recording before its media.
 */
export function newestTime(
  log: Pick<EventLog, 'lastEventAt'>,
  { pastEvents, salvaged }: InterruptedRecordings,
): number {
  let newest = log.lastEventAt === null ? 0 : Date.parse(log.lastEventAt)
  const observe = (at: string): void => {
    newest = Math.max(newest, Date.parse(at))
  }
  for (const event of [...pastEvents.values()].flat()) {
    observe(event.at)
    if (event.type === 'segment.opened') observe(event.data.startedAt)
    if (event.type === 'segment.closed') observe(event.data.endedAt)
  }
  for (const { description } of [...salvaged.values()].flat())
    if (description !== null) observe(description.endedAt)
  return newest
}

/**
 * Adds what became of a recording whose recorder died, or lost its log: capture is over, and
 * nothing starts by itself.
 */
export function recoveryFacts(
  batch: EventBatch,
  id: string,
  interrupted: InterruptedRecordings,
  reason: GapReason,
  hasLostEnd: boolean,
): void {
  const events = interrupted.pastEvents.get(id) ?? []
  for (const { opened, description, ...more } of interrupted.salvaged.get(id) ?? []) {
    const { medium, number } = opened.data
    if (description) batch.add(id, 'segment.closed', { ...description, salvaged: true, ...more })
    else batch.add(id, 'segment.discarded', { medium, number, ...more })
  }
  const detail = 'The recorder ended before the outcome was known.'
  for (const { by, commandId, data } of openCommands(events)) {
    batch.add(
      id,
      'command.failed',
      { command: data.command, code: 'INTERRUPTED', detail },
      { by, commandId },
    )
  }
  // The end that is lost, or the log that an older one has replaced, may have confirmed it.
  if (hasLostEnd || interrupted.newer.has(id)) batch.confirm(id)
  const recording = batch.recording(id)
  if (isUnconfirmed(recording)) {
    batch.add(id, 'recording.startFailed', { code: 'INTERRUPTED', detail })
    return
  }
  const capturing = isCapturing(recording)
  if (capturing)
    batch.add(id, 'recording.interrupted', {
      ...{ reason, lastSeenAt: lastSeen(batch, id, events), machines: MACHINES_VERSION },
    })
  for (const medium of MEDIA) {
    const track = recording.tracks[medium]
    const over = ['off', 'failed'].includes(trackState(track)) || track.value === 'stopped'
    if (!over) batch.add(id, 'track.stopped', { medium, reason: 'interrupted' })
  }
  if (capturing) batch.wrapUp(id, 'interrupted')
  if (isRefusedConsent(recording.consent)) batch.endWithoutConsent(id)
}

function openCommands(events: LogEvent[]): EventOf<'command.accepted'>[] {
  const open = new Map<string | null, EventOf<'command.accepted'>>()
  for (const event of events) {
    if (event.type === 'command.accepted') open.set(event.commandId, event)
    if (event.type === 'command.completed' || event.type === 'command.failed')
      open.delete(event.commandId)
  }
  return [...open.values()]
}

/**
 * Segments that were begun, but whose first sample is not in the log: a kill can come between the
 * first bytes of a file and the fact. Those of an earlier interruption were removed after it.
 */
function unopenedSegments(events: LogEvent[]): EventOf<'segment.discarded'>['data'][] {
  const begun = new Map<string, EventOf<'segment.discarded'>['data']>()
  for (const { type, data } of events) {
    if (type === 'track.starting' || type === 'track.resuming' || type === 'track.recovering') {
      const { medium, segment: number } = data
      begun.set(segmentKey(medium, number), { medium, number })
    }
    if (type === 'segment.opened' || type === 'segment.closed' || type === 'segment.discarded')
      begun.delete(segmentKey(data.medium, data.number))
    if (type === 'recording.interrupted') begun.clear()
  }
  return [...begun.values()]
}

/** The end of the last media that survived, else the last event before the recorder was gone. */
function lastSeen(batch: EventBatch, id: string, events: LogEvent[]): string {
  const ends = [...events, ...batch.events.filter(({ recordingId }) => recordingId === id)].flatMap(
    (event) => (event.type === 'segment.closed' ? [event.data.endedAt] : []),
  )
  return [...ends, events.at(-1)?.at ?? batch.at].reduce(
    (latest, at) => (at > latest ? at : latest),
    '',
  )
}

/**
 * Removes the files of recordings whose start was never confirmed. Resolves with their ids: their
 * keys open their values until the log says that they never existed. What cannot be removed must
 * not keep the recorder from starting. Nothing is removed that is newer than the log, or that the
 * end of the log may have confirmed when it is lost.
 */
export async function removeUnconfirmed(
  { lostWitness }: Pick<EventLog, 'lostWitness'>,
  { recordings, newer }: Pick<InterruptedRecordings, 'recordings' | 'newer'>,
  recordingsDisk: Pick<RecordingsDisk, 'folderOf'>,
  onFault: (what: string, error: unknown) => void,
): Promise<string[]> {
  if (lostWitness !== undefined) return []
  const unconfirmed = [...recordings.values()].filter(isUnconfirmed).map(({ id }) => id)
  const ids = unconfirmed.filter((id) => !newer.has(id))
  for (const id of ids)
    await rm(recordingsDisk.folderOf(id), { recursive: true, force: true }).catch((error) =>
      onFault(`removing the files of the failed start ${id}`, error),
    )
  return ids
}
