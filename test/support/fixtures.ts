import type { Side } from '../../src/contract/by.ts'
import type { CommandOf, CommandRequests, MachineCommandName } from '../../src/contract/commands.ts'
import type { EventData, EventType, NewEvent } from '../../src/contract/events.ts'
import { evolveRecordings, type OpenRecordings } from '../../src/recorder/open-recordings.ts'
import type { Standing } from './arbitration.ts'

const AT = '2026-01-05T09:00:00.000Z'

/** Makes a command as HTTP would. */
export function command<N extends MachineCommandName>(
  side: Side,
  name: N,
  request: Partial<CommandRequests[N]> = {},
): { [K in N]: CommandOf<K> }[N] {
  const recordingId = name === 'recording.start' ? null : 'current'
  return { name, recordingId, request, by: { side, client: side, user: 'tester' } } as {
    [K in N]: CommandOf<K>
  }[N]
}

/** Folds facts of one recording into a world, versions counted. */
export class Story {
  world: OpenRecordings = new Map()
  readonly events: NewEvent[] = []
  readonly #id: string
  readonly #side: Side

  constructor(side: Side, id = 'recording-1') {
    this.#side = side
    this.#id = id
  }

  tell<T extends EventType>(type: T, data: EventData[T]): this {
    const by = { side: this.#side, client: this.#side, user: 'tester' }
    const version = this.events.length + 1
    const event = {
      type,
      recordingId: this.#id,
      version,
      at: AT,
      by,
      commandId: null,
      data,
    } as NewEvent
    this.events.push(event)
    this.world = evolveRecordings(this.world, event)
    return this
  }

  /** A confirmed recording of the microphone. */
  started(): this {
    const device = { id: 'm', label: 'M' }
    return this.tell('command.accepted', { command: 'recording.start', media: ['mic'] })
      .tell('recording.starting', {
        recordingType: 'both',
        media: ['mic'],
        require: 'all',
        wrapUpSeconds: 30,
        maxDurationSeconds: 60,
        endsBy: AT,
      })
      .tell('track.starting', { medium: 'mic', segment: 1, device })
      .tell('track.started', { medium: 'mic', segment: 1 })
      .tell('recording.started', {})
  }

  paused(): this {
    return this.tell('track.pausing', { medium: 'mic', segment: 1, cutAt: AT })
      .tell('recording.paused', {})
      .tell('track.paused', { medium: 'mic' })
  }

  wrappedUp(): this {
    return this.tell('track.stopping', { medium: 'mic', segment: 1, cutAt: AT, reason: 'command' })
      .tell('recording.wrapUpStarted', { endsAt: AT, reason: 'stopped' })
      .tell('track.stopped', { medium: 'mic', reason: 'command' })
  }
}

/** The world of a standing. */
export function worldOf(standing: Standing): OpenRecordings {
  if (standing === 'none') return new Map()
  const story = new Story(standing.startsWith('ui') ? 'ui' : 'api').started()
  if (standing.endsWith('Paused')) story.paused()
  if (standing.endsWith('WrapUp')) story.wrappedUp()
  return story.world
}
