import { Launchd } from './launchd.ts'
import { ServiceError } from './service-error.ts'
import type { ServiceManager } from './service-manager.ts'
import { Systemd } from './systemd.ts'
import { WindowsTask } from './windows-task.ts'

/** Returns the service manager of this system. Throws {@link ServiceError} where there is none. */
export function chooseManager(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): ServiceManager {
  switch (platform) {
    case 'linux':
      return new Systemd(env)
    case 'darwin':
      return new Launchd(env)
    case 'win32':
      return new WindowsTask(env)
    default:
      throw new ServiceError('unavailable', {
        title: 'This system has no service manager that is known here.',
        detail: `The platform is ${platform}.`,
        remedy: 'Start `f2f serve` at every login by the means of the system.',
      })
  }
}
