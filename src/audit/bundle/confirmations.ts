import type { LogEvent } from '../../contract/events.ts'
import { readCosignature } from '../../tlog/cosignature.ts'
import { openByHistory } from '../../tlog/key-history.ts'
import { parseNote } from '../../tlog/note.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import { type TreeHead, verifyConsistency } from '../../tlog/verify-proofs.ts'
import { textFile } from './packed-files.ts'
import type { BundleProofs, KeptConfirmations, KeptTimestamp } from './port.ts'
import type { Confirmation, Finding } from './verdict.ts'
import type { ZipFile } from './zip.ts'

/** Where the confirmations of a bundle come from. */
export interface ConfirmationsSource {
  kept: KeptConfirmations
  proofs: BundleProofs
  /** The tree of the bundle's checkpoint. It must begin with those of all confirmed ones. */
  head: TreeHead
  /** The events of the bundle, oldest first. */
  events: readonly LogEvent[]
}

/**
 * The checkpoints of a bundle that outsiders have confirmed, each with the proof that the log of
 * the bundle begins with it. A witness or an authority has rarely seen the newest checkpoint, so
 * the first one that covers the closing of the recording is taken, otherwise the newest.
 */
export class Confirmations {
  readonly #source: ConfirmationsSource
  /** Those that were found to be of this log. */
  readonly confirmed: Confirmation[] = []
  readonly findings: Finding[] = []
  readonly #proven = new Set<number>()

  constructor(source: ConfirmationsSource) {
    this.#source = source
  }

  /** Reads the kept answers of outsiders, and returns their files. */
  async *files(): AsyncGenerator<ZipFile> {
    yield* this.#cosigned()
    yield* this.#timestamped()
  }

  /** The witnesses may have seen different checkpoints: each is shown with its first one. */
  async *#cosigned(): AsyncGenerator<ZipFile> {
    const { cosigned } = this.#source.kept
    const seen = new Set<string>()
    for (const size of this.#wanted(await cosigned.sizes())) {
      const note = await cosigned.read(size)
      const cosignatures = note === undefined ? [] : cosignaturesIn(note)
      if (note === undefined || cosignatures.every(({ name }) => seen.has(name))) continue
      const name = `cosigned/${size}.txt`
      yield textFile(name, note)
      yield* this.#proof(size, name, note, (covered) => {
        for (const one of cosignatures) {
          if (seen.has(one.name)) continue
          this.confirmed.push({ kind: 'witness', ...one, size, covered })
        }
      })
      for (const one of cosignatures) seen.add(one.name)
    }
  }

  async *#timestamped(): AsyncGenerator<ZipFile> {
    const { timestamps } = this.#source.kept
    for (const size of this.#wanted(await timestamps.sizes())) {
      const kept = await timestamps.read(size)
      if (kept === undefined) continue
      if (kept.isOfNote) {
        yield* this.#timestamp(size, kept)
        return
      }
      this.findings.push({ kind: 'timestampWrong', file: `timestamps/${size}.tsr` })
    }
  }

  async *#timestamp(size: number, { note, timestamp, at }: KeptTimestamp): AsyncGenerator<ZipFile> {
    const name = `timestamps/${size}.checkpoint`
    yield textFile(name, note)
    yield { name: `timestamps/${size}.tsr`, bytes: timestamp.length, content: [timestamp] }
    yield* this.#proof(size, name, note, (covered) => {
      this.confirmed.push({ kind: 'timestampAuthority', name: null, at, size, covered })
    })
  }

  /** Returns the sizes to look at, in order: those that cover the closing, or the last one. */
  #wanted(sizes: readonly number[]): number[] {
    const { events, head } = this.#source
    const first = events[0]?.position ?? 1
    const closed = events.find(({ type }) => type === 'recording.closed') ?? events.at(-1)
    const usable = sizes
      .filter((size) => size >= first && size <= head.size)
      .sort((one, other) => one - other)
    const covering = usable.filter((size) => size >= (closed?.position ?? first))
    return covering.length > 0 ? covering : usable.slice(-1)
  }

  /** Proves that the log begins with a confirmed checkpoint, and says what it covers if it does. */
  async *#proof(
    size: number,
    file: string,
    note: string,
    onProven: (covered: number) => void,
  ): AsyncGenerator<ZipFile> {
    const { proofs, head, events } = this.#source
    const proof = await proofs.consistency(size, head.size)
    const reason = faultOf(note, proof, this.#source)
    if (reason !== null) this.findings.push({ kind: 'confirmationWrong', file, reason })
    else onProven(events.filter(({ position }) => position <= size).length)
    if (size === head.size || this.#proven.has(size)) return
    this.#proven.add(size)
    const lines = proof.map((hash) => `${hash.toString('base64')}\n`)
    yield textFile(`consistency/${size}.txt`, lines.join(''))
  }
}

/** Says why a checkpoint is not one that this log has signed and still begins with. */
function faultOf(
  note: string,
  proof: readonly Buffer[],
  { proofs, head }: ConfirmationsSource,
): string | null {
  try {
    const opened = openByHistory(note, proofs.keys)
    return verifyConsistency(opened, head, proof) ? null : 'The log does not begin with it.'
  } catch (error) {
    if (error instanceof TlogError) return error.message
    throw error
  }
}

/** Reads who has cosigned a note, and when. They were verified before they were kept. */
function cosignaturesIn(note: string): { name: string; at: string }[] {
  try {
    return parseNote(note).signatures.flatMap(({ name, bytes }) => {
      const cosignature = readCosignature(bytes)
      if (cosignature === undefined) return []
      return [{ name, at: new Date(cosignature.seconds * 1_000).toISOString() }]
    })
  } catch (error) {
    // The checks of the checkpoint name the fault.
    if (error instanceof TlogError) return [{ name: '', at: '' }]
    throw error
  }
}
