import { newSecret, sha256Hex } from './secrets.ts'
import type { SessionStore, StoredSession } from './session-file.ts'

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
  /**
   * Issues a code for one browser, whose session has the scope `admin` if that is asked for.
   * `expiresAt` is in epoch milliseconds.
   */
  issueCode(admin: boolean): { code: string; expiresAt: number }
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
  /** Returns an open session; undefined when it has ended. */
  sessionOf(id: string): StoredSession | undefined
  /** Ends a session at once. Resolves when a restart will not bring it back. */
  end(id: string): Promise<void>
  /**
   * Ends all sessions at once, and voids all launch codes. Returns the ids of the sessions, and a
   * promise that resolves when a restart will not bring them back.
   */
  endAll(): { ids: string[]; forgotten: Promise<void> }
}

/** Creates a set of hashed secrets, each with its end and rights. A full set drops its oldest. */
function createExpiringSet(lifetimeMs: number, capacity: number, now: () => number) {
  const entries = new Map<string, StoredSession>()
  const find = (hash: string): StoredSession | undefined => {
    const entry = entries.get(hash)
    return entry !== undefined && entry.expiresAt > now() ? entry : undefined
  }
  return {
    add(secret: string, admin: boolean): number {
      for (const [hash] of entries) {
        if (entries.size < capacity && find(hash)) break
        entries.delete(hash)
      }
      const expiresAt = now() + lifetimeMs
      entries.set(sha256Hex(secret), { expiresAt, admin })
      return expiresAt
    },
    /** Returns the entry of a hash; undefined when there is none, or it has expired. */
    find,
    /** Adds what an earlier daemon has left. A clock set back must not make its life longer. */
    restore(hash: string, { expiresAt, admin }: StoredSession): void {
      entries.set(hash, { expiresAt: Math.min(expiresAt, now() + lifetimeMs), admin })
    },
    /** Returns those that are still valid. */
    living: (): Map<string, StoredSession> => new Map([...entries].filter(([hash]) => find(hash))),
    delete: (hash: string): boolean => entries.delete(hash),
    clear(): string[] {
      const hashes = [...entries.keys()]
      entries.clear()
      return hashes
    },
    /** Removes a secret. Returns its entry if it was still valid. */
    consume(secret: string): StoredSession | undefined {
      const hash = sha256Hex(secret)
      const entry = find(hash)
      entries.delete(hash)
      return entry
    },
  }
}

const NO_STORE: SessionStore = { sessions: new Map(), save: async () => {} }

/** Creates the launch codes and sessions of one daemon. `now` returns epoch milliseconds. */
export function createUiSessions(now: () => number, store: SessionStore = NO_STORE): UiSessions {
  const codes = createExpiringSet(LAUNCH_CODE_LIFETIME_MS, MAX_LAUNCH_CODES, now)
  const sessions = createExpiringSet(SESSION_LIFETIME_MS, MAX_SESSIONS, now)
  for (const [id, session] of store.sessions) sessions.restore(id, session)
  const save = (): Promise<void> => store.save(sessions.living())
  return {
    issueCode(admin) {
      const code = newSecret()
      return { code, expiresAt: codes.add(code, admin) }
    },
    hasCode: (code) => codes.find(sha256Hex(code)) !== undefined,
    redeemCode(code) {
      const launch = codes.consume(code)
      if (launch === undefined) return null
      const secret = newSecret()
      sessions.add(secret, launch.admin)
      return { secret, kept: save() }
    },
    find(secret) {
      const id = sha256Hex(secret)
      return sessions.find(id) ? id : null
    },
    isOpen: (id) => sessions.find(id) !== undefined,
    sessionOf: sessions.find,
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
