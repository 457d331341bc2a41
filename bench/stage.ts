import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import { startVirtualDesktop, type VirtualDesktop } from '../lab/virtual-desktop.ts'
import { startLabDesktop } from '../lab/wayland-desktop.ts'
import { SERVICE_ENV } from '../src/service/systemd-unit.ts'

/** A desktop with media to record, and the real daemon on it. */
export interface Stage {
  desktop: VirtualDesktop
  daemon: Daemon
}

/**
 * Runs a part of the bench with a desktop and a daemon of its own, in the environment of the
 * installed service, and ends both afterwards. The screen moves unless `movement` is false.
 */
export async function onStage<T>(
  run: (stage: Stage) => Promise<T>,
  { movement = true } = {},
): Promise<T> {
  const desktop = await startVirtualDesktop({ movement, voice: true, music: true })
  try {
    const daemon = await startDaemon({
      env: { ...desktop.env, ...SERVICE_ENV },
      source: 'devices',
    })
    try {
      return await run({ desktop, daemon })
    } finally {
      await daemon.stop()
      await rm(daemon.home, { recursive: true, force: true })
    }
  } finally {
    await desktop.stop()
  }
}

/**
 * The same on the desktop whose screen `F2F_LAB_SCREEN` names, for parts that need no X11. Its
 * screen moves.
 */
export async function onLabStage<T>(run: (daemon: Daemon) => Promise<T>): Promise<T> {
  const desktop = await startLabDesktop()
  try {
    const home = await mkdtemp(join(tmpdir(), 'f2f-bench-'))
    await desktop.permit(home)
    const daemon = await startDaemon({
      ...{ home, source: 'devices' },
      env: { ...desktop.env, ...SERVICE_ENV },
    })
    try {
      return await run(daemon)
    } finally {
      await daemon.stop()
      await rm(home, { recursive: true, force: true })
    }
  } finally {
    await desktop.stop()
  }
}

/** Sends a command. Returns the wall clock when it was sent, and the time to its answer in ms. */
export async function command(
  daemon: Daemon,
  path: string,
  body: unknown = {},
): Promise<{ sentAt: number; answeredMs: number; id: string }> {
  const sentAt = Date.now()
  const started = performance.now()
  const { status, body: answer } = await daemon.api('POST', path, body)
  const answeredMs = performance.now() - started
  if (status >= 300)
    throw new Error(`${path} was answered with ${status}: ${JSON.stringify(answer)}`)
  return { sentAt, answeredMs, id: answer.id }
}
