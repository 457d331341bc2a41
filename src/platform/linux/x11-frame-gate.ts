import type { ChildCommand } from '../../processes/child-process.ts'
import { X11Connection } from '../../x11/connection.ts'
import { HeldDisplay } from '../../x11/held-display.ts'
import { PictureChanges } from '../../x11/picture-changes.ts'
import type { FrameGate } from '../frame-gate.ts'
import { UnreportedChanges } from './unreported-changes.ts'

/**
 * A still picture is captured this often, so that a dead capture is noticed, and a kill loses less
 * than a second.
 */
const STILL_MS = 500
/**
 * ffmpeg writes a frame when the next one is there. When a change is the last for this long, a
 * frame more brings its picture to the disk.
 */
const FOLLOW_UP_MS = 250
const FIRST_FRAMES = 2
/** Limit of a display that is asked whether it reports changes. */
const CONNECT_MS = 2_500

/** How to capture through a gate. */
export interface X11FrameGateOptions {
  display: string
  env: NodeJS.ProcessEnv
  framesPerSecond: number
  /** The helper that captures a display of this name. */
  command: (display: string) => ChildCommand
}

/**
 * The gate of an X display. x11grab asks for each frame, and waits until the picture has changed or
 * half a second is over. Each change is on a frame at most one frame interval later.
 */
export class X11FrameGate implements FrameGate {
  readonly command: ChildCommand
  readonly env: NodeJS.ProcessEnv
  readonly #display: HeldDisplay
  readonly #intervalMs: number
  readonly #begin: () => void
  /** Undefined while it is not known whether the display reports changes, and if it does not. */
  #changes: PictureChanges | undefined
  #connection: X11Connection | undefined
  #isRequested = false
  #isPassing = false
  #isOpen = false
  #isOver = false
  #hasChanged = true
  /** The newest change is on the last frame, which ffmpeg has not written yet. */
  #owesFollowUp = false
  /** The first two frames pass at once: media flow when there is a second one. */
  #passed = 0
  #timer: NodeJS.Timeout | undefined
  /** By performance.now(), like all that follow. */
  #lastFrameAt = 0
  /** Before this time no frame may pass. */
  #dueAt = 0
  #unreported = new UnreportedChanges(0)

  /** Makes a gate; undefined when there is none for this display. Never rejects. */
  static async make(options: X11FrameGateOptions): Promise<X11FrameGate | undefined> {
    const { display, env } = options
    const held = await HeldDisplay.open(display, env).catch(() => undefined)
    return held && new X11FrameGate(held, options)
  }

  private constructor(
    held: HeldDisplay,
    { display, env, framesPerSecond, command }: X11FrameGateOptions,
  ) {
    this.#display = held
    this.#intervalMs = 1_000 / framesPerSecond
    this.command = command(held.name)
    this.env = { ...env, XAUTHORITY: held.authority }
    held.onRequest = () => {
      this.#isRequested = true
      this.#consider()
    }
    this.#begin = () => void this.#watch(display, env)
  }

  get isUsed(): boolean {
    return this.#display.isUsed
  }

  begin(): void {
    this.#unreported = new UnreportedChanges(performance.now())
    this.#display.begin()
    this.#begin()
  }

  observeFrame(bytes: number): void {
    if (this.#unreported.observeFrame(bytes, performance.now())) this.open()
  }

  open(): boolean {
    this.#isOpen = true
    const isHeld = this.#isRequested
    // Does not wait for a display that may no longer answer.
    if (isHeld) this.#pass()
    return isHeld
  }

  stop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#connection?.close()
    this.#display.close()
  }

  /** Lets everything pass where changes cannot be watched. */
  async #watch(display: string, env: NodeJS.ProcessEnv): Promise<void> {
    try {
      const connection = await X11Connection.open(display, env, CONNECT_MS)
      this.#connection = connection
      if (this.#isOver) return connection.close()
      const changes = await PictureChanges.watch(connection)
      if (changes === undefined) return connection.close()
      changes.onChange = () => {
        this.#hasChanged = true
        this.#unreported.observeReport(performance.now())
        this.#consider()
      }
      this.#changes = changes
      await connection.closed
      this.open()
    } catch {
      this.open()
    }
  }

  /** Lets the requested frame pass if it is time, or looks again later. */
  #consider(): void {
    if (!this.#isRequested || this.#isPassing || this.#isOver) return
    clearTimeout(this.#timer)
    const now = performance.now()
    const changes = this.#isOpen ? undefined : this.#changes
    const isWanted = changes === undefined || this.#hasChanged || this.#passed < FIRST_FRAMES
    const stillMs = this.#owesFollowUp ? FOLLOW_UP_MS : STILL_MS
    const waitMs = Math.max(this.#dueAt, isWanted ? 0 : this.#lastFrameAt + stillMs) - now
    if (waitMs > 0 && isWanted) this.#timer = setTimeout(() => this.#consider(), waitMs)
    else if (waitMs > 0)
      this.#timer = setTimeout(() => void this.#checkPointer(), Math.min(this.#intervalMs, waitMs))
    else if (changes === undefined) this.#pass()
    else void this.#passWhenArmed(changes)
  }

  async #checkPointer(): Promise<void> {
    // A connection that ends opens the gate.
    await this.#changes?.checkPointer().catch(() => {})
    this.#consider()
  }

  /** Lets a frame pass, and makes sure that all that changes after it is reported. */
  async #passWhenArmed(changes: PictureChanges): Promise<void> {
    this.#isPassing = true
    this.#owesFollowUp = this.#hasChanged
    this.#hasChanged = false
    await changes.rearm().catch(() => {})
    this.#isPassing = false
    if (this.#isRequested) this.#pass()
  }

  #pass(): void {
    const now = performance.now()
    this.#isRequested = false
    this.#passed++
    this.#lastFrameAt = now
    // Keeps the average rate, although timers are late. The second frame may come at once.
    const soonest = this.#passed < FIRST_FRAMES ? now : now + this.#intervalMs / 2
    this.#dueAt = Math.max(this.#dueAt + this.#intervalMs, soonest)
    this.#display.pass()
  }
}
