import type { Writable } from 'node:stream'

/**
 * Writes bytes to a stream. Everything that is written in one turn of the event loop leaves
 * together: each write is a call of the system.
 */
export function writeTogether(stream: Writable, bytes: Uint8Array): void {
  if (stream.writableCorked === 0) {
    stream.cork()
    process.nextTick(() => stream.uncork())
  }
  stream.write(bytes)
}
