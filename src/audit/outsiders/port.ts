import type { ConfirmedCheckpoint, OutsiderKind } from '../../contract/outsiders.ts'

/** The newest checkpoint of the log, as a note that the log has signed. */
export interface SignedCheckpoint {
  size: number
  note: string
}

/** The log as outsiders are told of it. */
export interface CheckpointSource {
  /** Returns the newest durable checkpoint; undefined while no key has signed one. */
  checkpoint(): Promise<SignedCheckpoint | undefined>
  /** Returns the consistency proof between two sizes: from one that is not 0 to a larger one. */
  consistency(from: number, to: number): Promise<Buffer[]>
}

/** The place where cosignatures are kept. */
export interface CosignatureKeeper {
  /** Keeps a line of a note, with its line feed. Resolves when it is durable. */
  keep(size: number, cosignatureLine: string): Promise<void>
  /** Returns the largest checkpoint for which a cosignature of this key is kept. */
  newest?(vkey: string): Promise<ConfirmedCheckpoint | null>
}

/** The place where timestamps are kept. */
export interface TimestampKeeper {
  /** Keeps the timestamp of a checkpoint with the bytes it is of. Resolves when it is durable. */
  keep(checkpoint: SignedCheckpoint, timestamp: Buffer): Promise<void>
  /** Returns the largest checkpoint for which a timestamp is kept. */
  newest(): Promise<ConfirmedCheckpoint | null>
}

/** One service that remembers checkpoints. */
export interface Outsider {
  readonly kind: OutsiderKind
  readonly name: string
  readonly url: string
  /** The key of a witness (vkey); null of an authority, which never contradicts. */
  readonly vkey: string | null
  /** The shortest time between two checkpoints that are sent to it, in milliseconds. */
  readonly periodMs: number
  /** Returns the newest checkpoint that it confirmed before this process began. */
  newest(): Promise<ConfirmedCheckpoint | null>
  /**
   * Sends a checkpoint, verifies the answer and keeps it. `confirmed` is the size that it confirmed
   * last, or 0. Rejects with an OutsiderError.
   */
  submit(
    checkpoint: SignedCheckpoint,
    confirmed: number,
    signal: AbortSignal,
  ): Promise<ConfirmedCheckpoint>
}
