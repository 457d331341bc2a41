/**
 * Composes files on request. Each file is made once, shared by all who wait for it, kept in the
 * cache, and cancelled when no client waits any more.
 */
import { join } from 'node:path'
import { EventEmitter } from 'eventemitter3'
import { RecorderError } from '../contract/errors.ts'
import type { SegmentDescription } from '../contract/events.ts'
import { build } from './build.ts'
import type { BuildContext } from './build-context.ts'
import { Cache } from './cache.ts'
import {
  type ComposableRecording,
  type CompositionPlan,
  planComposition,
} from './composition-plan.ts'
import { toExportError } from './export-error.ts'
import type {
  ComposedFile,
  CompositionPort,
  CompositionProgress,
  CompositionRequest,
  SegmentIndex,
} from './port.ts'
import { createProgressReporter } from './progress-reporter.ts'
import { type RecordingSource, readQuality, readSegments } from './recording-source.ts'
import { createSegmentIndexes } from './segment-indexes.ts'
import { createSegmentPeaks } from './segment-peaks.ts'
import type { SegmentResults } from './segment-results.ts'
import { Semaphore } from './semaphore.ts'
import { createTools, type Tools } from './tools.ts'
import { waitUntilFinished } from './wait-until-finished.ts'

const LIMITS = { totalBytes: 20_000_000_000, builds: 2, finishMs: 5_000 }
/** Beside the recorded media: cards, silence, tables of the container. */
const OVERHEAD_BYTES_A_SECOND = 2_000
const AAC_BYTES_A_SECOND = 16_000

/** How to open a composer. */
export interface ComposerOptions {
  recordings: RecordingSource
  /** Folder of the composed files. It exists already. */
  folder: string
  /** Path of ffmpeg from the configuration; else it is looked for. */
  ffmpegPath?: string | undefined
  env: NodeJS.ProcessEnv
  /** Version of the recorder. */
  version: string
  /** Receives internal errors. Clients see less of them. */
  onFault: (what: string, error: unknown) => void
  /** Reserve: bytes to keep free on the disk. */
  reserveBytes: number
  /** The recorder's time (epoch ms), by which recordings end. Default: the system clock's. */
  now?: () => number
  limits?: Partial<typeof LIMITS>
  /** Default: the tools of this computer. */
  tools?: Tools
}

interface Build {
  file: Promise<ComposedFile>
  cancel: AbortController
  waiters: number
}

/** See {@link CompositionPort}. */
export class Composer implements CompositionPort {
  readonly #options: ComposerOptions
  readonly #tools: Tools
  readonly #cache: Cache
  readonly #slots: Semaphore
  readonly #peaks: SegmentResults<Buffer>
  readonly #indexes: SegmentResults<SegmentIndex>
  readonly #builds = new Map<string, Build>()
  readonly #progress = new EventEmitter<{ progress: [CompositionProgress] }>()
  readonly #closing = new AbortController()
  readonly #limits: typeof LIMITS
  #cleanup: Promise<void> | undefined

  private constructor(options: ComposerOptions) {
    this.#limits = { ...LIMITS, ...options.limits }
    this.#options = options
    this.#tools = options.tools ?? createTools(options)
    this.#cache = new Cache(
      options.folder,
      { ...this.#limits, reserveBytes: options.reserveBytes },
      options.onFault,
    )
    this.#slots = new Semaphore(this.#limits.builds)
    this.#peaks = createSegmentPeaks({
      tools: this.#tools,
      slots: this.#slots,
      signal: this.#closing.signal,
    })
    this.#indexes = createSegmentIndexes(this.#closing.signal)
  }

  /**
   * Opens the folder and removes the unfinished files in it. Never rejects: a folder that cannot be
   * used prevents no recording.
   */
  static async open(options: ComposerOptions): Promise<Composer> {
    const composer = new Composer(options)
    await composer
      .#removeUnfinished()
      .catch((error) => options.onFault('removing unfinished exports', error))
    return composer
  }

  /**
   * Removes unfinished files once, before the first build, so that it never removes a file being
   * made. Every build tries again until it has succeeded.
   */
  #removeUnfinished(): Promise<void> {
    this.#cleanup ??= this.#cache.removeUnfinished().catch((error) => {
      this.#cleanup = undefined
      throw error
    })
    return this.#cleanup
  }

  /** Removes all finished files, to leave their space to recording. Never rejects. */
  clearCache(): Promise<void> {
    return this.#cache.clear()
  }

  ffmpegPath(): Promise<string | null> {
    return this.#tools.ffmpeg().catch(() => null)
  }

  onProgress(listener: (progress: CompositionProgress) => void): () => void {
    this.#progress.on('progress', listener)
    return () => this.#progress.off('progress', listener)
  }

  async compose(
    recording: ComposableRecording,
    request: CompositionRequest,
    signal: AbortSignal,
  ): Promise<ComposedFile> {
    const { recordings, version } = this.#options
    const { id } = recording
    const finished = await waitUntilFinished(
      recording,
      () => recordings.recording(id, 'api'),
      this.#limits.finishMs,
      AbortSignal.any([signal, this.#closing.signal]),
      this.#options.now,
    )
    const segments = await readSegments(recordings, id)
    const plan = planComposition(finished, segments, request, version)
    signal.throwIfAborted()
    return this.#joinOrStart(plan, signal)
  }

  peaks(recordingId: string, segment: SegmentDescription): Promise<Buffer> {
    return this.#peaks.of(segment, this.#options.recordings.file(recordingId, segment.file))
  }

  index(recordingId: string, segment: SegmentDescription): Promise<SegmentIndex> {
    return this.#indexes.of(segment, this.#options.recordings.file(recordingId, segment.file))
  }

  /** Ends all builds. Resolves when no process is left. */
  async close(): Promise<void> {
    this.#closing.abort(closing())
    const builds = [...this.#builds.values()]
    for (const { cancel } of builds) cancel.abort(closing())
    await Promise.all([
      ...builds.map(({ file }) => file.catch(() => {})),
      this.#peaks.settled(),
      this.#indexes.settled(),
    ])
  }

  async #joinOrStart(plan: CompositionPlan, signal: AbortSignal): Promise<ComposedFile> {
    const id = `${plan.recordingId}/${plan.name}/${plan.key}`
    const running = this.#builds.get(id)
    if (running && !running.cancel.signal.aborted) return this.#wait(running, signal)
    // A cancelled build cleans up before the same file is built again.
    await running?.file.catch(() => {})
    this.#closing.signal.throwIfAborted()
    return this.#wait(this.#builds.get(id) ?? this.#start(id, plan), signal)
  }

  #start(id: string, plan: CompositionPlan): Build {
    const cancel = new AbortController()
    const file = this.#getOrBuild(plan, cancel.signal).finally(() => this.#builds.delete(id))
    // Waiters get the rejection. There may be none left, which must not end the process.
    file.catch(() => {})
    const started = { file, cancel, waiters: 0 }
    this.#builds.set(id, started)
    return started
  }

  async #wait(running: Build, signal: AbortSignal): Promise<ComposedFile> {
    running.waiters++
    let abort = (): void => {}
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort)
      if (signal.aborted) abort()
    })
    try {
      return await Promise.race([running.file, aborted])
    } finally {
      signal.removeEventListener('abort', abort)
      running.waiters--
      if (running.waiters === 0) running.cancel.abort(new Error('no client waits any more'))
    }
  }

  async #getOrBuild(plan: CompositionPlan, signal: AbortSignal): Promise<ComposedFile> {
    const report = createProgressReporter(plan, (one) => this.#progress.emit('progress', one))
    try {
      const cached = await this.#cache.get(plan)
      if (cached) return cached
      const releaseSlot = await this.#slots.acquire(signal)
      try {
        report(0, 'building')
        const file = await this.#build(plan, signal, (part) => report(100 * part, 'building'))
        report(100, 'done')
        return file
      } finally {
        releaseSlot()
      }
    } catch (error) {
      report(0, signal.aborted ? 'cancelled' : 'failed')
      if (signal.aborted) throw signal.reason
      const failure = toExportError(error)
      this.#options.onFault(`composing ${plan.name} of ${plan.recordingId}`, failure)
      throw failure
    }
  }

  async #build(
    plan: CompositionPlan,
    signal: AbortSignal,
    progress: (part: number) => void,
  ): Promise<ComposedFile> {
    await this.#removeUnfinished()
    const releaseClaim = await this.#cache.claim(estimateBytes(plan))
    try {
      return await this.#buildIn(await this.#cache.createWorkFolder(), plan, signal, progress)
    } finally {
      releaseClaim()
    }
  }

  async #buildIn(
    { folder, release }: Awaited<ReturnType<Cache['createWorkFolder']>>,
    plan: CompositionPlan,
    signal: AbortSignal,
    progress: (part: number) => void,
  ): Promise<ComposedFile> {
    const { recordings, version } = this.#options
    try {
      const path = join(folder, `composed.${plan.container}.part`)
      const quality = await readQuality(recordings, plan.recordingId)
      const context: BuildContext = {
        tools: this.#tools,
        signal,
        folder,
        path: ({ file }) => recordings.file(plan.recordingId, file),
        progress,
      }
      await build(plan, path, { quality, version }, context)
      signal.throwIfAborted()
      return await this.#cache.put(plan, path, signal)
    } finally {
      await release().catch((error) => this.#options.onFault('cleaning up after composing', error))
    }
  }
}

/** Estimates the most bytes that the file and its working files take. */
function estimateBytes({ segments, timeline, request, sounds }: CompositionPlan): number {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  const sound = segments
    .filter(({ medium }) => medium !== 'screen')
    .reduce((sum, segment) => sum + segment.bytes, 0)
  const seconds = timeline.durationMs / 1_000
  const mixed = request.kind === 'export' && request.audio === 'mix' && sounds.length > 0
  return Math.ceil(
    bytes + sound + seconds * (2 * OVERHEAD_BYTES_A_SECOND + (mixed ? AAC_BYTES_A_SECOND : 0)),
  )
}

const closing = (): RecorderError => new RecorderError('NOT_READY', 'The recorder is ending.')
