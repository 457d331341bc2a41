import type { ConfirmedCheckpoint, WitnessSetting } from '../../contract/outsiders.ts'
import { parseVkey, type Verifier } from '../../tlog/keys.ts'
import { decodeUtf8, parseNote, verifySignatures } from '../../tlog/note.ts'
import { parseSignatureLines, signatureLine } from '../../tlog/note-signature.ts'
import { parseDecimal } from '../../tlog/strict-text.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import { locally, OutsiderError } from './outsider-error.ts'
import type { CheckpointSource, CosignatureKeeper, Outsider, SignedCheckpoint } from './port.ts'
import { type PostAnswer, post, statusError } from './post.ts'

/** The parts that a witness's client works with. */
export interface WitnessOptions {
  source: Pick<CheckpointSource, 'consistency'>
  keeper: CosignatureKeeper
  periodMs: number
  /** The longest time that an answer may take, in milliseconds. */
  limitMs: number
}

/** The media type of the size that a 409 names. */
const SIZE_TYPE = 'text/x.tlog.size'

/**
 * A client of a witness (C2SP tlog-witness, `add-checkpoint`). A checkpoint is sent with the proof
 * that the log has only grown since the one that the witness has seen.
 */
export class Witness implements Outsider {
  readonly kind = 'witness'
  readonly name: string
  readonly url: string
  readonly vkey: string
  readonly periodMs: number
  readonly #key: Verifier
  readonly #options: WitnessOptions

  /** Throws a TlogError when the key is none. */
  constructor({ url, vkey }: WitnessSetting, options: WitnessOptions) {
    this.#key = parseVkey(vkey)
    this.vkey = vkey
    this.#options = options
    this.name = this.#key.name
    this.url = url
    this.periodMs = options.periodMs
  }

  async newest(): Promise<ConfirmedCheckpoint | null> {
    return (await this.#options.keeper.newest?.(this.vkey)) ?? null
  }

  async submit(
    checkpoint: SignedCheckpoint,
    confirmed: number,
    signal: AbortSignal,
  ): Promise<ConfirmedCheckpoint> {
    let answer = await this.#addCheckpoint(checkpoint, confirmed, signal)
    if (answer.status === 409) {
      // It says what it has seen, which is not what this recorder remembers.
      const seen = sizeOf(answer)
      answer = await this.#addCheckpoint(checkpoint, seen, signal)
    }
    if (answer.status !== 200) throw refusal(answer.status)
    const { line, seconds } = this.#cosignatureIn(answer.body, checkpoint.note)
    await locally('The cosignature could not be kept', () =>
      this.#options.keeper.keep(checkpoint.size, line),
    )
    return { size: checkpoint.size, at: new Date(seconds * 1_000).toISOString() }
  }

  async #addCheckpoint(
    { size, note }: SignedCheckpoint,
    seen: number,
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    if (seen > size)
      throw new OutsiderError(
        'contradicted',
        `It has seen ${seen} records of this log, but there are only ${size}: the log was rolled back, or another computer signs with its key.`,
      )
    const proof =
      seen === 0 || seen === size
        ? []
        : await locally('The consistency proof could not be read', () =>
            this.#options.source.consistency(seen, size),
          )
    const lines = [`old ${seen}`, ...proof.map((hash) => hash.toString('base64'))]
    return post({
      url: `${this.url.replace(/\/+$/, '')}/add-checkpoint`,
      body: `${lines.join('\n')}\n\n${note}`,
      contentType: 'text/plain; charset=utf-8',
      accept: 'text/plain',
      limitMs: this.#options.limitMs,
      signal,
    })
  }

  /** Returns the first valid cosignature of the configured key. Others are ignored. */
  #cosignatureIn(body: Buffer, note: string): { line: string; seconds: number } {
    try {
      const signatures = parseSignatureLines(decodeUtf8(body))
      const { verified } = verifySignatures(parseNote(note).text, signatures, [this.#key])
      const [cosignature] = verified
      if (cosignature?.seconds !== undefined)
        return { line: signatureLine(cosignature), seconds: cosignature.seconds }
    } catch (cause) {
      if (!(cause instanceof TlogError)) throw cause
      const message = `Its answer is no cosignature of this checkpoint. ${cause.message}`
      throw new OutsiderError('invalidAnswer', message, { cause })
    }
    throw new OutsiderError(
      'invalidAnswer',
      'Its answer has no cosignature of the key that config.json names.',
    )
  }
}

function sizeOf({ contentType, body }: PostAnswer): number {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  const size = parseDecimal(/^(.*)\n$/.exec(body.toString('latin1'))?.[1] ?? '')
  if (type !== SIZE_TYPE || size === undefined)
    throw new OutsiderError('invalidAnswer', 'It does not say how much of the log it has seen.')
  return size
}

function refusal(status: number): OutsiderError {
  switch (status) {
    case 403:
      return new OutsiderError('refused', 'It does not trust the key of this log.')
    case 404:
      return new OutsiderError('refused', 'It does not know this log.')
    case 409:
      return new OutsiderError('invalidAnswer', 'It names another size than it has seen.')
    case 422:
      return new OutsiderError(
        'contradicted',
        'It has seen another log: this one does not continue what it has seen.',
      )
    default:
      return statusError(status)
  }
}
