/**
 * Composes files on request. Each file is made once, shared by all who wait for it, kept in the
 * cache, and cancelled when no client waits any more.
 */
import { join } from 'node:path'
import { EventEmitter } from 'eventemitter3'
import { erasedError } from '../contract/erased.ts'
import { RecorderError } from '../contract/errors.ts'
import type { SegmentDescription } from '../contract/events.ts'
import { unlessAborted } from '../time/unless-aborted.ts'
import { build } from './building/build.ts'
import type { BuildContext } from './building/build-context.ts'
import { createTools, type Tools } from './building/tools.ts'
import { Cache } from './cache.ts'
import { toExportError } from './export-error.ts'
import {
  type ComposableRecording,
  type CompositionPlan,
  planComposition,
} from './plan/composition-plan.ts'
import { estimateBytes } from './plan/estimate-bytes.ts'
import type {
  ComposedFile,
  CompositionPort,
  CompositionProgress,
  CompositionRequest,
  SegmentIndex,
} from './port.ts'
import { createProgressReporter } from './progress-reporter.ts'
import { type RecordingSource, readQuality, readSegments } from './segments/recording-source.ts'
import { createSegmentIndexes } from './segments/segment-indexes.ts'
import { createSegmentPeaks } from './segments/segment-peaks.ts'
import type { OpenSegment, SegmentResults } from './segments/segment-results.ts'
import { Semaphore } from './semaphore.ts'
import { SharedBuilds } from './shared-builds.ts'
import { waitUntilFinished } from './wait-until-finished.ts'

const LIMITS = { totalBytes: 20_000_000_000, builds: 2, finishMs: 5_000 }

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

/** See {@link CompositionPort}. */
export class Composer implements CompositionPort {
  readonly #options: ComposerOptions
  readonly #tools: Tools
  readonly #cache: Cache
  readonly #slots: Semaphore
  readonly #peaks: SegmentResults<Buffer>
  readonly #indexes: SegmentResults<SegmentIndex>
  readonly #progress = new EventEmitter<{ progress: [CompositionProgress] }>()
  readonly #closing = new AbortController()
  readonly #builds = new SharedBuilds<ComposedFile>(this.#closing.signal)
  readonly #limits: typeof LIMITS
  #cleanup: Promise<void> | undefined

  private constructor(options: ComposerOptions) {
    this.#limits = { ...LIMITS, ...options.limits }
    this.#options = options
    this.#tools = options.tools ?? createTools(options)
    this.#cache = new Cache(
      options.folder,
      { ...this.#limits, reserveBytes: options.reserveBytes },
      { onFault: options.onFault, identityOf: (id) => options.recordings.compositionIdentity(id) },
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
    if (recording.erased !== null) throw erasedError(id)
    const finishing = waitUntilFinished(
      recording,
      () => recordings.recording(id, 'api'),
      this.#limits.finishMs,
      signal,
      this.#options.now,
    )
    // AbortSignal.any() would leave something at a signal that lives as long as the daemon.
    const finished = await unlessAborted(finishing, this.#closing.signal)
    const segments = await readSegments(recordings, id)
    const plan = planComposition(finished, segments, request, version)
    signal.throwIfAborted()
    const key = `${plan.recordingId}/${plan.name}/${plan.key}`
    return this.#builds.of(key, (cancelled) => this.#getOrBuild(plan, cancelled), signal)
  }

  peaks(recordingId: string, segment: SegmentDescription): Promise<Buffer> {
    return this.#peaks.of(recordingId, segment, this.#opener(recordingId))
  }

  index(recordingId: string, segment: SegmentDescription): Promise<SegmentIndex> {
    return this.#indexes.of(recordingId, segment, this.#opener(recordingId))
  }

  /**
   * Ends what is being made of a recording and removes all that was made of it: it is being erased.
   * Resolves when the files are gone; rejects when one cannot be removed. Idempotent.
   */
  async forget(recordingId: string): Promise<void> {
    this.#peaks.forget(recordingId)
    this.#indexes.forget(recordingId)
    await this.#builds.cancel(`${recordingId}/`, erasedError(recordingId))
    await this.#cache.forget(recordingId)
  }

  /** Ends all builds. Resolves when no process is left. */
  async close(): Promise<void> {
    this.#closing.abort(closing())
    await Promise.all([
      this.#builds.cancel('', closing()),
      this.#peaks.settled(),
      this.#indexes.settled(),
    ])
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

  #opener(recordingId: string): OpenSegment {
    return (segment) => this.#options.recordings.openMedia(recordingId, segment)
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
      const path = join(folder, `composed.${plan.container}.age`)
      const quality = await readQuality(recordings, plan.recordingId)
      const context: BuildContext = {
        tools: this.#tools,
        signal,
        folder,
        identity: await recordings.compositionIdentity(plan.recordingId),
        open: this.#opener(plan.recordingId),
        progress,
      }
      const sha256 = await build(plan, path, { quality, version }, context)
      // It may have been erased in the meantime.
      await recordings.compositionIdentity(plan.recordingId)
      signal.throwIfAborted()
      return await this.#cache.put(plan, path, sha256)
    } finally {
      await release().catch((error) => this.#options.onFault('cleaning up after composing', error))
    }
  }
}

const closing = (): RecorderError => new RecorderError('NOT_READY', 'The recorder is ending.')
