/**
 * The recorder of a home folder, as the commands use it: the client library, over the home's own
 * connection.
 */
import { createClient, type RecorderClient } from '../../client/client.ts'
import type { DaemonInfo } from '../../home/daemon-file.ts'
import type { Home } from '../../home/home.ts'
import { findDaemon } from './find-daemon.ts'
import { createHomeFetch } from './home-fetch.ts'

/**
 * Requests to the recorder of one home folder. They reject as those of the client library do, and
 * with ProblemError if the daemon of the home cannot be found or does not answer. The inspection
 * feed needs a web socket, which only `f2f inspect` loads.
 */
export interface Api extends Omit<RecorderClient, 'inspect'> {
  /** Returns the announced daemon. Throws ProblemError NO_DAEMON if there is none. */
  daemon(): Promise<DaemonInfo>
  /** Returns the same client, whose requests the signal cancels. */
  until(signal: AbortSignal): Api
}

/**
 * Creates the client of a home's recorder. Reads and sends nothing before the first request. Calls
 * `onWait` when an answer takes over a second, and the function it returns when the answer has
 * come.
 */
export function createApi(
  home: Home,
  onWait: () => () => void = () => () => {},
  cancelled: AbortSignal = new AbortController().signal,
): Api {
  const homeFetch = createHomeFetch(home, cancelled)
  const announcingFetch: typeof fetch = async (...request) => {
    const endWait = announceWait(onWait)
    try {
      return await homeFetch(...request)
    } finally {
      endWait()
    }
  }
  const { follow } = createClient({ fetch: withBrokenConnections(homeFetch) })
  // A file may take minutes, and its command shows the progress itself.
  const { open, bundle } = createClient({ fetch: homeFetch })
  return {
    ...createClient({ fetch: announcingFetch }),
    follow,
    open,
    bundle,
    daemon: () => findDaemon(home),
    until: (signal) => createApi(home, onWait, AbortSignal.any([cancelled, signal])),
  }
}

/** Reports every failure as a broken connection, which the library heals for a follower. */
function withBrokenConnections(homeFetch: typeof fetch): typeof fetch {
  return (...request) =>
    homeFetch(...request).catch((cause) => {
      throw new TypeError('The recorder cannot be reached.', { cause })
    })
}

function announceWait(onWait: () => () => void): () => void {
  let onAnswer = () => {}
  const timer = setTimeout(() => {
    onAnswer = onWait()
  }, 1_000)
  return () => {
    clearTimeout(timer)
    onAnswer()
  }
}
