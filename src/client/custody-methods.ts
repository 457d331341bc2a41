import type { RecordingAnswer } from '../contract/views.ts'
import type { Ask } from './ask.ts'
import { recordingPath } from './paths.ts'
import type { RecorderClient } from './recorder-client.ts'
import type { RequestOptions } from './types.ts'

/** Returns the methods for holds, erasure and retention. */
export function custodyMethods(ask: Ask) {
  const command = (path: string, reason: string, options?: RequestOptions) =>
    ask<RecordingAnswer>('POST', path, { ...options, body: { reason } })
  return {
    erase: (id, reason, options) => command(recordingPath(id, 'erase'), reason, options),
    hold: (id, reason, options) => command(recordingPath(id, 'holds'), reason, options),
    releaseHold: (id, holdId, reason, options) =>
      command(recordingPath(id, 'holds', holdId, 'release'), reason, options),
    holds: (id, query = {}, options) =>
      ask('GET', recordingPath(id, 'holds'), { ...options, query }),
    retention: (query = {}, options) => ask('GET', '/retention', { ...options, query }),
    confirmClock: (options) => ask('POST', '/retention/confirm', { ...options, body: {} }),
    confirmHolds: (options) => ask('POST', '/retention/confirm-holds', { ...options, body: {} }),
  } satisfies Partial<RecorderClient>
}
