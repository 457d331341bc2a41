import type { Home } from '../../home/home.ts'
import type { Io } from '../command.ts'
import { createInterruptSignal } from '../interrupt-signal.ts'
import { writeLine } from '../text/write-line.ts'
import { type FeedRequest, openFeed } from './open-feed.ts'

/**
 * Prints the inspection feed, one message a line: what is alive until Ctrl-C, the past of a
 * recording until its last event.
 */
export async function printFeed(home: Home, request: FeedRequest, io: Io): Promise<void> {
  const { signal, release } = createInterruptSignal(io.stdout)
  try {
    const messages = await openFeed(home, request, signal)
    for await (const message of messages) await writeLine(io, JSON.stringify(message))
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    release()
  }
}
