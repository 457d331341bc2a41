import type { Device, Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import type { DeviceList } from '../../contract/views.ts'
import { CHANNELS, NO_PROBING, pcmArgs, screenArgs } from '../../ffmpeg/encoding.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import type { ChildCommand } from '../../processes/child-process.ts'
import { type CaptureBackend, unavailable } from '../capture-backend.ts'
import { listByFfmpeg } from '../list-by-ffmpeg.ts'
import { programSound } from '../program-sound.ts'

// Not yet tried on hardware: written from ffmpeg's documentation, tested on its documented output
// only.

/** Virtual devices that carry the sound that the computer plays. */
const LOOPBACK = /blackhole|soundflower|loopback/i
const SCREEN = /^Capture screen \d+$/

/** Reads the names from the output of `ffmpeg -f avfoundation -list_devices true -i ""`. */
export function parseAvfoundation(output: string): { video: string[]; audio: string[] } {
  const found: { video: string[]; audio: string[] } = { video: [], audio: [] }
  let section: 'video' | 'audio' | undefined
  for (const line of output.split('\n')) {
    const heading = /AVFoundation (video|audio) devices:/.exec(line)
    if (heading) section = heading[1] as 'video' | 'audio'
    const name = /\] \[\d+\] (.+?)\s*$/.exec(line)?.[1]
    if (name && section) found[section].push(name)
  }
  return found
}

/**
 * The command that captures by AVFoundation. Devices go by name, because their numbers change when
 * one is plugged in.
 */
export function macosCommand(
  medium: Medium,
  device: Device,
  quality: Quality,
  ffmpeg: Ffmpeg,
): ChildCommand {
  if (medium === 'screen') {
    const grab = [
      '-f',
      'avfoundation',
      '-capture_cursor',
      '1',
      '-framerate',
      String(quality.framesPerSecond),
    ]
    return {
      program: ffmpeg.path,
      args: screenArgs([...NO_PROBING, ...grab, '-i', `${device.id}:none`], quality, ffmpeg),
    }
  }
  const input = [...NO_PROBING, '-f', 'avfoundation', '-i', `none:${device.id}`]
  return { program: ffmpeg.path, args: pcmArgs(input, CHANNELS[medium]) }
}

const NOTHING: Record<Medium, string> = {
  mic: 'There is no microphone. Connect one, and allow its use in System Settings › Privacy & Security › Microphone.',
  speaker:
    'The sound of the speaker cannot be captured. Install a loopback device such as BlackHole.',
  screen:
    'There is no screen. Allow its recording in System Settings › Privacy & Security › Screen Recording.',
}

/** Selects the devices of a medium from all that AVFoundation lists. */
export function macosDevices(medium: Medium, output: string): DeviceList {
  const { video, audio } = parseAvfoundation(output)
  const names =
    medium === 'screen'
      ? video.filter((name) => SCREEN.test(name))
      : audio.filter((name) => LOOPBACK.test(name) === (medium === 'speaker'))
  if (names.length === 0) return unavailable(NOTHING[medium])
  return {
    available: true,
    devices: names.map((name, index) => ({ id: name, label: name, default: index === 0 })),
  }
}

/** The backend of macOS. */
export function macosBackend(
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
): CaptureBackend {
  return {
    list(medium) {
      const args = ['-f', 'avfoundation', '-list_devices', 'true', '-i', '']
      return listByFfmpeg(ffmpeg, args, env, (output) => macosDevices(medium, output))
    },
    screen: async (device, quality, anyFfmpeg) =>
      macosCommand('screen', device, quality, await anyFfmpeg()),
    sound: async (medium, device, quality, anyFfmpeg) =>
      programSound(macosCommand(medium, device, quality, await anyFfmpeg()), env),
    quit: 'SIGINT',
    ffmpegInputs: ['avfoundation'],
  }
}
