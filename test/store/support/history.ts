import type { By } from '../../../src/contract/by.ts'
import type { TagValue } from '../../../src/contract/commands.ts'
import type { EventData, EventType, NewEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'

/** The client in these tests. */
export const CRM: By = { side: 'api', client: 'crm', user: 'clerk' }

/** The instant `ms` after a recording's start in these tests. */
export const at = (ms: number): string => new Date(Date.UTC(2026, 0, 5, 9, 0, 0) + ms).toISOString()

/**
 * Tells the life of one recording: each call gives an event with the recording's next version, `ms`
 * after its start.
 */
export class History {
  readonly id: string
  readonly #origin: number
  #version = 0

  constructor(id: string, originMs = 0) {
    this.id = id
    this.#origin = originMs
  }

  at(ms: number): string {
    return at(this.#origin + ms)
  }

  event<T extends EventType>(ms: number, type: T, data: EventData[T]): NewEvent {
    if (type !== 'command.refused') this.#version++
    const { id: recordingId } = this
    return {
      type,
      recordingId,
      version: this.#version,
      at: this.at(ms),
      by: CRM,
      commandId: 'command-1',
      data,
    } as NewEvent
  }

  starting(ms = 0, media: Medium[] = ['mic']): NewEvent {
    return this.event(ms, 'recording.starting', {
      recordingType: 'both',
      media,
      require: 'all',
      wrapUpSeconds: 30,
      maxDurationSeconds: 14_400,
      endsBy: this.at(14_400_000),
    })
  }

  started(ms = 0): NewEvent {
    return this.event(ms, 'recording.started', {})
  }

  tagged(ms: number, tags: Record<string, TagValue>): NewEvent {
    return this.event(ms, 'recording.tagged', { tags })
  }

  /** The three events of one tag command. */
  tagCommand(ms: number, tags: Record<string, TagValue>): NewEvent[] {
    return [
      this.event(ms, 'command.accepted', { command: 'recording.tag' }),
      this.tagged(ms, tags),
      this.event(ms, 'command.completed', { command: 'recording.tag', status: 200 }),
    ]
  }

  wrapUp(ms: number): NewEvent {
    return this.event(ms, 'recording.wrapUpStarted', {
      endsAt: this.at(ms + 30_000),
      reason: 'stopped',
    })
  }

  closed(ms: number): NewEvent {
    return this.event(ms, 'recording.closed', { reason: 'command' })
  }

  trackStarting(ms: number, segment: number, medium: Medium = 'mic'): NewEvent {
    return this.event(ms, 'track.starting', { medium, segment, device: device(medium) })
  }

  resuming(ms: number, segment: number, medium: Medium = 'mic'): NewEvent {
    return this.event(ms, 'track.resuming', { medium, segment, device: device(medium) })
  }

  opened(ms: number, number: number, firstSampleMs = ms, medium: Medium = 'mic'): NewEvent {
    return this.event(ms, 'segment.opened', {
      medium,
      number,
      startedAt: this.at(firstSampleMs),
      ...format(medium),
      file: `${medium}/${number}`,
      device: device(medium),
    })
  }

  segmentClosed(
    ms: number,
    number: number,
    fromMs: number,
    toMs: number,
    medium: Medium = 'mic',
  ): NewEvent {
    return this.event(ms, 'segment.closed', {
      medium,
      number,
      startedAt: this.at(fromMs),
      endedAt: this.at(toMs),
      durationMs: toMs - fromMs,
      bytes: (toMs - fromMs) * 4,
      ...format(medium),
      sha256: 'ab'.repeat(32),
      file: `${medium}/${number}`,
    })
  }

  /** A segment that a fault had ended before it was cut. */
  faultySegmentClosed(
    ms: number,
    number: number,
    fromMs: number,
    toMs: number,
    fault: NonNullable<EventData['segment.closed']['fault']>,
  ): NewEvent {
    const closed = this.segmentClosed(ms, number, fromMs, toMs)
    return { ...closed, data: { ...closed.data, fault } } as NewEvent
  }

  track(
    ms: number,
    type: 'track.started' | 'track.resumed' | 'track.recovered',
    segment: number,
    medium: Medium = 'mic',
  ): NewEvent {
    return this.event(ms, type, { medium, segment })
  }

  pausing(ms: number, segment: number, medium: Medium = 'mic'): NewEvent {
    return this.event(ms, 'track.pausing', { medium, segment, cutAt: this.at(ms) })
  }

  paused(ms: number, medium: Medium = 'mic'): NewEvent {
    return this.event(ms, 'track.paused', { medium })
  }

  stopping(
    ms: number,
    segment: number,
    reason: 'command' | 'reverted' = 'command',
    medium: Medium = 'mic',
  ): NewEvent {
    return this.event(ms, 'track.stopping', { medium, segment, cutAt: this.at(ms), reason })
  }

  stopped(
    ms: number,
    reason: 'command' | 'reverted' | 'interrupted' = 'command',
    medium: Medium = 'mic',
  ): NewEvent {
    return this.event(ms, 'track.stopped', { medium, reason })
  }
}

export const device = (medium: Medium) => ({ id: `${medium}-1`, label: `The ${medium}` })

const format = (medium: Medium) =>
  medium === 'screen'
    ? ({ container: 'mp4', codec: 'h264' } as const)
    : ({ container: 'ogg', codec: 'opus' } as const)

/** An event that belongs to no recording. */
export function daemonStarted(ms = 0): NewEvent {
  return {
    type: 'daemon.started',
    recordingId: null,
    version: null,
    at: at(ms),
    by: { side: 'system', client: 'recorder', user: 'clerk' },
    commandId: null,
    data: { version: '0.1.0', platform: 'linux', node: '20' },
  }
}
