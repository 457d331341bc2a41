import { RecorderError } from '../contract/errors.ts'
import { within } from '../time/within.ts'
import type { UiSessions } from './ui-sessions.ts'

/** The longest time that a sign-in and a sign-out wait for the disk. */
const KEEP_LIMIT_MS = 1_000
const FORGET_LIMIT_MS = 5_000

/** Signs browsers in and out. */
export interface PageAccess {
  /**
   * Issues a launch code that is valid for one use within 60 s. With `admin`, the session that it
   * opens has that scope, too: only for a credential that has it.
   */
  issueLaunchCode(options?: { admin?: boolean }): { code: string; expiresAt: string }
  /**
   * Consumes a launch code, opens a session and returns its secret, which goes into the cookie.
   * Rejects with UNAUTHENTICATED or RATE_LIMITED. `isStranger` is asked about a valid code only. A
   * stranger does not consume it.
   */
  redeemLaunchCode(code: string, isStranger?: () => Promise<boolean>): Promise<string>
  /** Returns the open session with this secret; null when there is none. The id is not secret. */
  openSession(secret: string): { sessionId: string; admin: boolean } | null
  /** Whether a UI session is open. It ends by itself, too. */
  isSessionOpen(sessionId: string): boolean
  /** Returns when a UI session ends by itself; undefined when it has ended. */
  sessionExpiry(sessionId: string): string | undefined
  /**
   * Ends a UI session at once. Resolves when a restart cannot bring it back, and rejects with
   * STORAGE_UNAVAILABLE when it might.
   */
  endSession(sessionId: string): Promise<void>
  /**
   * Ends all UI sessions at once, like {@link endSession}, and voids all launch codes. `onEnd` gets
   * the ids of the sessions.
   */
  endSessions(onEnd: (sessionId: string) => void): Promise<void>
}

/** Creates the sign-in of browsers. `rejectCredential` counts a wrong launch code and throws. */
export function createPageAccess(
  sessions: UiSessions,
  rejectCredential: (detail: string) => never,
): PageAccess {
  return {
    issueLaunchCode({ admin = false } = {}) {
      const { code, expiresAt } = sessions.issueCode(admin)
      return { code, expiresAt: new Date(expiresAt).toISOString() }
    },
    async redeemLaunchCode(code, isStranger) {
      if (sessions.hasCode(code) && (await isStranger?.()) === true)
        return rejectCredential(
          'A program of another user opened the launch URL. It stays valid for its own user.',
        )
      const opened = sessions.redeemCode(code)
      if (opened === null)
        return rejectCredential(
          'The launch code is not valid, has been used, or is older than 60 s.',
        )
      // A slow disk must not keep a person from the page: it would only end the session earlier.
      await within(
        opened.kept.catch(() => {}),
        KEEP_LIMIT_MS,
      )
      return opened.secret
    },
    openSession(secret) {
      const sessionId = sessions.find(secret)
      const session = sessionId === null ? undefined : sessions.sessionOf(sessionId)
      if (sessionId === null || session === undefined) return null
      return { sessionId, admin: session.admin }
    },
    isSessionOpen: sessions.isOpen,
    sessionExpiry(sessionId) {
      const session = sessions.sessionOf(sessionId)
      return session && new Date(session.expiresAt).toISOString()
    },
    endSession: (sessionId) => forgotten(sessions.end(sessionId)),
    endSessions(onEnd) {
      const ended = sessions.endAll()
      for (const id of ended.ids) onEnd(id)
      return forgotten(ended.forgotten)
    },
  }
}

/** Waits until ended sessions are off the disk. */
async function forgotten(saved: Promise<void>): Promise<void> {
  const isForgotten = await within(
    saved.then(
      () => true,
      () => false,
    ),
    FORGET_LIMIT_MS,
  )
  if (isForgotten === true) return
  throw new RecorderError(
    'STORAGE_UNAVAILABLE',
    'The sign-out is in force, but the disk does not confirm it: a restart of the recorder may undo it.',
  )
}
