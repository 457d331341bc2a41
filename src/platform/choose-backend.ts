import type { FfmpegLocator } from '../ffmpeg/ffmpeg-locator.ts'
import { type CaptureBackend, unavailable } from './capture-backend.ts'
import { linuxBackend } from './linux/linux-backend.ts'
import { macosBackend } from './macos/macos-backend.ts'
import { syntheticBackend } from './synthetic/synthetic-backend.ts'
import { windowsBackend } from './windows/windows-backend.ts'

/**
 * Chooses the backend of this system, or the synthetic one. `screenGrantsFile`: where the desktop's
 * grants to record the screen are kept.
 */
export function chooseBackend(
  source: 'devices' | 'synthetic',
  env: NodeJS.ProcessEnv,
  ffmpeg: FfmpegLocator['ffmpeg'],
  screenGrantsFile: string,
): CaptureBackend {
  if (source === 'synthetic') return syntheticBackend(env)
  switch (process.platform) {
    case 'linux':
      return linuxBackend(env, ffmpeg, screenGrantsFile)
    case 'win32':
      return windowsBackend(env, ffmpeg)
    case 'darwin':
      return macosBackend(env, ffmpeg)
    default: {
      const problem = `Capturing is not supported on ${process.platform}.`
      const unsupported = () => Promise.reject(new Error(problem))
      return {
        list: async () => unavailable(problem),
        screen: unsupported,
        sound: unsupported,
        quit: 'SIGINT',
        ffmpegInputs: [],
      }
    }
  }
}
