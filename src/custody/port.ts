import type { Identity } from '../age/identity.ts'
import type { KeyStatus } from '../contract/custody.ts'
import type { RecorderError } from '../contract/errors.ts'
import type { EventData } from '../contract/events.ts'

/** The keys of one recording. Destroying them erases it. */
export interface RecordingKeys {
  /** Seals its media. */
  identity: Identity
  /** Seals its values in events: 32 bytes. */
  valueKey: Buffer
}

/** The keys of a home that belong to no recording: 32 bytes each. */
export interface HomeKeys {
  /** Seals the values of events without a recording. */
  valueKey: Buffer
  /** Names tags in the index (HMAC). */
  tagIndexKey: Buffer
  /** Names the owners of kept answers (HMAC). */
  answerIndexKey: Buffer
}

/** An Ed25519 key (RFC 8032) that signs the log. It opens nothing. */
export interface SigningKey {
  /** 32 bytes. */
  publicKey: Buffer
  /** Returns the signature of a message: 64 bytes. */
  sign(message: Buffer): Buffer
}

/** The keys that sign the log. All functions throw or reject with KEY_UNAVAILABLE. */
export interface SigningKeys {
  /** Creates a key. Resolves when it is on disk. Also rejects with STORAGE_FULL or _UNAVAILABLE. */
  create(): Promise<SigningKey>
  /** Returns the key with this public half; undefined when it is lost or damaged. */
  find(publicKey: Buffer): SigningKey | undefined
  /** Destroys all keys but one. */
  keepOnly(publicKey: Buffer): Promise<void>
}

/** The keys of a home. All of them need its master key. */
export interface KeyRing {
  /** The keys that sign the log. */
  readonly signing: SigningKeys
  /**
   * Why the master key cannot be used: KEY_UNAVAILABLE. Undefined while it can. Without it the
   * functions below throw that error.
   */
  readonly problem: RecorderError | undefined
  /** The keys of the home. */
  home(): HomeKeys
  /**
   * Creates the keys of a new recording. Resolves when they are on disk. Rejects with
   * KEY_UNAVAILABLE, STORAGE_FULL or STORAGE_UNAVAILABLE.
   */
  create(recordingId: string): Promise<RecordingKeys>
  /**
   * Returns the keys of a recording, from memory or, synchronously, from its file; undefined when
   * it has none: it was erased, or written unsealed by 0.1. Throws KEY_UNAVAILABLE.
   */
  keysOf(recordingId: string): RecordingKeys | undefined
  /**
   * Destroys the keys of a recording, which erases it. Resolves when that is on disk. Rejects with
   * KEY_UNAVAILABLE or errors of the file system. Idempotent.
   */
  destroy(recordingId: string): Promise<void>
  /** Destroys, like `destroy`, the keys of a recording that has never come to be. */
  discard(recordingId: string): Promise<void>
  /** Lists the recordings that have keys. */
  recordings(): Promise<string[]>
  /** Describes the keys. Needs no master key. */
  status(): Promise<KeyStatus>
  /**
   * Replaces the master key: wraps all keys by a new one, and destroys the old one. Goes on with a
   * rotation that is not finished. Resolves when it has begun, with the promise of its end.
   */
  rotate(record: RecordRotation): Promise<Rotating>
  /** Looks for the master key again when it was missing. Never rejects. */
  reload(): Promise<void>
}

/** A rotation that has begun. */
export interface Rotating {
  /** Rejects with why it cannot go on now: KEY_UNAVAILABLE, or an error of the disk or the log. */
  finished: Promise<void>
}

/**
 * Records that the master key has been replaced. It may be called again after a crash, because the
 * rotation is only over once this has resolved.
 */
export type RecordRotation = (done: EventData['keys.rotated']) => Promise<void>
