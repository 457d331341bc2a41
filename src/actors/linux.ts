import type { Device, Medium } from '../events/media.ts'
import type { Quality } from '../events/quality.ts'
import type { CaptureBackend } from './backend.ts'
import type { ChildCommand } from './child-process.ts'
import { CHANNELS, NO_PROBING, SAMPLE_RATE, screenArgs } from './encoding.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import { listPulseDevices } from './pulse.ts'
import { listX11Screens } from './x11.ts'

/** parec starts within 10 ms, ffmpeg's own pulse input needs ten times that, and ffmpeg-static has none. */
export function parecCommand(medium: 'mic' | 'speaker', device: Device): ChildCommand {
  return {
    program: 'parec',
    args: [
      ...['--raw', '--format=s16le', `--rate=${SAMPLE_RATE}`, `--channels=${CHANNELS[medium]}`],
      ...['--latency-msec=20', '--client-name=f2f-recorder', `--stream-name=${medium}`],
      ...['-d', medium === 'mic' ? device.id : `${device.id}.monitor`],
    ],
  }
}

/** Plays the silence that keeps a sink from idling; an idle one delivers in blocks of two seconds, or not at all. */
export function pacatCommand(device: Device): ChildCommand {
  return {
    program: 'pacat',
    args: [
      ...['--raw', '--playback', '--latency-msec=20', '--rate=8000', '--channels=1', '--format=s16le'],
      ...['--client-name=f2f-recorder', '--stream-name=keep awake', '-d', device.id],
    ],
  }
}

/** ffmpeg on an X display. */
export function x11grabCommand(device: Device, quality: Quality, ffmpeg: Ffmpeg): ChildCommand {
  const input = [...NO_PROBING, '-f', 'x11grab', '-framerate', String(quality.framesPerSecond), '-i', device.id]
  return { program: ffmpeg.path, args: screenArgs(input, quality, ffmpeg) }
}

/** Linux: sound by PulseAudio, or PipeWire through its pulse interface; the screen by X11. */
export function linuxBackend(env: NodeJS.ProcessEnv, ffmpeg: () => Promise<Ffmpeg>): CaptureBackend {
  return {
    list: (medium: Medium) => (medium === 'screen' ? listX11Screens(env, ffmpeg) : listPulseDevices(medium, env)),
    command: async (medium, device, quality, anyFfmpeg) =>
      medium === 'screen' ? x11grabCommand(device, quality, await anyFfmpeg()) : parecCommand(medium, device),
    keepAwake: (medium, device) => (medium === 'speaker' ? pacatCommand(device) : null),
    quit: 'SIGINT',
    ffmpegInputs: ['x11grab'],
  }
}
