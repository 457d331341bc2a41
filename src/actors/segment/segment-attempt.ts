import { join } from 'node:path'
import type { Device } from '../../contract/media.ts'
import type { Level } from '../../contract/views.ts'
import type { WarningCode } from '../../contract/warnings.ts'
import {
  type CaptureProblem,
  captureFailed,
  storageProblem,
} from '../../platform/capture-problem.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { StallWatch } from '../../time/stall-watch.ts'
import type { SegmentPlan } from '../capture.ts'
import type { CaptureLimits } from './capture-limits.ts'
import type { EndCause, Pipeline, PipelineEvents, StartPipeline } from './pipeline.ts'
import { segmentFile } from './segment-description.ts'
import { SegmentWriter } from './segment-writer.ts'

/** The events of a running attempt. */
export interface SegmentAttemptEvents {
  /** The first media are in the file. */
  flowing(startedAtMs: number): void
  level(level: Level): void
  picture: PipelineEvents['picture']
  warning: PipelineEvents['warning']
  process: PipelineEvents['process']
  /** Bytes in the file, about twice a second. */
  progress(bytes: number): void
}

type Warning = Parameters<PipelineEvents['warning']>[0]

/** One attempt to capture a segment: a pipeline, its file, and the watch over both. */
export class SegmentAttempt {
  /** Resolves with why it ended, when no process is left. */
  readonly ended: Promise<EndCause>
  readonly path: string
  readonly writer: SegmentWriter
  readonly #pipeline: Pipeline
  #durationMs = 0
  #stall: StallWatch | undefined
  #hasFailed = false

  constructor(
    parts: {
      plan: SegmentPlan
      device: Device
      start: StartPipeline
      limits: CaptureLimits
      clock: RecorderClock
      flowLimitMs: number
    },
    events: SegmentAttemptEvents,
  ) {
    // A warning before the first media waits until `flowing` has been reported.
    let hasFlowed = false
    const earlyWarnings = new Map<WarningCode, Warning>()
    this.path = join(parts.plan.folder, segmentFile(parts.plan))
    this.writer = new SegmentWriter(
      this.path,
      parts.plan.identity,
      {
        started: () => {
          // Too late: the attempt has failed while the disk hung.
          if (this.#hasFailed) return
          flowLimit.stop()
          this.#stall ??= new StallWatch(parts.limits.stall, () =>
            this.#fail(stalled(parts.limits.stall)),
          )
          events.flowing(this.#pipeline.startedAtMs!)
          hasFlowed = true
          for (const warning of earlyWarnings.values()) if (warning.present) events.warning(warning)
        },
        synced: events.progress,
        failed: (error) => this.#fail(storageProblem(error)),
      },
      { operationMs: parts.limits.fileOperation },
    )
    this.#pipeline = parts.start({
      unit: ({ bytes, endMs }) => {
        this.#durationMs = endMs
        this.#stall?.reset()
        this.writer.write(bytes)
      },
      level: events.level,
      picture: events.picture,
      process: events.process,
      warning: (warning) => {
        if (hasFlowed) events.warning(warning)
        else earlyWarnings.set(warning.code, warning)
      },
    })
    // Media that have come while this process was held wait to be read.
    const flowLimit = new StallWatch(parts.flowLimitMs, () =>
      this.#fail(this.#notFlowing(parts.flowLimitMs)),
    )
    // A sleep that is over, and not noticed yet, is not one of this attempt.
    parts.clock.check()
    const unsubscribe = parts.clock.onJump((jump) => {
      if (jump.type === 'slept')
        this.#pipeline.end({ kind: 'problem', problem: SLEPT, at: jump.from })
    })
    this.ended = this.#pipeline.ended.finally(() => {
      unsubscribe()
      flowLimit.stop()
      this.#stall?.stop()
    })
  }

  /** Whether the file holds media, or will. */
  get hasMedia(): boolean {
    return this.writer.acceptedBytes > 0
  }

  get startedAtMs(): number | undefined {
    return this.#pipeline.startedAtMs
  }

  /** Duration of the media written to the file, in ms. */
  get durationMs(): number {
    return this.#durationMs
  }

  cut(at: number): void {
    this.#pipeline.end({ kind: 'cut', at })
  }

  kill(): void {
    this.#pipeline.kill()
  }

  #fail(problem: CaptureProblem): void {
    this.#hasFailed = true
    this.#stall?.stop()
    this.#pipeline.end({ kind: 'problem', problem })
  }

  #notFlowing(limitMs: number): CaptureProblem {
    // Media without a file: the disk is what hangs.
    if (this.hasMedia)
      return {
        code: 'STORAGE_UNAVAILABLE',
        detail: 'The disk does not answer.',
        reason: 'captureFailed',
      }
    return captureFailed(`No media came within ${limitMs} ms.`)
  }
}

/** The problem of a sleep. Media captured before it are kept; there can be none after it. */
const SLEPT: CaptureProblem = {
  code: 'CAPTURE_FAILED',
  detail: 'The computer slept.',
  reason: 'suspended',
}

function stalled(limitMs: number): CaptureProblem {
  return captureFailed(`No media have come for ${limitMs} ms.`)
}
