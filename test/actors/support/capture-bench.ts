import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rememberIdentity } from '../../../lab/unsealed.ts'
import type { Capture, CaptureReport } from '../../../src/actors/capture.ts'
import {
  type CapturePlatformOptions,
  createCapturePlatform,
  type PreparedPlatform,
} from '../../../src/actors/capture-platform.ts'
import type { CapturePlatform } from '../../../src/actors/port.ts'
import { createIdentity } from '../../../src/age/identity.ts'
import type { Logger } from '../../../src/contract/logger.ts'
import type { Device, Medium } from '../../../src/contract/media.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { afterLimit, slowness } from '../../support/machine.ts'

const REPORT_LIMIT_MS = 10_000
/** More than the product's 5 s: what is tested here is not how fast the machine is. */
const FLOW_LIMIT_MS = 20_000

const IDENTITY = createIdentity()
rememberIdentity(IDENTITY)

/** A logger that keeps its lines. */
export function keepingLogger(): Logger & {
  lines: { level: string; fields: object; message: string }[]
} {
  const lines: { level: string; fields: object; message: string }[] = []
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message })
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}

/** A report that a program of a capture runs, or has ended. */
type ProcessReport = Extract<CaptureReport, { type: 'capture.process' }>

/** A capture with everything it reported. */
export class ObservedCapture {
  /** All but those of programs. */
  readonly reports: CaptureReport[] = []
  readonly processes: ProcessReport[] = []
  readonly folder: string
  readonly medium: Medium
  readonly #capture: Capture
  readonly #waiting = new Set<() => void>()

  constructor(platform: CapturePlatform, medium: Medium, folder: string) {
    this.medium = medium
    this.folder = folder
    this.#capture = platform.capture(medium, (report) => {
      if (report.type === 'capture.process') this.processes.push(report)
      else this.reports.push(report)
      for (const check of this.#waiting) check()
    })
  }

  readonly identity = IDENTITY

  open(device: Device, number = 1, retryUntil?: number, quality = resolveQuality()): void {
    const plan = {
      medium: this.medium,
      number,
      folder: this.folder,
      device,
      quality,
      identity: this.identity,
    }
    this.#capture.send({
      type: 'capture.open',
      plan,
      ...(retryUntil === undefined ? {} : { retryUntil }),
    })
  }

  /** Cuts now. Returns the time of the cut. */
  cut(segment = 1, options: { discard?: boolean } = {}): number {
    const at = Date.now()
    this.#capture.send({ type: 'capture.cut', segment, at, ...options })
    return at
  }

  dispose(): Promise<void> {
    return this.#capture.dispose()
  }

  /**
   * Resolves with the first report of a type for a segment, which has come or will come. Waits
   * longer than `limitMs` on a machine that is slower than an idle one.
   */
  next<T extends CaptureReport['type']>(
    type: T,
    segment = 1,
    limitMs = REPORT_LIMIT_MS,
  ): Promise<Extract<CaptureReport, { type: T }>> {
    const found = () =>
      this.reports.find(
        (report): report is Extract<CaptureReport, { type: T }> =>
          report.type === type && (!('segment' in report) || report.segment === segment),
      )
    return new Promise((resolve, reject) => {
      const cancel = afterLimit(limitMs, () => {
        this.#waiting.delete(check)
        const reports = JSON.stringify(this.reportsWithoutLevels())
        reject(new Error(`no ${type} of segment ${segment} within ${limitMs} ms: ${reports}`))
      })
      const check = () => {
        const report = found()
        if (report === undefined) return
        cancel()
        this.#waiting.delete(check)
        resolve(report)
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** The reports without the levels. */
  reportsWithoutLevels(): CaptureReport[] {
    return this.reports.filter(
      (report) => report.type !== 'capture.level' && report.type !== 'capture.picture',
    )
  }
}

/** A platform with a folder of its own and captures that are all disposed of at the end. */
export class CaptureBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'f2f-capture-'))
  readonly logger = keepingLogger()
  readonly #captures: ObservedCapture[] = []

  platform(
    options: Omit<CapturePlatformOptions, 'logger' | 'source'> & {
      source?: CapturePlatformOptions['source']
    },
  ): PreparedPlatform {
    const limits = { flow: FLOW_LIMIT_MS, ...options.limits }
    const platform = createCapturePlatform({
      source: 'devices',
      logger: this.logger,
      ...options,
      limits,
    })
    return {
      ...platform,
      // A sound server on a busy machine may not answer in time: then it is asked again.
      resolve: (medium, id) =>
        platform.resolve(medium, id).catch((error) => {
          if (slowness(3_000) < 2 || !/does not answer/.test(String(error))) throw error
          return platform.resolve(medium, id)
        }),
    }
  }

  capture(
    platform: CapturePlatform,
    medium: Medium,
    folder = mkdtempSync(join(this.folder, `${medium}-`)),
  ): ObservedCapture {
    const capture = new ObservedCapture(platform, medium, join(folder, 'recording'))
    this.#captures.push(capture)
    return capture
  }

  /** Ends all captures so far. */
  async settle(): Promise<void> {
    await Promise.all(this.#captures.splice(0).map((capture) => capture.dispose()))
  }

  async close(): Promise<void> {
    await this.settle()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
