import type { SigningKeyEntry } from '../../store/tree/signing-key-events.ts'
import { type OpenedCheckpoint, openCheckpoint } from '../../tlog/checkpoint.ts'
import { openByHistory } from '../../tlog/key-history.ts'
import { parseVkey, type Verifier } from '../../tlog/keys.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import type { Findings } from './findings.ts'

/**
 * Checks that each key that a log names follows from the one before, and has the log's name. A lost
 * key is no fault where the key that is trusted came after it.
 */
export function checkKeys(
  findings: Findings,
  entries: readonly SigningKeyEntry[],
  trusted: string | undefined,
): void {
  const vouchedFrom = entries.findLastIndex(({ key }) => key === trusted)
  let origin: string | undefined
  for (const [i, entry] of entries.entries()) {
    checkKeyChange(findings, entry, entries[i - 1], i <= vouchedFrom)
    const { position, key } = entry
    const name = readVkey(findings, entry)?.name
    origin ??= name
    if (name !== undefined && name !== origin)
      findings.add('keyChangeWrong', `Event ${position} names a key of another log.`, {
        ...{ position, expected: origin ?? null, found: key },
      })
  }
}

/** Opens a checkpoint of the log; undefined when its key of that time has not signed it. */
export function openSigned(
  findings: Findings,
  note: string,
  entries: readonly SigningKeyEntry[],
  { what, file }: { what: string; file?: string | undefined },
): OpenedCheckpoint | undefined {
  try {
    return openByHistory(note, entries)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add(
      'checkpointForged',
      `${what} is not one that the log’s key of that time has signed: ${error.message}`,
      file === undefined ? {} : { file },
    )
    return undefined
  }
}

/**
 * Checks that the key that was given leads to the newest one: each change between them has a kept
 * checkpoint that both keys have signed. `kept` are notes by their sizes.
 */
export function checkTrust(
  findings: Findings,
  entries: readonly SigningKeyEntry[],
  kept: ReadonlyMap<number, string>,
  trusted: string,
): void {
  const from = entries.findLastIndex(({ key }) => key === trusted)
  const details = { expected: trusted, found: entries.at(-1)?.key ?? null }
  if (from === -1) {
    findings.add('keyUnknown', 'The log does not name the key that you trust.', details)
    return
  }
  for (const [i, entry] of entries.slice(from + 1).entries()) {
    const former = entries[from + i]!
    if (entry.cause === 'rotated' && isIntroduced(former, entry, entries[from + i + 2], kept))
      continue
    findings.add(
      'keyUnknown',
      `The key that you trust signed up to event ${entry.position - 1}. It has not signed the one that event ${entry.position} names: get that from elsewhere.`,
      { position: entry.position, ...details },
    )
    return
  }
}

function isIntroduced(
  former: SigningKeyEntry,
  entry: SigningKeyEntry,
  next: SigningKeyEntry | undefined,
  kept: ReadonlyMap<number, string>,
): boolean {
  const end = next?.position ?? Number.POSITIVE_INFINITY
  return [...kept].some(
    ([size, note]) =>
      size >= entry.position && size < end && isSignedBy(note, former) && isSignedBy(note, entry),
  )
}

function isSignedBy(note: string, { key }: SigningKeyEntry): boolean {
  try {
    const verifier = parseVkey(key)
    openCheckpoint(note, { origin: verifier.name, keys: [verifier] })
    return true
  } catch (error) {
    if (error instanceof TlogError) return false
    throw error
  }
}

function checkKeyChange(
  findings: Findings,
  { position, former, cause }: SigningKeyEntry,
  before: SigningKeyEntry | undefined,
  isVouched: boolean,
): void {
  const expected = before?.key ?? null
  if (former !== expected)
    findings.add('keyChangeWrong', `Event ${position} replaces another key than the one before.`, {
      ...{ position, expected, found: former },
    })
  else if (cause === 'lost' && !isVouched)
    findings.add(
      'keyChangeWrong',
      `The key before event ${position} was lost: nothing but the log itself vouches for what comes from here on.`,
      { position },
    )
}

function readVkey(findings: Findings, { key, position }: SigningKeyEntry): Verifier | undefined {
  try {
    return parseVkey(key)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add('keyChangeWrong', `Event ${position} names no key: ${error.message}`, { position })
    return undefined
  }
}
