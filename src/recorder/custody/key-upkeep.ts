import type { By } from '../../contract/by.ts'
import type { KeyStatus } from '../../contract/custody.ts'
import type { KeyRing } from '../../custody/port.ts'
import type { EventLog } from '../../store/port.ts'
import { unlessAborted } from '../../time/unless-aborted.ts'
import { DISK_MARK, type RecordingsDisk } from '../disk/recordings-disk.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { mayLackFacts } from './may-lack-facts.ts'
import { type RemoveErasedOptions, removeErased } from './remove-erased.ts'
import { removeRolledBack } from './remove-rolled-back.ts'
import { rotateSigningKey } from './signing-key.ts'

/** The parts that the upkeep of the keys works with. */
export interface KeyUpkeepOptions extends RemoveErasedOptions {
  recordingsDisk: Pick<RecordingsDisk, 'folderOf' | 'names'>
  keys: KeyRing
  log: RemoveErasedOptions['log'] &
    Pick<EventLog, 'recording' | 'openRecordings' | 'proofs' | 'audit'>
  facts: Pick<FactPipeline, 'append'>
  /** Resolves when the log is verified; rejects when it is not, or when the recorder stops. */
  verified(): Promise<void>
  system: By
}

/**
 * Rotates the master key, and destroys what failed starts have left, files of erased recordings,
 * and keys that nobody uses.
 */
export class KeyUpkeep {
  readonly #options: KeyUpkeepOptions
  readonly #closing = new AbortController()
  #tidying: Promise<void> = Promise.resolve()
  #signing: Promise<void> = Promise.resolve()

  constructor(options: KeyUpkeepOptions) {
    this.#options = options
  }

  /** Describes the keys. */
  status(): Promise<KeyStatus> {
    return this.#options.keys.status()
  }

  /**
   * Begins to replace the master key, or goes on with that. Resolves when it has begun. Rejects
   * with KEY_UNAVAILABLE.
   */
  async rotate(by: By): Promise<void> {
    const { keys, facts, onFault } = this.#options
    const { finished } = await keys.rotate((done) =>
      facts.append({ by, commandId: null }, (batch) => batch.add(null, 'keys.rotated', done)),
    )
    finished.catch((error) => onFault('replacing the master key', error))
  }

  /**
   * Replaces the key that signs the log, after those under way. Resolves when the log names it.
   * Rejects with KEY_UNAVAILABLE, STORAGE_FULL or STORAGE_UNAVAILABLE.
   */
  rotateSigningKey(by: By): Promise<void> {
    const { log, keys, facts } = this.#options
    const rotated = this.#signing.then(() => rotateSigningKey(log, keys, facts, by))
    this.#signing = rotated.catch(() => {})
    return rotated
  }

  /**
   * Goes on with a rotation that a dead daemon has left, and destroys the keys of recordings that
   * never came to be or are erased. To be called before a start may create further keys.
   */
  async begin(): Promise<void> {
    const { keys, onFault } = this.#options
    const ids = await keys.recordings().catch((error) => {
      onFault('listing the keys', error)
      return []
    })
    this.#tidying = this.#goOn(ids).catch((error) => onFault('tidying up keys', error))
  }

  /** Resolves when it has looked at all keys. */
  async idle(): Promise<void> {
    await this.#tidying
  }

  /** Resolves when it destroys no more keys. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all([this.idle(), this.#signing])
  }

  async #goOn(ids: readonly string[]): Promise<void> {
    const { keys, log, system, recordingsDisk, verified, onFault } = this.#options
    if ((await keys.status()).rotation) await this.rotate(system)
    const isVerified = await verified().then(
      () => true,
      () => false,
    )
    if (!isVerified) return
    const withFiles = await recordingsDisk.names()
    // One look at the folder says both: a disk that is mounted later has other files.
    const isDiskKnown = withFiles.has(DISK_MARK)
    const { signal } = this.#closing
    // A long log is searched for a while.
    for (const remove of [removeErased, removeRolledBack])
      await unlessAborted(remove(this.#options, withFiles, signal), signal).catch((error) => {
        if (!signal.aborted) onFault('removing files that must not be there', error)
      })
    for (const id of ids) {
      if (signal.aborted) return
      if (withFiles.has(id) && !log.readable.erased.has(id)) continue
      await this.#tidy(id, isDiskKnown).catch((error) =>
        onFault(`tidying up the key of ${id}`, error),
      )
    }
  }

  /**
   * Destroys a key for which a verified log has no use. One that it does not know may be that of a
   * recording which is newer than a restored log: it stays unless the disk shows that no files are
   * left.
   */
  async #tidy(id: string, isDiskKnown: boolean): Promise<void> {
    const { keys, log } = this.#options
    if (mayLackFacts(log)) return
    if (log.openRecordings().some((open) => open.id === id)) return
    const recording = await log.recording(id)
    // A key that came back with an old backup.
    if (recording?.erased) return keys.destroy(id)
    if (recording === undefined && isDiskKnown) await keys.discard(id)
  }
}
