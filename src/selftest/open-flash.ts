import { monitorOf } from '../platform/linux/portal/portal-screens.ts'
import { WaylandConnection } from '../wayland/connection.ts'
import type { Area } from '../x11/connection.ts'
import { FlashWindow } from './flash-window.ts'

const ANSWER_MS = 10_000
/** A part of the window on a monitor that is scaled by 1 to 2. */
const PART_OF_WINDOW: Area = { x: 80, y: 80, width: 120, height: 120 }

/** The screen cannot be flashed. */
export class FlashError extends Error {
  override name = 'FlashError'
}

/** A window that flashes, and where it is to be seen in the recording. */
export interface Flash {
  window: FlashWindow
  area: Area
}

/**
 * Opens a window on the screen with this id. In a Wayland session it is one of the X server in it
 * (XWayland), which only programs for Wayland could do without. Rejects with {@link FlashError},
 * X11Error or WaylandError.
 */
export async function openFlash(screen: string, env: NodeJS.ProcessEnv): Promise<Flash> {
  const monitor = monitorOf(screen)
  if (monitor === undefined) {
    const window = await FlashWindow.open(screen, env)
    return { window, area: window.area }
  }
  if (!env.DISPLAY)
    throw new FlashError(
      'The self-test shows its flashes by XWayland, and this Wayland session has none (DISPLAY is not set).',
    )
  const compositor = await WaylandConnection.open(env, ANSWER_MS)
  compositor.close()
  const place = compositor.outputs.find(({ name }) => name === monitor)
  if (place === undefined) throw new FlashError(`The monitor ${monitor} is not connected.`)
  return { window: await FlashWindow.open(env.DISPLAY, env, place), area: PART_OF_WINDOW }
}
