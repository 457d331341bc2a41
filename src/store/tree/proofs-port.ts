import type { SigningKeyEntry } from './signing-key-events.ts'

/** Proofs about the log that strangers can check (RFC 6962, C2SP). */
export interface LogProofs {
  /**
   * The newest checkpoint: a signed note about the first `size` events, which are durable.
   * Undefined while no key has signed.
   */
  readonly checkpoint: { readonly size: number; readonly note: string } | undefined
  /** The keys that have signed, oldest first. */
  readonly keys: readonly SigningKeyEntry[]
  /** Returns the stored record of an event, byte for byte. */
  record(position: number): Promise<string>
  /**
   * Returns the receipt of an event: a proof that it is in the newest checkpoint, with its stored
   * record as `extra` (C2SP tlog-proof). Rejects with KEY_UNAVAILABLE while no key has signed.
   */
  receipt(position: number): Promise<string>
  /** Returns the proof that an event is among the first `size`. */
  inclusion(position: number, size: number): Promise<Buffer[]>
  /** Returns the proofs of several events like `inclusion`, with fewer reads. */
  inclusions(positions: readonly number[], size: number): Promise<Buffer[][]>
  /** Returns the proof that the first `to` events begin with the first `from`. */
  consistency(from: number, to: number): Promise<Buffer[]>
}
