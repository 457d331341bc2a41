import type { CapturePlatform } from '../../actors/port.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { Device, Medium } from '../../contract/media.ts'
import type { RecordingFold } from '../../machines/recording-fold.ts'

/** The device found for each medium, or why there is none. */
export type FoundDevices = Map<Medium, Device | RecorderError>

/**
 * Finds the device of each medium: the requested one, else the one that its track used before, else
 * the default. Never rejects.
 */
export async function findDevices(
  platform: Pick<CapturePlatform, 'resolve'>,
  media: readonly Medium[],
  requested: Partial<Record<Medium, string>>,
  recording: RecordingFold | undefined,
): Promise<FoundDevices> {
  const found = await Promise.all(
    media.map(async (medium) => {
      const before = recording?.tracks[medium].context.device?.id
      const device = await platform
        .resolve(medium, requested[medium] ?? before)
        .catch((error) => toDeviceError(medium, error))
      return [medium, device] as const
    }),
  )
  return new Map(found)
}

/**
 * The device of a medium whose absence would have ended the command before.
 * @throws RecorderError INTERNAL when there is none.
 */
export function foundDevice(devices: FoundDevices, medium: Medium): Device {
  const device = devices.get(medium)
  if (device !== undefined && !(device instanceof RecorderError)) return device
  throw new RecorderError('INTERNAL', `No device was found for the ${medium}.`)
}

function toDeviceError(medium: Medium, cause: unknown): RecorderError {
  if (cause instanceof RecorderError) return cause
  return new RecorderError('DEVICE_UNAVAILABLE', `The ${medium} could not be searched for.`, {
    cause,
  })
}
