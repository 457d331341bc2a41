import type { By } from '../../../contract/by.ts'
import type { LogEvent } from '../../../contract/events.ts'
import type { GapReason } from '../../../contract/gap-reason.ts'
import { MEDIA, type Medium } from '../../../contract/media.ts'
import type { Gap, RecordingView } from '../../../contract/views.ts'
import type { Stretch } from './report-model.ts'

/** Gaps of several media that begin and end so close to each other are one stretch. */
const TOGETHER_MS = 1_500
/** A command causes a gap that begins so close to it. */
const CAUSED_MS = 2_000

/** Somebody, or the recorder itself, has asked for these. */
const WANTED: ReadonlySet<GapReason> = new Set(['paused', 'stopped', 'locked', 'suspended'])

/** Lists the stretches in which media were not recorded, oldest first, with who caused them. */
export function stretchesOf(
  { tracks, endedAt }: RecordingView,
  events: readonly LogEvent[],
): Stretch[] {
  const stretches: Stretch[] = []
  for (const medium of MEDIA) {
    const track = tracks[medium]
    if (track === undefined || track.startedAt === null) continue
    for (const gap of track.gaps) {
      const to = gap.to ?? endedAt
      const together = stretches.find((one) => isTogether(one, { ...gap, to }))
      if (together) together.media.push(medium)
      else stretches.push(stretchOf(medium, { ...gap, to }, events))
    }
  }
  return stretches.sort((a, b) => (a.from < b.from ? -1 : 1))
}

function stretchOf(
  medium: Medium,
  { from, to, reason }: Gap,
  events: readonly LogEvent[],
): Stretch {
  const lengthMs = to === null ? 0 : Date.parse(to) - Date.parse(from)
  const isWanted = WANTED.has(reason)
  const by = isWanted ? causeOf(events, medium, from, ['track.pausing', 'track.stopping']) : null
  const starts: LogEvent['type'][] = ['track.resuming', 'track.starting']
  const endedBy = isWanted && to !== null ? causeOf(events, medium, to, starts) : null
  return { media: [medium], reason, from, to, lengthMs, by, endedBy }
}

function isTogether(stretch: Stretch, { from, to, reason }: Gap): boolean {
  const isNear = (a: string | null, b: string | null): boolean =>
    a === b || (a !== null && b !== null && Math.abs(Date.parse(a) - Date.parse(b)) < TOGETHER_MS)
  return stretch.reason === reason && isNear(stretch.from, from) && isNear(stretch.to, to)
}

/** Returns who asked for what happened to a medium at a time; null when nobody did. */
function causeOf(
  events: readonly LogEvent[],
  medium: Medium,
  at: string,
  types: readonly LogEvent['type'][],
): By | null {
  const time = Date.parse(at)
  const distance = (event: LogEvent): number => Math.abs(Date.parse(event.at) - time)
  const near = events.filter(
    (event) =>
      types.includes(event.type) &&
      'medium' in event.data &&
      event.data.medium === medium &&
      distance(event) < CAUSED_MS,
  )
  return near.sort((a, b) => distance(a) - distance(b))[0]?.by ?? null
}
