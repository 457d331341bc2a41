import { type Actor, type AnyActorRef, createActor, fromCallback } from 'xstate'
import type { Capture, CaptureReport } from '../actors/capture.ts'
import { clockActor } from '../actors/clock-actor.ts'
import type { CapturePlatform } from '../actors/port.ts'
import type { Identity } from '../age/identity.ts'
import type { LogEvent } from '../contract/events.ts'
import type { CaptureProcess } from '../contract/inspection.ts'
import { MEDIA, type Medium, NO_DEVICE } from '../contract/media.ts'
import { controlMachine } from '../machines/control-machine.ts'
import { assertTransition, machineFacts, type RecordingFold } from '../machines/recording-fold.ts'
import { sessionMachine } from '../machines/session-machine.ts'
import { type CaptureRequest, trackMachine } from '../machines/track-machine.ts'
import type { CaptureCut } from './facts/event-batch.ts'

/** A clock of a recording: its longest duration, its wrap-up, a pause. */
export type RecordingClock =
  | { clock: 'maxDuration' | 'wrapUp' }
  | { clock: 'pause'; medium: Medium }

/** A program of a capture runs, or has ended. */
export type ProcessReport = Extract<CaptureReport, { type: 'capture.process' }>

/** The parts that a live recording works with. */
export interface LiveRecordingOptions {
  id: string
  /** Absolute folder of the recording's files. */
  folder: string
  platform: Pick<CapturePlatform, 'capture'>
  /** Returns the identity that seals the recording's media. Throws KEY_UNAVAILABLE. */
  identity(): Identity
  onReport(medium: Medium, report: CaptureReport): void
  /** A clock has fired: the session's, or, with a medium, that of a track's pause. */
  onClock(fired: RecordingClock): void
  /** A program of a capture runs, or has ended. */
  onProcess(recording: LiveRecording, medium: Medium, report: ProcessReport): void
  /** Called when an actor fails that must never fail. */
  onFault(what: string, error: unknown): void
  now(): number
}

/**
 * The live actors of one recording: the machines with real captures and clocks, moved by committed
 * facts only.
 */
export class LiveRecording {
  readonly id: string
  readonly control: Actor<typeof controlMachine>
  readonly session: Actor<typeof sessionMachine>
  readonly tracks: Record<Medium, Actor<typeof trackMachine>>
  readonly #captures = new Map<Medium, Capture>()
  readonly #processes: Record<Medium, Map<number, CaptureProcess>> = {
    mic: new Map(),
    speaker: new Map(),
    screen: new Map(),
  }
  readonly #options: LiveRecordingOptions
  #restoring = false
  #disposed = false

  constructor(options: LiveRecordingOptions) {
    const { id } = options
    this.id = id
    this.#options = options
    this.control = createActor(controlMachine, { id: `control:${id}` }).start()
    this.session = createActor(
      sessionMachine.provide({
        actors: {
          durationClock: clockActor(() => options.onClock({ clock: 'maxDuration' }), options.now),
          wrapUpClock: clockActor(() => options.onClock({ clock: 'wrapUp' }), options.now),
        },
        actions: { reportClockFailure: ({ event }) => options.onFault('clock', event) },
      }),
      { id: `session:${id}` },
    ).start()
    const track = (medium: Medium) =>
      createActor(
        trackMachine.provide({
          actors: {
            capture: this.#captureLogic(medium, options.folder),
            pauseClock: clockActor(() => options.onClock({ clock: 'pause', medium }), options.now),
          },
          actions: {
            reportClockFailure: ({ event }) => options.onFault(`pause clock of ${medium}`, event),
            reportCaptureFailure: ({ context, event }) => {
              options.onFault(`capture of ${medium}`, event)
              const cause = {
                code: 'CAPTURE_FAILED',
                detail: 'The capture actor failed.',
                reason: 'captureFailed',
              } as const
              options.onReport(medium, {
                type: 'capture.ended',
                segment: context.segment,
                cause,
                description: null,
                unfinished: false,
              })
            },
          },
        }),
        { id: `track:${id}:${medium}` },
      ).start()
    this.tracks = { mic: track('mic'), speaker: track('speaker'), screen: track('screen') }
  }

  #captureOf(medium: Medium): Capture {
    let capture = this.#captures.get(medium)
    if (!capture) {
      const { platform, onReport } = this.#options
      capture = platform.capture(medium, (report) => {
        if (report.type === 'capture.process') this.#observeProcess(medium, report)
        // Recovery now owns these files.
        else if (!this.#disposed) onReport(medium, report)
      })
      this.#captures.set(medium, capture)
    }
    return capture
  }

  #observeProcess(medium: Medium, report: ProcessReport): void {
    const { process, isRunning } = report
    if (isRunning) this.#processes[medium].set(process.pid, process)
    else this.#processes[medium].delete(process.pid)
    this.#options.onProcess(this, medium, report)
  }

  /** The programs that capture for a track now. */
  processes(medium: Medium): Iterable<CaptureProcess> {
    return this.#processes[medium].values()
  }

  #captureLogic(medium: Medium, folder: string) {
    return fromCallback<CaptureRequest>(({ receive }) => {
      receive((message) => {
        // Restoring starts no captures.
        if (this.#restoring) return
        const capture = this.#captureOf(medium)
        if (message.type === 'capture.cut') {
          const { segment, discard } = message
          capture.send({ type: 'capture.cut', segment, at: Date.parse(message.at), discard })
          return
        }
        const device = message.device ?? NO_DEVICE
        const { quality } = this.session.getSnapshot().context
        const retryUntil = message.retryUntil === '' ? undefined : Date.parse(message.retryUntil)
        capture.send({
          type: 'capture.open',
          plan: {
            ...{ medium, number: message.segment, folder, device, quality },
            identity: this.#options.identity(),
          },
          ...(retryUntil === undefined ? {} : { retryUntil }),
        })
      })
    })
  }

  /**
   * Moves the machines by a committed fact.
   * @throws RecorderError INTERNAL when one has no transition for it.
   */
  apply(event: LogEvent): void {
    const { control, session, track } = machineFacts(event)
    if (control) this.#send(this.control, control, event)
    if (session) this.#send(this.session, session, event)
    if (track) this.#send(this.tracks[track.medium], track.fact, event)
  }

  #send(actor: AnyActorRef, fact: { type: string }, event: LogEvent): void {
    assertTransition(actor.getSnapshot(), fact, event.type)
    actor.send(fact)
  }

  /** Moves the machines by facts of the past: clocks are armed again, captures are not started. */
  restore(events: readonly LogEvent[]): void {
    this.#restoring = true
    for (const event of events) this.apply(event)
    this.#restoring = false
  }

  /** Ends a segment at once, before its fact is durable. The machine repeats the cut after that. */
  cut({ medium, segment, at, discard }: CaptureCut): void {
    // The cut may arrive before `capture.open`: then the segment must never open.
    this.#captureOf(medium).send({ type: 'capture.cut', segment, at, discard })
  }

  /** Ends everything that is being captured, at once. */
  cutAll(at: number): void {
    for (const medium of MEDIA) {
      const { segment } = this.tracks[medium].getSnapshot().context
      if (segment > 0) this.cut({ recordingId: this.id, medium, segment, at, discard: false })
    }
  }

  /** The machines' states, for questions. */
  get states(): Pick<RecordingFold, 'control' | 'session' | 'tracks'> {
    const { mic, speaker, screen } = this.tracks
    return {
      control: this.control.getSnapshot(),
      session: this.session.getSnapshot(),
      tracks: {
        mic: mic.getSnapshot(),
        speaker: speaker.getSnapshot(),
        screen: screen.getSnapshot(),
      },
    }
  }

  /** Ends all captures at once, then the actors; resolves when no process is left. */
  async dispose(): Promise<void> {
    this.#disposed = true
    await Promise.all([...this.#captures.values()].map((capture) => capture.dispose()))
    for (const medium of MEDIA) this.tracks[medium].stop()
    this.session.stop()
    this.control.stop()
  }
}
