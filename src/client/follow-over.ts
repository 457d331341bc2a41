import { type FollowOptions, follow } from './follow.ts'
import { sendOnce } from './send.ts'
import { ACCEPT, type Transport } from './transport.ts'
import type { StreamMessage } from './types.ts'

/** Returns the method that {@link follow follows} the recorder, by itself: it needs no client. */
export function followOver({
  prepare,
  fetcher,
}: Transport): (options?: FollowOptions) => AsyncGenerator<StreamMessage> {
  return (options = {}) =>
    follow((after, signal) => {
      const { levels, exports } = options
      const query = { levels: levels ? 1 : undefined, exports: exports ? 1 : undefined }
      const outgoing = prepare('GET', '/events', { query, signal })
      outgoing.headers.Accept = `text/event-stream, ${ACCEPT}`
      if (after !== undefined) outgoing.headers['Last-Event-ID'] = String(after)
      // Not repeated here, so that the caller learns at once that the connection is lost.
      return sendOnce(fetcher, outgoing)
    }, options)
}
