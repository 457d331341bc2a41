import { missingPrograms } from './missing-programs.ts'
import { defaultSoundServer, type SoundServerName } from './sound-server.ts'

/**
 * Why this machine cannot run a virtual desktop with a sound server, and what to install; null when
 * it can.
 */
export async function virtualDesktopProblem(
  soundServer: SoundServerName = defaultSoundServer(),
): Promise<string | null> {
  if (process.platform !== 'linux') return `virtual devices need Linux, this is ${process.platform}`
  return missingPrograms('desktop', ...(soundServer === 'pipewire' ? ['pipewire'] : []))
}

/** The same for a Wayland session with PipeWire. */
export async function waylandDesktopProblem(): Promise<string | null> {
  return (await virtualDesktopProblem('pipewire')) ?? missingPrograms('wayland')
}

/** The same for one with an X server in it. */
export async function xWaylandProblem(): Promise<string | null> {
  return (await waylandDesktopProblem()) ?? missingPrograms('xWayland')
}
