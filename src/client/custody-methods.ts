import type { HoldView, RetentionStatus } from '../contract/custody.ts'
import type { RecordingAnswer } from '../contract/views.ts'
import { recordingPath } from './paths.ts'
import type { RecorderClient } from './recorder-client.ts'
import type { Page, PageQuery, RequestOptions, RetentionPage } from './types.ts'

/** Returns the methods for holds, erasure and retention. */
export function custodyMethods(request: RecorderClient['request']) {
  const command = (path: string, reason: string, options?: RequestOptions) =>
    request('POST', path, { ...options, body: { reason } }) as Promise<RecordingAnswer>
  return {
    erase: (id: string, reason: string, options?: RequestOptions) =>
      command(recordingPath(id, 'erase'), reason, options),
    hold: (id: string, reason: string, options?: RequestOptions) =>
      command(recordingPath(id, 'holds'), reason, options),
    releaseHold: (id: string, holdId: string, reason: string, options?: RequestOptions) =>
      command(recordingPath(id, 'holds', holdId, 'release'), reason, options),
    holds: (id: string, query: PageQuery = {}, options?: RequestOptions) =>
      request('GET', recordingPath(id, 'holds'), { ...options, query }) as Promise<Page<HoldView>>,
    retention: (query: PageQuery = {}, options?: RequestOptions) =>
      request('GET', '/retention', { ...options, query }) as Promise<RetentionPage>,
    confirmClock: (options?: RequestOptions) =>
      request('POST', '/retention/confirm', { ...options, body: {} }) as Promise<RetentionStatus>,
  }
}
