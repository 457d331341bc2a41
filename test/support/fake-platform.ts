import { mkdirSync } from 'node:fs'
import { setImmediate } from 'node:timers'
import type {
  Capture,
  CaptureInstruction,
  CaptureReport,
  SegmentPlan,
} from '../../src/actors/capture.ts'
import type { CapturePlatform, ProbeResult, SalvagedSegment } from '../../src/actors/port.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import type { SegmentDescription } from '../../src/contract/events.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import type { DeviceList } from '../../src/contract/views.ts'
import type { WarningCode } from '../../src/contract/warnings.ts'

/** Behaviour of a fake medium when it is opened: deliver, never deliver (until cut), or fail. */
export type Behaviour = 'flow' | 'hang' | 'fail'

type SegmentFormat = Pick<SegmentDescription, 'container' | 'codec' | 'file'>

/**
 * A platform whose captures do on purpose what devices do by chance. For faults and for many fast
 * sequences; captures for real are tested elsewhere.
 */
export interface FakePlatform extends CapturePlatform {
  /** Whether the segments have the names of sealed files. Default: no. */
  isSealed: boolean
  behaviour: Record<Medium, Behaviour>
  missing: Set<Medium>
  /** Lets the newest flowing capture of a medium die. False when there is none. */
  kill(medium: Medium): boolean
  /** Lets a capture that hangs fail. */
  fail(medium: Medium): void
  /** Lets a capture that hangs fail with a file of media, of which it has told nothing. */
  failWithMedia(medium: Medium): void
  /** Lets a capture that hangs deliver after all. */
  release(medium: Medium): void
  /** Tells a warning about the newest flowing capture of a medium, or that it is over. */
  warn(medium: Medium, code: WarningCode, present: boolean): void
  /** Tells how long the file of the newest flowing capture of a medium has become. */
  progress(medium: Medium, bytes: number): void
  /** Lets the newest flowing capture of a medium end for want of space. */
  outOfSpace(medium: Medium): void
  /** Result of a probe of each medium; `hang`: none until it is aborted. */
  probes: Record<Medium, ProbeResult | 'hang'>
  /** Devices that were opened by a probe, in order, and how many are open now. */
  readonly probed: Medium[]
  readonly probing: number
  /** The encoder's problem and version. */
  encoder: { problem: string | null; version: string | null }
  /** From now on nobody reports anything: the daemon is dead. */
  die(): void
  /** Cuts in the order in which they arrived. */
  readonly cuts: { medium: Medium; segment: number; at: number }[]
  /** How many segments are being captured. */
  readonly capturing: number
  /** The media that are being captured. */
  readonly capturedMedia: Medium[]
  /** The segments whose files were discarded after a crash. */
  readonly discarded: { medium: Medium; number: number }[]
  /** Holds the ends of segments back, as a slow disk does; the returned function lets them go. */
  holdEnds(): () => void
  /**
   * Leaves the files of segments that end unfinished; the returned function finishes them, or
   * finds that they hold no media.
   */
  leaveUnfinished(): (found: 'media' | 'nothing') => void
}

class FakeCapture implements Capture {
  readonly medium: Medium
  readonly platform: FakeHub
  readonly report: (report: CaptureReport) => void
  readonly segments = new Map<number, { startedAt: string | null; ended: boolean }>()
  cutThrough = 0
  #folder = ''

  constructor(platform: FakeHub, medium: Medium, report: (report: CaptureReport) => void) {
    this.platform = platform
    this.medium = medium
    this.report = report
  }

  send(command: CaptureInstruction): void {
    if (command.type === 'capture.cut') this.cut(command.segment, command.discard === true)
    else this.open(command.plan)
  }

  open({ number, folder }: Pick<SegmentPlan, 'number' | 'folder'>): void {
    this.segments.set(number, { startedAt: null, ended: false })
    this.#folder = folder
    const behaviour = this.platform.behaviour[this.medium]
    if (number <= this.cutThrough) this.end(number, 'cut', false)
    else if (behaviour === 'flow') this.flow(number)
    else if (behaviour === 'fail')
      this.end(
        number,
        { code: 'CAPTURE_FAILED', detail: 'The fake fails.', reason: 'captureFailed' },
        false,
      )
  }

  flow(number: number): void {
    this.platform.later(() => {
      const segment = this.segments.get(number)
      if (!segment || segment.ended || segment.startedAt || number <= this.cutThrough) return
      segment.startedAt = new Date().toISOString()
      const { startedAt } = segment
      // Where there is no folder, another disk may be in the place of the recordings.
      mkdirSync(this.#folder, { recursive: true })
      this.report({
        type: 'capture.flowing',
        segment: number,
        startedAt,
        ...this.platform.formatOf(this.medium, number),
      })
    })
  }

  cut(number: number, discard: boolean): void {
    this.cutThrough = Math.max(this.cutThrough, number)
    if (!this.segments.has(number)) return
    this.platform.cuts.push({ medium: this.medium, segment: number, at: Date.now() })
    this.end(number, 'cut', discard)
  }

  end(
    number: number,
    cause: Extract<CaptureReport, { type: 'capture.ended' }>['cause'],
    discard: boolean,
  ): void {
    const segment = this.segments.get(number)
    if (!segment || segment.ended) return
    segment.ended = true
    const description =
      segment.startedAt && !discard
        ? this.platform.factsOf(this.medium, number, segment.startedAt)
        : null
    this.platform.later(() => {
      const unfinished = description !== null && this.platform.unfinished !== undefined
      if (unfinished)
        this.platform.unfinished?.push((found) =>
          this.report({
            ...{ type: 'capture.closed', segment: number },
            description: found === 'media' ? description : null,
            ...(cause === 'cut' ? {} : { fault: { code: cause.code, reason: cause.reason } }),
          }),
        )
      this.report({
        ...{ type: 'capture.ended', segment: number, cause, unfinished },
        description: unfinished ? null : description,
      })
    }, true)
  }

  async dispose(): Promise<void> {
    for (const segment of this.segments.values()) segment.ended = true
  }
}

class FakeHub implements FakePlatform {
  behaviour: Record<Medium, Behaviour> = { mic: 'flow', speaker: 'flow', screen: 'flow' }
  missing = new Set<Medium>()
  readonly cuts: { medium: Medium; segment: number; at: number }[] = []
  isSealed = false
  #captures: FakeCapture[] = []
  #dead = false
  #held: (() => void)[] | undefined
  /** Finishes each file that was left unfinished; undefined while none is. */
  unfinished: ((found: 'media' | 'nothing') => void)[] | undefined

  formatOf(medium: Medium, number: number): SegmentFormat {
    const seal = this.isSealed ? '.age' : ''
    return medium === 'screen'
      ? { container: 'mp4', codec: 'h264', file: `${medium}-${number}.mp4${seal}` }
      : { container: 'ogg', codec: 'opus', file: `${medium}-${number}.ogg${seal}` }
  }

  factsOf(medium: Medium, number: number, startedAt: string): SegmentDescription {
    const endedAt = new Date().toISOString()
    const durationMs = Date.parse(endedAt) - Date.parse(startedAt)
    return {
      medium,
      number,
      startedAt,
      endedAt,
      durationMs,
      bytes: 1000,
      sha256: '0'.repeat(64),
      ...this.formatOf(medium, number),
    }
  }

  get capturing(): number {
    return this.#captures
      .flatMap((capture) => [...capture.segments.values()])
      .filter((segment) => !segment.ended).length
  }

  get capturedMedia(): Medium[] {
    return MEDIA.filter((medium) =>
      this.#captures.some(
        (one) => one.medium === medium && [...one.segments.values()].some(({ ended }) => !ended),
      ),
    )
  }

  later(work: () => void, end = false): void {
    const act = (): void => {
      if (!this.#dead) work()
    }
    if (end && this.#held) this.#held.push(act)
    else setImmediate(act)
  }

  holdEnds(): () => void {
    const held: (() => void)[] = []
    this.#held = held
    return () => {
      this.#held = undefined
      for (const act of held) setImmediate(act)
    }
  }

  leaveUnfinished(): (found: 'media' | 'nothing') => void {
    const files: ((found: 'media' | 'nothing') => void)[] = []
    this.unfinished = files
    return (found) => {
      this.unfinished = undefined
      for (const finish of files) setImmediate(finish, found)
    }
  }

  kill(medium: Medium): boolean {
    for (const capture of this.#captures.filter((one) => one.medium === medium)) {
      for (const [number, { startedAt, ended }] of capture.segments) {
        if (!startedAt || ended) continue
        capture.end(
          number,
          { code: 'CAPTURE_FAILED', detail: 'The fake died.', reason: 'captureFailed' },
          false,
        )
        return true
      }
    }
    return false
  }

  fail(medium: Medium): void {
    for (const capture of this.#captures.filter((one) => one.medium === medium)) {
      for (const [number, { startedAt }] of capture.segments) {
        const cause = {
          code: 'CAPTURE_FAILED',
          detail: 'The fake fails late.',
          reason: 'captureFailed',
        } as const
        if (!startedAt) capture.end(number, cause, false)
      }
    }
  }

  failWithMedia(medium: Medium): void {
    for (const capture of this.#captures.filter((one) => one.medium === medium))
      for (const segment of capture.segments.values())
        if (!segment.ended) segment.startedAt ??= new Date().toISOString()
    this.kill(medium)
  }

  release(medium: Medium): void {
    for (const capture of this.#captures.filter((one) => one.medium === medium)) {
      for (const number of capture.segments.keys()) capture.flow(number)
    }
  }

  warn(medium: Medium, code: WarningCode, present: boolean): void {
    for (const capture of this.#captures.filter((one) => one.medium === medium)) {
      for (const [segment, { startedAt, ended }] of capture.segments)
        if (startedAt && !ended)
          capture.report({
            type: 'capture.warning',
            segment,
            code,
            present,
            detail: `The fake says ${code}.`,
          })
    }
  }

  #flowing(medium: Medium): { capture: FakeCapture; segment: number }[] {
    return this.#captures
      .filter((one) => one.medium === medium)
      .flatMap((capture) =>
        [...capture.segments].flatMap(([segment, { startedAt, ended }]) =>
          startedAt && !ended ? [{ capture, segment }] : [],
        ),
      )
  }

  progress(medium: Medium, bytes: number): void {
    for (const { capture, segment } of this.#flowing(medium))
      capture.report({ type: 'capture.progress', segment, bytes })
  }

  outOfSpace(medium: Medium): void {
    const cause = {
      code: 'STORAGE_FULL',
      detail: 'The fake’s disk is full.',
      reason: 'storageFull',
    } as const
    for (const { capture, segment } of this.#flowing(medium)) capture.end(segment, cause, false)
  }

  die(): void {
    this.#dead = true
  }

  async devices(): Promise<Record<Medium, DeviceList>> {
    const list = (medium: Medium): DeviceList =>
      this.missing.has(medium)
        ? { available: false, reason: 'It was taken away on purpose.', devices: [] }
        : {
            available: true,
            devices: [{ id: `fake-${medium}`, label: `Fake ${medium}`, default: true }],
          }
    return Object.fromEntries(MEDIA.map((medium) => [medium, list(medium)])) as Record<
      Medium,
      DeviceList
    >
  }

  async resolve(medium: Medium, id: string | undefined) {
    if (this.missing.has(medium) || (id && id !== `fake-${medium}`)) {
      throw new RecorderError('DEVICE_UNAVAILABLE', `There is no such ${medium}.`)
    }
    return { id: `fake-${medium}`, label: `Fake ${medium}` }
  }

  capture(medium: Medium, report: (report: CaptureReport) => void): Capture {
    const capture = new FakeCapture(this, medium, report)
    this.#captures.push(capture)
    return capture
  }

  probes: Record<Medium, ProbeResult | 'hang'> = {
    mic: { problem: null, level: { rmsDb: -42, peakDb: -30 }, empty: false, muted: false },
    speaker: { problem: null, level: { rmsDb: -120, peakDb: -120 }, empty: true, muted: false },
    screen: { problem: null, level: null, empty: false, muted: null },
  }
  readonly probed: Medium[] = []
  probing = 0
  encoder: { problem: string | null; version: string | null } = { problem: null, version: '5.1' }

  async probe(medium: Medium, _device: unknown, signal: AbortSignal): Promise<ProbeResult> {
    this.probed.push(medium)
    this.probing++
    const given = this.probes[medium]
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve())
      if (given !== 'hang') setImmediate(resolve)
    })
    this.probing--
    return given === 'hang'
      ? { problem: 'Nothing came.', level: null, empty: false, muted: null }
      : given
  }

  async servers(): Promise<undefined> {}

  async encoderProblem(): Promise<string | null> {
    return this.encoder.problem
  }

  async encoderVersion(): Promise<string | null> {
    return this.encoder.version
  }

  readonly discarded: { medium: Medium; number: number }[] = []

  async discard(_folder: string, segment: { medium: Medium; number: number }): Promise<void> {
    this.discarded.push(segment)
  }

  async salvage(
    _folder: string,
    opened: Parameters<CapturePlatform['salvage']>[1],
  ): Promise<SalvagedSegment> {
    return { description: this.factsOf(opened.medium, opened.number, opened.startedAt) }
  }

  async isLonger(): Promise<boolean> {
    return false
  }
}

/** A platform of fakes that all deliver until told otherwise. */
export function fakePlatform(): FakePlatform {
  return new FakeHub()
}
