import { signal } from '@preact/signals'
import type { Medium } from '../../../contract/media.ts'
import type { DeviceList } from '../../../contract/views.ts'
import { recorder } from '../../live/recorder.ts'

/** The devices of each medium; null until the recorder has listed them. */
export const devices = signal<Record<Medium, DeviceList> | null>(null)

/** Lists the devices again. */
export async function loadDevices(): Promise<void> {
  try {
    devices.value = await recorder.devices()
  } catch {
    // The link shows that the recorder does not answer; a start without a list uses the defaults.
  }
}
