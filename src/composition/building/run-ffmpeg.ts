/** Runs ffmpeg for a file that a client waits for. Media pass through its pipes only. */
import { constants, setPriority } from 'node:os'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDiskFull } from '../../disk/disk-full.ts'
import type { Child, ChildExit } from '../../processes/child-process.ts'
import { exportError } from '../export-error.ts'
import type { BuildContext } from './build-context.ts'

/** Arguments before all others: no banner, errors only. */
const QUIET = ['-hide_banner', '-loglevel', 'error']
/** Output that waits to be consumed. Beyond it, ffmpeg gets no more input. */
const MOST_WAITING_BYTES = 4_194_304

/** The pipes of ffmpeg. */
export interface FfmpegPipes {
  input: AsyncIterable<Buffer> | Iterable<Buffer>
  /** Consumes the output. Pieces follow each other; the next waits for the one before. */
  onOutput(piece: Buffer): Promise<void> | void
}

/**
 * Runs ffmpeg to its end, at a lower priority than everything else on the computer. Rejects with
 * EXPORT_FAILED when it fails, with the error of the input or of the consumer, and with the
 * signal's reason when the signal is aborted; always after the process is gone. The messages of
 * ffmpeg are in the error's cause only.
 */
export async function runFfmpeg(
  context: Pick<BuildContext, 'tools' | 'signal'>,
  args: readonly string[],
  { input, onOutput }: FfmpegPipes,
): Promise<void> {
  context.signal.throwIfAborted()
  const program = await context.tools.ffmpeg()
  const output = new OutputQueue(onOutput, () => kill())
  const child = context.tools.start(
    { program, args: [...QUIET, ...args] },
    { stdin: 'pipe', onStdout: (chunk) => output.push(chunk) },
  )
  const kill = (): void => child.kill('SIGKILL')
  context.signal.addEventListener('abort', kill)
  try {
    lowerPriority(child.pid)
    const fed = child.stdin ? await feed(output.throttle(input), child) : undefined
    const exit = await child.exited
    await output.consumed()
    context.signal.throwIfAborted()
    output.throwFailure()
    if (fed) throw fed.error
    assertSucceeded(child, exit)
  } finally {
    context.signal.removeEventListener('abort', kill)
  }
}

/** Feeds a process. Returns the error of the input; one of the pipe is told by the exit. */
async function feed(
  input: AsyncIterable<Buffer>,
  child: Child,
): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined
  const pieces = input[Symbol.asyncIterator]()
  const fail = (error: unknown): never => {
    failure = { error }
    child.kill('SIGKILL')
    throw error
  }
  // A pipe that breaks throws its error into this generator, too: it is none of the input.
  async function* guarded(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const next = await pieces.next().catch(fail)
        if (next.done) return
        yield next.value
      }
    } finally {
      await pieces.return?.()
    }
  }
  const source = Readable.from(guarded(), { objectMode: true, highWaterMark: 1 })
  await pipeline(source, child.stdin!).catch(() => {})
  return failure
}

/** The output of a process on its way to its consumer. */
class OutputQueue {
  readonly #consume: FfmpegPipes['onOutput']
  readonly #onFailure: () => void
  #last: Promise<void> = Promise.resolve()
  #waitingBytes = 0
  #failure: { error: unknown } | undefined

  constructor(consume: FfmpegPipes['onOutput'], onFailure: () => void) {
    this.#consume = consume
    this.#onFailure = onFailure
  }

  push(piece: Buffer): void {
    this.#waitingBytes += piece.length
    this.#last = this.#last.then(async () => {
      try {
        if (!this.#failure) await this.#consume(piece)
      } catch (error) {
        // An error that escapes from a stream's listener would end the whole recorder.
        this.#failure = { error }
        this.#onFailure()
      } finally {
        this.#waitingBytes -= piece.length
      }
    })
  }

  /** Yields the input no faster than the output is consumed. */
  async *throttle(input: FfmpegPipes['input']): AsyncGenerator<Buffer> {
    for await (const piece of input) {
      while (this.#waitingBytes > MOST_WAITING_BYTES) await this.#last
      yield piece
    }
  }

  consumed(): Promise<void> {
    return this.#last
  }

  throwFailure(): void {
    if (!this.#failure) return
    const { error } = this.#failure
    if (isDiskFull(error)) throw error
    throw exportError('The output of ffmpeg is not what was expected.', error)
  }
}

function assertSucceeded(child: Child, { error, code, signal }: ChildExit): void {
  if (error === undefined && code === 0) return
  const cause = new Error(child.stderr())
  if (error) throw exportError('The program ffmpeg could not be started.', cause)
  if (signal) throw exportError(`The program ffmpeg was ended by ${signal}.`, cause)
  throw exportError(`The program ffmpeg failed with code ${code}.`, cause)
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It may have ended already.
  }
}
