import type { ErrorCode } from '../contract/errors.ts'
import { RecorderError } from '../contract/errors.ts'
import type { GapReason } from '../contract/gap-reason.ts'
import { isDiskFull } from '../disk/disk-full.ts'
import type { Child, ChildExit } from '../processes/child-process.ts'

const DETAIL_MAX_LENGTH = 200

/** Why a capture failed: the error for the client, and the reason of the gap that it leaves. */
export interface CaptureProblem {
  code: ErrorCode
  /** Whole sentences, shown to clients. */
  detail: string
  reason: GapReason
}

/** A problem with the capture itself, not known to be one of the device or the disk. */
export function captureFailed(detail: string): CaptureProblem {
  return { code: 'CAPTURE_FAILED', detail, reason: 'captureFailed' }
}

/** A problem with the device, or with the server that gives access to it. */
export function deviceLost(detail: string): CaptureProblem {
  return { code: 'DEVICE_UNAVAILABLE', detail, reason: 'deviceLost' }
}

/** Converts an error of the file system: the disk is full (ENOSPC, EDQUOT) or unusable. */
export function storageProblem(error: unknown): CaptureProblem {
  if (error instanceof RecorderError)
    return { code: error.code, detail: error.message, reason: 'captureFailed' }
  const code = (error as NodeJS.ErrnoException).code
  if (isDiskFull(error))
    return {
      code: 'STORAGE_FULL',
      detail: `No space is left for the media (${code}).`,
      reason: 'storageFull',
    }
  return {
    code: 'STORAGE_UNAVAILABLE',
    detail: `The media cannot be written (${code ?? 'unknown error'}).`,
    reason: 'captureFailed',
  }
}

/** Converts any error. */
export function toCaptureProblem(error: unknown): CaptureProblem {
  if (!(error instanceof RecorderError)) return captureFailed('The capture failed.')
  const make = error.code === 'DEVICE_UNAVAILABLE' ? deviceLost : captureFailed
  return { ...make(error.message), code: error.code }
}

/**
 * Messages of x11grab (libxcb), dshow and avfoundation when the device or the server is missing or
 * goes away. x11grab gives no other sign: its program exits with 0 when the display dies.
 */
const DEVICE_GONE =
  /No such device|Connection (refused|terminated|failure)|Cannot open display|Can't open display|get the image data|query xcb pointer|Generic error in an external|Could not find (audio|video)|I\/O error|Input\/output error|Device .* not found/i

/**
 * Why a process ended that should still run, from its exit and its last message. `name` begins the
 * sentence, such as "The encoder".
 */
export function exitProblem(name: string, child: Child, exit: ChildExit): CaptureProblem {
  if (exit.error)
    return captureFailed(`${name} could not be started (${exit.error.code ?? exit.error.message}).`)
  if (exit.signal !== null) return captureFailed(`${name} was ended by ${exit.signal}.`)
  const detail = `${name} ended by itself (code ${exit.code}).${lastMessage(child.stderr())}`
  return DEVICE_GONE.test(child.stderr()) ? deviceLost(detail) : captureFailed(detail)
}

/** A sentence that quotes a program's last message, after a space; empty when it wrote none. */
export function lastMessage(stderr: string): string {
  const line = lastLine(stderr)
  return line === '' ? '' : ` Its last message: “${line}”.`
}

/**
 * The last line of a program's messages that names a lost device, or else the last one. Addresses
 * and control characters are removed; at most 200 characters are kept.
 */
export function lastLine(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be removed
    .map((line) => line.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/ @ 0x[0-9a-f]+/g, ''))
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const telling = lines.filter((line) => DEVICE_GONE.test(line)).at(-1) ?? lines.at(-1) ?? ''
  return telling.slice(0, DETAIL_MAX_LENGTH)
}
