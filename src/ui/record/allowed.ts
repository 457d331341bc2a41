import type { AllowedCommand } from '../../contract/commands.ts'
import { application, current, link } from '../live/live-state.ts'

/** Whether the recorder allows this page a command now. Nothing is certain without a connection. */
export function isAllowed(command: AllowedCommand): boolean {
  if (link.value.state !== 'live') return false
  if (command === 'start') return application.value?.allowedCommands.includes('start') ?? false
  return current.value?.allowedCommands.includes(command) ?? false
}
