import type { LogEvent } from '../contract/events.ts'
import type { CaptureProcess, InspectionMessage } from '../contract/inspection.ts'
import type { Medium } from '../contract/media.ts'
import { refusalReason } from '../replay/refusal-reason.ts'
import { processActor, recorderActor, recordingActor } from './actor-descriptions.ts'
import {
  actorMessage,
  recordingSession,
  type Stamp,
  snapshotMessage,
} from './inspection-messages.ts'
import { logMessages, stampOf } from './log-messages.ts'
import { type InspectedRecording, RecordingWatch } from './recording-watch.ts'

/** The parts of a live inspection. */
export interface LiveInspectionOptions {
  /** The version of the recorder. */
  version: string
  now(): number
  onFault(what: string, error: unknown): void
}

/** Receives the messages of the feed, in order. */
export type InspectionListener = (message: InspectionMessage) => void

/**
 * The feed of everything that is alive. Without a listener it keeps a list of the recordings and
 * does nothing else. Listeners are called after the recorder has done its work of the moment, so
 * that they never delay it.
 */
export class LiveInspection {
  readonly #options: LiveInspectionOptions
  readonly #listeners = new Set<InspectionListener>()
  readonly #recordings = new Map<InspectedRecording, RecordingWatch>()
  #waiting: InspectionMessage[] = []
  /** The event of the log that the machines are being sent. */
  #cause: LogEvent | undefined

  constructor(options: LiveInspectionOptions) {
    this.#options = options
  }

  /**
   * Adds a listener. It is called with every living actor before this returns, and from then on
   * with everything as it happens. Returns the function that removes it.
   */
  subscribe(listener: InspectionListener): () => void {
    this.#flush()
    if (this.#listeners.size === 0) for (const watch of this.#recordings.values()) watch.start()
    this.#listeners.add(listener)
    for (const message of this.#present()) this.#call(listener, message)
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return
      this.#waiting = []
      for (const watch of this.#recordings.values()) watch.stop()
    }
  }

  /** Adds a recording whose actors are alive from now on. */
  add(recording: InspectedRecording): void {
    const watch = new RecordingWatch(recording, {
      send: (message) => this.#send(message),
      stamp: () => this.#stamp(),
      attempt: (show) => this.#attempt(show),
    })
    this.#recordings.set(recording, watch)
    if (this.#listeners.size === 0) return
    watch.start()
    for (const message of watch.present()) this.#send(message)
  }

  /** Removes a recording whose actors have ended. */
  remove(recording: InspectedRecording): void {
    this.#recordings.get(recording)?.stop()
    if (!this.#recordings.delete(recording) || this.#listeners.size === 0) return
    const state = { status: 'done', context: { recordingId: recording.id } } as const
    const id = recordingSession(recording.id)
    this.#send(snapshotMessage(id, state, { type: 'recording.ended' }, this.#stamp()))
  }

  /** Calls `apply`, which sends the machines the facts of an event of the log. */
  observe(event: LogEvent, apply: () => void): void {
    if (this.#listeners.size === 0) {
      apply()
      return
    }
    const recording = this.#find(event.recordingId)
    this.#attempt(() => this.#announce(event, recording))
    this.#cause = event
    try {
      apply()
    } finally {
      this.#cause = undefined
    }
    if (recording === undefined) return
    this.#attempt(() => {
      const { sessionId, snapshot } = recordingActor(recording.id, recordingSnapshot(event))
      this.#send(snapshotMessage(sessionId, snapshot, { type: event.type }, stampOf(event)))
    })
  }

  #announce(event: LogEvent, recording: InspectedRecording | undefined): void {
    const refusal =
      event.type === 'command.refused' && recording !== undefined
        ? refusalReason(event, recording.states)
        : null
    for (const message of logMessages(event, recording !== undefined, refusal)) this.#send(message)
  }

  /** A fault of the feed must keep no fact from the machines. */
  #attempt(show: () => void): void {
    try {
      show()
    } catch (error) {
      this.#options.onFault('the inspection feed', error)
    }
  }

  /** Reports that a program of a capture runs, or has ended. */
  process(
    recording: InspectedRecording,
    medium: Medium,
    process: CaptureProcess,
    isRunning: boolean,
  ): void {
    if (this.#listeners.size === 0 || !this.#recordings.has(recording)) return
    const stamp = this.#stamp()
    const actor = processActor(recording.id, medium, process, isRunning ? 'active' : 'done')
    const { sessionId, snapshot } = actor
    this.#send(
      isRunning
        ? actorMessage(actor, stamp)
        : snapshotMessage(sessionId, snapshot, { type: 'process.exited' }, stamp),
    )
  }

  *#present(): Generator<InspectionMessage> {
    yield actorMessage(recorderActor(this.#options.version), this.#stamp())
    for (const watch of this.#recordings.values()) yield* watch.present()
  }

  #find(id: string | null): InspectedRecording | undefined {
    for (const recording of this.#recordings.keys()) if (recording.id === id) return recording
    return undefined
  }

  #stamp(): Stamp {
    return { atMs: this.#options.now(), position: this.#cause?.position }
  }

  #send(message: InspectionMessage): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush())
    this.#waiting.push(message)
  }

  #flush(): void {
    const messages = this.#waiting
    this.#waiting = []
    for (const message of messages)
      for (const listener of this.#listeners) this.#call(listener, message)
  }

  #call(listener: InspectionListener, message: InspectionMessage): void {
    try {
      listener(message)
    } catch (error) {
      this.#options.onFault('a reader of the inspection feed', error)
    }
  }
}

function recordingSnapshot({ recordingId, position, version }: LogEvent) {
  return { status: 'active', context: { recordingId, position, version } } as const
}
