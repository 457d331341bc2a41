import { createHash } from 'node:crypto'
import type { By } from '../../contract/by.ts'
import type { AccessView } from '../../contract/custody.ts'
import type { LogEvent } from '../../contract/events.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import type { EventLog } from '../../store/port.ts'
import type { EventBatch } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import type { Access, AccessPage, AccessPort, Search } from './access-port.ts'
import { Acts } from './acts.ts'
import { CredentialRefusals } from './credential-refusals.ts'

const EVENTS_AT_ONCE = 500
const MOST_SEARCHERS = 1_000

/** The parts that an access log works with. */
export interface AccessLogOptions {
  facts: Pick<FactPipeline, 'append'>
  log: Pick<EventLog, 'events'>
  system: By
  now(): number
  onFault(what: string, error: unknown): void
  /** Returns milliseconds that never jump. */
  monotonic?: () => number
  /** The time within which wrong credentials are one event. */
  refusalWindowMs?: number
}

/** Records who sees what, each act once. */
export class AccessLog implements AccessPort {
  readonly #options: AccessLogOptions
  readonly #accesses: Acts<Medium>
  readonly #searches: Acts<never>
  readonly #refusals: CredentialRefusals
  /** The first and the newest text of each search, in memory only. */
  readonly #texts = new Map<string, { first: string; newest: string }>()

  constructor(options: AccessLogOptions) {
    this.#options = options
    this.#accesses = new Acts(options.monotonic)
    this.#searches = new Acts(options.monotonic)
    const { now, onFault, system, refusalWindowMs } = options
    this.#refusals = new CredentialRefusals({
      ...{ now, onFault },
      ...(refusalWindowMs === undefined ? {} : { windowMs: refusalWindowMs }),
      append: (data) =>
        this.#append(system, (batch) => batch.add(null, 'credentials.refused', data)),
    })
  }

  record({ recordingId, act, media, by }: Access): Promise<void> {
    return this.#accesses.perform(keyOf([recordingId, act], by), media, (fresh) =>
      this.#append(by, (batch) =>
        batch.observe(recordingId, 'recording.accessed', {
          act,
          media: MEDIA.filter((medium) => fresh.includes(medium)),
        }),
      ),
    )
  }

  recordSearch({ tags, text, found, by }: Search): Promise<void> {
    const keys = Object.keys(tags).sort()
    const searcher = keyOf([JSON.stringify(tags), text !== undefined], by)
    const begun = text === undefined ? '' : this.#beginningOf(searcher, text)
    return this.#searches.perform(keyOf([searcher, begun], by), [], () =>
      this.#append(by, (batch) =>
        batch.add(null, 'recordings.searched', { keys, text: text !== undefined, found }),
      ),
    )
  }

  async recordLogin(session: { sessionId: string; admin: boolean }, by: By): Promise<void> {
    const { sessionId, admin } = session
    const data = admin ? { sessionId, admin } : { sessionId }
    await this.#append(by, (batch) => batch.add(null, 'page.opened', data))
  }

  /** The computer has slept: nobody has seen anything meanwhile. */
  endActs(): void {
    this.#accesses.endAll()
    this.#searches.endAll()
  }

  countRefusedCredential(): void {
    this.#refusals.add()
  }

  async list(
    recordingId: string,
    { after, limit }: { after: number; limit: number },
  ): Promise<AccessPage> {
    const items: (AccessView & { position: number })[] = []
    let last = after
    while (items.length <= limit) {
      const events = await this.#options.log.events({
        ...{ after: last, recordingId },
        limit: EVENTS_AT_ONCE,
      })
      items.push(...events.flatMap(accessOf))
      last = events.at(-1)?.position ?? last
      if (events.length < EVENTS_AT_ONCE) break
    }
    const page = items.slice(0, limit)
    return {
      items: page.map(({ position: _, ...access }) => access),
      after: items.length > limit ? (page.at(-1)?.position ?? after) : null,
    }
  }

  /** Records what has only been counted so far. */
  close(): Promise<void> {
    return this.#refusals.close()
  }

  /**
   * Returns what a search for a text goes on from: a person who types asks again with every letter.
   */
  #beginningOf(searcher: string, text: string): string {
    const known = this.#texts.get(searcher)
    const goesOn = known && (text.startsWith(known.newest) || known.newest.startsWith(text))
    const first = goesOn ? known.first : text
    if (this.#texts.size >= MOST_SEARCHERS) this.#texts.clear()
    this.#texts.set(searcher, { first, newest: text })
    return first
  }

  #append(by: By, add: (batch: EventBatch) => void): Promise<void> {
    return this.#options.facts.append({ by, commandId: null }, add)
  }
}

/** Names an act of somebody. Memory has its hash only, for it may stand for values of tags. */
function keyOf(parts: readonly unknown[], { side, client, user }: By): string {
  const text = JSON.stringify([...parts, side, client, user])
  return createHash('sha256').update(text).digest('base64url')
}

function accessOf(event: LogEvent): (AccessView & { position: number })[] {
  if (event.type !== 'recording.accessed') return []
  const { position, at, by, data } = event
  return [{ ...data, at, by, position }]
}
