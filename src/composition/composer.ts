/**
 * Composed files for whoever asks: each made once, shared while it is made, kept, and given up when
 * nobody waits any more.
 */
import { join } from 'node:path'
import { EventEmitter } from 'eventemitter3'
import { RecorderError } from '../contract/errors.ts'
import { build } from './build.ts'
import { Cache } from './cache.ts'
import { failureOf } from './failure.ts'
import { finished } from './finished.ts'
import { type Composable, type Plan, planOf } from './plan.ts'
import type {
  ComposedFile,
  CompositionPort,
  CompositionProgress,
  CompositionRequest,
} from './port.ts'
import type { Sources, Tools, Work } from './tools.ts'
import { Turns } from './turns.ts'

const LIMITS = { totalBytes: 20_000_000_000, builds: 2, finishMs: 5_000 }
/** Beside the recorded media: cards, silence, tables of the container. */
const OVERHEAD_BYTES_A_SECOND = 2_000
const AAC_BYTES_A_SECOND = 16_000

/** The parts that a composer works with. */
export interface ComposerOptions {
  tools: Tools
  sources: Sources
  /** Where composed files are kept; there already. */
  folder: string
  /** Version of the recorder. */
  version: string
  /** Called with what went wrong inside; the client is told less. */
  onFault: (what: string, error: unknown) => void
  /** Reserve: bytes to keep free on the disk. */
  reserveBytes: number
  limits?: Partial<typeof LIMITS>
}

interface Build {
  file: Promise<ComposedFile>
  cancel: AbortController
  waiters: number
}

/** See {@link CompositionPort}. */
export class Composer implements CompositionPort {
  readonly #options: ComposerOptions
  readonly #cache: Cache
  readonly #turns: Turns
  readonly #builds = new Map<string, Build>()
  readonly #progress = new EventEmitter<{ progress: [CompositionProgress] }>()
  readonly #ending = new AbortController()
  readonly #limits: typeof LIMITS
  #tidied: Promise<void> | undefined

  private constructor(options: ComposerOptions) {
    this.#limits = { ...LIMITS, ...options.limits }
    this.#options = options
    this.#cache = new Cache(
      options.folder,
      { ...this.#limits, reserveBytes: options.reserveBytes },
      options.onFault,
    )
    this.#turns = new Turns(this.#limits.builds)
  }

  /**
   * Opens the folder and removes what was left half-made in it. What cannot be done there keeps
   * nobody from recording.
   */
  static async open(options: ComposerOptions): Promise<Composer> {
    const composer = new Composer(options)
    await composer
      .#tidy()
      .catch((error) => options.onFault('tidying up the folder of exports', error))
    return composer
  }

  /**
   * Before anything is made: what is removed is never what is being made. Tried again by whoever
   * wants a file.
   */
  #tidy(): Promise<void> {
    this.#tidied ??= this.#cache.tidy().catch((error) => {
      this.#tidied = undefined
      throw error
    })
    return this.#tidied
  }

  /**
   * Removes all finished files, for what records needs their room: they can be made again. Never
   * rejects.
   */
  giveWay(): Promise<void> {
    return this.#cache.giveWay()
  }

  onProgress(listener: (progress: CompositionProgress) => void): () => void {
    this.#progress.on('progress', listener)
    return () => this.#progress.off('progress', listener)
  }

  async compose(
    recording: Composable,
    request: CompositionRequest,
    signal: AbortSignal,
  ): Promise<ComposedFile> {
    const { sources, version } = this.#options
    const ends = AbortSignal.any([signal, this.#ending.signal])
    const whole = await finished(
      recording,
      () => sources.recording(recording.id),
      this.#limits.finishMs,
      ends,
    )
    const plan = planOf(whole, await sources.segments(recording.id), request, version)
    signal.throwIfAborted()
    const id = `${plan.recordingId}/${plan.name}/${plan.key}`
    const running = this.#builds.get(id)
    if (running && !running.cancel.signal.aborted) return this.#wait(running, signal)
    // One that was given up must have tidied up before it begins anew.
    await running?.file.catch(() => {})
    this.#ending.signal.throwIfAborted()
    const begun = this.#builds.get(id) ?? this.#begin(id, plan)
    return this.#wait(begun, signal)
  }

  /** Ends everything that is being made; resolves when no process is left. */
  async close(): Promise<void> {
    this.#ending.abort(ending())
    const builds = [...this.#builds.values()]
    for (const { cancel } of builds) cancel.abort(ending())
    await Promise.all(builds.map(({ file }) => file.catch(() => {})))
  }

  #begin(id: string, plan: Plan): Build {
    const cancel = new AbortController()
    const file = this.#make(plan, cancel.signal).finally(() => this.#builds.delete(id))
    // Whoever waits is told; it may be that nobody does any more.
    file.catch(() => {})
    const begun = { file, cancel, waiters: 0 }
    this.#builds.set(id, begun)
    return begun
  }

  async #wait(running: Build, signal: AbortSignal): Promise<ComposedFile> {
    running.waiters++
    let leave = (): void => {}
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason)
      signal.addEventListener('abort', leave)
      if (signal.aborted) leave()
    })
    try {
      return await Promise.race([running.file, left])
    } finally {
      signal.removeEventListener('abort', leave)
      running.waiters--
      if (running.waiters === 0) running.cancel.abort(new Error('nobody waits any more'))
    }
  }

  async #make(plan: Plan, signal: AbortSignal): Promise<ComposedFile> {
    const tell = this.#teller(plan)
    try {
      const kept = await this.#cache.find(plan)
      if (kept) return kept
      const done = await this.#turns.take(signal)
      try {
        tell(0, 'building')
        const file = await this.#build(plan, signal, (part) => tell(100 * part, 'building'))
        tell(100, 'done')
        return file
      } finally {
        done()
      }
    } catch (error) {
      tell(0, signal.aborted ? 'cancelled' : 'failed')
      if (signal.aborted) throw signal.reason
      const failure = failureOf(error)
      this.#options.onFault(`composing ${plan.name} of ${plan.recordingId}`, failure)
      throw failure
    }
  }

  async #build(
    plan: Plan,
    signal: AbortSignal,
    progress: (part: number) => void,
  ): Promise<ComposedFile> {
    await this.#tidy()
    const giveBack = await this.#cache.claim(bytesOf(plan))
    try {
      return await this.#buildIn(await this.#cache.workFolder(), plan, signal, progress)
    } finally {
      giveBack()
    }
  }

  async #buildIn(
    { folder, release }: Awaited<ReturnType<Cache['workFolder']>>,
    plan: Plan,
    signal: AbortSignal,
    progress: (part: number) => void,
  ): Promise<ComposedFile> {
    const { tools, sources, version } = this.#options
    try {
      const path = join(folder, `composed.${plan.container}.part`)
      const quality = await sources.quality(plan.recordingId)
      const pathOf: Work['path'] = ({ file }) => sources.file(plan.recordingId, file)
      await build(
        plan,
        path,
        { quality, version },
        { tools, signal, folder, path: pathOf, progress },
      )
      signal.throwIfAborted()
      return await this.#cache.keep(plan, path, signal)
    } finally {
      await release().catch((error) => this.#options.onFault('tidying up after composing', error))
    }
  }

  /** Tells of each whole percent once. */
  #teller({
    recordingId,
    request,
  }: Plan): (percent: number, state: CompositionProgress['state']) => void {
    const { kind, ...choices } = request.kind === 'track' ? { kind: request.medium } : request
    let told = -1
    return (exact, state) => {
      const percent =
        state === 'building'
          ? Math.max(told, Math.floor(exact))
          : state === 'done'
            ? 100
            : Math.max(0, told)
      if (state === 'building' && percent === told) return
      told = percent
      const at = new Date().toISOString()
      this.#progress.emit('progress', { recordingId, kind, ...choices, percent, state, at })
    }
  }
}

/** Estimates the bytes that the file and the work for it take at most. */
function bytesOf({ segments, timeline, request, sounds }: Plan): number {
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

const ending = (): RecorderError => new RecorderError('NOT_READY', 'The recorder is ending.')
