import type { By } from '../../contract/by.ts'
import type { CustodyRules, RetentionEntry, RetentionStatus } from '../../contract/custody.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { EventLog } from '../../store/port.ts'
import { within } from '../../time/within.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { whyNotErasable } from './arbitrate-custody.ts'
import { ClockGuard, type ClockGuardOptions, type Jump } from './clock-guard.ts'
import type { Erasures } from './erasures.ts'
import { endOf, retentionOf, retentionWithoutHolds, shortestKeepingMs } from './retention-rules.ts'
import { eraseWaiting, findWaitingErasures } from './waiting-erasures.ts'

/** The parts that retention works with. */
export interface RetentionOptions extends ClockGuardOptions {
  facts: Pick<FactPipeline, 'append' | 'failure' | 'recordings' | 'lostHolds'>
  log: Pick<EventLog, 'audit' | 'closedRecordings' | 'pending' | 'trustedTime' | 'contradiction'>
  erasures: Pick<Erasures, 'erase'>
  /** Resolves when the log is verified; rejects when it is not, or when the recorder stops. */
  verified(): Promise<void>
  rules(): CustodyRules
  onFault(what: string, error: unknown): void
}

/** The recordings that retention will erase, and its state. */
export interface RetentionReport extends RetentionStatus {
  entries: RetentionEntry[]
}

type Reason = NonNullable<RetentionStatus['waiting']>['reason']

const HOUR_MS = 60 * 60 * 1_000
/** Between two checks. A day without one would look like a jump of the clock. */
const PERIOD_MS = 22 * HOUR_MS
const CLOSE_LIMIT_MS = 1_000

/**
 * Erases recordings that are older than the rules keep them: at each start, and daily. Never those
 * that are held, open, or younger than their shortest keeping. None while the clock is in doubt, or
 * while holds may be missing because the log has lost its end, or is contradicted.
 */
export class Retention {
  readonly #options: RetentionOptions
  readonly #guard: ClockGuard
  #timer: NodeJS.Timeout | undefined
  #checkedAt: number | undefined
  #checking: Promise<void> | undefined
  #isClosed = false
  /** The reason that the warning in the log names; null when there is none. */
  #warned: Reason | null = null

  constructor(options: RetentionOptions) {
    this.#options = options
    this.#guard = new ClockGuard(options)
  }

  /** Applies the rules now, and then daily. */
  begin(): void {
    if (this.#isClosed) return
    this.#timer ??= setInterval(() => void this.#tick(), HOUR_MS).unref()
    void this.check()
  }

  /** Observes committed events: new rules, steps of the clock, and consent while it waits. */
  observe(events: readonly LogEvent[]): void {
    this.#guard.observe(events)
    if (this.#timer === undefined) return
    const isLost = this.#lostEnd !== null
    const asks = ({ type, data }: LogEvent): boolean =>
      type === 'rules.changed' ||
      (isLost && (type === 'recording.consentRecorded' || type === 'recording.holdReleased')) ||
      (type === 'warning.cleared' && data.code === 'LOG_CONTRADICTED')
    if (events.some(asks)) void this.#checkAnew()
  }

  /** Ends after the erasure that is under way has been given up. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    if (this.#checking) await within(this.#checking, CLOSE_LIMIT_MS)
  }

  /**
   * Lists the recordings that will be erased, and those that only a hold keeps, the next first; and
   * what retention waits for.
   */
  async report(): Promise<RetentionReport> {
    const entries = await this.#entries(Number.POSITIVE_INFINITY)
    const now = new Date(this.#options.now()).toISOString()
    const due = entries.filter(({ holds, eraseAt }) => holds === 0 && eraseAt <= now)
    const ids = due.map(({ recordingId }) => recordingId)
    const all = new Set([...ids, ...(await this.#withoutConsent())])
    return { waiting: this.#waiting, due: all.size, entries }
  }

  /** Confirms the clock, and applies the rules. Resolves when the confirmation is durable. */
  async confirmClock(by: By): Promise<void> {
    await this.#guard.confirm(by)
    void this.#checkAnew()
  }

  /**
   * Confirms that the holds that the log may have lost are placed again. Begins the erasures for
   * want of consent that waited for that, and applies the rules. Resolves when the confirmation is
   * durable.
   */
  async confirmHolds(by: By): Promise<void> {
    const { facts } = this.#options
    const waiting = await this.#withoutConsent()
    const lostEnd = this.#lostEnd
    if (lostEnd !== null)
      await facts.append({ by, commandId: null }, (batch) => {
        batch.add(null, 'retention.confirmed', lostEnd)
        eraseWaiting(batch, waiting, this.#options)
      })
    void this.#checkAnew()
  }

  /** Applies the rules. Never rejects. */
  check(): Promise<void> {
    this.#checking ??= this.#check()
      .catch((error) => this.#options.onFault('the rules of retention', error))
      .finally(() => {
        this.#checking = undefined
      })
    return this.#checking
  }

  /** Applies the rules once more: a check that is under way may have looked before the change. */
  async #checkAnew(): Promise<void> {
    await this.#checking
    await this.check()
  }

  async #tick(): Promise<void> {
    await this.#guard
      .confirmIfProven()
      .catch((error) => this.#options.onFault('confirming the clock', error))
    const { now } = this.#options
    const elapsed = now() - (this.#checkedAt ?? 0)
    if (elapsed >= PERIOD_MS || elapsed < 0 || this.#warned !== null) await this.check()
  }

  async #check(): Promise<void> {
    const { rules, facts, system, now, verified } = this.#options
    const isVerified = await verified().then(
      () => true,
      () => false,
    )
    if (!isVerified || this.#isClosed || facts.failure) return
    const time = now()
    this.#checkedAt = time
    const withoutConsent = await this.#withoutConsent()
    if (shortestKeepingMs(rules().retention) === null) return this.#warn(withoutConsent.length)
    const entries = await this.#entries(time)
    const due = entries.filter(({ holds }) => holds === 0)
    const waiting = new Set([...due.map(({ recordingId }) => recordingId), ...withoutConsent])
    if (this.#waiting !== null) return this.#warn(waiting.size)
    await this.#warn(0)
    let erased = 0
    for (const { recordingId } of due) {
      if (this.#isClosed || facts.failure) return
      if (await this.#erase(recordingId)) erased++
    }
    if (this.#isClosed || facts.failure) return
    const held = entries.length - due.length
    await facts.append({ by: system, commandId: null }, (batch) =>
      batch.add(null, 'retention.checked', { erased, held }),
    )
  }

  /** Erases a recording, unless something has happened to it or to the clock meanwhile. */
  async #erase(id: string): Promise<boolean> {
    const { log, erasures, rules, system, now, onFault } = this.#options
    try {
      const view = log.pending(id)
      const retention = view && retentionOf(view, rules().retention)
      if (!view || !retention || whyNotErasable(view) || this.#waiting) return false
      if (Date.parse(retention.eraseAt) > now()) return false
      const rule = retention.rule === null ? {} : { rule: retention.rule }
      const reason = `The rules of retention keep it until ${retention.eraseAt}.`
      await erasures.erase(
        id,
        { cause: 'retention', reason, ...rule },
        { by: system, commandId: null },
      )
      return true
    } catch (error) {
      if (!this.#isClosed) onFault('erasing by retention', error)
      return false
    }
  }

  get #lostEnd(): Jump | null {
    const { log, now } = this.#options
    const { lostFrom } = log.trustedTime
    if (lostFrom === null) return null
    return { from: new Date(lostFrom).toISOString(), to: new Date(now()).toISOString() }
  }

  /** The recordings whose erasure for want of consent waits for the holds. */
  async #withoutConsent(): Promise<string[]> {
    return this.#lostEnd === null ? [] : findWaitingErasures(this.#options)
  }

  get #waiting(): RetentionStatus['waiting'] {
    const lostEnd = this.#lostEnd
    if (lostEnd !== null) return { reason: 'lostEnd', ...lostEnd }
    const { log, now } = this.#options
    const from = log.contradiction?.since
    if (from !== undefined)
      return { reason: 'contradicted', from, to: new Date(now()).toISOString() }
    const { doubt } = this.#guard
    return doubt && { reason: 'clock', ...doubt }
  }

  /** Raises the warning when due recordings wait for a person; clears it when none does. */
  async #warn(due: number): Promise<void> {
    const waiting = due > 0 ? this.#waiting : null
    const reason = waiting?.reason ?? null
    if (reason === this.#warned) return
    const { facts, system } = this.#options
    await facts.append({ by: system, commandId: null }, (batch) => {
      if (this.#warned) batch.add(null, 'warning.cleared', { code: 'RETENTION_WAITS' })
      if (!waiting) return
      const detail = detailOf(waiting, due)
      batch.add(null, 'warning.raised', { code: 'RETENTION_WAITS', detail })
    })
    this.#warned = reason
  }

  /** Finds the recordings that are due at a time, held ones too; the first to go first. */
  async #entries(time: number): Promise<RetentionEntry[]> {
    const { retention } = this.#options.rules()
    const keepingMs = shortestKeepingMs(retention)
    if (keepingMs === null) return []
    const to = Number.isFinite(time) ? { to: new Date(time - keepingMs).toISOString() } : {}
    const found: RetentionEntry[] = []
    const tagKeys = new Set(retention.rules.flatMap(({ tag }) => (tag ? [tag.key] : [])))
    for await (const view of this.#options.log.closedRecordings({ ...to, tagKeys })) {
      if (this.#isClosed) break
      const own = retentionWithoutHolds(view, retention)
      if (own === null || Date.parse(own.eraseAt) > time) continue
      found.push({ recordingId: view.id, endedAt: endOf(view), ...own, holds: view.holds.length })
    }
    return found.sort((a, b) => (a.eraseAt < b.eraseAt ? -1 : 1))
  }
}

function detailOf(
  { reason, from, to }: NonNullable<RetentionStatus['waiting']>,
  due: number,
): string {
  const wait = `${due === 1 ? 'One recording waits' : `${due} recordings wait`} for erasure.`
  if (reason === 'contradicted')
    return `An outside witness contradicts the log since ${from}: holds may be missing. ${wait}`
  return reason === 'clock'
    ? `The clock says ${to}, but the newest time in the log is ${from}. ${wait}`
    : `The log has lost its end: holds that were placed after ${from} may be missing. ${wait}`
}
