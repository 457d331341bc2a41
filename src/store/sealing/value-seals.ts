import { createHmac } from 'node:crypto'
import type { IdempotencyKey, TagValue } from '../../contract/commands.ts'
import { hasCode, type RecorderError } from '../../contract/errors.ts'
import type { EventType, LogEvent } from '../../contract/events.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'
import { keyMissing } from '../../custody/key-unavailable.ts'
import type { KeyRing } from '../../custody/port.ts'
import {
  isSealedValue,
  openValue,
  type SealedValue,
  sealValue,
  type ValuePlace,
} from '../../custody/values.ts'
import { DamagedViewError } from '../database/checksum.ts'
import { hashOwner } from '../database/keys.ts'
import type { KeptAnswer } from '../port.ts'
import { OpenedValues } from './opened-values.ts'
import {
  erasedMeanwhile,
  isOlderThanErasure,
  placeOfAnswer,
  recordingOf,
  type SealedAnswer,
  showsErasure,
} from './sealed-answer.ts'
import { hasSealedMembers, mapSealedMembers } from './sealed-members.ts'
import {
  isUnsealed,
  mapSealedView,
  maskedDevice,
  maskView,
  type OpenValue,
  openTag,
  openTags,
} from './sealed-view.ts'

/** Stands in place of the values of an erased recording. */
export const ERASED_VALUE = 'erased'
/** Stands in place of a value whose key is lost, although its recording was not erased. */
export const UNREADABLE_VALUE = 'unreadable'

/** Events of recordings that never came to be: their keys are discarded. */
const OF_THE_HOME: ReadonlySet<EventType> = new Set(['recording.startFailed'] satisfies EventType[])
/** Events with values of clients. A recording that has lost its key takes no more of them. */
const NEEDS_OWN_KEY: ReadonlySet<EventType> = new Set([
  'recording.tagged',
  'recording.consentRecorded',
  'track.starting',
  'track.resuming',
  'segment.opened',
] satisfies EventType[])

/**
 * Seals what events say about persons, and opens it again. The log and its views hold sealed
 * values, so that they are verified and folded without any key.
 */
export class ValueSeals {
  readonly #keys: KeyRing
  /** Values that were sealed or opened before. The objects themselves are the keys. */
  readonly #values = new WeakMap<SealedValue, unknown>()
  readonly #opened = new OpenedValues()
  readonly #views = new WeakMap<RecordingView, RecordingView>()
  /** Names in the index. A command asks for its owner's twice, and a new tag for the old one's. */
  readonly #owners = new WeakMap<ClientKey, string>()
  readonly #tagNames = new WeakMap<TagEntry, string>()

  constructor(keys: KeyRing) {
    this.#keys = keys
  }

  /**
   * Returns an event as it is stored. `view` is its recording before it, as it is stored. Throws
   * KEY_UNAVAILABLE.
   */
  sealEvent(event: LogEvent, view: RecordingView | undefined): LogEvent {
    const { recordingId, position, type } = event
    if (!hasSealedMembers(type)) return event
    return mapSealedMembers(event, (member, value) => {
      // The key of an erased recording is being destroyed, and cannot always be read any more.
      const hasNone = recordingId === null || OF_THE_HOME.has(type) || view?.erased
      const own = hasNone ? undefined : this.#keysFor(recordingId, NEEDS_OWN_KEY.has(type))
      if (own === undefined && recordingId !== null && NEEDS_OWN_KEY.has(type)) {
        // Only a recording of 0.1 never had keys. Under the key of the home, erasure would fail.
        if (view === undefined || !isUnsealed(view)) throw keyMissing()
      }
      const { valueKey } = own ?? this.#keys.home()
      const text = sealValue(valueKey, { recordingId, position, member }, value)
      const sealed: SealedValue = { $sealed: text, at: position, ...(own ? {} : { of: 'home' }) }
      this.#values.set(sealed, value)
      return sealed
    })
  }

  /** Where no key of the recording is needed, a damaged key file counts as missing. */
  #keysFor(recordingId: string, isNeeded: boolean) {
    try {
      return this.#keys.keysOf(recordingId)
    } catch (error) {
      const isOfAll = this.#keys.problem !== undefined
      if (isOfAll || isNeeded || !hasCode(error, 'KEY_UNAVAILABLE')) throw error
      return undefined
    }
  }

  /**
   * Returns a stored event with its values opened. A word stands in place of those of an erased
   * recording, sealed or not, and of one whose key is lost. Throws KEY_UNAVAILABLE without the
   * master key, so that no reader takes a word for a value that it could have later.
   */
  openEvent(event: LogEvent, isErased: (id: string) => boolean): LogEvent {
    const { recordingId, position } = event
    return mapSealedMembers(event, (member, value) => {
      if (recordingId !== null && isErased(recordingId)) return inPlaceOf(member, ERASED_VALUE)
      if (!isSealedValue(value)) return value
      const opened = this.#open(value, { recordingId, position, member })
      if (opened !== undefined) return opened
      if (this.#keys.problem) throw this.#keys.problem
      return inPlaceOf(member, UNREADABLE_VALUE)
    })
  }

  /**
   * Returns a stored view with its values opened: the same object for the same view. One whose key
   * is missing says so, and has no tags.
   */
  openView(view: RecordingView): RecordingView {
    const known = this.#views.get(view)
    if (known) return known
    const opened = view.erased
      ? maskView(view, ERASED_VALUE)
      : mapSealedView(view, this.#opener(view.id), UNREADABLE_VALUE)
    // A key that is missing may come back.
    if (!opened.keyMissing) this.#views.set(view, opened)
    return opened
  }

  /** Returns a stored tag with its value opened. Throws KEY_UNAVAILABLE when that cannot be. */
  openTag(recordingId: string, tag: TagEntry): TagEntry {
    const opened = openTag(tag, this.#opener(recordingId))
    if (opened === undefined) throw this.#keys.problem ?? keyMissing()
    return opened
  }

  /** Returns stored tags with their values opened; undefined when one cannot be opened. */
  openTags(recordingId: string, tags: readonly TagEntry[]): TagEntry[] | undefined {
    return openTags(tags, this.#opener(recordingId))
  }

  /** Returns the name of a stored tag in the index; undefined when its value cannot be opened. */
  nameTag(recordingId: string, tag: TagEntry): string | undefined {
    if (!this.isAvailable) return undefined
    const known = this.#tagNames.get(tag)
    if (known !== undefined) return known
    const opened = openTag(tag, this.#opener(recordingId))
    if (opened === undefined) return undefined
    const name = this.tagName(opened.key, opened.value)
    this.#tagNames.set(tag, name)
    return name
  }

  /** Forgets what was opened of a recording. */
  forget(recordingId: string): void {
    this.#opened.forget(recordingId)
  }

  /**
   * Returns an answer as it is kept under a key: sealed for its recording, else for the home. It is
   * JSON, and needs no checksum: nobody can change what is sealed.
   */
  sealAnswer(key: string, kept: KeptAnswer): string {
    const id = showsErasure(kept.answer) ? null : recordingOf(kept.answer)
    const own = id === null ? undefined : this.#keysFor(id, false)
    const { valueKey } = own ?? this.#keys.home()
    const recordingId = own ? id : null
    const sealed = sealValue(valueKey, placeOfAnswer(recordingId, key), kept)
    return `{"recordingId":${JSON.stringify(recordingId)},"$sealed":"${sealed}"}`
  }

  /**
   * Opens an answer that is kept under a key. Throws ERASED when its recording was erased,
   * KEY_UNAVAILABLE, or DamagedViewError.
   */
  openAnswer(
    key: string,
    { recordingId, $sealed }: SealedAnswer,
    isErased: (id: string) => boolean,
  ): KeptAnswer {
    if (recordingId !== null && isErased(recordingId)) throw erasedMeanwhile()
    const keys = recordingId === null ? this.#keys.home() : this.#keys.keysOf(recordingId)
    if (keys === undefined) throw keyMissing()
    let kept: KeptAnswer
    try {
      kept = openValue(keys.valueKey, placeOfAnswer(recordingId, key), $sealed) as KeptAnswer
    } catch {
      throw new DamagedViewError(key)
    }
    // The home seals those about recordings of 0.1, and the answer to an erasure.
    if (isOlderThanErasure(kept.answer, isErased)) throw erasedMeanwhile()
    return kept
  }

  /** Returns the name of a tag in the index: an HMAC-SHA-256, lower-case hex. */
  tagName(key: string, value: TagValue): string {
    return hmac(this.#keys.home().tagIndexKey, JSON.stringify([key, value]))
  }

  /** Returns the name of the owner of kept answers. Throws KEY_UNAVAILABLE. */
  answerOwner(clientKey: ClientKey): string {
    if (this.#keys.problem) throw this.#keys.problem
    const known = this.#owners.get(clientKey)
    if (known !== undefined) return known
    const owner = this.renameOwner(hashOwner(clientKey.client, clientKey.key))
    this.#owners.set(clientKey, owner)
    return owner
  }

  /**
   * Returns the name of an owner by the hash that 0.1 named it by: an HMAC-SHA-256 of it,
   * lower-case hex. So the answers that 0.1 has kept are found again.
   */
  renameOwner(former: string): string {
    return hmac(this.#keys.home().answerIndexKey, former)
  }

  /** Why the keys cannot be used; undefined while they can. */
  get problem(): RecorderError | undefined {
    return this.#keys.problem
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

  /** Returns how the values in the views of a recording are opened. */
  #opener(recordingId: string): OpenValue {
    return (member, value) => this.#open(value, { recordingId, position: value.at, member })
  }

  #open(value: SealedValue, place: ValuePlace): unknown {
    const known = this.#values.get(value)
    if (known !== undefined) return known
    if (this.#keys.problem !== undefined) return undefined
    const id = place.recordingId ?? ''
    const name = `${place.position} ${place.member} ${value.of} ${value.$sealed}`
    let opened = this.#opened.find(id, name)
    if (opened === undefined) {
      opened = this.#openAnew(value, place)
      if (opened !== undefined) this.#opened.keep(id, name, opened)
    }
    if (opened !== undefined) this.#values.set(value, opened)
    return opened
  }

  #openAnew(value: SealedValue, place: ValuePlace): unknown {
    try {
      const key =
        value.of === 'home' || place.recordingId === null
          ? this.#keys.home().valueKey
          : this.#keys.keysOf(place.recordingId)?.valueKey
      return key && openValue(key, place, value.$sealed)
    } catch {
      // Its key is damaged, or it was sealed in another place: it is never shown as this one's.
      return undefined
    }
  }
}

/** A client, and its idempotency key. */
export type ClientKey = Pick<IdempotencyKey, 'client' | 'key'>

function inPlaceOf(member: string, word: string): unknown {
  return member === 'device' ? maskedDevice(word) : word
}

function hmac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}
