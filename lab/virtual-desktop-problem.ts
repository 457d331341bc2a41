import { missingPrograms } from './missing-programs.ts'

/** Why this machine cannot run a virtual desktop, and what to install; null when it can. */
export async function virtualDesktopProblem(): Promise<string | null> {
  return notLinux() ?? missingPrograms('desktop')
}

/** The same for a virtual desktop with PipeWire. */
export async function pipeWireDesktopProblem(): Promise<string | null> {
  return notLinux() ?? missingPrograms('desktop', 'pipewire')
}

function notLinux(): string | null {
  return process.platform === 'linux'
    ? null
    : `virtual devices need Linux, this is ${process.platform}`
}
