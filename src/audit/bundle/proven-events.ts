import { changesNothing } from '../../contract/event-types.ts'
import type { LogEvent } from '../../contract/events.ts'
import { leafHash } from '../../tlog/hashes.ts'
import { type TreeHead, verifyInclusion } from '../../tlog/verify-proofs.ts'
import type { BundleSource } from './port.ts'
import type { Finding } from './verdict.ts'

const PAGE = 200

/** Where the events of a bundle come from. */
export interface EventsSource {
  recordingId: string
  log: BundleSource['log']
  /** The root that every proof must lead to. */
  head: TreeHead
}

/** The events of a recording with their proofs, and what was found while they were read. */
export class ProvenEvents {
  readonly #source: EventsSource
  /** With their values opened, oldest first. */
  readonly events: LogEvent[] = []
  readonly findings: Finding[] = []
  proven = 0
  #facts = 0
  #isClosed = false

  constructor(source: EventsSource) {
    this.#source = source
  }

  /** Reads the events and returns the lines of events.jsonl, page by page. */
  async *lines(): AsyncGenerator<Buffer> {
    const { recordingId, log, head } = this.#source
    for (let after = 0; ; ) {
      const query = { recordingId, after, limit: PAGE }
      const records = (await log.records(query)).filter(({ position }) => position <= head.size)
      const events = await log.events(query)
      const positions = records.map(({ position }) => position)
      const proofs = await log.proofs.inclusions(positions, head.size)
      const lines = records.map((record, at) => this.#line(record, proofs[at]!))
      for (const event of events) if (event.position <= head.size) this.#check(event)
      if (lines.length > 0) yield Buffer.from(lines.join(''))
      if (records.length < PAGE) break
      after = records.at(-1)?.position ?? after
    }
    if (!this.#isClosed) this.findings.push({ kind: 'notClosed' })
  }

  #line({ position, record }: { position: number; record: string }, proof: Buffer[]): string {
    const { head } = this.#source
    if (verifyInclusion(leafHash(record), position - 1, head, proof)) this.proven++
    else this.findings.push({ kind: 'notProven', position })
    const hashes = proof.map((hash) => hash.toString('base64'))
    return `${JSON.stringify({ position, record, proof: hashes })}\n`
  }

  /** Facts count from 1. Events that change nothing repeat the number, or have none. */
  #check(event: LogEvent): void {
    this.events.push(event)
    if (event.type === 'recording.closed') this.#isClosed = true
    if (event.version === null || changesNothing(event)) return
    const expected = this.#facts + 1
    const { position, version: found } = event
    if (found !== expected) this.findings.push({ kind: 'factMissing', position, expected, found })
    this.#facts = found
  }
}
