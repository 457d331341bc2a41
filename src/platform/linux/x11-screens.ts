import { RecorderError } from '../../contract/errors.ts'
import type { Device } from '../../contract/media.ts'
import type { DeviceList, DeviceView } from '../../contract/views.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import { runTool } from '../../processes/run-tool.ts'
import { within } from '../../time/within.ts'
import {
  type Layout,
  type Monitor,
  type Size,
  X11Connection,
  X11Error,
} from '../../x11/connection.ts'
import { unavailable } from '../capture-backend.ts'

/** Limit of a program or display that is asked for a list. */
const PROBE_MS = 1_500
/** Limit of a display that is about to be captured. A start has its own, and a slow one may do. */
const AREA_MS = 2_500

/** Why x11grab cannot capture this session's screen; null when it may. */
export function sessionProblem(env: NodeJS.ProcessEnv): string | null {
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
    const layout = await findLayout(display, env, ffmpeg, PROBE_MS)
    return { available: true, devices: screensOf(display, layout) }
  } catch (error) {
    return unavailable((error as Error).message)
  }
}

/**
 * Finds a monitor by its id, also when it is not listed because it is the only one. Throws
 * DEVICE_UNAVAILABLE.
 */
export async function findMonitor(
  id: string,
  env: NodeJS.ProcessEnv,
  limitMs = PROBE_MS,
): Promise<Monitor | undefined> {
  const { display, monitor } = parseScreenId(id)
  if (monitor === undefined) return undefined
  try {
    const { monitors } = await queryLayout(display, env, limitMs)
    const found = monitors.find(({ name }) => name === monitor)
    if (found) return found
  } catch (error) {
    throw new RecorderError('DEVICE_UNAVAILABLE', (error as Error).message, { cause: error })
  }
  throw new RecorderError('DEVICE_UNAVAILABLE', `The monitor ${monitor} is not there.`)
}

/**
 * Finds the area that a device's id stands for, as it is now: a monitor, or the whole display.
 * Throws DEVICE_UNAVAILABLE, or CAPTURE_FAILED when ffmpeg is needed for that and missing.
 */
export async function findArea(
  id: string,
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
): Promise<Monitor | Size> {
  const monitor = await findMonitor(id, env, AREA_MS)
  if (monitor) return monitor
  try {
    const { display } = parseScreenId(id)
    const { width, height } = await findLayout(display, env, ffmpeg, AREA_MS)
    return { width, height }
  } catch (error) {
    if (error instanceof RecorderError) throw error
    throw new RecorderError('DEVICE_UNAVAILABLE', (error as Error).message, { cause: error })
  }
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

async function queryLayout(
  display: string,
  env: NodeJS.ProcessEnv,
  limitMs: number,
): Promise<Layout> {
  const opening = X11Connection.open(display, env, limitMs)
  try {
    const asking = opening.then((connection) => connection.layout())
    const layout = await within(asking, limitMs)
    if (layout === undefined) throw new X11Error('silent', notAnswering(display))
    return layout
  } finally {
    void opening.then(
      (connection) => connection.close(),
      () => {},
    )
  }
}

/**
 * Queries the layout of a display. Asks other programs for its size in case it lets them in but not
 * us. Rejects with the reason in a whole sentence.
 */
async function findLayout(
  display: string,
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
  limitMs: number,
): Promise<Layout> {
  try {
    return await queryLayout(display, env, limitMs)
  } catch (error) {
    const kind = error instanceof X11Error ? error.kind : 'refused'
    if (kind === 'silent') throw new Error(notAnswering(display), { cause: error })
    if (kind === 'absent') throw new Error(notOpened(display), { cause: error })
    return { ...(await sizeByPrograms(display, env, ffmpeg)), monitors: [] }
  }
}

/** Asks xdpyinfo for the size of a display, which answers fastest, or else ffmpeg. */
async function sizeByPrograms(
  display: string,
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
): Promise<Size> {
  const options = { env, limitMs: PROBE_MS }
  const info = await runTool({ program: 'xdpyinfo', args: ['-display', display] }, options)
  if (info.outcome === 'timeout') throw new Error(notAnswering(display))
  if (info.outcome !== 'notInstalled') return sizeOrThrow(display, parseDimensions(info.stdout))
  const args = ['-hide_banner', '-nostdin', '-f', 'x11grab', ...OUTSIZE, '-i', display]
  const { stderr } = await runTool({ program: (await ffmpeg()).path, args }, options)
  return sizeOrThrow(display, parseScreenSize(stderr))
}

/** Larger than any screen: x11grab refuses it and names the size that the screen has. */
const OUTSIZE = ['-video_size', '32767x32767']

function sizeOrThrow(display: string, size: Size | null): Size {
  if (size === null) throw new Error(notOpened(display))
  return size
}

function notOpened(display: string): string {
  return `The X display ${display} cannot be opened. Check DISPLAY and XAUTHORITY.`
}

function notAnswering(display: string): string {
  return `The X display ${display} does not answer.`
}

function size(match: RegExpExecArray | null): Size | null {
  return match ? { width: Number(match[1]), height: Number(match[2]) } : null
}

/** Reads the size of the default screen from the output of `xdpyinfo`, in pixels. */
export function parseDimensions(output: string): Size | null {
  const number = /^default screen number:\s+(\d+)/m.exec(output)?.[1] ?? '0'
  const screens = output.split(/^(?=screen #\d+:)/m)
  const screen = screens.find((text) => text.startsWith(`screen #${number}:`)) ?? output
  return size(/^\s*dimensions:\s+(\d+)x(\d+) pixels/m.exec(screen))
}

/** Reads the size of the screen from x11grab's refusal of a larger one, in pixels. */
export function parseScreenSize(output: string): Size | null {
  return size(/outside the screen size (\d+)x(\d+)/.exec(output))
}
