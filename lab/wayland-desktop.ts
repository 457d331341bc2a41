import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requestGrant } from '../src/platform/linux/portal/request-grant.ts'
import { startPipeWire } from './pipewire.ts'
import { melody, type Playback, playInto, voice } from './sound.ts'
import { MIC_FEED_SINK, SPEAKER_SINK } from './sound-server.ts'
import {
  SPOKEN,
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from './virtual-desktop.ts'
import { waylandDesktopProblem } from './virtual-desktop-problem.ts'
import { WaylandSession } from './wayland.ts'

const SIZE = { width: 1280, height: 720 }
const BACKGROUND = '#30475e'
/** How long the dialog of the portal may take on a busy machine. */
const GRANT_MS = 60_000

/** The screens that a lab can have. */
export const SCREENS = ['x11', 'wayland'] as const

/** A desktop for those who do not care which screen it has. */
export interface LabDesktop extends Pick<VirtualDesktop, 'env' | 'stop'> {
  /** Permits a recorder with this home folder to record the screen. Needs no call on X11. */
  permit(home: string): Promise<void>
}

/** The screen of a lab that does not care: `F2F_LAB_SCREEN`, or else X11. Throws for another. */
export function defaultScreen(): (typeof SCREENS)[number] {
  const wanted = process.env.F2F_LAB_SCREEN || 'x11'
  const found = SCREENS.find((name) => name === wanted)
  if (found) return found
  throw new Error(`F2F_LAB_SCREEN is ${wanted}. Use ${SCREENS.join(' or ')}.`)
}

/** Why this machine cannot run that desktop, and what to install; null when it can. */
export function labDesktopProblem(): Promise<string | null> {
  return defaultScreen() === 'wayland' ? waylandDesktopProblem() : virtualDesktopProblem()
}

/**
 * Starts a desktop with a moving screen, a voice and music on the screen that is wanted. Nothing of
 * it is left when it rejects.
 */
export async function startLabDesktop(): Promise<LabDesktop> {
  if (defaultScreen() === 'wayland') return startWaylandDesktop()
  const desktop = await startVirtualDesktop({ movement: true, voice: true, music: true })
  return { env: desktop.env, stop: desktop.stop, permit: async () => {} }
}

async function startWaylandDesktop(): Promise<LabDesktop> {
  const problem = await waylandDesktopProblem()
  if (problem !== null) throw new Error(`no Wayland desktop: ${problem}`)
  const folder = await mkdtemp(join(tmpdir(), 'f2f-wayland-'))
  const sound = await startPipeWire(folder, { quietRoom: true })
  const session = await WaylandSession.start(folder, SIZE).catch(async (error) => {
    await sound.stop()
    throw error
  })
  const env = { ...sound.env, ...session.env }
  const playbacks: Playback[] = []
  const play = async (sink: string, pcm: Buffer) => {
    playbacks.push(await playInto(sink, pcm, { env, loop: true }))
  }
  const stop = async () => {
    for (const playback of playbacks) await playback.stop()
    await session.stop()
    await sound.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    await play(MIC_FEED_SINK, await voice(SPOKEN))
    await play(SPEAKER_SINK, await melody())
    await session.fill(BACKGROUND)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    env,
    stop,
    async permit(home) {
      // The window would hide the dialog.
      await session.clear()
      const grants = join(home, 'screen-grants.json')
      await session.share(requestGrant({ ...process.env, ...env }, grants, GRANT_MS))
      await session.fill(BACKGROUND)
    },
  }
}
