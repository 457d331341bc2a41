import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { findProgram } from './find-program.ts'
import { parentDeathPrefix } from './parent-death-prefix.ts'

const STDERR_KEPT_BYTES = 4_096
/**
 * How long what a process left in its pipes is waited for; only a descendant that holds them open
 * takes longer.
 */
const DRAIN_MS = 500

/** A program and its arguments. */
export interface ChildCommand {
  /** A path, or a name to be looked up on `PATH`. */
  program: string
  args: readonly string[]
}

/** How a child process ended. */
export interface ChildExit {
  /** Why it never ran. */
  error?: NodeJS.ErrnoException
  code: number | null
  signal: NodeJS.Signals | null
  /** We asked it to end before it did; otherwise it died. */
  deliberate: boolean
}

/** A child process. Nothing here throws: a failed spawn is an exit too. */
export interface Child {
  readonly pid: number | undefined
  /**
   * Null unless asked for. Its errors are ignored: a process that no longer reads tells by its
   * exit.
   */
  readonly stdin: Writable | null
  /** Resolves when the process is gone and all it wrote has been delivered. Never rejects. */
  readonly exited: Promise<ChildExit>
  /** Sends a signal, if it still runs; its exit counts as deliberate from now on. */
  kill(signal: NodeJS.Signals): void
  /** Its exit counts as deliberate from now on. */
  expectExit(): void
  /** The end of what it wrote to stderr. */
  stderr(): string
}

/** How to start a child process. */
export interface ChildOptions {
  env: NodeJS.ProcessEnv
  stdin?: 'pipe' | 'ignore'
  onStdout?: (chunk: Buffer) => void
  onStderr?: (text: string) => void
  /** Receives what it writes to descriptor 3, which it has only then. */
  onDescriptor3?: (chunk: Buffer) => void
}

/**
 * Starts a program that ends with us, in a session of its own (a Ctrl-C at our terminal is ours to
 * handle), and always reads its stderr.
 */
export function startChild(command: ChildCommand, options: ChildOptions): Child {
  let deliberate = false
  let stderr = ''
  const opened = open(command, options)
  const process = opened instanceof Error ? undefined : opened

  process?.stdin?.on('error', () => {})
  process?.stdout?.on('error', () => {})
  process?.stdout?.on('data', options.onStdout ?? (() => {}))
  // There are no pipes at all where no descriptor was left for them.
  const pipes = process?.stdio as ChildProcess['stdio'] | undefined
  const descriptor3 = pipes?.[3] as Readable | null | undefined
  descriptor3?.on('error', () => {})
  descriptor3?.on('data', options.onDescriptor3 ?? (() => {}))
  process?.stderr?.on('error', () => {})
  process?.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT_BYTES)
    options.onStderr?.(text)
  })

  const exited = new Promise<ChildExit>((resolve) => {
    const end = (exit: Omit<ChildExit, 'deliberate'>) => resolve({ ...exit, deliberate })
    if (opened instanceof Error) return end({ error: opened, code: null, signal: null })
    opened.once('error', (error) => {
      // Also emitted when a signal could not be sent; that is no exit.
      if (opened.pid === undefined) end({ error, code: null, signal: null })
    })
    opened.once('exit', (code, signal) => {
      const wasDeliberate = deliberate
      const drained = setTimeout(() => {
        opened.stdout?.destroy()
        opened.stderr?.destroy()
        descriptor3?.destroy()
      }, DRAIN_MS)
      opened.once('close', () => {
        clearTimeout(drained)
        resolve({ code, signal, deliberate: wasDeliberate })
      })
    })
  })

  return {
    pid: process?.pid,
    stdin: process?.stdin ?? null,
    exited,
    kill(signal) {
      deliberate = true
      process?.kill(signal)
    },
    expectExit() {
      deliberate = true
    },
    stderr: () => stderr,
  }
}

function open(command: ChildCommand, options: ChildOptions): ChildProcess | NodeJS.ErrnoException {
  // Looked up here, for behind setpriv a missing program would only be an exit code.
  const path = findProgram(command.program, options.env)
  if (path === null)
    return Object.assign(new Error(`${command.program} is not installed`), { code: 'ENOENT' })
  const [program, ...args] = [...parentDeathPrefix(), path, ...command.args] as [
    string,
    ...string[],
  ]
  try {
    return spawn(program, args, {
      // The C locale, so that what programs print can be understood.
      env: { ...options.env, LC_ALL: 'C' },
      stdio: [
        options.stdin ?? 'ignore',
        'pipe',
        'pipe',
        ...(options.onDescriptor3 ? ['pipe' as const] : []),
      ],
      detached: globalThis.process.platform !== 'win32',
      windowsHide: true,
    })
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}
