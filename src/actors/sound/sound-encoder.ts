import { readPage } from '../../media/ogg.ts'
import { type JoinedPages, PageJoiner } from '../../media/page-joiner.ts'
import { Splitter } from '../../media/splitter.ts'
import {
  type CaptureProblem,
  captureFailed,
  exitProblem,
  lastMessage,
} from '../../platform/capture-problem.ts'
import type { Child, ChildCommand, ChildExit } from '../../processes/child-process.ts'
import { type TerminationStep, terminate } from '../../processes/terminate.ts'
import { writeTogether } from '../../streams/write-together.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { PipelineEvents } from '../segment/pipeline.ts'
import { SpareWatch } from '../spare-watch.ts'
import type { Spares } from '../spares.ts'

/** Most sound that waits for the encoder: five seconds in stereo, longer than any start. */
const PENDING_MAX_BYTES = 1_048_576
/** How long more may wait: sound that was late comes all at once. */
const BEHIND_MAX_MS = 2_000
/** An encoder that gets sound for this long and writes nothing hangs. */
const HANG_MS = 1_000
/** How long a hanging encoder may still write what is left: it may have waited for a processor. */
const HANG_END_MS = 300

/** The parts of a sound encoder. */
export interface SoundEncoderParts {
  env: NodeJS.ProcessEnv
  /** The encoders that have been started in advance. */
  spares: Spares | undefined
  /** Limit of a spare to write its first page, in ms. */
  spareMs: number
  /**
   * Limits of an encoder to write its rest after its input has ended, and then to end after a
   * SIGTERM, in ms.
   */
  endMs: readonly [finish: number, terminate: number]
}

/** The events of a sound encoder. */
export interface SoundEncoderEvents {
  /** Encoded sound, in order. */
  pages(pages: JoinedPages): void
  /** Whether the time of the first sample is known. Encoded sound waits for that. */
  isTimed(): boolean
  problem(problem: CaptureProblem): void
  process: PipelineEvents['process']
}

/**
 * The ffmpeg that turns raw sound into Ogg pages. Sound that is written before it reads waits here.
 */
export class SoundEncoder {
  readonly #parts: SoundEncoderParts
  readonly #events: SoundEncoderEvents
  #child: Child | undefined
  #spareWatch: SpareWatch | undefined
  #isEnding = false
  #isAnchored = false
  #pages = new Splitter(readPage)
  #joiner = new PageJoiner()
  /** Encoded sound that waits until the time of the first sample is known. */
  #held: JoinedPages[] = []
  /** Sound that waits for an encoder, or that no page of the encoder has contained yet. */
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** Since when too much of it waits, by performance.now(). */
  #behindSince: number | undefined
  /** When it first got sound after its last output; undefined when no output is outstanding. */
  #awaitingSince: number | undefined
  #hasSound = false

  constructor(parts: SoundEncoderParts, events: SoundEncoderEvents) {
    this.#parts = parts
    this.#events = events
  }

  /** The time of the first sample is in use and must not change any more. */
  get isAnchored(): boolean {
    return this.#isAnchored
  }

  /**
   * Runs until the program has ended, and reports why. Resolves when all pages are passed on. A
   * spare that is dead or frozen just when it is needed gets a successor with all sound so far.
   */
  async run(command: ChildCommand): Promise<void> {
    if (this.#isEnding && this.#pending.length === 0) return
    let exit = await this.#runOnce(command, this.#parts.spares)
    if (this.#spareWatch && !this.#isAnchored && !this.#isEnding)
      exit = await this.#runOnce(command)
    this.#held.push(...this.#joiner.finish())
    this.passOn()
    this.#events.problem(exitProblem('The encoder', this.#child!, exit))
  }

  /** Encodes raw sound. */
  write(pcm: Buffer): void {
    this.#hasSound = true
    this.#awaitingSince ??= performance.now()
    void this.#spareWatch?.begin()
    const stdin = this.#child?.stdin
    if (stdin) writeTogether(stdin, pcm)
    if (!this.#isAnchored) this.#pending.push(pcm)
    this.#pendingBytes = stdin?.writableLength ?? this.#pendingBytes + pcm.length
    this.#checkPending()
  }

  /** Passes on what is encoded. From the first time on, the time of the first sample is fixed. */
  passOn(): void {
    if (this.#held.length === 0) return
    this.#isAnchored = true
    this.#pending = []
    for (const joined of this.#held) this.#events.pages(joined)
    this.#held = []
  }

  /** No more sound will come: lets it write its rest, and ends it after its limits. */
  end(): void {
    this.#isEnding = true
    if (this.#child) void this.#end(this.#child)
  }

  /** Ends it at once; nothing more of what was written is encoded. */
  kill(): void {
    this.#isEnding = true
    this.#pending = []
    this.#child?.kill('SIGKILL')
  }

  #checkPending(): void {
    if (this.#pendingBytes <= PENDING_MAX_BYTES) {
      this.#behindSince = undefined
      return
    }
    this.#behindSince ??= performance.now()
    if (performance.now() - this.#behindSince > BEHIND_MAX_MS)
      this.#events.problem(captureFailed('The encoder does not keep up.'))
  }

  async #runOnce(command: ChildCommand, spares?: Spares): Promise<ChildExit> {
    this.#pages = new Splitter(readPage)
    this.#joiner = new PageJoiner()
    this.#held = []
    const { env, spareMs } = this.#parts
    const child = startObserved(
      command,
      { env, stdin: 'pipe', onStdout: (chunk) => this.#onOutput(chunk) },
      this.#events.process,
      spares,
    )
    this.#child = child
    this.#spareWatch = spares?.isSpare(child) ? new SpareWatch(child, spareMs) : undefined
    for (const pcm of this.#pending) child.stdin?.write(pcm)
    if (this.#hasSound) void this.#spareWatch?.begin()
    if (this.#isEnding) void this.#end(child)
    return child.exited
  }

  async #end(child: Child): Promise<void> {
    const [finish, ask] = this.#parts.endMs
    // An encoder that got no sound is not waited for.
    if (!this.#hasSound) return void terminate(child)
    const waitedMs = this.#awaitingSince === undefined ? 0 : performance.now() - this.#awaitingSince
    const isHanging = this.#isAnchored && waitedMs > HANG_MS
    const finishMs = isHanging ? HANG_END_MS : finish
    const steps: TerminationStep[] = [{ ask: () => child.stdin?.end(), waitMs: finishMs }]
    if (!isHanging) steps.push({ ask: 'SIGTERM', waitMs: ask })
    await terminate(child, steps)
  }

  #onOutput(chunk: Buffer): void {
    if (this.#spareWatch?.hasKilled) return
    this.#awaitingSince = undefined
    this.#spareWatch?.stop()
    try {
      for (const page of this.#pages.push(chunk)) this.#held.push(...this.#joiner.push(page))
      if (this.#isAnchored || this.#events.isTimed()) this.passOn()
    } catch (error) {
      const detail = `The encoder wrote no Ogg Opus (${(error as Error).message}).${lastMessage(this.#child?.stderr() ?? '')}`
      this.#events.problem(captureFailed(detail))
      this.#child?.kill('SIGKILL')
    }
  }
}
