import type { Command } from '../../contract/commands.ts'
import type { Medium } from '../../contract/media.ts'
import { isRefusal, type Permission, type Refusal } from '../commands/arbitration.ts'

/** Why the recorder keeps media paused now, and which. */
export interface DesktopLock {
  reason: 'locked' | 'suspended'
  media: readonly Medium[]
}

const WHY: Record<DesktopLock['reason'], string> = {
  locked: 'the screen is locked. Unlock it, then resume',
  suspended: 'the computer goes to sleep. Resume when it is awake',
}

/**
 * Decides whether a permitted resume goes on while the desktop is locked: one that names media
 * which would be paused again at once is refused, and one of all leaves them paused. Pure.
 */
export function arbitrateLock(
  command: Command,
  permission: Permission | Refusal,
  lock: DesktopLock | undefined,
): Permission | Refusal {
  if (isRefusal(permission) || lock === undefined || command.name !== 'track.resume')
    return permission
  const [medium] = permission.media.filter((one) => lock.media.includes(one))
  if (medium === undefined) return permission
  const media = permission.media.filter((one) => !lock.media.includes(one))
  if (command.request.media === undefined && media.length > 0) return { ...permission, media }
  const detail = `The ${medium} stays paused while ${WHY[lock.reason]}. Nothing was changed.`
  const { recording } = permission
  return { code: 'INVALID_STATE', detail, medium, ...(recording ? { recording } : {}) }
}
