import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import { createAudit } from '../../../src/audit/questions/audit.ts'
import type { By } from '../../../src/contract/by.ts'
import type { EventData, EventType, LogEvent, NewEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'
import { ANSWERS } from '../../../src/http/schemas/answers.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { type Daemon, startDaemon } from '../../http/support/daemon.ts'
import { at, CRM, History } from '../../store/support/history.ts'

/** A page of rows. */
export interface Rows {
  // biome-ignore lint/suspicious/noExplicitAny: the schemas of the answers check them.
  items: any[]
  nextCursor: string | null
}

const SCHEMAS = {
  events: 'EventPage',
  'reports/refusals': 'RefusalPage',
  'reports/accesses': 'AuditedAccessPage',
  'reports/client-activity': 'ClientActivityPage',
  'reports/gaps': 'GapPage',
  'reports/long-pauses': 'LongPausePage',
  'reports/untagged': 'UntaggedPage',
} as const

export const UI: By = { side: 'ui', client: 'ui', user: 'clerk' }
export const MINUTE = 60_000

/** The parts of a recording that a test chooses. Times are minutes after its start. */
export interface Life {
  by?: By
  media?: Medium[]
  tags?: Record<string, string>
  /** Pauses of all media. Without an end it goes on. */
  pauses?: [from: number, to?: number][]
  /** Losses of the device of the first medium. */
  losses?: [from: number, to: number][]
  /** When it is stopped and closed; never without it. */
  end?: number
}

/** A log that a test writes, behind the routes of the auditor's questions. */
export class AuditBench {
  readonly daemon: Daemon
  log: EventLog
  /** The recorder's time, in minutes after `at(0)`. */
  minute = 0
  readonly #folder: string

  private constructor(
    folder: string,
    opened: { log: EventLog; bench?: AuditBench },
    daemon: Daemon,
  ) {
    this.#folder = folder
    this.log = opened.log
    this.daemon = daemon
    opened.bench = this
  }

  static async create(): Promise<AuditBench> {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-audit-'))
    const opened: { log: EventLog; bench?: AuditBench } = { log: await openLog(folder) }
    const current = () => opened.bench?.log ?? opened.log
    const audit = createAudit({
      log: {
        get audit() {
          return current().audit
        },
        get position() {
          return current().position
        },
      },
      now: () => Date.parse(at((opened.bench?.minute ?? 0) * MINUTE)),
    })
    return new AuditBench(folder, opened, await startDaemon({ audit }))
  }

  /** Appends events, all in one batch. */
  async append(events: NewEvent[]): Promise<LogEvent[]> {
    const { events: logged, committed } = this.log.append({ events })
    await committed
    return logged
  }

  /** Appends an event of no recording. */
  appendOwn<T extends EventType>(
    minute: number,
    type: T,
    data: EventData[T],
    by: By = CRM,
    recordingId: string | null = null,
  ): Promise<LogEvent[]> {
    const whose = { recordingId, version: null, at: at(minute * MINUTE), by, commandId: null }
    return this.append([{ type, data, ...whose } as NewEvent])
  }

  /** Tells the life of a recording that starts some minutes after `at(0)`. */
  async record(id: string, minute: number, life: Life = {}): Promise<History> {
    const history = new History(id, minute * MINUTE)
    const { by = CRM } = life
    await this.append(eventsOf(history, life).map((event) => ({ ...event, by })))
    return history
  }

  async reopen(): Promise<void> {
    await this.log.close()
    this.log = await openLog(this.#folder)
  }

  /** Asks a question, below `/v1/audit`. The answer must match its schema. */
  async ask(path: string): Promise<Rows> {
    const answer = await this.daemon.call(`/v1/audit/${path}`)
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${path}: ${text}`)
    const rows = JSON.parse(text)
    ANSWERS[SCHEMAS[path.split('?')[0] as keyof typeof SCHEMAS]].parse(rows)
    return rows
  }

  /** Asks for all pages of so many rows. `between` runs before each further page. */
  async askAll(path: string, limit: number, between = async () => {}): Promise<Rows['items']> {
    const items: Rows['items'] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const more: string = `${path.includes('?') ? '&' : '?'}limit=${limit}`
      const page: Rows = await this.ask(`${path}${more}${cursor && `&cursor=${cursor}`}`)
      items.push(...page.items)
      cursor = page.nextCursor
      if (cursor !== null) await between()
    }
    return items
  }

  /** Asks for CSV. Returns its lines. */
  async csv(path: string): Promise<{ lines: string[]; headers: Headers }> {
    const answer = await this.daemon.call(`/v1/audit/${path}`, { headers: { accept: 'text/csv' } })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(text)
    return { lines: text.split('\r\n'), headers: answer.headers }
  }

  async close(): Promise<void> {
    await this.daemon.close()
    await this.log.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

const openLog = (folder: string): Promise<EventLog> =>
  openEventLog({ folder: join(folder, 'log'), keys: TEST_KEYS })

function eventsOf(history: History, life: Life): NewEvent[] {
  const { media = ['mic'], tags = {}, pauses = [], losses = [], end } = life
  const [first = 'mic'] = media
  const events = [history.starting(0, media)]
  if (Object.keys(tags).length > 0) events.push(history.tagged(0, tags))
  let segment = 1
  let began = 0
  const open = (minute: number) => {
    for (const medium of media)
      events.push(history.opened(minute * MINUTE, segment, minute * MINUTE, medium))
    began = minute
  }
  const close = (minute: number) => {
    for (const medium of media)
      events.push(
        history.segmentClosed(minute * MINUTE, segment, began * MINUTE, minute * MINUTE, medium),
      )
  }
  for (const medium of media) events.push(history.trackStarting(0, 1, medium))
  open(0)
  for (const medium of media) events.push(history.track(0, 'track.started', 1, medium))
  events.push(history.started(0))
  let isPaused = false
  for (const [from, to] of pauses) {
    for (const medium of media) events.push(history.pausing(from * MINUTE, segment, medium))
    close(from)
    for (const medium of media) events.push(history.paused(from * MINUTE, medium))
    isPaused = to === undefined
    if (to === undefined) break
    segment++
    for (const medium of media) events.push(history.resuming(to * MINUTE, segment, medium))
    open(to)
    for (const medium of media)
      events.push(history.track(to * MINUTE, 'track.resumed', segment, medium))
  }
  for (const [from, to] of losses) {
    events.push(
      history.event(from * MINUTE, 'track.recovering', {
        ...{ medium: first, segment: segment + 1, code: 'DEVICE_UNAVAILABLE', detail: 'Gone.' },
        ...{ reason: 'deviceLost', giveUpAt: history.at(to * MINUTE) },
      }),
    )
    close(from)
    segment++
    open(to)
    events.push(history.track(to * MINUTE, 'track.recovered', segment, first))
  }
  if (end === undefined) return events
  if (!isPaused) {
    for (const medium of media)
      events.push(history.stopping(end * MINUTE, segment, 'command', medium))
    close(end)
  }
  for (const medium of media) events.push(history.stopped(end * MINUTE, 'command', medium))
  events.push(history.wrapUp(end * MINUTE), history.closed(end * MINUTE))
  return events
}
