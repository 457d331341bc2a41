import type { Device, Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import {
  CHANNELS,
  NO_PROBING,
  pictureArgs,
  SAMPLE_RATE,
  screenArgs,
} from '../../ffmpeg/encoding.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import type { ChildCommand } from '../../processes/child-process.ts'
import type { Area, Size } from '../../x11/connection.ts'
import type { CaptureBackend, CaptureHelper } from '../capture-backend.ts'
import { isPulseMuted } from './is-pulse-muted.ts'
import { listPulseDevices } from './pulse-devices.ts'
import { PulseWatch } from './pulse-watch.ts'
import { X11FrameGate } from './x11-frame-gate.ts'
import { X11ScreenWatch } from './x11-screen-watch.ts'
import {
  findArea,
  findMonitor,
  listX11Screens,
  monitorDevice,
  parseScreenId,
  sessionProblem,
} from './x11-screens.ts'

/** The name of the source that captures a device. */
function sourceOf(medium: 'mic' | 'speaker', device: Device): string {
  return medium === 'mic' ? device.id : `${device.id}.monitor`
}

/**
 * Properties by which PipeWire uses the named device or none, at full volume. Without them it uses
 * the default device when the named one is missing, another one when it goes away or on request,
 * and the volume that somebody has once set for this program. PulseAudio ignores them.
 */
const ONLY_THIS_DEVICE = [
  '--property=node.dont-reconnect=true',
  '--property=node.dont-fallback=true',
  '--property=state.restore-props=false',
]

/**
 * The command that captures sound. parec starts within 10 ms; ffmpeg's own pulse input takes ten
 * times as long, and ffmpeg-static has none.
 */
export function parecCommand(medium: 'mic' | 'speaker', device: Device): ChildCommand {
  return {
    program: 'parec',
    args: [
      ...['--raw', '--format=s16le', `--rate=${SAMPLE_RATE}`, `--channels=${CHANNELS[medium]}`],
      ...['--latency-msec=20', '--client-name=f2f-recorder', `--stream-name=${medium}`],
      ...ONLY_THIS_DEVICE,
      ...['-d', sourceOf(medium, device)],
    ],
  }
}

/**
 * The command that plays silence, which keeps a sink from idling. An idle sink delivers in blocks
 * of two seconds, or not at all.
 */
export function pacatCommand(device: Device): ChildCommand {
  return {
    program: 'pacat',
    args: [
      ...[
        '--raw',
        '--playback',
        '--latency-msec=20',
        '--rate=8000',
        '--channels=1',
        '--format=s16le',
      ],
      ...['--client-name=f2f-recorder', '--stream-name=keep awake', ...ONLY_THIS_DEVICE],
      ...['-d', device.id],
    ],
  }
}

/** How many times faster than its frame rate x11grab asks for frames at a gate. */
const GATED_PACE = 4

/**
 * The command that captures an X display, or one monitor of it. x11grab times a frame before it
 * asks for it, which is too early for one that a gate has held: `isGated` times it when it comes.
 * The gate keeps the frame rate, so x11grab does not.
 */
export function x11grabCommand(
  display: string,
  area: Size | Area,
  quality: Quality,
  ffmpeg: Ffmpeg,
  isGated = false,
): ChildCommand {
  const grab = [
    ...(isGated ? ['-use_wallclock_as_timestamps', '1'] : []),
    ...[
      '-f',
      'x11grab',
      '-framerate',
      String(quality.framesPerSecond * (isGated ? GATED_PACE : 1)),
    ],
    // Without a size, an ffmpeg from before 2019 captures 640×480.
    ...['-video_size', `${area.width}x${area.height}`],
    ...('x' in area ? ['-grab_x', String(area.x), '-grab_y', String(area.y)] : []),
    ...['-i', display],
  ]
  return {
    program: ffmpeg.path,
    args: [...screenArgs([...NO_PROBING, ...grab], quality, ffmpeg), ...pictureArgs(ffmpeg)],
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
    watchScreen: (onProblem) => new X11ScreenWatch({ display, env, area }, onProblem),
    needsConfirmation: 'name' in area,
  }
}

/**
 * The backend of Linux: sound by PulseAudio, or PipeWire through its pulse interface; the screen by
 * X11.
 */
export function linuxBackend(
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
  now: () => number = Date.now,
): CaptureBackend {
  const pulse = new PulseWatch(env, now)
  function soundCommand(medium: 'mic' | 'speaker', device: Device): CaptureHelper {
    const place = {
      source: sourceOf(medium, device),
      ...(medium === 'speaker' ? { sink: device.id } : {}),
    }
    return {
      ...parecCommand(medium, device),
      watchSound: (pid, events) => pulse.watch(place, pid, events),
    }
  }
  return {
    list: (medium: Medium) =>
      medium === 'screen' ? listX11Screens(env, ffmpeg) : listPulseDevices(medium, env),
    async find(medium, id) {
      const { display } = parseScreenId(id)
      if (medium !== 'screen' || display !== env.DISPLAY || sessionProblem(env) !== null)
        return undefined
      const monitor = await findMonitor(id, env)
      return monitor && monitorDevice(display, monitor)
    },
    command: async (medium, device, quality, anyFfmpeg) =>
      medium === 'screen'
        ? screenCommand(device, quality, env, anyFfmpeg)
        : soundCommand(medium, device),
    keepAwake: (medium, device) => (medium === 'speaker' ? pacatCommand(device) : null),
    isMuted: (medium, device) => isPulseMuted(medium, device, env),
    quit: 'SIGINT',
    ffmpegInputs: ['x11grab'],
  }
}
