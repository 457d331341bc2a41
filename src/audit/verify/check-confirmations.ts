import type { StoredConfirmation } from '../../contract/verification.ts'
import { readCheckpoint } from '../../tlog/checkpoint.ts'
import { readCosignature } from '../../tlog/cosignature.ts'
import { parseVkey, type Verifier } from '../../tlog/keys.ts'
import { decodeUtf8, parseNote, verifySignatures } from '../../tlog/note.ts'
import type { NoteSignature } from '../../tlog/note-signature.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import { isTimestampOf, timeOfTimestamp } from '../outsiders/timestamp-token.ts'
import type { CheckpointCheck } from './check-checkpoints.ts'
import type { Findings } from './findings.ts'
import type { StoredAnswers, WitnessKey } from './port.ts'

/**
 * Checks what outsiders have confirmed, as it is stored: each checkpoint is one of this log, each
 * cosignature of a known witness is right, each timestamp is of the checkpoint beside it.
 */
export class ConfirmationCheck {
  readonly #findings: Findings
  readonly #checkpoints: CheckpointCheck
  readonly #witnesses: { verifier: Verifier; isRequired: boolean }[] = []
  readonly #newest = new Map<string, StoredConfirmation>()
  readonly checked = { cosignatures: 0, timestamps: 0 }

  constructor(findings: Findings, checkpoints: CheckpointCheck, witnesses: readonly WitnessKey[]) {
    this.#findings = findings
    this.#checkpoints = checkpoints
    for (const { vkey, isRequired } of witnesses) {
      const verifier = this.#witnessKey(vkey)
      if (verifier) this.#witnesses.push({ verifier, isRequired })
    }
  }

  /** The newest checkpoint of each outsider, of those that are of this log. */
  get confirmations(): StoredConfirmation[] {
    return [...this.#newest.values()]
  }

  /** Checks all that is stored, and then that no witness is missing that must have cosigned. */
  async checkAll(answers: StoredAnswers | undefined): Promise<void> {
    if (answers !== undefined) await this.#checkStored(answers)
    for (const { verifier, isRequired } of this.#witnesses)
      if (isRequired && !this.#newest.has(keyOf(verifier.name, true)))
        this.#findings.add(
          'checkpointForged',
          `No stored checkpoint of this log has a cosignature of the witness ${verifier.name}.`,
          { expected: verifier.name },
        )
  }

  async #checkStored({ cosigned, timestamps }: StoredAnswers): Promise<void> {
    for (const size of await cosigned.sizes()) {
      const file = `cosignatures/${size}.txt`
      const bytes = await this.#read('checkpointForged', file, () => cosigned.bytes(size))
      if (bytes) await this.#checkpoint(file, size, bytes)
    }
    for (const size of await timestamps.storedSizes()) {
      const at = `timestamps/${size}`
      const checkpoint = await this.#read('checkpointForged', `${at}.checkpoint`, () =>
        timestamps.checkpoint(size),
      )
      const timestamp = await this.#read('timestampWrong', `${at}.tsr`, () =>
        timestamps.timestamp(size),
      )
      await this.#timestamped(size, { checkpoint, timestamp })
    }
  }

  /** Reads a file; undefined when there is none, null when it cannot be read, which is a fault. */
  async #read(
    code: 'checkpointForged' | 'timestampWrong',
    file: string,
    read: () => Promise<Buffer | undefined>,
  ): Promise<Buffer | undefined | null> {
    try {
      return await read()
    } catch (error) {
      const detail = `The file ${file} cannot be read: ${(error as Error).message}`
      this.#findings.add(code, detail, { file })
      return null
    }
  }

  /** Checks the cosignatures of a checkpoint. `isOwn`: it is signed, and of this log. */
  cosignatures(file: string, size: number, note: string, isOwn: boolean): void {
    const { text, signatures } = parseNote(note)
    const verified = new Set<NoteSignature>()
    for (const { verifier } of this.#witnesses) {
      const own = signatures.filter(({ name, id }) => name === verifier.name && id === verifier.id)
      for (const one of own) {
        verified.add(one)
        const seconds = this.#cosignedAt(file, text, one, verifier)
        if (seconds !== undefined && isOwn) this.#confirm(verifier.name, size, seconds, true)
      }
    }
    if (!isOwn) return
    for (const one of signatures) {
      const seconds = readCosignature(one.bytes)?.seconds
      if (seconds === undefined || verified.has(one)) continue
      this.#confirm(one.name, size, seconds, false)
    }
  }

  /** Checks that a timestamp is of its checkpoint: of these very bytes. */
  timestamp(file: string, size: number, note: Buffer, timestamp: Buffer): void {
    if (!isTimestampOf(timestamp, note)) {
      this.#findings.add(
        'timestampWrong',
        `The timestamp ${file} is not of the checkpoint that it stands for.`,
        { file },
      )
      return
    }
    this.checked.timestamps++
    const at = timeOfTimestamp(timestamp)
    if (at === undefined) return
    const one = { kind: 'timestampAuthority', name: null, size, isVerified: false } as const
    this.#keep('', { ...one, at: new Date(at).toISOString() })
  }

  /** Whether a stored checkpoint is signed and of this log; undefined when it is none, or later. */
  async #checkpoint(
    file: string,
    size: number,
    bytes: Buffer,
  ): Promise<{ isOwn: boolean } | undefined> {
    let note: string
    try {
      note = decodeUtf8(bytes)
      const { size: found } = readCheckpoint(note)
      if (found !== size) throw new TlogError(`It covers ${found} events.`)
    } catch (error) {
      if (!(error instanceof TlogError)) throw error
      const detail = `The file ${file} is not the checkpoint of ${size} events: ${error.message}`
      this.#findings.add('checkpointForged', detail, { file })
      return undefined
    }
    if (this.#checkpoints.isLater(size)) return undefined
    const before = this.#findings.count
    await this.#checkpoints.check(`The checkpoint ${file}`, note, file)
    const isOwn = this.#findings.count === before
    this.cosignatures(file, size, note, isOwn)
    return { isOwn }
  }

  async #timestamped(
    size: number,
    { checkpoint, timestamp }: Record<'checkpoint' | 'timestamp', Buffer | null | undefined>,
  ): Promise<void> {
    const file = `timestamps/${size}.tsr`
    if (checkpoint === null) return
    if (checkpoint === undefined) {
      const detail = `The checkpoint of the timestamp ${file} is missing: it proves nothing.`
      this.#findings.add('timestampWrong', detail, { file })
      return
    }
    const found = await this.#checkpoint(`timestamps/${size}.checkpoint`, size, checkpoint)
    if (found && timestamp) this.timestamp(file, size, checkpoint, timestamp)
  }

  /** Verifies a cosignature, and returns its time; undefined when it is wrong. */
  #cosignedAt(
    file: string,
    text: string,
    signature: NoteSignature,
    verifier: Verifier,
  ): number | undefined {
    try {
      const [one] = verifySignatures(text, [signature], [verifier]).verified
      this.checked.cosignatures++
      return one?.seconds
    } catch (error) {
      if (!(error instanceof TlogError)) throw error
      const detail = `The checkpoint ${file} has a wrong cosignature of the witness ${verifier.name}.`
      this.#findings.add('checkpointForged', detail, { file })
      return undefined
    }
  }

  #confirm(name: string, size: number, seconds: number, isVerified: boolean): void {
    const at = new Date(seconds * 1000).toISOString()
    this.#keep(keyOf(name, isVerified), { kind: 'witness', name, size, at, isVerified })
  }

  #keep(key: string, one: StoredConfirmation): void {
    if ((this.#newest.get(key)?.size ?? 0) < one.size) this.#newest.set(key, one)
  }

  #witnessKey(vkey: string): Verifier | undefined {
    try {
      const verifier = parseVkey(vkey)
      if (verifier.type === 'cosignature') return verifier
      throw new TlogError('It is a key that signs notes, and not the key of a witness.')
    } catch (error) {
      if (!(error instanceof TlogError)) throw error
      const detail = `The key of a witness cannot be used: ${error.message}`
      this.#findings.add('keyUnknown', detail, { expected: vkey })
      return undefined
    }
  }
}

const keyOf = (name: string, isVerified: boolean): string => `${isVerified}/${name}`
