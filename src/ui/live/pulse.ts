import { heard, lastHeardAt } from './heard.ts'
import { heal, link, showLost } from './live-state.ts'

/**
 * A recorder that is silent for longer is asked whether it is there. Together, the three times are
 * a second: a recorder that hangs must not be shown as recording for longer.
 */
const SILENCE_MS = 300
const CHECK_MS = 100
const ANSWER_LIMIT_MS = 600
/** A page that is busy for longer than this may have missed the answer itself, but not twice. */
const OWN_DELAY_MS = 400

let isAsking = false
let askedAt = 0
let missed = 0

/**
 * Notices a recorder that has died or hangs. The event stream alone would not: a connection to a
 * program that hangs stays open, and an idle recorder has nothing to say.
 */
export function watchPulse(): void {
  setInterval(() => {
    // While the page waits to be live, levels that still arrive are no reason not to ask.
    const since = isWaiting() ? askedAt : lastHeardAt()
    if (!isAsking && performance.now() - since > SILENCE_MS) void ask()
  }, CHECK_MS)
}

async function ask(): Promise<void> {
  isAsking = true
  askedAt = performance.now()
  try {
    const answer = await fetch('/healthz', {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    })
    await answer.arrayBuffer()
    heard()
    missed = 0
    if (!answer.ok || isWaiting()) await heal()
  } catch {
    const waitedMs = performance.now() - askedAt
    missed++
    if (waitedMs < ANSWER_LIMIT_MS + OWN_DELAY_MS || missed > 1) showLost()
  } finally {
    isAsking = false
  }
}

function isWaiting(): boolean {
  return link.value.state !== 'live' && link.value.state !== 'signedOut'
}
