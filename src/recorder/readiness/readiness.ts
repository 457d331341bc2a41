import type { CapturePlatform, ProbeResult } from '../../actors/port.ts'
import type { RecorderError } from '../../contract/errors.ts'
import { type Device, MEDIA, type Medium, type TrackState } from '../../contract/media.ts'
import type { Level, ReadinessCheck, ReadinessView, TrackView } from '../../contract/resources.ts'
import { WARNINGS } from '../../contract/warnings.ts'
import { trackState } from '../../machines/recording-fold.ts'
import type { EventLog } from '../../store/types.ts'
import { within } from '../../time/within.ts'
import { currentRecording, isCapturing, type OpenRecordings } from '../open-recordings.ts'
import type { Reader } from '../queries/reader.ts'
import {
  clockChecks,
  diskChecks,
  encoderChecks,
  logChecks,
  type SystemParts,
} from './system-checks.ts'

/** Limit of each group of checks, so that every answer comes within 2 s. */
const LIMIT_MS = 1_800

/** A track of the recording under way. */
export type LiveTrack = Pick<TrackView, 'device' | 'error' | 'warnings'> & {
  state: TrackState
  level: Level | null
}

/** The parts that readiness works with. */
export interface ReadinessOptions extends SystemParts {
  platform: Pick<CapturePlatform, 'devices' | 'probe' | 'encoderProblem' | 'encoderVersion'>
  /** The tracks of the recording that is capturing; undefined when there is none. */
  live(): Partial<Record<Medium, LiveTrack>> | undefined
  log: Pick<EventLog, 'status' | 'position' | 'events'>
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
    const groups = await Promise.all([
      ...media.map((medium) =>
        withinLimit(this.#checkMedium(medium), { id: 'delivering', medium }),
      ),
      withinLimit(encoderChecks(this.#options), { id: 'encoder' }),
      withinLimit(diskChecks(this.#options), { id: 'disk' }),
      withinLimit(clockChecks(this.#options), { id: 'clock' }),
      Promise.resolve(logChecks(this.#options)),
    ])
    const checks = groups.flat()
    const ready = checks.every(({ result }) => result !== 'fail')
    return { ready, at: new Date().toISOString(), checks }
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
 * rest from the view that clients see.
 */
export function liveTracks(
  recordings: OpenRecordings,
  reader: Pick<Reader, 'current' | 'toAnswer'>,
): Partial<Record<Medium, LiveTrack>> | undefined {
  const fold = currentRecording(recordings)
  if (!fold || !isCapturing(fold)) return undefined
  const shown = reader.current()
  const view = shown?.id === fold.id ? reader.toAnswer(shown, fold.owner) : undefined
  const live: Partial<Record<Medium, LiveTrack>> = {}
  for (const medium of MEDIA) {
    const { device = null, error = null, warnings = [], level = null } = view?.tracks[medium] ?? {}
    live[medium] = { state: trackState(fold.tracks[medium]), device, error, warnings, level }
  }
  return live
}

const INTERRUPTED: ProbeResult = { problem: 'interrupted', level: null, empty: false, muted: null }

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

function liveChecks(
  medium: Medium,
  { state, device, error, warnings, level }: LiveTrack,
): ReadinessCheck[] {
  const at = { medium } as const
  switch (state) {
    case 'paused':
      return [
        {
          id: 'delivering',
          ...at,
          result: 'pass',
          detail: 'It is paused, and so it is not checked.',
        },
      ]
    case 'stopped':
      return [
        {
          id: 'delivering',
          ...at,
          result: 'pass',
          detail: 'It has been stopped in the recording under way.',
        },
      ]
    case 'starting':
      return [{ id: 'delivering', ...at, result: 'pass', detail: 'It is starting.' }]
    case 'recovering':
    case 'failed': {
      const detail = error?.message ?? 'It does not deliver.'
      const remedy =
        state === 'recovering'
          ? 'Connect the device again. Recording then goes on by itself.'
          : 'Check the device, then start it again in the recording.'
      return [{ id: 'delivering', ...at, result: 'fail', detail, remedy }]
    }
  }
  const warned = (code: keyof typeof WARNINGS) => warnings.some((warning) => warning.code === code)
  const checks: ReadinessCheck[] = [
    { id: 'device', ...at, result: 'pass', detail: device?.label ?? 'The recording uses it.' },
    { id: 'delivering', ...at, result: 'pass', detail: 'It is being recorded.' },
  ]
  if (medium === 'screen') return [...checks, pictureCheck(warned('SCREEN_BLACK'))]
  if (level) checks.push(levelCheck(medium, level, warned('SOURCE_SILENT')))
  return [...checks, muteCheck(medium, warned('SOURCE_MUTED'))]
}

function probeChecks(
  medium: Medium,
  { problem, level, empty, muted }: ProbeResult,
): ReadinessCheck[] {
  if (problem === 'interrupted') {
    const detail = 'The check was interrupted by a command.'
    return [{ id: 'delivering', medium, result: 'warn', detail, remedy: 'Ask again.' }]
  }
  const mute = muted === null ? [] : [muteCheck(medium, muted)]
  if (problem !== null) {
    const remedy =
      medium === 'screen'
        ? 'Check that the desktop session is still there and not locked, then ask again.'
        : 'Connect the device again, or choose another in the sound settings. Restart the sound server if none delivers.'
    return [
      {
        id: 'delivering',
        medium,
        result: 'fail',
        detail: problem,
        remedy,
      },
      ...mute,
    ]
  }
  const delivering: ReadinessCheck = {
    id: 'delivering',
    medium,
    result: 'pass',
    detail: 'It delivers.',
  }
  if (medium === 'screen' || level === null) return [delivering, pictureCheck(empty)]
  // Mute already explains the silence.
  if (empty && muted && medium === 'mic') return [delivering, ...mute]
  return [delivering, levelCheck(medium, level, empty), ...mute]
}

function levelCheck(medium: Medium, level: Level, silent: boolean): ReadinessCheck {
  const detail = `${level.rmsDb} dB, peak ${level.peakDb} dB`
  const check = { id: 'level', medium, level } as const
  // A speaker has nothing to play most of the time.
  if (silent && medium === 'speaker')
    return { ...check, result: 'pass', detail: 'Nothing is playing.' }
  if (silent)
    return {
      ...check,
      result: 'fail',
      detail: WARNINGS.SOURCE_SILENT[0],
      remedy: WARNINGS.SOURCE_SILENT[1],
    }
  if (level.peakDb >= -0.5 && medium === 'mic')
    return {
      ...check,
      result: 'warn',
      detail: `${detail}: it is distorted.`,
      remedy: 'Turn the microphone’s volume down.',
    }
  return { ...check, result: 'pass', detail }
}

function muteCheck(medium: Medium, muted: boolean): ReadinessCheck {
  if (!muted) return { id: 'mute', medium, result: 'pass', detail: 'Not muted.' }
  const [title, remedy] = WARNINGS.SOURCE_MUTED
  // A muted speaker may be wanted; a muted microphone makes no recording.
  return {
    id: 'mute',
    medium,
    result: medium === 'mic' ? 'fail' : 'warn',
    detail: title,
    remedy,
  }
}

function pictureCheck(black: boolean): ReadinessCheck {
  if (!black)
    return { id: 'picture', medium: 'screen', result: 'pass', detail: 'Something can be seen.' }
  const [title, remedy] = WARNINGS.SCREEN_BLACK
  return { id: 'picture', medium: 'screen', result: 'fail', detail: title, remedy }
}
