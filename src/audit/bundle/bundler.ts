import { createHash } from 'node:crypto'
import { encodeIdentity } from '../../age/identity.ts'
import type { CompositionPort } from '../../composition/port.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import { Confirmations } from './confirmations.ts'
import { type BundleCheckpoint, readCheckpoint } from './opened-checkpoint.ts'
import { PackedFiles, textFile } from './packed-files.ts'
import { PackedSegments } from './packed-segments.ts'
import { composePlayable, type Playable, playableFile } from './playable-file.ts'
import type {
  Bundle,
  BundledRecording,
  BundlePort,
  BundleRequest,
  BundleSource,
  KeptConfirmations,
} from './port.ts'
import { ProvenEvents } from './proven-events.ts'
import { readmeText } from './readme-text.ts'
import { buildReportModel } from './report/build-model.ts'
import { reportPage } from './report/report-page.ts'
import { STYLE } from './report/style.ts'
import type { Verdict } from './verdict.ts'
import { type ZipFile, zip } from './zip.ts'

/** The parts that bundles are made with. */
export interface BundlerOptions {
  recordings: BundleSource
  compositions: Pick<CompositionPort, 'compose'>
  /** The checkpoints of the log that outsiders have confirmed. */
  confirmations: KeptConfirmations
  /** The version of the recorder. */
  version: string
  /** Returns the program verify.py; undefined when it is not installed. */
  readVerifier(): Promise<Buffer | undefined>
  /** The recorder's time (epoch ms). */
  now(): number
}

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Makes bundles: all that is known of a recording, with the proof of it, as one ZIP file. */
export class Bundler implements BundlePort {
  readonly #options: BundlerOptions

  constructor(options: BundlerOptions) {
    this.#options = options
  }

  async prepare(recording: BundledRecording, request: BundleRequest): Promise<Bundle> {
    const { compositions, recordings } = this.#options
    const { id: recordingId, keyMissing } = recording
    if (keyMissing)
      throw new RecorderError('KEY_UNAVAILABLE', 'The key of this recording is missing.')
    // The key is asked for first, so that nothing is composed in vain.
    await recordings.media.ownIdentity(recordingId)
    const compose = (): Promise<Playable> =>
      composePlayable(compositions, recording, request.signal)
    const playable = await compose()
    await request.beforeReading()
    const parts = { checkpoint: readCheckpoint(recordings.log.proofs), playable, compose }
    const at = new Date(this.#options.now())
    return { write: () => zip(this.#files(recordingId, request, parts, at), at) }
  }

  /** The files in the order of their writing. The last ones need the hashes of all others. */
  async *#files(
    recordingId: string,
    { language, signal }: BundleRequest,
    { checkpoint, playable, compose }: Parts,
    at: Date,
  ): AsyncGenerator<ZipFile> {
    const { recordings, version } = this.#options
    const packed = new PackedFiles()
    const proven = new ProvenEvents({
      ...{ recordingId, log: recordings.log, head: checkpoint.head },
    })
    for await (const file of this.#smallFiles(recordingId, checkpoint)) yield packed.hashed(file)
    yield packed.hashed({ name: 'events.jsonl', content: proven.lines() })
    signal.throwIfAborted()
    const confirmations = this.#confirmations(checkpoint, proven)
    for await (const file of confirmations.files()) yield packed.hashed(file)
    const segments = new PackedSegments(recordings.media, recordingId)
    yield* segments.files(closedSegments(proven.events), packed)
    for await (const file of playableFile(playable, compose)) yield packed.hashed(file)
    const verdict = verdictOf(checkpoint, proven, segments, confirmations)
    const report = {
      model: buildReportModel(recordingId, proven.events),
      verdict,
      bundle: {
        ...{ madeAt: at.toISOString(), version, signatureLine: checkpoint.signatureLine },
        composed: 'missing' in playable ? { missing: playable.missing } : { name: playable.name },
        hasVerifier: packed.entries.some(({ name }) => name === 'verify.py'),
      },
    }
    yield packed.hashed(textFile('report.html', reportPage(report, language, STYLE_HASH)))
    const manifest = {
      ...{ format: 'f2f-bundle/1', recordingId, createdAt: at.toISOString() },
      recorder: { version },
      ...{ origin: checkpoint.facts.origin, size: checkpoint.head.size, files: packed.entries },
    }
    yield textFile('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`)
  }

  async *#smallFiles(recordingId: string, checkpoint: BundleCheckpoint): AsyncGenerator<ZipFile> {
    const { recordings, readVerifier } = this.#options
    yield textFile('README.txt', readmeText(recordingId))
    yield textFile('checkpoint.txt', checkpoint.note)
    yield textFile('keys.txt', `${checkpoint.keys.join('\n')}\n`)
    const verifier = await readVerifier()
    if (verifier) yield binary('verify.py', verifier)
    const identity = await recordings.media.ownIdentity(recordingId)
    if (identity) yield textFile('identity.txt', `${encodeIdentity(identity)}\n`)
  }

  #confirmations({ head }: BundleCheckpoint, { events }: ProvenEvents): Confirmations {
    const { recordings, confirmations: kept } = this.#options
    return new Confirmations({ kept, proofs: recordings.log.proofs, head, events })
  }
}

/** The parts of a bundle that is ready to be written. */
interface Parts {
  checkpoint: BundleCheckpoint
  playable: Playable
  compose: () => Promise<Playable>
}

function binary(name: string, content: Buffer): ZipFile {
  return { name, bytes: content.length, content: [content] }
}

function closedSegments(events: readonly LogEvent[]) {
  return events.flatMap((event) => (event.type === 'segment.closed' ? [event.data] : []))
}

function verdictOf(
  checkpoint: BundleCheckpoint,
  proven: ProvenEvents,
  segments: PackedSegments,
  confirmations: Confirmations,
): Verdict {
  return {
    ...{ events: proven.events.length, proven: proven.proven },
    ...{ segments: closedSegments(proven.events).length, intact: segments.intact },
    checkpoint: checkpoint.facts,
    confirmations: confirmations.confirmed,
    findings: [
      ...[...checkpoint.findings, ...proven.findings, ...segments.findings],
      ...confirmations.findings,
    ],
  }
}
