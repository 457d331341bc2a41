import { createHmac } from 'node:crypto'
import type { TagValue } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { Device } from '../../contract/media.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'
import type { KeyRing } from '../../custody/port.ts'
import {
  isSealedValue,
  openValue,
  type SealedValue,
  sealValue,
  type ValuePlace,
} from '../../custody/values.ts'
import { DamagedViewError } from '../checksum.ts'
import type { CommandAnswer, KeptAnswer } from '../port.ts'
import { mapSealedMembers, memberOfTag } from './sealed-members.ts'
import { mapSealedView } from './sealed-view.ts'

/** Stands for a value whose key is gone because its recording was erased. */
export const ERASED_VALUE = 'erased'
/** Stands for a value whose key is missing although its recording was not erased. */
export const UNREADABLE_VALUE = 'unreadable'

/**
 * Seals what events say about persons, and opens it again. The log and its views hold sealed
 * values, so that they are verified and folded without any key.
 */
export class ValueSeals {
  readonly #keys: KeyRing
  /** Values that were sealed or opened before. The objects themselves are the keys. */
  readonly #values = new WeakMap<SealedValue, unknown>()
  readonly #views = new WeakMap<RecordingView, RecordingView>()

  constructor(keys: KeyRing) {
    this.#keys = keys
  }

  /** Returns an event as it is stored. Throws KEY_UNAVAILABLE. */
  sealEvent(event: LogEvent): LogEvent {
    const { recordingId, position } = event
    return mapSealedMembers(event, (member, value) => {
      const own = recordingId === null ? undefined : this.#keys.keysOf(recordingId)
      const { valueKey } = own ?? this.#keys.home()
      const text = sealValue(valueKey, { recordingId, position, member }, value)
      const sealed: SealedValue = { $sealed: text, at: position, ...(own ? {} : { of: 'home' }) }
      this.#values.set(sealed, value)
      return sealed
    })
  }

  /**
   * Returns a stored event with its values opened. Those whose key is gone are replaced by a word;
   * `isErased` tells by which one.
   */
  openEvent(event: LogEvent, isErased: (id: string) => boolean): LogEvent {
    const { recordingId, position } = event
    return mapSealedMembers(event, (member, value) => {
      if (!isSealedValue(value)) return value
      const opened = this.#open(value, { recordingId, position, member })
      if (opened !== undefined) return opened
      const word = isErased(recordingId ?? '') ? ERASED_VALUE : UNREADABLE_VALUE
      return member === 'device' ? ({ id: '', label: word } satisfies Device) : word
    })
  }

  /** Returns a stored view with its values opened: the same object for the same view. */
  openView(view: RecordingView): RecordingView {
    const known = this.#views.get(view)
    if (known) return known
    const word = view.erased ? ERASED_VALUE : UNREADABLE_VALUE
    let isWhole = true
    const opened = mapSealedView(view, (member, value) => {
      const place = { recordingId: view.id, position: value.at, member }
      const found = this.#open(value, place)
      if (found !== undefined) return found
      isWhole = false
      return member === 'device' ? { id: '', label: word } : word
    })
    // A key that is missing may come back.
    if (isWhole) this.#views.set(view, opened)
    return opened
  }

  /** Returns the name of a stored tag in the index; undefined when its value cannot be opened. */
  nameTag(recordingId: string, { key, value }: TagEntry): string | undefined {
    if (!this.isAvailable) return undefined
    if (!isSealedValue(value)) return this.tagName(key, value)
    const place = { recordingId, position: value.at, member: memberOfTag(key) }
    const opened = this.#open(value, place) as TagValue | undefined
    return opened === undefined ? undefined : this.tagName(key, opened)
  }

  /** Returns an answer as it is kept under a key: sealed for its recording, else for the home. */
  sealAnswer(key: string, kept: KeptAnswer): SealedAnswer {
    const id = recordingOf(kept.answer)
    const own = id === null ? undefined : this.#keys.keysOf(id)
    const { valueKey } = own ?? this.#keys.home()
    const recordingId = own ? id : null
    return { recordingId, $sealed: sealValue(valueKey, placeOfAnswer(recordingId, key), kept) }
  }

  /**
   * Opens an answer that is kept under a key, also one of version 0.1. Throws ERASED when its
   * recording was erased, KEY_UNAVAILABLE, or DamagedViewError.
   */
  openAnswer(key: string, kept: SealedAnswer | KeptAnswer): KeptAnswer {
    if (!('$sealed' in kept)) return kept
    const { recordingId, $sealed } = kept
    const keys = recordingId === null ? this.#keys.home() : this.#keys.keysOf(recordingId)
    if (keys === undefined)
      throw new RecorderError('ERASED', 'The recording that the answer was about was erased.')
    try {
      return openValue(keys.valueKey, placeOfAnswer(recordingId, key), $sealed) as KeptAnswer
    } catch {
      throw new DamagedViewError(key)
    }
  }

  /** Returns the name of a tag in the index: an HMAC-SHA-256, lower-case hex. */
  tagName(key: string, value: TagValue): string {
    return hmac(this.#keys.home().tagIndexKey, [key, value])
  }

  /** Returns the name of the owner of kept answers: an HMAC-SHA-256, lower-case hex. */
  answerOwner(client: string, key: string): string {
    return hmac(this.#keys.home().answerIndexKey, [client, key])
  }

  /** Whether the keys can be used. */
  get isAvailable(): boolean {
    return this.#keys.problem === undefined
  }

  /** Whether the values of a recording can be opened. */
  canOpen(recordingId: string): boolean {
    try {
      return this.isAvailable && this.#keys.keysOf(recordingId) !== undefined
    } catch {
      return false
    }
  }

  #open(value: SealedValue, place: ValuePlace): unknown {
    const known = this.#values.get(value)
    if (known !== undefined) return known
    if (this.#keys.problem !== undefined) return undefined
    try {
      const key =
        value.of === 'home' || place.recordingId === null
          ? this.#keys.home().valueKey
          : this.#keys.keysOf(place.recordingId)?.valueKey
      if (key === undefined) return undefined
      const opened = openValue(key, place, value.$sealed)
      this.#values.set(value, opened)
      return opened
    } catch {
      // Its key is damaged, or it is another place's: it is shown as unreadable.
      return undefined
    }
  }
}

/** A kept answer on disk. */
export interface SealedAnswer {
  /** The recording whose key opens it; null: the home's. */
  recordingId: string | null
  $sealed: string
}

const placeOfAnswer = (recordingId: string | null, key: string): ValuePlace => ({
  ...{ recordingId, position: 0, member: key },
})

function recordingOf({ body }: CommandAnswer): string | null {
  if (typeof body !== 'object' || body === null || !('id' in body)) return null
  return typeof body.id === 'string' ? body.id : null
}

function hmac(key: Buffer, parts: readonly unknown[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex')
}
