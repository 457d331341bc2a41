/** The questions that a pulse asks its owner, and its news. */
export interface PulseOptions {
  /** A recorder that is silent for longer is asked whether it is there. */
  silenceMs: number
  /** How often it is looked whether the silence has lasted so long. */
  checkMs: number
  /** When the recorder was last heard from, in the time of `performance.now()`. */
  lastHeardAt(): number
  /** Whether it is unknown how things stand. What is heard is then no reason not to ask. */
  isWaiting(): boolean
  /** The recorder has answered. `isReady` is false while it opens its log. */
  onAnswer(isReady: boolean): void
  onMissed(): void
}

/** The silence after which the recorder is asked. */
export const SILENCE_MS = 300
/** How often a window looks that has no other watch. */
export const CHECK_MS = 100
/** With a silence of 300 ms, a recorder that hangs looks for a second as if it recorded. */
const ANSWER_LIMIT_MS = 600
/** A program that is busy for longer than this may have missed the answer itself, but not twice. */
const OWN_DELAY_MS = 400

/**
 * Notices a recorder that has died or hangs. The event stream alone would not: a connection to a
 * program that hangs stays open, and an idle recorder has nothing to say.
 */
export function watchPulse(options: PulseOptions): void {
  let isAsking = false
  let askedAt = 0
  let missed = 0

  async function ask(): Promise<void> {
    isAsking = true
    askedAt = performance.now()
    try {
      const answer = await fetch('/healthz', {
        cache: 'no-store',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      })
      await answer.arrayBuffer()
      missed = 0
      options.onAnswer(answer.ok)
    } catch {
      const waitedMs = performance.now() - askedAt
      missed++
      if (waitedMs < ANSWER_LIMIT_MS + OWN_DELAY_MS || missed > 1) options.onMissed()
    } finally {
      isAsking = false
    }
  }

  setInterval(() => {
    const since = options.isWaiting() ? askedAt : options.lastHeardAt()
    if (!isAsking && performance.now() - since > options.silenceMs) void ask()
  }, options.checkMs)
}
