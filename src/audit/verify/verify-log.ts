import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { StoredConfirmation, Verdict } from '../../contract/verification.ts'
import { disagreements } from '../../replay/disagreements.ts'
import { Replay } from '../../replay/replay.ts'
import { readChunks, wrapReadErrors } from '../../store/database/database.ts'
import {
  CHECKPOINT_KEY,
  EVENTS,
  eventKey,
  eventPosition,
  eventRange,
  HEAD_KEY,
  treeKey,
} from '../../store/database/keys.ts'
import type { SigningKeyEntry } from '../../store/port.ts'
import { applySigningKeyEvent } from '../../store/tree/signing-key-events.ts'
import { recordingsOnDisk } from '../../store/witness/recordings-on-disk.ts'
import { CheckpointCheck } from './check-checkpoints.ts'
import { ConfirmationCheck } from './check-confirmations.ts'
import { checkLayout, checkStoredTree, checkViewChecksums } from './check-entries.ts'
import { FactCheck } from './check-facts.ts'
import {
  checkHead,
  checkStrangers,
  checkWitnessedEnd,
  compareWitness,
  readHead,
} from './check-head.ts'
import { compareReceipt, openReceipt } from './check-receipt.ts'
import { checkSubtree, RecordCheck } from './check-records.ts'
import { checkSegment, describesFile, readSegment } from './check-segments.ts'
import { checkKeys, checkTrust } from './check-signatures.ts'
import { Findings } from './findings.ts'
import { checkKept, readKept } from './kept-checkpoints.ts'
import { RemovedMedia } from './removed-media.ts'
import { stillGood } from './still-good.ts'
import type { VerifyLogOptions } from './verify-log-options.ts'

export type { VerifyLogOptions } from './verify-log-options.ts'

const CHUNK = 200
const CHUNK_BYTES = 256 * 1024
/** Stands in records of such events, also in those that cannot be decoded. */
const SEGMENT_CLOSED = '"type":"segment.closed"'

/**
 * Verifies a log and its media, and says everything that is wrong: positions, chain, head, witness,
 * tree, checkpoints and their signatures, what outsiders have confirmed, receipts, stored views,
 * the replay, and the stored bytes of every segment. Reads only, and in memory that hardly grows
 * with the log: by a number for each recording and each segment. Rejects with errors of the disk,
 * and with that of the signal.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<Verdict> {
  const verification = new Verification(options)
  await verification.checkEvents()
  await verification.checkProofs()
  await verification.checkViews()
  await verification.checkSegments()
  return verification.verdict()
}

class Verification {
  readonly #options: VerifyLogOptions
  readonly #findings = new Findings()
  readonly #records = new RecordCheck(this.#findings)
  readonly #keys: SigningKeyEntry[] = []
  readonly #facts = new FactCheck(this.#findings)
  readonly #removed = new RemovedMedia()
  /** Positions of events that describe files: checked when it is known which were removed. */
  readonly #segments: number[] = []
  readonly #replay: Replay | undefined
  readonly #checked = {
    ...{ events: 0, checkpoints: 0, segments: 0, bytes: 0, receipts: 0 },
    ...{ cosignatures: 0, timestamps: 0 },
  }
  #confirmations: StoredConfirmation[] = []
  #note: string | undefined
  #total = 0
  #checkpointSize: number | null = null
  /** The event that says that there is a witness file. */
  #witnessedAt: number | null = null

  constructor(options: VerifyLogOptions) {
    this.#options = options
    if (options.recordingId !== undefined) this.#replay = new Replay(options.recordingId)
  }

  async checkEvents(): Promise<void> {
    const { db, onProgress } = this.#options
    // Before the position: of a log that grows, every key that has signed is then among the events.
    this.#note = await db.get(CHECKPOINT_KEY)
    const head = readHead(await db.get(HEAD_KEY))
    const position = this.#options.position?.()
    this.#total = position ?? head?.position ?? 0
    const range = position === undefined ? EVENTS : eventRange(1, position)
    const records = db.iterator({ ...range, highWaterMarkBytes: CHUNK_BYTES })
    for await (const chunk of readChunks(records, CHUNK)) {
      await this.#checkChunk(chunk)
      onProgress?.({ task: 'events', done: this.#records.head.position, total: this.#total })
      await this.#next()
    }
    if (position === undefined) {
      checkHead(this.#findings, this.#records.head, head)
      // Behind a gap, the records have other hashes than those that were stored for them.
      if (!this.#findings.has('eventMissing'))
        await checkStoredTree(this.#findings, db, this.#records.size)
    }
    if (this.#records.size > 0) await checkLayout(this.#findings, db)
    const { witness, isStopped = false, hasDamagedWitness: isDamaged = false } = this.#options
    const witnessedAt = isStopped ? this.#witnessedAt : null
    const facts = { witness, isDamaged, witnessedAt }
    checkWitnessedEnd(this.#findings, this.#records.head, facts)
  }

  async #checkChunk(chunk: [string, string][]): Promise<void> {
    const { db } = this.#options
    const events: LogEvent[] = []
    for (const [key, record] of chunk) {
      const { event, subtrees } = this.#records.observe(key, record)
      if (event === undefined ? record.includes(SEGMENT_CLOSED) : describesFile(event))
        this.#segments.push(eventPosition(key))
      compareWitness(this.#findings, this.#records.head, this.#options.witness)
      for (const subtree of subtrees)
        if (this.#keys.length > 0)
          checkSubtree(
            this.#findings,
            subtree,
            await db.get(treeKey(subtree.height, subtree.index)),
          )
      if (event) events.push(event)
    }
    for (const event of events) this.#tryObserve(event)
    this.#checked.events += events.length
    if (this.#findings.count === 0) await this.#observeInViews(events)
  }

  /** Folds events into views. A changed recorder may have written some that cannot be folded. */
  async #observeInViews(events: LogEvent[]): Promise<void> {
    try {
      await this.#options.compareViews?.observe(events)
    } catch (error) {
      if (error instanceof RecorderError) throw error
      const [first, last] = [events[0]?.position, events.at(-1)?.position]
      const detail = `Of the events ${first} to ${last}, one cannot be understood.`
      this.#findings.add('eventUnreadable', detail, { position: first ?? null })
    }
  }

  /** Notes an event that is still JSON after it was changed, but no event. */
  #tryObserve(event: LogEvent): void {
    const { position } = event
    try {
      this.#observe(event)
    } catch {
      this.#findings.add('eventUnreadable', `Event ${position} cannot be understood.`, { position })
    }
  }

  #observe(event: LogEvent): void {
    applySigningKeyEvent(this.#keys, event)
    this.#removed.observe(event)
    this.#facts.observe(event)
    if (event.type === 'daemon.started' && event.data.witness === true)
      this.#witnessedAt = event.position
    if (event.type === 'log.witnessLost') this.#witnessedAt = null
    const replay = this.#replay
    if (replay === undefined || event.recordingId !== replay.recordingId) return
    replay.append([event])
    for (const detail of disagreements(replay.stateAfter(replay.events.length)))
      this.#findings.add('replayWrong', detail, { position: event.position })
  }

  async checkProofs(): Promise<void> {
    const { db, position, trustedKey, receipts = [], answers, witnesses = [] } = this.#options
    const findings = this.#findings
    checkKeys(findings, this.#keys, trustedKey)
    const kept = await readKept(db, findings)
    if (trustedKey !== undefined) checkTrust(findings, this.#keys, kept, trustedKey)
    const records = this.#records
    const lastNow = (): number => position?.() ?? records.size
    const checkpoints = new CheckpointCheck({ db, findings, records, keys: this.#keys, lastNow })
    const confirmations = new ConfirmationCheck(findings, checkpoints, witnesses)
    if (this.#keys.length > 0) await this.#checkNewest(checkpoints)
    else if (receipts.length > 0)
      findings.add('keyUnknown', 'The log is not signed, although you have a receipt of it.')
    await checkKept(kept, { findings, checkpoints, confirmations })
    if (this.#keys.length > 0)
      for (const { name, text } of receipts) await this.#checkReceipt(name, text, checkpoints)
    await confirmations.checkAll(answers)
    this.#confirmations = confirmations.confirmations
    Object.assign(this.#checked, confirmations.checked, { checkpoints: checkpoints.checked })
  }

  async #checkNewest(checkpoints: CheckpointCheck): Promise<void> {
    if (this.#note === undefined) {
      this.#findings.add('checkpointMissing', 'The log names a key, but has no checkpoint.')
      return
    }
    const signed = await checkpoints.check('The newest checkpoint', this.#note)
    if (signed === undefined) return
    this.#checkpointSize = signed.size
    const { size } = this.#records
    if (this.#options.position === undefined && signed.size < size)
      this.#findings.add(
        'checkpointMissing',
        `The events ${signed.size + 1} to ${size} are not signed: somebody added them who could not sign, or the key was lost. Then the next start signs them.`,
        { position: signed.size + 1, expected: String(size), found: String(signed.size) },
      )
  }

  async #checkReceipt(name: string, text: string, checkpoints: CheckpointCheck): Promise<void> {
    this.#checked.receipts++
    const receipt = openReceipt(this.#findings, name, text, this.#keys)
    if (receipt === undefined) return
    const record = await this.#options.db.get(eventKey(receipt.position))
    const { size } = this.#records
    compareReceipt(this.#findings, name, receipt, { size, record })
    if (receipt.size <= size)
      await checkpoints.checkRoot(`The checkpoint of the receipt ${name}`, receipt)
  }

  async checkViews(): Promise<void> {
    const { compareViews, db, position } = this.#options
    // Views follow from the events: where those are wrong, they say nothing.
    if (compareViews === undefined && position === undefined)
      await checkViewChecksums(this.#findings, db)
    if (compareViews === undefined || this.#findings.count > 0) return
    for (const id of await compareViews.compare())
      this.#findings.add(
        'viewWrong',
        `The stored view of recording ${id} is not what the log says. The next start makes it again.`,
        { found: id },
      )
  }

  async checkSegments(): Promise<void> {
    const { db, recordingsFolder, recordingId, onProgress, isErased = () => false } = this.#options
    const { isStopped, witness } = this.#options
    if (isStopped && !witness?.position) {
      const stored = await recordingsOnDisk(recordingsFolder)
      const strangers = stored.filter((id) => !this.#facts.knows(id))
      checkStrangers(this.#findings, strangers)
    }
    const total = this.#segments.length
    for (let from = 0; from < total; from += CHUNK) {
      const positions = this.#segments.slice(from, from + CHUNK)
      const records = await wrapReadErrors(() => db.getMany(positions.map(eventKey)))
      for (const [i, record] of records.entries()) {
        const event = record === undefined ? undefined : readSegment(record)
        if (event === undefined) continue
        onProgress?.({ task: 'segments', done: from + i + 1, total })
        const id = event.recordingId as string
        if (recordingId !== undefined && id !== recordingId) continue
        const isRemoved = this.#removed.hasSegment(event)
        const isGone = isRemoved && event.data.remnant === undefined
        if (this.#removed.hasRecording(id) || isGone) continue
        this.#checked.segments++
        const how = { recordingsFolder, isRemoved, isErased }
        this.#checked.bytes += await checkSegment(this.#findings, event, how)
      }
      await this.#next()
    }
  }

  verdict(): Verdict {
    const { count, first } = this.#findings
    const checked = this.#checked
    return {
      isGood: count === 0,
      position: this.#records.head.position,
      checkpointSize: this.#checkpointSize,
      isKeyTrusted: this.#options.trustedKey !== undefined,
      checked,
      confirmations: this.#confirmations,
      findings: first,
      found: count,
      stillGood: stillGood(this.#findings, this.#records.head.position, {
        ...{ checked, confirmations: this.#confirmations },
      }),
    }
  }

  async #next(): Promise<void> {
    this.#options.signal?.throwIfAborted()
    await this.#options.giveWay?.()
  }
}
