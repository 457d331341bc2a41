import type { SigningKeyEntry } from '../../store/port.ts'
import { type OpenedCheckpoint, openCheckpoint } from '../../tlog/checkpoint.ts'
import type { Verifier } from '../../tlog/keys.ts'
import { parseVkey } from '../../tlog/keys.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import type { Findings } from './findings.ts'

/** The keys that verify a log. */
export interface LogKeys {
  origin: string
  keys: Verifier[]
}

/**
 * Checks that each key that a log names follows from the one before, and that the log is signed by
 * the key that was given. Returns the keys; undefined when the log names none.
 */
export function checkKeys(
  findings: Findings,
  entries: readonly SigningKeyEntry[],
  trusted: string | undefined,
): LogKeys | undefined {
  const keys = entries.flatMap((entry, i) => {
    checkKeyChange(findings, entry, entries[i - 1])
    return readVkey(findings, entry)
  })
  const newest = keys.at(-1)
  if (trusted !== undefined && !entries.some(({ key }) => key === trusted))
    findings.add('keyUnknown', 'The log does not name the key that you trust.', {
      expected: trusted,
      found: entries.at(-1)?.key ?? null,
    })
  if (newest === undefined) return undefined
  return { origin: newest.name, keys }
}

/** Opens a checkpoint of the log; undefined when it is not one that its keys have signed. */
export function openSigned(
  findings: Findings,
  note: string,
  keys: LogKeys,
  what: string,
): OpenedCheckpoint | undefined {
  try {
    return openCheckpoint(note, keys)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add(
      'checkpointForged',
      `${what} is not one that the log’s keys have signed: ${error.message}`,
    )
    return undefined
  }
}

function checkKeyChange(
  findings: Findings,
  { position, former, cause }: SigningKeyEntry,
  before: SigningKeyEntry | undefined,
): void {
  const expected = before?.key ?? null
  if (former !== expected)
    findings.add('keyChangeWrong', `Event ${position} replaces another key than the one before.`, {
      ...{ position, expected, found: former },
    })
  else if (cause === 'lost')
    findings.add(
      'keyChangeWrong',
      `The key before event ${position} was lost: nothing but the log itself vouches for what comes from here on.`,
      { position },
    )
}

function readVkey(findings: Findings, { key, position }: SigningKeyEntry): Verifier | [] {
  try {
    return parseVkey(key)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add('keyChangeWrong', `Event ${position} names no key: ${error.message}`, { position })
    return []
  }
}
