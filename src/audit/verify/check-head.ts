import type { Head } from '../../store/witness.ts'
import type { Findings } from './findings.ts'

/** Reads the entry that names the last event; undefined when it names none. */
export function readHead(stored: string | undefined): Head | undefined {
  try {
    return stored === undefined ? undefined : JSON.parse(stored)
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

/** Checks that the log does not end before the event that the witness file names. */
export function checkWitnessedEnd(
  findings: Findings,
  { position }: Head,
  witness: Head | undefined,
): void {
  if (witness === undefined || witness.position <= position) return
  findings.add(
    'witnessWrong',
    `The witness file names event ${witness.position}, but the log ends at event ${position}.`,
    { position: position + 1, expected: witness.hash },
  )
}

/** Notes that the witness file is missing, if an event says that it exists. */
export function checkWitnessMissing(findings: Findings, witnessedAt: number | null): void {
  if (witnessedAt === null) return
  findings.add(
    'witnessWrong',
    `The witness file is missing, although event ${witnessedAt} says that it exists: events at the end may have been removed.`,
    { file: 'log.witness' },
  )
}
