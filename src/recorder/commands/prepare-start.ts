import { randomUUID } from 'node:crypto'
import type { CapturePlatform } from '../../actors/port.ts'
import type { Command } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import type { KeyRing } from '../../custody/port.ts'
import type { RecordingFold } from '../../machines/recording-fold.ts'
import type { DiskWatch } from '../disk/disk-watch.ts'
import { type FoundDevices, findDevices } from './find-devices.ts'

/** A start of a recording or of media. */
export type StartCommand = Extract<Command, { name: 'recording.start' | 'track.start' }>

/** Why a start or resume cannot be carried out: a medium has no device, or the disk no space. */
export interface StartObstacle {
  medium?: Medium
  error: RecorderError
}

/** The id, keys and devices of a start that is not accepted yet. */
export interface PreparedStart {
  /** The id of the recording. */
  id: string
  devices: FoundDevices
  /** Returns why the start cannot be carried out; undefined when it can. */
  obstacle(command: StartCommand): StartObstacle | undefined
  /** Removes the keys of a new recording whose start was not accepted. */
  discard(): Promise<void>
}

/** The parts that prepare a start. */
export interface StartPreparation {
  platform: Pick<CapturePlatform, 'resolve'>
  keys: Pick<KeyRing, 'create' | 'discard'>
  diskWatch: Pick<DiskWatch, 'isStale' | 'check'>
  onFault(what: string, error: unknown): void
}

/**
 * Finds the devices of a start, looks at the disk, and creates the keys of a new recording, all at
 * the same time. What is missing is an obstacle, not a rejection.
 */
export async function prepareStart(
  { platform, keys, diskWatch, onFault }: StartPreparation,
  media: readonly Medium[],
  requested: Partial<Record<Medium, string>>,
  recording: RecordingFold | undefined,
): Promise<PreparedStart> {
  const id = recording?.id ?? randomUUID()
  const keyed = recording
    ? undefined
    : keys.create(id).then(
        () => undefined,
        (error: RecorderError) => error,
      )
  const checked = diskWatch.isStale ? diskWatch.check() : undefined
  const devices = await findDevices(platform, media, requested, recording)
  await checked
  const keyProblem = await keyed
  return {
    id,
    devices,
    obstacle: (command) => (keyProblem ? { error: keyProblem } : deviceObstacle(command, devices)),
    async discard() {
      if (recording === undefined)
        await keys.discard(id).catch((error) => onFault('removing an unused key', error))
    },
  }
}

/** Creates the error of a start that a pause or stop has overtaken. */
export const overtakenError = (): RecorderError =>
  new RecorderError(
    'INTERRUPTED',
    'A pause or stop arrived before the devices were found, so nothing was started.',
  )

/** The first medium whose missing device prevents a start. */
function deviceObstacle(command: StartCommand, devices: FoundDevices): StartObstacle | undefined {
  const any = command.name === 'recording.start' && command.request.require === 'any'
  const missing = [...devices].flatMap(([medium, device]) =>
    device instanceof RecorderError ? [{ medium, error: device }] : [],
  )
  return any && missing.length < devices.size ? undefined : missing[0]
}
