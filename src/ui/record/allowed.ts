import type { AllowedCommand } from '../../contract/commands.ts'
import { application, current, link } from '../live/live-state.ts'

/** Commands that end capture, of everything or of one medium. */
export const ENDS_CAPTURE: ReadonlySet<string> = new Set<AllowedCommand>(['pause', 'stop'])

/** Commands that begin capture, of everything or of one medium. */
export const BEGINS_CAPTURE: ReadonlySet<string> = new Set<AllowedCommand>([
  ...(['start', 'startMedia', 'resume'] as const),
])

/**
 * Whether the recorder allows this page a command now. Nothing is certain without a connection; but
 * what ends capture may be tried then, too: nobody may be recorded who means to pause, or refuses.
 */
export function isAllowed(
  command: AllowedCommand,
  endsCapture = ENDS_CAPTURE.has(command),
): boolean {
  if (link.value.state !== 'live' && !endsCapture) return false
  if (command === 'start') return application.value?.allowedCommands.includes('start') ?? false
  return current.value?.allowedCommands.includes(command) ?? false
}
