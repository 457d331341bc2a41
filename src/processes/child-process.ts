import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { findProgram } from './find-program.ts'
import { parentDeathPrefix } from './parent-death-prefix.ts'

const STDERR_KEPT_BYTES = 4_096
/**
 * Limit for reading the rest of a process's pipes after its exit. Only a descendant that keeps them
 * open takes longer.
 */
const DRAIN_MS = 500

/** A program and its arguments. */
export interface ChildCommand {
  /** A path, or a name that is looked up on `PATH`. */
  program: string
  args: readonly string[]
}

/** How a child process ended. */
export interface ChildExit {
  /** The error when it could not be started. */
  error?: NodeJS.ErrnoException
  code: number | null
  signal: NodeJS.Signals | null
  /** It was asked to end before it did; otherwise it died. */
  deliberate: boolean
}

/** A child process. Nothing here throws; a failed start counts as an exit. */
export interface Child {
  readonly pid: number | undefined
  /**
   * Null unless asked for. Its errors are ignored: the exit of a process that no longer reads is
   * enough.
   */
  readonly stdin: Writable | null
  /** Resolves when the process is gone and all its output has been delivered. Never rejects. */
  readonly exited: Promise<ChildExit>
  /** Sends a signal if it still runs. Its exit counts as deliberate from now on. */
  kill(signal: NodeJS.Signals): void
  /** Its exit counts as deliberate from now on. */
  expectExit(): void
  /** The end of its output on stderr. */
  stderr(): string
}

/** How to start a child process. */
export interface ChildOptions {
  env: NodeJS.ProcessEnv
  stdin?: 'pipe' | 'ignore'
  onStdout?: (chunk: Buffer) => void
  /**
   * Receives its output instead: the stdin of another child, which then ends with this one. This
   * process closes its own end.
   */
  stdout?: Writable
  onStderr?: (text: string) => void
  /** Receive its output on descriptors 3, 4 and so on, which exist only with this option. */
  onDescriptors?: readonly ((chunk: Buffer) => void)[]
}

/**
 * Starts a program that ends when this process does, and always reads its stderr. It gets a session
 * of its own, so that a Ctrl-C at the terminal reaches only this process.
 */
export function startChild(command: ChildCommand, options: ChildOptions): Child {
  let deliberate = false
  let stderr = ''
  const opened = open(command, options)
  const process = opened instanceof Error ? undefined : opened
  options.stdout?.destroy()

  process?.stdin?.on('error', () => {})
  process?.stdout?.on('error', () => {})
  process?.stdout?.on('data', options.onStdout ?? (() => {}))
  // There are no pipes at all when no descriptor was left for them.
  const pipes = process?.stdio as ChildProcess['stdio'] | undefined
  const descriptors = (options.onDescriptors ?? []).map((onOutput, index) => {
    const output = pipes?.[3 + index] as Readable | null | undefined
    output?.on('error', () => {})
    output?.on('data', onOutput)
    return output
  })
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
        for (const output of descriptors) output?.destroy()
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
  // Looked up here, because with setpriv a missing program would only be an exit code.
  const path = findProgram(command.program, options.env)
  if (path === null)
    return Object.assign(new Error(`${command.program} is not installed`), { code: 'ENOENT' })
  const [program, ...args] = [...parentDeathPrefix(), path, ...command.args] as [
    string,
    ...string[],
  ]
  try {
    return spawn(program, args, {
      // The C locale, so that the programs' messages can be parsed.
      env: { ...options.env, LC_ALL: 'C' },
      stdio: [
        options.stdin ?? 'ignore',
        options.stdout ?? 'pipe',
        'pipe',
        ...(options.onDescriptors ?? []).map(() => 'pipe' as const),
      ],
      detached: globalThis.process.platform !== 'win32',
      windowsHide: true,
    })
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}
