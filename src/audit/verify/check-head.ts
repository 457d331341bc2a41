import type { Head } from '../../store/records/record.ts'
import type { Findings } from './findings.ts'

/** Reads the entry that names the last event; undefined when it names none. */
export function readHead(stored: string | undefined): Head | undefined {
  try {
    const head = stored === undefined ? null : JSON.parse(stored)
    return typeof head?.position === 'number' ? head : undefined
  } catch {
    return undefined
  }
}

/** Compares the last event with the one that was written last. */
export function checkHead(
  findings: Findings,
  { position, hash }: Head,
  stored: Head | undefined,
): void {
  if (stored?.position === position && stored.hash === hash) return
  if (stored === undefined && position === 0) return
  const isCut = stored !== undefined && stored.position > position
  findings.add(
    isCut ? 'eventMissing' : 'headWrong',
    isCut
      ? `The log ends at event ${position}, but event ${stored.position} was written.`
      : `Event ${position} is not the one that was written last.`,
    { position: isCut ? position + 1 : position, expected: stored?.hash ?? null, found: hash },
  )
}

/** Compares the event that the witness file names, when it is the one at hand. */
export function compareWitness(
  findings: Findings,
  { position, hash }: Head,
  witness: Head | undefined,
): void {
  if (witness?.position !== position || witness.hash === hash) return
  findings.add('witnessWrong', `Event ${position} is not the one that the witness file names.`, {
    ...{ position, expected: witness.hash, found: hash },
  })
}

/** The witness file of a log, and what is known of it. */
export interface WitnessFacts {
  witness: Head | undefined
  /** Whether a file is there that names no event. */
  isDamaged: boolean
  /** The event that says that the file exists; null when none does. */
  witnessedAt: number | null
}

/**
 * Checks that the log does not end before the event that the witness file names. A stopped home
 * must have the file when an event says so.
 */
export function checkWitnessedEnd(
  findings: Findings,
  { position }: Head,
  { witness, isDamaged, witnessedAt }: WitnessFacts,
): void {
  if (isDamaged)
    findings.add('witnessWrong', 'The witness file does not name an event.', {
      file: 'log.witness',
    })
  else if (witness === undefined && witnessedAt !== null)
    findings.add(
      'witnessWrong',
      `The witness file is missing, although event ${witnessedAt} says that it exists: events at the end may have been removed.`,
      { file: 'log.witness' },
    )
  if (witness !== undefined && witness.position > position)
    findings.add(
      'witnessWrong',
      `The witness file names event ${witness.position}, but the log ends at event ${position}.`,
      { position: position + 1, expected: witness.hash },
    )
}

/** Notes recordings with files that a log without a witness does not know: it may be another. */
export function checkStrangers(findings: Findings, strangers: readonly string[]): void {
  if (strangers.length === 0) return
  findings.add(
    'witnessWrong',
    `There are files of ${strangers.length} recordings that the log does not know, and no witness file: the log may have been replaced.`,
    { file: 'recordings', found: strangers[0] ?? null },
  )
}
