import type { CapturePlatform, ProbeResult } from '../../actors/port.ts'
import type { RecorderError } from '../../contract/errors.ts'
import { type Device, MEDIA, type Medium } from '../../contract/media.ts'
import type { ReadinessCheck, ReadinessView } from '../../contract/views.ts'
import { trackState } from '../../machines/recording-fold.ts'
import { within } from '../../time/within.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { currentRecording, isCapturing } from '../open-recordings.ts'
import type { Reader } from '../queries/reader.ts'
import { INTERRUPTED, type LiveTrack, liveChecks, probeChecks } from './device-checks.ts'
import {
  clockChecks,
  diskChecks,
  encoderChecks,
  keyChecks,
  lockChecks,
  logChecks,
  outsiderChecks,
  type SystemParts,
} from './system-checks.ts'

/** Limit of each group of checks, so that every answer comes within 2 s. */
const LIMIT_MS = 1_800

/** The parts that readiness works with. */
export interface ReadinessOptions extends SystemParts {
  platform: Pick<
    CapturePlatform,
    'devices' | 'probe' | 'servers' | 'encoderProblem' | 'encoderVersion'
  >
  /** The tracks of the recording that is capturing; undefined when there is none. */
  live(): Partial<Record<Medium, LiveTrack>> | undefined
  failure(): RecorderError | undefined
}

/**
 * Checks before a recording whether it would succeed. Never touches a device that is recorded or
 * paused.
 */
export class Readiness {
  readonly #options: ReadinessOptions
  /** Counts the commands so far. */
  #commands = 0
  readonly #probes = new Map<string, { result: Promise<ProbeResult>; stop: AbortController }>()

  constructor(options: ReadinessOptions) {
    this.#options = options
  }

  /** Makes all checks at the same time, within 2 s. */
  async check(media: readonly Medium[] = MEDIA): Promise<ReadinessView> {
    const naming = within(this.#options.platform.servers(), LIMIT_MS)
    const groups = await Promise.all([
      ...media.map((medium) =>
        withinLimit(this.#checkMedium(medium), { id: 'delivering', medium }),
      ),
      withinLimit(encoderChecks(this.#options), { id: 'encoder' }),
      withinLimit(diskChecks(this.#options), { id: 'disk' }),
      withinLimit(clockChecks(this.#options), { id: 'clock' }),
      Promise.resolve(logChecks(this.#options)),
      withinLimit(keyChecks(this.#options), { id: 'key' }),
      withinLimit(lockChecks(this.#options), { id: 'lock' }),
      Promise.resolve(outsiderChecks(this.#options)),
    ])
    const checks = groups.flat()
    const ready = checks.every(({ result }) => result !== 'fail')
    const servers = await naming
    return { ready, at: new Date().toISOString(), checks, ...(servers && { servers }) }
  }

  /**
   * Ends all probes at once, because a command is about to be carried out and no probe may run
   * beside it.
   */
  interrupt(): void {
    this.#commands++
    for (const { stop } of this.#probes.values()) stop.abort()
  }

  /** Ends all probes; resolves when none is left. */
  async close(): Promise<void> {
    this.interrupt()
    await Promise.all([...this.#probes.values()].map(({ result }) => result))
  }

  async #checkMedium(medium: Medium): Promise<ReadinessCheck[]> {
    const known = this.#knownChecks(medium)
    if (known) return known
    const commands = this.#commands
    const list = (await this.#options.platform.devices())[medium]
    const device = list.devices.find((one) => one.default) ?? list.devices[0]
    if (!list.available || !device) {
      const detail = `There is no ${medium}.`
      const remedy = list.reason ?? 'Connect one, or switch it on.'
      return [{ id: 'device', medium, result: 'fail', detail, remedy }]
    }
    const found: ReadinessCheck = { id: 'device', medium, result: 'pass', detail: device.label }
    // Listing devices took time: meanwhile a command may have come, and a recording may have begun
    // or been paused.
    const probe = () => (commands === this.#commands ? this.#probe(medium, device) : INTERRUPTED)
    return [found, ...(this.#knownChecks(medium) ?? probeChecks(medium, await probe()))]
  }

  /** The checks that need no open device; undefined when the device may be opened. */
  #knownChecks(medium: Medium): ReadinessCheck[] | undefined {
    const live = this.#options.live()
    if (!live) return undefined
    const track = live[medium]
    if (track && track.state !== 'off') return liveChecks(medium, track)
    const isPaused = Object.values(live).some(({ state }) => state === 'paused')
    if (!isPaused) return undefined
    return [
      {
        id: 'delivering',
        medium,
        result: 'pass',
        detail: 'It is not checked while a recording is paused.',
      },
    ]
  }

  /** Probes a device. Callers at the same time share one probe. */
  #probe(medium: Medium, device: Device): Promise<ProbeResult> {
    const key = `${medium}/${device.id}`
    const underWay = this.#probes.get(key)
    if (underWay) return underWay.result
    const stop = new AbortController()
    const result = this.#options.platform
      .probe(medium, { id: device.id, label: device.label }, stop.signal)
      .then((probe) => (stop.signal.aborted ? INTERRUPTED : probe))
      .finally(() => this.#probes.delete(key))
    this.#probes.set(key, { result, stop })
    return result
  }
}

/**
 * The tracks of the recording that is capturing. Their states come from the open recordings, the
 * rest from the view that clients see. When the log has failed, capture has ended, and only the
 * view knows that.
 */
export function liveTracks(
  { recordings, failure }: Pick<FactPipeline, 'recordings' | 'failure'>,
  reader: Pick<Reader, 'current' | 'toAnswer'>,
): Partial<Record<Medium, LiveTrack>> | undefined {
  const fold = currentRecording(recordings)
  if (!fold || !isCapturing(fold)) return undefined
  const shown = reader.current()
  const view = shown?.id === fold.id ? reader.toAnswer(shown, fold.controller) : undefined
  const live: Partial<Record<Medium, LiveTrack>> = {}
  for (const medium of MEDIA) {
    const track = view?.tracks[medium]
    const { device = null, error = null, warnings = [], level = null } = track ?? {}
    const hasEnded = failure !== undefined
    const state = hasEnded ? (track?.state ?? 'off') : trackState(fold.tracks[medium])
    live[medium] = { state, device, error, warnings, level }
  }
  return live
}

async function withinLimit(
  checks: Promise<ReadinessCheck[]>,
  what: Pick<ReadinessCheck, 'id' | 'medium'>,
): Promise<ReadinessCheck[]> {
  try {
    const done = await within(checks, LIMIT_MS)
    if (done) return done
    const detail = `It has not answered within ${LIMIT_MS / 1_000} s.`
    const remedy =
      'Ask again. If this persists, restart the part that does not answer: the sound server, the desktop or the disk.'
    return [{ ...what, result: 'fail', detail, remedy }]
  } catch (error) {
    const detail = `The check failed (${(error as Error).message}).`
    return [
      {
        ...what,
        result: 'fail',
        detail,
        remedy: 'Ask again. If this persists, look at the recorder’s log.',
      },
    ]
  }
}
