import type { Home } from '../../home/home.ts'
import { STATELY_URL } from '../../inspection/stately.ts'
import { openBrowser } from '../browser/open-browser.ts'
import type { Io } from '../command.ts'
import { confirm } from '../confirm.ts'
import { createInterruptSignal, rejectOnAbort } from '../interrupt-signal.ts'
import { UsageError } from '../problem.ts'
import { type FeedRequest, openFeed } from './open-feed.ts'
import { openStatelyBridge } from './stately-bridge.ts'

/** How to show the feed in Stately's inspector. */
export interface StatelyRequest extends Omit<FeedRequest, 'tags'> {
  /** The user has agreed already. */
  isAgreed: boolean
  printsUrl: boolean
}

const NOTICE = `Everything that the state machines do is shown to ${new URL(STATELY_URL).host}, the page of a third party, without the values of tags.`

/**
 * Shows the feed in Stately's inspector, if the user agrees, until its page is closed or Ctrl-C.
 */
export async function showInStately(home: Home, request: StatelyRequest, io: Io): Promise<void> {
  const { isAgreed, printsUrl, ...wanted } = request
  if (!(await isPermitted(isAgreed, io))) return
  const { signal, release } = createInterruptSignal()
  const bridge = await openStatelyBridge(() => openFeed(home, { ...wanted, tags: false }, signal))
  try {
    const isOpen = !printsUrl && (await openBrowser(bridge.url, io.env))
    io.stdout.write(isOpen ? 'The inspector is opening in your browser.\n' : `${bridge.url}\n`)
    io.stderr.write('Close its page, or press Ctrl-C, to end this.\n')
    await rejectOnAbort(signal, bridge.ended)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await bridge.close()
    release()
  }
}

/** Says where data go, and asks unless the user has agreed already. */
async function isPermitted(isAgreed: boolean, io: Io): Promise<boolean> {
  if (!isAgreed && io.stdin.isTTY !== true)
    throw new UsageError(`${NOTICE} The option --yes agrees to that.`)
  io.stderr.write(`${NOTICE}\n`)
  return isAgreed || confirm('Show it there?', io)
}
