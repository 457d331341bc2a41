import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'
import { isatty } from 'node:tty'

/** The most bytes that wait for a slow reader. */
const MOST_WAITING = 1_048_576
/** How often a terminal that stands still is tried again, in milliseconds. */
const RETRY_MS = 100
const LINE_FEED = 0x0a
const NOTHING = Buffer.alloc(0)

/** Where the log's lines go. */
export interface LogOutput {
  /** Writes whole lines. Never waits for a reader or a disk, and never fails: lines may be lost. */
  write(lines: string): void
  /** Writes what still waits, because the process ends. */
  end(): void
}

/** Writes texts to one kind of stderr. */
interface TextWriter {
  /** Returns false when it takes no more. `lines`: how many lines are lost with the text. */
  tryWrite(text: string, lines: number): boolean
  end(): void
}

/**
 * Opens stderr for the log. A program that started the daemon may never read it, a terminal may
 * stand still, and the disk of a file may be full or not answer. None of that may stop the event
 * loop or end the daemon while it records. Lines that are lost are counted, and `lossLine` is
 * written in their place.
 */
export function openLogOutput(lossLine: (lostLines: number) => string): LogOutput {
  let lost = 0
  const writer = createWriter((lines) => {
    lost += lines
  })
  return {
    write(lines) {
      const text = lost === 0 ? lines : lossLine(lost) + lines
      const count = lost + countLines(lines)
      lost = 0
      if (!writer.tryWrite(text, count)) lost += count
    },
    end: () => writer.end(),
  }
}

function createWriter(onLost: (lines: number) => void): TextWriter {
  const { fd } = process.stderr
  const stats = fstatSync(fd)
  if (stats.isFIFO() || stats.isSocket()) return { tryWrite: writeToStream, end() {} }
  return isatty(fd) ? createTerminalWriter(terminalDescriptor(fd)) : createFileWriter(fd, onLost)
}

function countLines(lines: string): number {
  return lines.split('\n').length - 1
}

/** Node writes pipes and sockets without waiting. */
function writeToStream(text: string): boolean {
  const { stderr } = process
  if (!stderr.writable || stderr.writableLength > MOST_WAITING) return false
  stderr.write(text)
  return true
}

/**
 * Returns a descriptor of a terminal. Writing to one waits while it stands still (Ctrl-S), so on
 * Linux it is opened once more, in a way that does not wait.
 */
function terminalDescriptor(fd: number): number {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return fd
  }
}

/** Creates the writer of a terminal. What does not fit is written later. */
function createTerminalWriter(fd: number): TextWriter {
  let waiting: Buffer = NOTHING
  let timer: NodeJS.Timeout | undefined
  function flush(): boolean {
    timer = undefined
    try {
      while (waiting.length > 0) {
        waiting = waiting.subarray(writeSync(fd, waiting))
      }
      return true
    } catch (error) {
      const isBehind = (error as NodeJS.ErrnoException).code === 'EAGAIN'
      if (isBehind) timer = setTimeout(flush, RETRY_MS).unref()
      else waiting = NOTHING
      return isBehind
    }
  }
  return {
    tryWrite(text) {
      if (waiting.length > MOST_WAITING) return false
      waiting = Buffer.concat([waiting, Buffer.from(text)])
      return timer === undefined ? flush() : true
    },
    end: () => void flush(),
  }
}

/**
 * Creates the writer of a file. One write at a time is under way, outside the event loop: a disk
 * that does not answer holds that write, and nothing else.
 */
function createFileWriter(fd: number, onLost: (lines: number) => void): TextWriter {
  let [waiting, waitingLines] = ['', 0]
  let isWriting = false
  let isMidLine = false
  function writeRest(rest: Buffer, lines: number): void {
    isWriting = true
    write(fd, rest, (error, written) => {
      isWriting = false
      if (error) onLost(lines)
      else {
        isMidLine = rest[written - 1] !== LINE_FEED
        const left = rest.subarray(written)
        if (left.length > 0) return writeRest(left, countLines(left.toString()))
      }
      writeWaiting()
    })
  }
  function writeWaiting(): void {
    if (waiting === '') return
    // A disk that became full may have cut the last line off.
    const text = isMidLine ? `\n${waiting}` : waiting
    const lines = waitingLines
    waiting = ''
    waitingLines = 0
    writeRest(Buffer.from(text), lines)
  }
  return {
    tryWrite(text, lines) {
      if (waiting.length > MOST_WAITING) return false
      waiting += text
      waitingLines += lines
      if (!isWriting) writeWaiting()
      return true
    },
    // Node ends a process only when the writes are done that have begun.
    end: writeWaiting,
  }
}
