import { type Fragment, FragmentAssembler, readBox, shortenFragment } from '../media/fmp4.ts'
import { Splitter } from '../media/splitter.ts'
import { type Child, type ChildCommand, startChild } from './child-process.ts'
import type { EndCause, Pipeline, PipelineEvents } from './pipeline.ts'
import { captureFailed, deathOf, lastWords, problemOf } from './problem.ts'
import { terminate } from './terminate.ts'

/** How long frames wait for the time of the first one to be read from ffmpeg's messages. */
const ANCHOR_WAIT_MS = 250
/** ffmpeg's dump of an input with a wall clock (x11grab, gdigrab): epoch seconds. Others count from something else. */
const INPUT_START = /start: (-?\d+\.\d+|N\/A)/
const EPOCH_SECONDS_MIN = 1e9

/** What a screen pipeline is made of. */
export interface ScreenPipelineParts {
  /** Delivers fragmented MP4 on stdout, one fragment a frame. */
  command: Promise<ChildCommand>
  env: NodeJS.ProcessEnv
  /** How ffmpeg is asked to finish, and how long it has. */
  quit: 'SIGINT' | 'q'
  quitMs: number
}

/**
 * A screen: one ffmpeg grabs and encodes; its MP4 is taken apart here into frames, so that it can be cut at a frame.
 * A fragment comes when the next frame is there, so the one on screen at a cut always comes after it, and is shortened.
 */
export class ScreenPipeline implements Pipeline {
  readonly ended: Promise<EndCause>
  startedAtMs: number | undefined
  readonly #parts: ScreenPipelineParts
  readonly #events: PipelineEvents
  readonly #boxes = new Splitter(readBox)
  readonly #assembler = new FragmentAssembler()
  #child: Child | undefined
  #cause: EndCause | undefined
  #messages = ''
  /** The input says that it does not tell the wall-clock time. */
  #hasNoClock = false
  #waiting: Fragment[] = []
  #anchorTimer: NodeJS.Timeout | undefined
  #init: Buffer | undefined
  #firstTick = 0

  constructor(parts: ScreenPipelineParts, events: PipelineEvents) {
    this.#parts = parts
    this.#events = events
    this.ended = this.#run().then(() => this.#cause!)
  }

  async #run(): Promise<void> {
    let command: ChildCommand
    try {
      command = await this.#parts.command
    } catch (error) {
      return this.end({ kind: 'problem', problem: problemOf(error) })
    }
    if (this.#cause) return
    const child = startChild(command, {
      env: this.#parts.env,
      stdin: this.#parts.quit === 'q' ? 'pipe' : 'ignore',
      onStdout: (chunk) => this.#take(chunk),
      onStderr: (text) => this.#readAnchor(text),
    })
    this.#child = child
    const exit = await child.exited
    this.#giveUpClock()
    this.end({ kind: 'problem', problem: deathOf('the screen capture', child, exit) })
  }

  end(cause: EndCause): void {
    if (this.#cause) return
    this.#cause = cause
    const child = this.#child
    if (child === undefined) return
    const ask = this.#parts.quit === 'q' ? () => child.stdin?.end('q') : ('SIGINT' as const)
    // Before the first frame there is nothing to finish.
    void terminate(child, this.startedAtMs === undefined ? [] : [{ ask, waitMs: this.#parts.quitMs }])
  }

  kill(): void {
    this.end({ kind: 'cut', at: Date.now() })
    this.#child?.kill('SIGKILL')
  }

  #readAnchor(text: string): void {
    if (this.startedAtMs !== undefined || this.#hasNoClock) return
    this.#messages = (this.#messages + text).slice(-4_096)
    const start = INPUT_START.exec(this.#messages)?.[1]
    if (start === undefined) return
    this.#hasNoClock = !(Number(start) >= EPOCH_SECONDS_MIN)
    if (!this.#hasNoClock) this.startedAtMs = Number(start) * 1_000
    this.#release()
  }

  #take(chunk: Buffer): void {
    try {
      for (const box of this.#boxes.push(chunk)) {
        const fragment = this.#assembler.take(box)
        if (fragment) this.#waiting.push(fragment)
      }
      this.#release()
    } catch (error) {
      const said = lastWords(this.#child?.stderr() ?? '')
      const detail = `the screen capture wrote no MP4 (${(error as Error).message})${said ? `: ${said}` : ''}`
      this.end({ kind: 'problem', problem: captureFailed(detail) })
      this.#child?.kill('SIGKILL')
    }
  }

  #giveUpClock(): void {
    this.#hasNoClock = true
    this.#release()
  }

  /** For inputs that do not tell their wall-clock time: a fragment comes when its frame is over, so the first began this long ago. */
  #waitingMs(): number {
    return this.#ms(this.#waiting.reduce((sum, fragment) => sum + fragment.duration, 0))
  }

  #ms(ticks: number): number {
    return (ticks / this.#assembler.timescale!) * 1_000
  }

  /** Gives on what waits, once the time of the first frame is known. */
  #release(): void {
    if (this.startedAtMs === undefined && this.#waiting.length > 0) {
      if (this.#hasNoClock) this.startedAtMs = Date.now() - this.#waitingMs()
      else this.#anchorTimer ??= setTimeout(() => this.#giveUpClock(), ANCHOR_WAIT_MS)
    }
    if (this.startedAtMs === undefined) return
    clearTimeout(this.#anchorTimer)
    const startedAtMs = this.startedAtMs
    const cutMs = this.#cause?.kind === 'cut' ? this.#cause.at - startedAtMs : Number.POSITIVE_INFINITY
    for (const fragment of this.#waiting) {
      if (this.#init === undefined) this.#firstTick = fragment.start
      const startMs = this.#ms(fragment.start - this.#firstTick)
      if (startMs > cutMs) continue
      if (startMs + this.#ms(fragment.duration) > cutMs) {
        fragment.duration = Math.max(1, Math.floor(((cutMs - startMs) / 1_000) * this.#assembler.timescale!))
        shortenFragment(fragment.moof, fragment.duration)
      }
      const bytes = [fragment.moof, fragment.mdat]
      if (this.#init === undefined) {
        this.#init = this.#assembler.init
        bytes.unshift(this.#init)
      }
      this.#events.unit({
        bytes: Buffer.concat(bytes),
        endMs: this.#ms(fragment.start - this.#firstTick + fragment.duration),
      })
    }
    this.#waiting = []
  }
}
