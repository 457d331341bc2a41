import { RecorderError } from '../../contract/errors.ts'
import type { Device } from '../../contract/media.ts'
import type { DeviceList, DeviceView } from '../../contract/views.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import { runTool } from '../../processes/run-tool.ts'
import { within } from '../../time/within.ts'
import { type Layout, type Monitor, X11Connection, X11Error } from '../../x11/connection.ts'
import { unavailable } from '../capture-backend.ts'

const PROBE_MS = 1_500

/** Why x11grab cannot capture this session's screen; null when it may. */
export function sessionProblem(env: NodeJS.ProcessEnv): string | null {
  // An X server within Wayland (XWayland) answers, but shows nothing of the desktop.
  if (env.XDG_SESSION_TYPE === 'wayland' || (env.WAYLAND_DISPLAY && !env.DISPLAY))
    return 'The screen of a Wayland session cannot be captured. Log in to an X11 (Xorg) session.'
  if (!env.DISPLAY)
    return 'There is no X display: DISPLAY is not set. Start the recorder in the desktop session.'
  return null
}

/** Splits a device's id into a display and, unless the whole display is meant, a monitor. */
export function parseScreenId(id: string): { display: string; monitor: string | undefined } {
  // The display comes first and ends in numbers; a monitor's name may contain anything.
  const match = /^(.*?:\d+(?:\.\d+)?)\/(.+)$/s.exec(id)
  return match ? { display: match[1]!, monitor: match[2] } : { display: id, monitor: undefined }
}

/**
 * Lists the screens of the session's display: the whole display, and each monitor if there are
 * several.
 */
export async function listX11Screens(
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
): Promise<DeviceList> {
  const problem = sessionProblem(env)
  if (problem !== null) return unavailable(problem)
  const display = env.DISPLAY!
  try {
    return { available: true, devices: screensOf(display, await queryLayout(display, env)) }
  } catch (error) {
    const kind = error instanceof X11Error ? error.kind : 'refused'
    if (kind === 'refused') return listByPrograms(display, env, ffmpeg)
    return unavailable(
      kind === 'silent' ? `The X display ${display} does not answer.` : notOpened(display),
    )
  }
}

/**
 * Finds a monitor by its id, also when it is not listed because it is the only one. Throws
 * DEVICE_UNAVAILABLE.
 */
export async function findMonitor(
  id: string,
  env: NodeJS.ProcessEnv,
): Promise<Monitor | undefined> {
  const { display, monitor } = parseScreenId(id)
  if (monitor === undefined) return undefined
  try {
    const found = (await queryLayout(display, env)).monitors.find(({ name }) => name === monitor)
    if (found) return found
  } catch (error) {
    throw new RecorderError('DEVICE_UNAVAILABLE', (error as Error).message, { cause: error })
  }
  throw new RecorderError('DEVICE_UNAVAILABLE', `The monitor ${monitor} is not there.`)
}

/** Describes a monitor as a device. */
export function monitorDevice(
  display: string,
  { name, x, y, width, height, primary }: Monitor,
): Device {
  const label = `${name} ${width}×${height} at ${x},${y}${primary ? ' (primary)' : ''}`
  return { id: `${display}/${name}`, label }
}

function screensOf(display: string, { width, height, monitors }: Layout): DeviceView[] {
  const several = monitors.length > 1
  const whole = {
    id: display,
    label: `${display} ${width}×${height}${several ? ' (all monitors)' : ''}`,
    default: true,
  }
  if (!several) return [whole]
  return [
    whole,
    ...monitors.map((monitor) => ({ ...monitorDevice(display, monitor), default: false })),
  ]
}

async function queryLayout(display: string, env: NodeJS.ProcessEnv): Promise<Layout> {
  const until = performance.now() + PROBE_MS
  const connection = await X11Connection.open(display, env, PROBE_MS)
  try {
    const layout = await within(connection.layout(), until - performance.now())
    if (layout === undefined)
      throw new X11Error('silent', `The X display ${display} does not answer.`)
    return layout
  } finally {
    connection.close()
  }
}

/**
 * Lists the screen by other programs, in case the display lets them in but not us. xdpyinfo answers
 * fastest; without it ffmpeg tries.
 */
async function listByPrograms(
  display: string,
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
): Promise<DeviceList> {
  const info = await runTool({ program: 'xdpyinfo', args: [] }, { env, limitMs: PROBE_MS })
  if (info.outcome === 'timeout') return unavailable(`The X display ${display} does not answer.`)
  let size = parseDimensions(info.stdout)
  if (info.outcome === 'notInstalled') {
    try {
      size = await sizeByFfmpeg(display, env, await ffmpeg())
    } catch (error) {
      return unavailable((error as Error).message)
    }
  }
  if (size === null) return unavailable(notOpened(display))
  return {
    available: true,
    devices: screensOf(display, { width: size[0], height: size[1], monitors: [] }),
  }
}

function notOpened(display: string): string {
  return `The X display ${display} cannot be opened. Check DISPLAY and XAUTHORITY.`
}

/**
 * Reads the size from ffmpeg, which opens the input and ends with an error for lack of an output.
 */
async function sizeByFfmpeg(
  display: string,
  env: NodeJS.ProcessEnv,
  ffmpeg: Ffmpeg,
): Promise<Size | null> {
  const args = ['-hide_banner', '-nostdin', '-probesize', '32', '-f', 'x11grab', '-i', display]
  const { stderr } = await runTool({ program: ffmpeg.path, args }, { env, limitMs: PROBE_MS })
  return parseInputSize(stderr)
}

type Size = [width: number, height: number]

function size(match: RegExpExecArray | null): Size | null {
  return match ? [Number(match[1]), Number(match[2])] : null
}

/** Reads the size of the first screen from the output of `xdpyinfo`, in pixels. */
export function parseDimensions(output: string): Size | null {
  return size(/^\s*dimensions:\s+(\d+)x(\d+) pixels/m.exec(output))
}

/** Reads the size of the video stream from ffmpeg's description of an input, in pixels. */
export function parseInputSize(output: string): Size | null {
  return size(/Stream #0:0.*: Video: .*?, (\d+)x(\d+)/.exec(output))
}
