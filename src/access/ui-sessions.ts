import { newSecret, sha256Hex } from './secrets.ts'

/** The time within which a launch code can be used. */
export const LAUNCH_CODE_LIFETIME_MS = 60_000
/** The time a browser stays signed in: a long working day. A restart of the daemon ends it, too. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000
const MAX_LAUNCH_CODES = 32
const MAX_SESSIONS = 64

/** Keeps launch codes and the browser sessions they open, in memory and only as hashes. */
export interface UiSessions {
  /** Issues a code for one browser. `expiresAt` is in epoch milliseconds. */
  issueCode(): { code: string; expiresAt: number }
  /** Consumes a code and returns the secret of a new session, or null for an invalid code. */
  redeemCode(code: string): string | null
  /** Returns the id of the open session with this secret, or null. The id is not secret. */
  find(secret: string): string | null
  /** Whether a session is open. */
  isOpen(id: string): boolean
  /** Ends a session. */
  end(id: string): void
  /** Ends all sessions and voids all launch codes. Returns the ids of the sessions. */
  endAll(): string[]
}

/** Creates a set of hashed secrets, each with its end. A full set drops the oldest one. */
function createExpiringSet(lifetimeMs: number, capacity: number, now: () => number) {
  const expiries = new Map<string, number>()
  const alive = (hash: string): boolean => (expiries.get(hash) ?? 0) > now()
  return {
    add(secret: string): number {
      for (const [hash] of expiries) {
        if (expiries.size < capacity && alive(hash)) break
        expiries.delete(hash)
      }
      const expiresAt = now() + lifetimeMs
      expiries.set(sha256Hex(secret), expiresAt)
      return expiresAt
    },
    isAlive: alive,
    delete: (hash: string): boolean => expiries.delete(hash),
    clear(): string[] {
      const hashes = [...expiries.keys()]
      expiries.clear()
      return hashes
    },
    /** Removes a secret. Returns whether it was still valid. */
    consume(secret: string): boolean {
      const hash = sha256Hex(secret)
      const wasAlive = alive(hash)
      expiries.delete(hash)
      return wasAlive
    },
  }
}

/** Creates the launch codes and sessions of one daemon. `now` returns epoch milliseconds. */
export function createUiSessions(now: () => number): UiSessions {
  const codes = createExpiringSet(LAUNCH_CODE_LIFETIME_MS, MAX_LAUNCH_CODES, now)
  const sessions = createExpiringSet(SESSION_LIFETIME_MS, MAX_SESSIONS, now)
  return {
    issueCode() {
      const code = newSecret()
      return { code, expiresAt: codes.add(code) }
    },
    redeemCode(code) {
      if (!codes.consume(code)) return null
      const secret = newSecret()
      sessions.add(secret)
      return secret
    },
    find(secret) {
      const id = sha256Hex(secret)
      return sessions.isAlive(id) ? id : null
    },
    isOpen: sessions.isAlive,
    end: sessions.delete,
    endAll() {
      codes.clear()
      return sessions.clear()
    },
  }
}
