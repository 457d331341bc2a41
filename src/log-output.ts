import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'

/** The most bytes that wait for a slow reader. */
const MOST_WAITING = 1_048_576
/** How often a terminal that stands still is tried again, in milliseconds. */
const RETRY_MS = 100
const LINE_FEED = 0x0a
const NOTHING = Buffer.alloc(0)

/** Where the log's lines go. */
export interface LogOutput {
  /** Writes whole lines. Never waits for a reader, and never fails: lines may be lost instead. */
  write(lines: string): void
}

/**
 * Opens stderr for the log. A program that started the daemon may never read it, a terminal may
 * stand still, and the disk of a file may be full. None of that may stop the event loop or end the
 * daemon while it records. Lines that are lost are counted, and `lossLine` is written in their
 * place.
 */
export function openLogOutput(lossLine: (lostLines: number) => string): LogOutput {
  let lost = 0
  const tryWrite = isStream() ? writeToStream : createDescriptorWriter(descriptor())
  return {
    write(lines) {
      const text = lost === 0 ? lines : lossLine(lost) + lines
      if (tryWrite(text)) lost = 0
      else lost += countLines(lines)
    },
  }
}

function countLines(lines: string): number {
  return lines.split('\n').length - 1
}

/** Whether stderr is a pipe or a socket, which Node writes without waiting. */
function isStream(): boolean {
  const stats = fstatSync(process.stderr.fd)
  return stats.isFIFO() || stats.isSocket()
}

function writeToStream(text: string): boolean {
  const { stderr } = process
  if (!stderr.writable || stderr.writableLength > MOST_WAITING) return false
  stderr.write(text)
  return true
}

/**
 * Returns the descriptor of a file or terminal. Writing to a terminal waits while it stands still
 * (Ctrl-S), so on Linux it is opened once more, in a way that does not wait.
 */
function descriptor(): number {
  const { fd } = process.stderr
  if (!isatty(fd)) return fd
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return fd
  }
}

/** Returns the function that writes to a descriptor. What does not fit is written later. */
function createDescriptorWriter(fd: number): (text: string) => boolean {
  let waiting: Buffer = NOTHING
  let timer: NodeJS.Timeout | undefined
  let isMidLine = false
  function flush(): boolean {
    timer = undefined
    try {
      while (waiting.length > 0) {
        const written = writeSync(fd, waiting)
        isMidLine = waiting[written - 1] !== LINE_FEED
        waiting = waiting.subarray(written)
      }
      return true
    } catch (error) {
      const isBehind = (error as NodeJS.ErrnoException).code === 'EAGAIN'
      if (isBehind) timer = setTimeout(flush, RETRY_MS).unref()
      else waiting = NOTHING
      return isBehind
    }
  }
  return (text) => {
    if (waiting.length > MOST_WAITING) return false
    // A disk that became full may have cut the last line off.
    const start = waiting.length === 0 && isMidLine ? '\n' : ''
    waiting = Buffer.concat([waiting, Buffer.from(start + text)])
    return timer === undefined ? flush() : true
  }
}
