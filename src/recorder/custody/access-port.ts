import type { By } from '../../contract/by.ts'
import type { AccessAct, AccessView } from '../../contract/custody.ts'
import type { Medium } from '../../contract/media.ts'

/** Somebody is about to see what is in a recording. */
export interface Access {
  /** Null: in the whole log. */
  recordingId: string | null
  act: AccessAct
  media: readonly Medium[]
  by: By
}

/** Somebody is about to see what a search has found. */
export interface Search {
  tags: Readonly<Record<string, unknown>>
  text: string | undefined
  found: number
  by: By
}

/** A page of accesses. `after` is the position before the next page, null at the end. */
export interface AccessPage {
  items: AccessView[]
  after: number | null
}

/** Records who sees what, before it is seen. */
export interface AccessPort {
  /**
   * Records an access. Resolves when its act is in the log: at once when it goes on. Rejects when
   * the log cannot be written; nothing may be shown then.
   */
  record(access: Access): Promise<void>
  /** Records a search like {@link record}: keys and how much was found, no value and no word. */
  recordSearch(search: Search): Promise<void>
  /**
   * Records that a person has logged in to the page, and whether with the scope `admin`. Rejects
   * when the log cannot be written.
   */
  recordLogin(session: { sessionId: string; admin: boolean }, by: By): Promise<void>
  /** Counts a wrong credential. Those of a minute are one event. */
  countRefusedCredential(): void
  /** Lists the accesses to a recording, oldest first. */
  list(recordingId: string, query: { after: number; limit: number }): Promise<AccessPage>
}
