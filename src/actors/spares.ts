import { statSync } from 'node:fs'
import type { KeepReady } from '../contract/configuration.ts'
import type { CaptureHelper } from '../platform/capture-backend.ts'
import type { FrameGate } from '../platform/frame-gate.ts'
import {
  type Child,
  type ChildCommand,
  type ChildOptions,
  startChild,
} from '../processes/child-process.ts'
import { findProgram } from '../processes/find-program.ts'
import { terminate } from '../processes/terminate.ts'
import { SpareQueue } from './spare-queue.ts'

/** A spare that dies is replaced after this time, and twice as long after each further death. */
const REPLACE_FIRST_MS = 1_000
const REPLACE_MAX_MS = 60_000

/**
 * After this time a spare ends that nobody uses, unless spares are always kept: longer than most
 * pauses. Three spares take some 45 MB.
 */
const KEPT_MS = 600_000

/** How to start a spare. Its output is passed on once it is in use. */
type SpareOptions = Pick<ChildOptions, 'env' | 'stdin'> & { descriptors?: number }

interface Spare {
  key: string
  child: Child
  /** Receives the output once the spare is in use. */
  use(options: ChildOptions): void
}

/**
 * Programs that have been started in advance, because starting them is most of the time of a start.
 * A spare waits for its input and holds no device. It belongs to no recording before it is used, so
 * nothing reports it. Each slot keeps one.
 */
export class Spares {
  readonly #keepReady: () => KeepReady
  readonly #spares = new Map<string, Spare>()
  /** How many captures of a slot there are. */
  readonly #captures = new Map<string, number>()
  readonly #used = new WeakSet<Child>()
  readonly #queue = new SpareQueue()
  readonly #gates = new Map<string, { key: string; gate: FrameGate }>()
  /** The end of the time of each slot's spare, or its replacement. */
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Spares that are ending. */
  readonly #ending = new Set<Promise<unknown>>()
  #isOver = false

  /** `keepReady` returns how long spares are kept; the answer may change, see {@link apply}. */
  constructor(keepReady: () => KeepReady = () => 'afterUse') {
    this.#keepReady = keepReady
  }

  /** Whether spares are kept all the time. */
  get isAlwaysKept(): boolean {
    return this.#keepReady() === 'always' && !this.#isOver
  }

  /** Puts another answer to how long spares are kept in force. */
  apply(): void {
    for (const slot of this.#spares.keys()) this.#limitTime(slot)
    if (this.#keepReady() === 'never')
      for (const slot of [...this.#spares.keys()]) this.#letGo(slot)
  }

  /**
   * A capture for a slot begins. Until it has ended, no spare is made for its slot, and for a
   * moment none at all.
   */
  beginCapture(slot: string): void {
    this.#captures.set(slot, (this.#captures.get(slot) ?? 0) + 1)
    this.#queue.remove(slot)
    this.#queue.pause()
  }

  /** A capture for a slot has ended. `make` makes the next spare when it is its turn. */
  endCapture(slot: string, make: () => Promise<void>): void {
    this.#captures.set(slot, (this.#captures.get(slot) ?? 1) - 1)
    if (this.isCapturing(slot) || this.#isOver || this.#keepReady() === 'never') return
    this.#queue.add(slot, make)
  }

  /** Whether there is a capture for a slot. */
  isCapturing(slot: string): boolean {
    return (this.#captures.get(slot) ?? 0) > 0
  }

  /** Keeps one spare of a program in a slot. Replaces one of another program or version. */
  keep(slot: string, command: ChildCommand, options: SpareOptions): void {
    this.#keep(slot, command, options, REPLACE_FIRST_MS)
  }

  /** Keeps a spare that waits at a gate of its own, see {@link takeGate}. */
  async keepGated(slot: string, helper: CaptureHelper, options: SpareOptions): Promise<void> {
    if (this.#keepReady() === 'never') return
    const key = keyOf(helper, options.env)
    const kept = this.#gates.get(slot)
    if (key === kept?.key && this.#spares.has(slot)) return
    this.#dropGate(slot)
    const gate = await helper.makeGate?.()
    if (gate === undefined) return
    if (this.#isOver || this.#gates.has(slot) || this.isCapturing(slot)) return gate.stop()
    this.#gates.set(slot, { key, gate })
    this.#keep(slot, gate.command, { ...options, env: gate.env }, null)
  }

  /** The gate at which a spare of this helper waits; undefined when there is none. */
  takeGate(slot: string, helper: CaptureHelper, env: NodeJS.ProcessEnv): FrameGate | undefined {
    const kept = this.#gates.get(slot)
    if (kept === undefined) return undefined
    // It may not have come to its gate yet: it has been started, in any case.
    if (kept.key === keyOf(helper, env) && this.#spares.has(slot)) {
      this.#gates.delete(slot)
      return kept.gate
    }
    this.#dropGate(slot)
    return undefined
  }

  /** Starts a program: a spare of it when there is one, which is used up then. */
  start(command: ChildCommand, options: ChildOptions): Child {
    const key = keyOf(command, options.env)
    for (const [slot, spare] of this.#spares) {
      if (spare.key !== key) continue
      this.#spares.delete(slot)
      spare.use(options)
      this.#used.add(spare.child)
      return spare.child
    }
    return startChild(command, options)
  }

  /** Whether a program was a spare before it was used: it may have been frozen since. */
  isSpare(child: Child): boolean {
    return this.#used.has(child)
  }

  /** Ends all spares. Resolves when none is left. */
  async close(): Promise<void> {
    this.#isOver = true
    for (const slot of [...this.#gates.keys()]) this.#dropGate(slot)
    for (const slot of [...this.#spares.keys()]) this.#drop(slot)
    this.#queue.close()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await Promise.all(this.#ending)
  }

  #keep(
    slot: string,
    command: ChildCommand,
    options: SpareOptions,
    replaceMs: number | null,
  ): void {
    if (this.#isOver || this.#keepReady() === 'never') return
    const key = keyOf(command, options.env)
    if (this.#spares.get(slot)?.key === key) return
    this.#drop(slot)
    const spare = startSpare(key, command, options)
    if (spare.child.pid === undefined) return
    this.#spares.set(slot, spare)
    this.#limitTime(slot)
    void spare.child.exited.then(() => {
      if (this.#spares.get(slot) !== spare) return
      this.#spares.delete(slot)
      // A gate lets one program in, so a spare that waited there cannot be replaced.
      if (replaceMs === null) return this.#dropGate(slot)
      const longer = Math.min(2 * replaceMs, REPLACE_MAX_MS)
      this.#after(slot, replaceMs, () => {
        // The end of a capture makes the next one.
        if (!this.isCapturing(slot)) this.#keep(slot, command, options, longer)
      })
    })
  }

  /** Ends a spare after its time, if it has one. */
  #limitTime(slot: string): void {
    clearTimeout(this.#timers.get(slot))
    if (!this.isAlwaysKept) this.#after(slot, KEPT_MS, () => this.#letGo(slot))
  }

  #after(slot: string, ms: number, act: () => void): void {
    clearTimeout(this.#timers.get(slot))
    this.#timers.set(slot, setTimeout(act, ms).unref())
  }

  #letGo(slot: string): void {
    if (this.#gates.has(slot)) this.#dropGate(slot)
    else this.#drop(slot)
  }

  #drop(slot: string): void {
    const spare = this.#spares.get(slot)
    if (spare === undefined) return
    this.#spares.delete(slot)
    const ended = terminate(spare.child).finally(() => this.#ending.delete(ended))
    this.#ending.add(ended)
  }

  #dropGate(slot: string): void {
    const kept = this.#gates.get(slot)
    if (kept === undefined) return
    this.#gates.delete(slot)
    kept.gate.stop()
    this.#drop(slot)
  }
}

/** Two programs with the same key do the same, and are of the same build. */
function keyOf({ program, args }: ChildCommand, env: NodeJS.ProcessEnv): string {
  const path = findProgram(program, env)
  const file = path === null ? undefined : statSync(path, { throwIfNoEntry: false })
  return JSON.stringify([path, file?.ino, file?.mtimeMs, args])
}

function startSpare(key: string, command: ChildCommand, options: SpareOptions): Spare {
  let used: ChildOptions | undefined
  const { descriptors = 0, ...rest } = options
  const child = startChild(command, {
    ...rest,
    onStdout: (chunk) => used?.onStdout?.(chunk),
    onStderr: (text) => used?.onStderr?.(text),
    onDescriptors: Array.from(
      { length: descriptors },
      (_, index) => (chunk: Buffer) => used?.onDescriptors?.[index]?.(chunk),
    ),
  })
  return {
    key,
    child,
    use(by) {
      used = by
    },
  }
}
