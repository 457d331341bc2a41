import type { DeviceList } from '../events/resources.ts'
import { unavailable } from './backend.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import { runTool } from './run-tool.ts'

const PROBE_MS = 1_500

/** Why x11grab cannot see this session's screen; null when it may. */
export function sessionProblem(env: NodeJS.ProcessEnv): string | null {
  // An X server within Wayland (XWayland) answers, but shows nothing of the desktop.
  if (env.XDG_SESSION_TYPE === 'wayland' || (env.WAYLAND_DISPLAY && !env.DISPLAY))
    return 'this is a Wayland session, whose screen cannot be captured: log in to an X11 (Xorg) session'
  if (!env.DISPLAY) return 'no X display: DISPLAY is not set; start the recorder in the desktop session'
  return null
}

/** The X display as a device, its size in the label. xdpyinfo answers fastest; without it ffmpeg tries. */
export async function listX11Screens(env: NodeJS.ProcessEnv, ffmpeg: () => Promise<Ffmpeg>): Promise<DeviceList> {
  const problem = sessionProblem(env)
  if (problem !== null) return unavailable(problem)
  const display = env.DISPLAY!
  const info = await runTool({ program: 'xdpyinfo', args: [] }, { env, limitMs: PROBE_MS })
  if (info.outcome === 'timeout') return unavailable(`the X display ${display} does not answer`)
  let size = parseDimensions(info.stdout)
  if (info.outcome === 'notInstalled') {
    try {
      size = await sizeByFfmpeg(display, env, await ffmpeg())
    } catch (error) {
      return unavailable((error as Error).message)
    }
  }
  if (size === null) return unavailable(`the X display ${display} cannot be opened: check DISPLAY and XAUTHORITY`)
  return { available: true, devices: [{ id: display, label: `${display} ${size.join('×')}`, default: true }] }
}

/** ffmpeg opens the input, tells its size, and ends with an error because there is no output. */
async function sizeByFfmpeg(display: string, env: NodeJS.ProcessEnv, ffmpeg: Ffmpeg): Promise<Size | null> {
  const args = ['-hide_banner', '-nostdin', '-probesize', '32', '-f', 'x11grab', '-i', display]
  const { stderr } = await runTool({ program: ffmpeg.path, args }, { env, limitMs: PROBE_MS })
  return parseInputSize(stderr)
}

type Size = [width: number, height: number]

function size(match: RegExpExecArray | null): Size | null {
  return match ? [Number(match[1]), Number(match[2])] : null
}

/** Size of the first screen in the output of `xdpyinfo`, in pixels. */
export function parseDimensions(output: string): Size | null {
  return size(/^\s*dimensions:\s+(\d+)x(\d+) pixels/m.exec(output))
}

/** Size of the video stream in ffmpeg's description of an input, in pixels. */
export function parseInputSize(output: string): Size | null {
  return size(/Stream #0:0.*: Video: .*?, (\d+)x(\d+)/.exec(output))
}
