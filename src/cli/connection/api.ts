/**
 * The recorder of a home folder, as the commands use it: the client library, over the home's own
 * connection.
 */
import { createClient, type RecorderClient } from '../../client/client.ts'
import type { DaemonInfo } from '../../home/daemon-file.ts'
import type { Home } from '../../home/home.ts'
import { announceInterrupt } from './announce-interrupt.ts'
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

/** How a person is told that an answer is awaited. */
export interface Waiting {
  /** An answer takes over a second. The function that it returns is called when that has come. */
  onWait?(): () => void
  /** Ctrl-C ends `f2f` while the outcome of a command is awaited. */
  onInterrupt?(): void
}

/** Creates the client of a home's recorder. Reads and sends nothing before the first request. */
export function createApi(
  home: Home,
  waiting: Waiting = {},
  cancelled: AbortSignal = new AbortController().signal,
): Api {
  const homeFetch = createHomeFetch(home, cancelled)
  const announcingFetch: typeof fetch = async (target, init) => {
    const endWait = announceWait(waiting.onWait)
    // Only commands have a key. Whatever else is interrupted has no effect.
    const headers = init?.headers as Record<string, string> | undefined
    const isCommand = headers?.['Idempotency-Key'] !== undefined
    const endInterrupt = isCommand ? announceInterrupt(waiting.onInterrupt) : () => {}
    try {
      return await homeFetch(target, init)
    } finally {
      endWait()
      endInterrupt()
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
    until: (signal) => createApi(home, waiting, AbortSignal.any([cancelled, signal])),
  }
}

/** Reports every failure as a broken connection, which the library heals for a follower. */
function withBrokenConnections(homeFetch: typeof fetch): typeof fetch {
  return (...request) =>
    homeFetch(...request).catch((cause) => {
      throw new TypeError('The recorder cannot be reached.', { cause })
    })
}

function announceWait(onWait: Waiting['onWait'] = () => () => {}): () => void {
  let onAnswer = () => {}
  const timer = setTimeout(() => {
    onAnswer = onWait()
  }, 1_000)
  return () => {
    clearTimeout(timer)
    onAnswer()
  }
}
