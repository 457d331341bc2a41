import { isWaylandSession } from '../../contract/desktop-session.ts'
import type { Device, Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import { NO_PROBING, watchedScreenArgs } from '../../ffmpeg/encoding.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import type { ChildCommand } from '../../processes/child-process.ts'
import type { Area, Size } from '../../x11/connection.ts'
import type { CaptureBackend, CaptureHelper } from '../capture-backend.ts'
import { PortalScreens } from './portal/portal-screens.ts'
import { PulseDevices } from './pulse-devices.ts'
import { pulseSound } from './pulse-sound.ts'
import { ScreenServer } from './screen-server.ts'
import { X11FrameGate } from './x11-frame-gate.ts'
import { watchX11Screen } from './x11-screen-watch.ts'
import {
  findArea,
  findMonitor,
  listX11Screens,
  monitorDevice,
  parseScreenId,
  sessionProblem,
} from './x11-screens.ts'

/**
 * How many times faster than its frame rate x11grab asks for frames at a gate. It waits for one of
 * its own intervals before the first frame, so that one is short.
 */
const GATED_PACE = 64

/** The name of the silent speaker that both sound servers offer while they know no other. */
const STAND_IN = 'auto_null'

/**
 * The command that captures an X display, or one monitor of it. x11grab times a frame before it
 * asks for it. One that a gate or a busy display has held would show what came after a pause, at a
 * time before it, so each is timed when it comes. With `isGated` the gate keeps the frame rate.
 */
export function x11grabCommand(
  display: string,
  area: Size | Area,
  quality: Quality,
  ffmpeg: Ffmpeg,
  isGated = false,
): ChildCommand {
  const grab = [
    ...['-use_wallclock_as_timestamps', '1', '-f', 'x11grab'],
    ...['-framerate', String(quality.framesPerSecond * (isGated ? GATED_PACE : 1))],
    // Without a size, an ffmpeg from before 2019 captures 640×480.
    ...['-video_size', `${area.width}x${area.height}`],
    ...('x' in area ? ['-grab_x', String(area.x), '-grab_y', String(area.y)] : []),
    ...['-i', display],
  ]
  return {
    program: ffmpeg.path,
    args: watchedScreenArgs([...NO_PROBING, ...grab], quality, ffmpeg),
  }
}

async function screenCommand(
  device: Device,
  quality: Quality,
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
): Promise<CaptureHelper> {
  const { display } = parseScreenId(device.id)
  // Finds the area again: it may have changed since it was listed.
  const [area, found] = await Promise.all([findArea(device.id, env, ffmpeg), ffmpeg()])
  const { framesPerSecond } = quality
  const command = (name: string) => x11grabCommand(name, area, quality, found, true)
  return {
    ...x11grabCommand(display, area, quality, found),
    makeGate: () => X11FrameGate.make({ display, env, framesPerSecond, command }),
    watchScreen: (onProblem) => watchX11Screen({ display, env, area }, onProblem),
    needsConfirmation: 'name' in area,
  }
}

/**
 * The backend of Linux: sound from PulseAudio, or PipeWire through its PulseAudio interface; the
 * screen from X11, and in a Wayland session through the desktop portal. `screenGrantsFile`: where
 * the desktop's grants to record the screen are kept.
 */
export function linuxBackend(
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
  screenGrantsFile = '',
): CaptureBackend {
  const devices = new PulseDevices(env)
  const screen = new ScreenServer(env)
  const portal = isWaylandSession(env) ? new PortalScreens(env, screenGrantsFile) : undefined
  return {
    list: (medium: Medium) => {
      if (medium !== 'screen') return devices.list(medium)
      return portal?.list() ?? listX11Screens(env, ffmpeg)
    },
    async find(medium, id) {
      const { display } = parseScreenId(id)
      if (portal || medium !== 'screen' || display !== env.DISPLAY || sessionProblem(env) !== null)
        return undefined
      const monitor = await findMonitor(id, env)
      return monitor && monitorDevice(display, monitor)
    },
    screen: (device, quality, anyFfmpeg) =>
      portal?.command(device, quality, anyFfmpeg) ?? screenCommand(device, quality, env, anyFfmpeg),
    sound: async (medium, device) => pulseSound({ medium, device, env, devices }),
    isReturning: (medium, found) =>
      medium !== 'screen' && devices.isReturning && (found === undefined || found.id === STAND_IN),
    isMuted: (medium, device) => devices.isMuted(medium, device),
    servers: async () => ({
      sound: await devices.server(),
      screen: await screen.describe(),
    }),
    // The sound server answers within a millisecond or two.
    listsAnew: ['mic', 'speaker'],
    // The portal would open a session, which the desktop shows.
    holdsScreen: portal === undefined,
    quit: 'SIGINT',
    ffmpegInputs: portal ? [] : ['x11grab'],
  }
}
