import type { By } from '../../contract/by.ts'
import type { Command } from '../../contract/commands.ts'
import type { RecorderError } from '../../contract/errors.ts'
import { type Medium, type RecordingType, resolveMedia } from '../../contract/media.ts'
import { refusesConsent } from '../custody/consent.ts'

/** A pause, a stop, or the end of consent. */
export type EndCommand = Extract<
  Command,
  { name: 'track.pause' | 'track.stop' | 'recording.consent' }
>

/** Whether a command ends capture. Consent does when it is declined or withdrawn. */
export function endsCapture(command: Command): command is EndCommand {
  const { name } = command
  return name === 'track.pause' || name === 'track.stop' || refusesConsent(command)
}

/** The facts about a start that arrives. */
export interface ArrivedStart {
  by: By
  /** The recording whose media it starts; null for a new recording. */
  recordingId: string | null
  media: readonly Medium[]
  recordingType: RecordingType
  /** When it arrived (RFC 3339). */
  since: string
}

/** A start that has arrived, but still looks for its devices or at the disk. */
export class UnacceptedStart {
  readonly arrived: ArrivedStart
  /** Why it must not go on; undefined while it may. */
  interruption: RecorderError | undefined
  readonly #interrupted: Promise<undefined>
  #wake = (): void => {}

  constructor(arrived: ArrivedStart) {
    this.arrived = arrived
    this.#interrupted = new Promise((resolve) => {
      this.#wake = () => resolve(undefined)
    })
  }

  /** Ends the start. The first reason counts. */
  interrupt(reason: RecorderError): void {
    this.interruption ??= reason
    this.#wake()
  }

  /** Resolves with the value of the promise, or with undefined as soon as it is interrupted. */
  unlessInterrupted<T>(promise: Promise<T>): Promise<T | undefined> {
    return Promise.race([promise, this.#interrupted])
  }
}

/**
 * The starts that have arrived and are not accepted yet. A later pause or stop overtakes them: they
 * have no track yet that it could cut.
 */
export class UnacceptedStarts {
  readonly #starts = new Set<UnacceptedStart>()

  add(arrived: ArrivedStart): UnacceptedStart {
    const start = new UnacceptedStart(arrived)
    this.#starts.add(start)
    return start
  }

  delete(start: UnacceptedStart): void {
    this.#starts.delete(start)
  }

  /**
   * Returns the starts of media that a pause or stop names. `current` also names the recording that
   * a start would begin. `currentId`: the current recording.
   */
  namedBy(command: EndCommand, currentId: string | undefined): UnacceptedStart[] {
    const { recordingId, request } = command
    return [...this.#starts].filter(({ arrived }) => {
      const isNamed =
        recordingId === 'current'
          ? arrived.recordingId === null || arrived.recordingId === currentId
          : arrived.recordingId === recordingId
      const { media = arrived.media } = 'media' in request ? request : {}
      const named = resolveMedia([...media], arrived.recordingType)
      return isNamed && arrived.media.some((medium) => named.includes(medium))
    })
  }

  /** Interrupts all. */
  interruptAll(reason: RecorderError): void {
    for (const start of this.#starts) start.interrupt(reason)
  }
}

/**
 * Whether a command may end a start: it belongs to the same side or to the recorder itself, or it
 * is the customer's word.
 */
export function mayOvertake(command: EndCommand, { arrived }: UnacceptedStart): boolean {
  if (command.name === 'recording.consent') return true
  return command.by.side === 'system' || command.by.side === arrived.by.side
}
