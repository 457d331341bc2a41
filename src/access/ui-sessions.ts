import { newSecret, sha256Hex } from './secrets.ts'

/** How long a launch code may wait for its one use. */
export const LAUNCH_CODE_LIFETIME_MS = 60_000
/**
 * How long a browser stays signed in: a long working day. A restart of the daemon signs it out too.
 */
export const SESSION_LIFETIME_MS = 12 * 3_600_000
const MAX_LAUNCH_CODES = 32
const MAX_SESSIONS = 64

/** Launch codes and the browser sessions they open. In memory only, and only as hashes. */
export interface UiSessions {
  /** A code for one browser; `expiresAt` in epoch milliseconds. */
  issueCode(): { code: string; expiresAt: number }
  /** Uses a code up: the secret of a new session, or null when there is no such code (any more). */
  redeemCode(code: string): string | null
  has(secret: string): boolean
}

/** Hashes of secrets, each with the time at which it ends; the oldest makes room for the newest. */
function createExpiringSet(lifetimeMs: number, capacity: number, now: () => number) {
  const ends = new Map<string, number>()
  const alive = (hash: string): boolean => (ends.get(hash) ?? 0) > now()
  return {
    add(secret: string): number {
      for (const [hash] of ends) {
        if (ends.size < capacity && alive(hash)) break
        ends.delete(hash)
      }
      const end = now() + lifetimeMs
      ends.set(sha256Hex(secret), end)
      return end
    },
    has: (secret: string): boolean => alive(sha256Hex(secret)),
    take(secret: string): boolean {
      const hash = sha256Hex(secret)
      const found = alive(hash)
      ends.delete(hash)
      return found
    },
  }
}

/** Creates the launch codes and sessions of one daemon; `now` in epoch milliseconds. */
export function createUiSessions(now: () => number): UiSessions {
  const codes = createExpiringSet(LAUNCH_CODE_LIFETIME_MS, MAX_LAUNCH_CODES, now)
  const sessions = createExpiringSet(SESSION_LIFETIME_MS, MAX_SESSIONS, now)
  return {
    issueCode() {
      const code = newSecret()
      return { code, expiresAt: codes.add(code) }
    },
    redeemCode(code) {
      if (!codes.take(code)) return null
      const secret = newSecret()
      sessions.add(secret)
      return secret
    },
    has: sessions.has,
  }
}
