import { constants } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openIfThere } from '../disk/open-if-there.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import { writeSynced } from '../disk/write-synced.ts'

/** An open UI session. */
export interface StoredSession {
  /** Its end in epoch milliseconds. */
  expiresAt: number
  /** Whether it has the scope `admin`. */
  admin: boolean
}

/** Open UI sessions, by the SHA-256 of their secrets. */
export type StoredSessions = ReadonlyMap<string, StoredSession>

/** Keeps the open sessions for the next daemon. */
export interface SessionStore {
  /** The sessions that the last daemon has left. */
  readonly sessions: StoredSessions
  /**
   * Resolves when no other sessions are kept than these: all of them, or none when the disk refuses
   * them. Rejects when others may still be kept.
   */
  save(sessions: StoredSessions): Promise<void>
}

const MAX_BYTES = 65_536

/**
 * The file of the open sessions. It has hashes only, so nobody can sign in with what it holds. A
 * file that is damaged, or that another user could have read or written, ends all its sessions.
 */
export class SessionFile implements SessionStore {
  readonly sessions: StoredSessions
  readonly #path: string
  readonly #onProblem: (problem: string) => void
  #last: Promise<void> = Promise.resolve()

  private constructor(
    path: string,
    sessions: StoredSessions,
    onProblem: (problem: string) => void,
  ) {
    this.#path = path
    this.sessions = sessions
    this.#onProblem = onProblem
  }

  /** Reads the file. `onProblem` is told whenever sessions cannot be kept, and why. */
  static async open(path: string, onProblem: (problem: string) => void): Promise<SessionFile> {
    try {
      return new SessionFile(path, await readSessions(path), onProblem)
    } catch (error) {
      onProblem(`the browsers are signed out: ${(error as Error).message}`)
      // Otherwise the sessions would be back as soon as somebody repairs the file.
      await rm(path, { recursive: true, force: true }).catch(() => {})
      return new SessionFile(path, new Map(), onProblem)
    }
  }

  save(sessions: StoredSessions): Promise<void> {
    const content = JSON.stringify({
      sessions: [...sessions].map(([sha256, session]) => ({ sha256, ...session })),
    })
    const write = (): Promise<void> => this.#write(`${content}\n`)
    // One after the other, whether the write before has succeeded or not.
    this.#last = this.#last.then(write, write)
    return this.#last
  }

  async #write(content: string): Promise<void> {
    const draft = `${this.#path}.tmp`
    try {
      await writeSynced(draft, content, 'w')
      await rename(draft, this.#path)
    } catch (error) {
      // Older content would bring back sessions that have ended. A full disk can still remove it.
      await rm(draft, { force: true }).catch(() => {})
      await rm(this.#path, { force: true })
      this.#onProblem(`a restart will sign the browsers out: ${(error as Error).message}`)
    }
    await syncFolder(dirname(this.#path))
  }
}

async function readSessions(path: string): Promise<StoredSessions> {
  // A link or a pipe in place of the file could lead, or wait, anywhere.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await openIfThere(path, flags)
  if (file === undefined) return new Map()
  try {
    const { mode, uid, size } = await file.stat()
    const isPrivate =
      process.platform === 'win32' || ((mode & 0o077) === 0 && uid === process.getuid?.())
    if (!isPrivate) throw new Error('other users could read or change the file of their sessions')
    if (size > MAX_BYTES) throw new Error('the file of their sessions is too large')
    return parse(await file.readFile('utf8'))
  } finally {
    await file.close()
  }
}

function parse(text: string): StoredSessions {
  try {
    const { sessions } = JSON.parse(text) as { sessions: ({ sha256: string } & StoredSession)[] }
    return new Map(
      // A file of an earlier version knows no `admin`.
      sessions.map(({ sha256, expiresAt, admin = false }) => {
        if (!/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(expiresAt)) throw new Error()
        if (typeof admin !== 'boolean') throw new Error()
        return [sha256, { expiresAt, admin }]
      }),
    )
  } catch (cause) {
    throw new Error('the file of their sessions is damaged', { cause })
  }
}
