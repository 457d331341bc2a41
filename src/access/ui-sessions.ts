import { newSecret, sha256Hex } from './secrets.ts'
import type { SessionStore } from './session-file.ts'

/** The time within which a launch code can be used. */
export const LAUNCH_CODE_LIFETIME_MS = 60_000
/** The time a browser stays signed in: a long working day. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000
const MAX_LAUNCH_CODES = 32
const MAX_SESSIONS = 64

/**
 * Keeps launch codes and the browser sessions they open, only as hashes. A restart of the daemon
 * voids the codes, but not the sessions of its store.
 */
export interface UiSessions {
  /** Issues a code for one browser. `expiresAt` is in epoch milliseconds. */
  issueCode(): { code: string; expiresAt: number }
  /** Whether a code is valid. */
  hasCode(code: string): boolean
  /**
   * Consumes a code and returns the secret of a new session, or null for an invalid code. The
   * session is open at once, and `kept` resolves when a restart will not end it.
   */
  redeemCode(code: string): { secret: string; kept: Promise<void> } | null
  /** Returns the id of the open session with this secret, or null. The id is not secret. */
  find(secret: string): string | null
  /** Whether a session is open. */
  isOpen(id: string): boolean
  /** Returns when a session ends by itself, in epoch milliseconds; undefined when it has ended. */
  expiryOf(id: string): number | undefined
  /** Ends a session at once. Resolves when a restart will not bring it back. */
  end(id: string): Promise<void>
  /**
   * Ends all sessions at once, and voids all launch codes. Returns the ids of the sessions, and a
   * promise that resolves when a restart will not bring them back.
   */
  endAll(): { ids: string[]; forgotten: Promise<void> }
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
    /** Adds what an earlier daemon has left. A clock set back must not make its life longer. */
    restore(hash: string, expiresAt: number): void {
      expiries.set(hash, Math.min(expiresAt, now() + lifetimeMs))
    },
    /** Returns those that are still valid, with their ends. */
    living: (): Map<string, number> => new Map([...expiries].filter(([hash]) => alive(hash))),
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

const NO_STORE: SessionStore = { sessions: new Map(), save: async () => {} }

/** Creates the launch codes and sessions of one daemon. `now` returns epoch milliseconds. */
export function createUiSessions(now: () => number, store: SessionStore = NO_STORE): UiSessions {
  const codes = createExpiringSet(LAUNCH_CODE_LIFETIME_MS, MAX_LAUNCH_CODES, now)
  const sessions = createExpiringSet(SESSION_LIFETIME_MS, MAX_SESSIONS, now)
  for (const [id, expiresAt] of store.sessions) sessions.restore(id, expiresAt)
  const save = (): Promise<void> => store.save(sessions.living())
  return {
    issueCode() {
      const code = newSecret()
      return { code, expiresAt: codes.add(code) }
    },
    hasCode: (code) => codes.isAlive(sha256Hex(code)),
    redeemCode(code) {
      if (!codes.consume(code)) return null
      const secret = newSecret()
      sessions.add(secret)
      return { secret, kept: save() }
    },
    find(secret) {
      const id = sha256Hex(secret)
      return sessions.isAlive(id) ? id : null
    },
    isOpen: sessions.isAlive,
    expiryOf: (id) => sessions.living().get(id),
    end(id) {
      sessions.delete(id)
      return save()
    },
    endAll() {
      codes.clear()
      const ids = sessions.clear()
      return { ids, forgotten: save() }
    },
  }
}
