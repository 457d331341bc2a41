import type { LogEvent } from '../../contract/events.ts'
import { isOwnValue } from '../../store/sealing/sealed-members.ts'
import type { Findings } from './findings.ts'

/**
 * Checks that the facts of each recording count from 1 without a gap, and that sealed values belong
 * to the events that hold them. So it finds what a log lacks that was written anew. A recording
 * takes some 100 bytes: a closed one may still get facts.
 */
export class FactCheck {
  readonly #findings: Findings
  readonly #versions = new Map<string, number>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** Whether an event names this recording. */
  knows(recordingId: string): boolean {
    return this.#versions.has(recordingId)
  }

  /** Observes each event of the log, in order. */
  observe(event: LogEvent): void {
    const { position, recordingId, type, version } = event
    if (!hasOwnValues(event))
      this.#findings.add('valueWrong', `Event ${position} holds a sealed value of another event.`, {
        position,
      })
    if (recordingId === null) return
    const before = this.#versions.get(recordingId) ?? 0
    const expected = expectedVersion(type, before)
    if (version !== expected)
      this.#findings.add(
        'factMissing',
        `Event ${position} (${type}) does not continue the facts of recording ${recordingId}.`,
        { position, expected: `version ${expected}`, found: `version ${version}` },
      )
    this.#versions.set(recordingId, version ?? before)
  }
}

/**
 * Whether every sealed value in an event says that it is of this event: in whichever member it is,
 * for somebody may have written the event.
 */
function hasOwnValues({ data, position }: LogEvent): boolean {
  const isOwn = (value: unknown): boolean => isOwnValue(value, position)
  return Object.entries(data).every(
    ([member, value]) =>
      isOwn(value) && (member !== 'tags' || Object.values(value ?? {}).every(isOwn)),
  )
}

/** Refusals repeat the version of their recording, and accesses have none. */
function expectedVersion(type: LogEvent['type'], before: number): number | null {
  if (type === 'recording.accessed') return null
  return type === 'command.refused' ? before : before + 1
}
