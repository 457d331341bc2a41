import type { SigningKeys } from '../../custody/port.ts'
import { encodeCheckpoint } from '../../tlog/checkpoint.ts'
import { parseVkey, type Signer } from '../../tlog/keys.ts'
import { signNote } from '../../tlog/note.ts'
import type { TreeHead } from '../../tlog/verify-proofs.ts'
import type { SigningKeyEntry } from './signing-key-events.ts'

/** Signs checkpoints of a log with the keys that its events name. */
export class CheckpointSigner {
  readonly #keys: SigningKeys
  readonly #signers = new Map<string, Signer>()

  constructor(keys: SigningKeys) {
    this.#keys = keys
  }

  /**
   * Returns the checkpoint of a tree as a note (C2SP tlog-checkpoint), signed by the newest key;
   * `added`: the keys that its last events name. A key that replaces another is introduced by both.
   * Undefined when the log names no key, or its key is lost: the next start names another.
   */
  sign(
    { size, root }: TreeHead,
    entries: readonly SigningKeyEntry[],
    added: readonly SigningKeyEntry[],
  ): string | undefined {
    const newest = added.at(-1) ?? entries.at(-1)
    if (newest === undefined) return undefined
    const signer = this.#find(newest.key)
    // A former key alone must not sign for what its successor stands for.
    if (signer === undefined) return undefined
    const former = added.flatMap(({ cause, former }) => (cause === 'rotated' ? (former ?? []) : []))
    const signers = [signer, ...former.flatMap((key) => this.#find(key) ?? [])]
    const origin = signer.verifier.name
    return signNote(encodeCheckpoint({ origin, size, root, extensions: [] }), signers)
  }

  #find(vkey: string): Signer | undefined {
    const known = this.#signers.get(vkey)
    if (known) return known
    const verifier = parseVkey(vkey)
    const key = this.#lookUp(verifier.publicKey)
    if (key === undefined) return undefined
    const signer = { verifier, sign: key.sign }
    this.#signers.set(vkey, signer)
    return signer
  }

  /** A key that cannot be read now must not keep an event from the disk. */
  #lookUp(publicKey: Buffer) {
    try {
      return this.#keys.find(publicKey)
    } catch {
      return undefined
    }
  }
}
