import { statfs } from 'node:fs/promises'
import type { CapturePlatform } from '../actors/types.ts'
import type { AllowedCommand } from '../events/commands.ts'
import type { LogEvent } from '../events/events.ts'
import { MEDIA, type Medium } from '../events/media.ts'
import type { ApplicationError, ApplicationView, Level, RecordingAnswer, RecordingView } from '../events/resources.ts'
import type { LogStatus } from '../store/types.ts'

/** Bytes a second that all three media take, as measured with the default settings: for the time left on the disk. */
const TYPICAL_BYTES_PER_SECOND = 80_000

/** Dresses a view for a reader: what it may do, and how loud its tracks are. */
export function dress(
  view: RecordingView,
  allowedCommands: AllowedCommand[],
  levelOf: (medium: Medium) => Level | undefined,
): RecordingAnswer {
  const tracks: RecordingAnswer['tracks'] = {}
  for (const medium of MEDIA) {
    const track = view.tracks[medium]
    if (track) tracks[medium] = { ...track, level: track.state === 'recording' ? (levelOf(medium) ?? null) : null }
  }
  return { ...view, tracks, allowedCommands }
}

/** Keeps what stands in the way of the current recording's tracks, and since when. */
export class Troubles {
  readonly #byTrack = new Map<string, ApplicationError>()

  take(event: LogEvent): void {
    if (event.type === 'recording.closed' || event.type === 'recording.startFailed') {
      for (const key of this.#byTrack.keys()) if (key.startsWith(`${event.recordingId}/`)) this.#byTrack.delete(key)
      return
    }
    if (!event.type.startsWith('track.') || !('medium' in event.data) || event.data.medium === undefined) return
    const key = `${event.recordingId}/${event.data.medium}`
    if (event.type === 'track.failed' || event.type === 'track.recovering') {
      const { medium, code, detail: message } = event.data
      this.#byTrack.set(key, { code, medium, message, since: event.at })
    } else this.#byTrack.delete(key)
  }

  of(recordingId: string): ApplicationError[] {
    return [...this.#byTrack].filter(([key]) => key.startsWith(`${recordingId}/`)).map(([, trouble]) => trouble)
  }
}

/** What the application's state is made from. */
export interface ApplicationParts {
  version: string
  current: RecordingView | undefined
  errors: ApplicationError[]
  platform: CapturePlatform
  folder: string
  log: LogStatus
  allowedCommands: AllowedCommand[]
}

/** Reads the application's state. */
export async function readApplication(parts: ApplicationParts): Promise<ApplicationView> {
  const { current, platform, version, allowedCommands } = parts
  const [devices, encoderProblem, disk] = await Promise.all([
    platform.devices(),
    platform.encoderProblem(),
    statfs(parts.folder).catch(() => undefined),
  ])
  const errors = [...parts.errors]
  const since = new Date().toISOString()
  if (encoderProblem) errors.push({ code: 'CAPTURE_FAILED', message: encoderProblem, since })
  if (!disk) errors.push({ code: 'STORAGE_UNAVAILABLE', message: 'The home folder cannot be read.', since })
  const capturing = current?.state === 'Active' || current?.state === 'Paused'
  const media = {} as ApplicationView['media']
  for (const medium of MEDIA) {
    const { available, reason, devices: list } = devices[medium]
    const found = list.find((device) => device.default) ?? list[0]
    const device = current?.tracks[medium]?.device ?? (found ? { id: found.id, label: found.label } : null)
    media[medium] = { available, device, ...(reason ? { reason } : {}) }
  }
  const freeBytes = disk ? disk.bavail * disk.bsize : 0
  return {
    state: errors.length > 0 ? 'Error' : capturing ? 'Recording' : 'Idle',
    version,
    recording: current ? { id: current.id, state: current.state } : null,
    controller: current?.controller ?? null,
    errors,
    media,
    storage: { freeBytes, recordableSeconds: Math.floor(freeBytes / TYPICAL_BYTES_PER_SECOND), log: parts.log },
    allowedCommands,
  }
}
