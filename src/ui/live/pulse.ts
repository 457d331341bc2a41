import { heard, lastHeardAt } from './heard.ts'
import { link, refresh, showLost } from './live-state.ts'

/** A recorder that is silent for longer is asked whether it is there. */
const SILENCE_MS = 800
const ANSWER_LIMIT_MS = 1_000
const CHECK_MS = 250
/** A page that is busy for longer than this has missed the answer itself. */
const OWN_DELAY_MS = 400

let isAsking = false

/**
 * Notices a recorder that has died or hangs. The event stream alone would not: a connection to a
 * program that hangs stays open, and an idle recorder has nothing to say.
 */
export function watchPulse(): void {
  setInterval(() => {
    if (!isAsking && performance.now() - lastHeardAt() > SILENCE_MS) void ask()
  }, CHECK_MS)
}

async function ask(): Promise<void> {
  isAsking = true
  const askedAt = performance.now()
  try {
    const answer = await fetch('/healthz', {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    })
    await answer.arrayBuffer()
    heard()
    const { state } = link.value
    if (!answer.ok || state === 'lost' || state === 'opening') await refresh()
  } catch {
    const waitedMs = performance.now() - askedAt
    if (waitedMs < ANSWER_LIMIT_MS + OWN_DELAY_MS) showLost()
  } finally {
    isAsking = false
  }
}
