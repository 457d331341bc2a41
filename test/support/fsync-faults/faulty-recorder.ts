import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from '../../../src/contract/commands.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import { programArgs } from '../program-args.ts'
import type { Reply, Request } from './child.ts'

/** The state of a recorder, as readers see it. */
export interface Reading {
  state: string
  allowedCommands: string[]
  current: RecordingAnswer | null
}

/**
 * The answer of a recorder, or its error's code; `killed` when it was killed before it answered,
 * `died` when it ended by itself.
 */
export type Outcome<T> = { value: T; captured: string[] } | { code: string; captured: string[] }

type WithoutId<R> = R extends { id: number } ? Omit<R, 'id'> : never

const SHIM = fileURLToPath(new URL('shim.c', import.meta.url))
const CHILD = new URL('child.ts', import.meta.url)

/** Null when faults of fsync can be had here; otherwise why not. */
export function fsyncFaultProblem(): string | null {
  if (process.platform !== 'linux') return `faults of fsync need Linux, this is ${process.platform}`
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'faults of fsync need gcc'
  }
}

/**
 * A recorder in a process of its own, each fsync of whose log can be made slow or fail. It can be
 * killed, and opened again on the same folder.
 */
export class FaultyRecorder {
  readonly #place = realpathSync(mkdtempSync(join(tmpdir(), 'f2f-fsync-')))
  readonly #shim = join(this.#place, 'shim.so')
  readonly #controlFile = join(this.#place, 'control')
  readonly #control: number
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #child: ChildProcess | undefined
  #requests = 0
  #folders = 0
  #folder = ''

  constructor() {
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', this.#shim, SHIM, '-ldl'])
    writeFileSync(this.#controlFile, Buffer.alloc(12))
    this.#control = openSync(this.#controlFile, 'r+')
  }

  /** The fault of the `countdown`th fsync of the log from now on: a delay in ms, or EIO. */
  arm(countdown: number, fault: number | 'EIO'): void {
    const words = Int32Array.of(0, fault === 'EIO' ? -1 : fault)
    writeSync(this.#control, words, 0, 8, 0)
    writeSync(this.#control, Int32Array.of(countdown), 0, 4, 0)
  }

  disarm(): void {
    writeSync(this.#control, Int32Array.of(0), 0, 4, 0)
  }

  /** Opens a recorder on a new folder, or on the old one. */
  async open(where: 'new' | 'same', stallMs: number): Promise<Outcome<undefined>> {
    if (where === 'new') this.#folder = join(this.#place, String(++this.#folders))
    if (!this.#child) await this.#fork()
    return this.#ask({ do: 'open', folder: this.#folder, stallMs })
  }

  dispatch(command: Command): Promise<Outcome<{ status: number; body: RecordingAnswer }>> {
    return this.#ask({ do: 'dispatch', command })
  }

  read(): Promise<Outcome<Reading>> {
    return this.#ask({ do: 'read' })
  }

  async events(): Promise<LogEvent[]> {
    const outcome = await this.#ask<LogEvent[]>({ do: 'events' })
    if ('code' in outcome) throw new Error(`The events cannot be read: ${outcome.code}`)
    return outcome.value
  }

  /** Ends the recorder as a signal does, and removes its folder. */
  async close(): Promise<void> {
    await this.#ask({ do: 'close' })
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Ends the process at once. Resolves when it is gone; its requests end as `killed`. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child) return
    this.#child = undefined
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    this.#answerAll('killed')
  }

  #answerAll(code: 'killed' | 'died'): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [id, resolve] of waiting) resolve({ id, code, captured: [] })
  }

  async dispose(): Promise<void> {
    await this.kill()
    closeSync(this.#control)
    rmSync(this.#place, { recursive: true, force: true })
  }

  async #fork(): Promise<void> {
    const [program = '', ...execArgv] = programArgs(CHILD).toReversed()
    const child = fork(program, {
      execArgv: execArgv.toReversed(),
      env: {
        ...process.env,
        LD_PRELOAD: this.#shim,
        F2F_FSYNC_CONTROL: this.#controlFile,
        F2F_FSYNC_FOLDER: this.#place,
      },
    })
    this.#child = child
    const ready = new Promise<void>((resolve, reject) => {
      child.once('exit', (status) => {
        reject(new Error(`The recorder ended with ${status}.`))
        if (this.#child === child) this.#answerAll('died')
      })
      child.on('message', (reply: Reply) => {
        if (reply.id === 0) resolve()
        this.#waiting.get(reply.id)?.(reply)
        this.#waiting.delete(reply.id)
      })
    })
    await ready
  }

  #ask<T>(demand: WithoutId<Request>): Promise<Outcome<T>> {
    const id = ++this.#requests
    return new Promise((resolve) => {
      this.#waiting.set(id, ({ code, value, captured }) =>
        resolve(code === undefined ? { value: value as T, captured } : { code, captured }),
      )
      this.#child?.send({ ...demand, id } as Request)
    })
  }
}
