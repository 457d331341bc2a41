import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openHomeKeys, writeRecordingKeys } from '../../../lab/home-keys.ts'
import { markDisk } from '../../../lab/mark-disk.ts'
import type { By } from '../../../src/contract/by.ts'
import type { TagValue } from '../../../src/contract/commands.ts'
import type { NewEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { at, History } from '../../store/support/history.ts'

const MINUTE_MS = 60_000
/** Between the starts of two recordings: some days have many, so that there are many days. */
const DISTANCE_MS = 37 * MINUTE_MS
const LENGTH_MS = 12 * MINUTE_MS
/** The day on which a {@link History} tells its story. */
const HISTORY_MS = Date.parse(at(0))

const NAMES = ['Anna Meier', 'Jürgen Özdemir', 'Petra Schmidt-Lang', 'Tom O’Brien', 'Li Wei']
const BRANCHES = ['Köln', 'Berlin', 'Wien']

/** So many of the newest recordings have media. The others only make the list long. */
const WITH_MEDIA = 500

/** Returns the id of the `i`th newest recording. */
export const recordingId = (i: number): string => `00000000-0000-4000-8000-${pad(99_999 - i, 12)}`

/** The properties of the `i`th newest recording. */
export const isByPage = (i: number): boolean => i % 5 === 0
export const clientOf = (i: number): string => (isByPage(i) ? 'ui' : i % 7 === 0 ? 'office' : 'crm')
export const hasGap = (i: number): boolean => i < WITH_MEDIA && i % 50 === 3
export const hasFailed = (i: number): boolean => i < WITH_MEDIA && i % 300 === 1
export const customerOf = (i: number): string => String(4_000 + (i % 1_000))
export const nameOf = (i: number): string => NAMES[i % NAMES.length] as string

/** Returns when the `i`th newest recording started. */
export const startOf = (i: number, nowMs: number): number =>
  nowMs - 60 * MINUTE_MS - i * DISTANCE_MS

const pad = (n: number, width: number): string => String(n).padStart(width, '0')

/** Writes the log of a home with many closed recordings, the newest one hour before `nowMs`. */
export async function writeManyRecordings(
  home: string,
  count: number,
  nowMs: number,
): Promise<void> {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const keys = await openHomeKeys(home)
  writeRecordingKeys(
    home,
    Array.from({ length: count }, (_, i) => recordingId(i)),
  )
  const log = await openEventLog({
    keys,
    folder: join(home, 'log'),
    witnessFile: join(home, 'log.witness'),
  })
  for (let oldest = count - 1; oldest >= 0; oldest -= 100) {
    const some = Array.from({ length: Math.min(100, oldest + 1) }, (_, n) => oldest - n)
    await Promise.all(
      some.map((i) => log.append({ events: eventsOf(i, startOf(i, nowMs)) }).committed),
    )
  }
  await log.close()
  await keys.close()
  markDisk(home)
}

/** The events of the `i`th newest recording. */
function eventsOf(i: number, startedMs: number): NewEvent[] {
  const history = new History(recordingId(i), startedMs - HISTORY_MS)
  const end = LENGTH_MS + (i % 60) * 7_000
  const medium: Medium[] = i % 3 === 0 ? ['mic'] : ['mic', 'screen']
  const isRich = i < WITH_MEDIA
  const last = hasGap(i) ? 2 : 1
  const events = [
    history.starting(0, isRich ? medium : ['mic']),
    ...(isRich ? medium.flatMap((one) => captureOf(history, one)) : []),
    history.started(20),
    history.tagged(30, tagsOf(i)),
    ...(hasGap(i) ? lostDevice(history) : []),
    ...(hasFailed(i) ? [failure(history, end)] : []),
    ...(isRich ? [history.segmentClosed(end, last, last === 2 ? 120_000 : 10, end)] : []),
    ...(isRich && medium.includes('screen')
      ? [history.segmentClosed(end, 1, 10, end, 'screen')]
      : []),
    history.stopped(end),
    history.wrapUp(end),
    history.closed(end + 30_000),
  ]
  const by: By = { side: isByPage(i) ? 'ui' : 'api', client: clientOf(i), user: 'clerk' }
  return events.map((event) => ({ ...event, by }))
}

function tagsOf(i: number): Record<string, TagValue> {
  const branch = BRANCHES[i % BRANCHES.length] as string
  return { customer: customerOf(i), name: nameOf(i), branch, order: i }
}

function captureOf(history: History, medium: Medium): NewEvent[] {
  return [
    history.trackStarting(0, 1, medium),
    history.opened(10, 1, 10, medium),
    history.track(20, 'track.started', 1, medium),
  ]
}

/** The microphone is gone for a minute. */
function lostDevice(history: History): NewEvent[] {
  return [
    history.event(60_000, 'track.recovering', {
      medium: 'mic',
      segment: 2,
      code: 'DEVICE_UNAVAILABLE',
      detail: 'The microphone is gone.',
      reason: 'deviceLost',
      giveUpAt: history.at(180_000),
    }),
    history.segmentClosed(60_000, 1, 10, 60_000),
    history.opened(120_000, 2),
    history.track(120_000, 'track.recovered', 2),
  ]
}

/** The screen fails just before the end, so that it leaves no gap. */
function failure(history: History, end: number): NewEvent {
  return history.event(end, 'track.failed', {
    medium: 'screen',
    code: 'CAPTURE_FAILED',
    detail: 'The screen cannot be captured.',
    reason: 'captureFailed',
  })
}
