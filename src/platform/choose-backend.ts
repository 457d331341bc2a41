import type { FfmpegLocator } from '../ffmpeg/ffmpeg-locator.ts'
import { type CaptureBackend, unavailable } from './capture-backend.ts'
import { linuxBackend } from './linux/linux-backend.ts'
import { macosBackend } from './macos/macos-backend.ts'
import { syntheticBackend } from './synthetic/synthetic-backend.ts'
import { windowsBackend } from './windows/windows-backend.ts'

/**
 * Chooses the backend of this system, or the synthetic one. `now`: the recorder's time, epoch ms.
 */
export function chooseBackend(
  source: 'devices' | 'synthetic',
  env: NodeJS.ProcessEnv,
  ffmpeg: FfmpegLocator['ffmpeg'],
  now: () => number,
): CaptureBackend {
  if (source === 'synthetic') return syntheticBackend()
  switch (process.platform) {
    case 'linux':
      return linuxBackend(env, ffmpeg, now)
    case 'win32':
      return windowsBackend(env, ffmpeg)
    case 'darwin':
      return macosBackend(env, ffmpeg)
    default:
      return {
        list: async () => unavailable(`Capturing is not supported on ${process.platform}.`),
        command: () =>
          Promise.reject(new Error(`Capturing is not supported on ${process.platform}.`)),
        keepAwake: () => null,
        quit: 'SIGINT',
        ffmpegInputs: [],
      }
  }
}
