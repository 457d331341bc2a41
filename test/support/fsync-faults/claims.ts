import { isDeepStrictEqual } from 'node:util'
import type { EventOf, LogEvent } from '../../../src/contract/events.ts'
import { MEDIA } from '../../../src/contract/media.ts'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import type { Outcome } from './faulty-recorder.ts'

/** Errors that leave open whether the command was carried out. */
export const UNKNOWN = ['STORAGE_UNAVAILABLE', 'STORAGE_FULL', 'NOT_READY', 'killed']

/** Everything that clients were told, and the ways in which log or media contradict it. */
export class Claims {
  readonly problems: string[] = []
  /** The first 2xx answer of each key. */
  readonly #answers = new Map<string, unknown>()
  readonly #executed: { client: string; key: string; status: number }[] = []
  readonly #repeated: string[] = []
  /** The clients that sent each key. */
  readonly #clients = new Map<string, string[]>()
  readonly #failed: { client: string; code: string }[] = []

  /**
   * A client was told this. Each request has a client of its own. `isPresent`: it is an answer to
   * a start or resume, and no other command was under way, so that it claims what is so now.
   */
  told(
    client: string,
    key: string,
    outcome: Outcome<{ status: number; body: RecordingAnswer }>,
    isPresent: boolean,
  ): void {
    this.#clients.set(key, [...(this.#clients.get(key) ?? []), client])
    if ('code' in outcome) {
      if (['INTERNAL', 'died'].includes(outcome.code))
        this.problems.push(`${client}: ${outcome.code}`)
      this.#failed.push({ client, code: outcome.code })
      return
    }
    const { status, body } = outcome.value
    if (this.#answers.has(key) && isDeepStrictEqual(this.#answers.get(key), body)) {
      this.#repeated.push(client)
      return
    }
    this.#answers.set(key, body)
    this.#executed.push({ client, key, status })
    if (isPresent) this.shown(`${client} (${key}, ${status})`, body, outcome.captured)
  }

  /** Somebody was shown a recording while these media were captured. */
  shown(who: string, recording: RecordingAnswer | null, captured: readonly string[]): void {
    for (const medium of MEDIA) {
      if (recording?.tracks[medium]?.state === 'recording' && !captured.includes(medium))
        this.problems.push(`${who}: the ${medium} is said to record, and is not captured`)
    }
  }

  /** Compares everything with the whole log. */
  compare(events: readonly LogEvent[]): string[] {
    const unacknowledged = new Set(
      events.flatMap(({ type, data }) =>
        type === 'log.reopened' || type === 'daemon.started' ? (data.unacknowledged ?? []) : [],
      ),
    )
    const rejected = new Set(
      events.flatMap(({ type, data }) =>
        type === 'log.reopened' ? (data.unacknowledged ?? []) : [],
      ),
    )
    const by = (client: string) => events.filter((event) => event.by.client === client)
    const completed = (client: string) =>
      by(client).filter(
        (event): event is EventOf<'command.completed'> => event.type === 'command.completed',
      )
    for (const { client, key, status } of this.#executed) {
      const own = completed(client)
      // Or an earlier request with this key was carried out, and its answer got lost.
      const found = own.length > 0 ? own : (this.#clients.get(key) ?? []).flatMap(completed)
      if (found.length !== 1 || found[0]?.data.status !== status)
        this.problems.push(`${client} was told ${status}, the log has ${found.length} of it`)
      if (rejected.has(own[0]?.commandId ?? ''))
        this.problems.push(`${client} was told ${status}, the log calls it rejected`)
    }
    for (const client of this.#repeated)
      if (by(client).length > 0) this.problems.push(`${client}: a repeated answer did something`)
    for (const { client, code } of this.#failed) {
      const own = by(client)
      const isOpen = UNKNOWN.includes(code)
      const isLogged = own.some(({ data }) => 'code' in data && data.code === code)
      if (!isOpen && !isLogged) this.problems.push(`${client} was told ${code}, the log is silent`)
      for (const { commandId } of completed(client))
        if (code !== 'killed' && !unacknowledged.has(commandId ?? ''))
          this.problems.push(`${client} was told ${code}, the log calls it completed`)
    }
    this.#compareKeys()
    return this.problems
  }

  #compareKeys(): void {
    const times = new Map<string, number>()
    for (const { key } of this.#executed) times.set(key, (times.get(key) ?? 0) + 1)
    for (const [key, count] of times)
      if (count > 1) this.problems.push(`${key} was acknowledged, and carried out ${count} times`)
  }
}
