import type { Device, Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import type { DeviceList, DeviceView } from '../../contract/views.ts'
import { CHANNELS, NO_PROBING, pcmArgs, screenArgs } from '../../ffmpeg/encoding.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import type { ChildCommand } from '../../processes/child-process.ts'
import { type CaptureBackend, unavailable } from '../capture-backend.ts'
import { listByFfmpeg } from '../list-by-ffmpeg.ts'
import { programSound } from '../program-sound.ts'

// Not yet tried on hardware: written from ffmpeg's documentation, tested on its documented output
// only.

/**
 * Recording devices that carry the sound that the computer plays. Plain WASAPI loopback would need
 * a helper program.
 */
const LOOPBACK = /stereo ?mix|what u hear|virtual-audio-capturer|cable output/i

/**
 * Reads the audio devices from the output of `ffmpeg -list_devices true -f dshow -i dummy`, in the
 * form of version 5 and in the older one.
 */
export function parseDshowAudio(output: string): string[] {
  const names: string[] = []
  let inAudioSection = false
  for (const line of output.split(/\r?\n/)) {
    const heading = /DirectShow (audio|video) devices/.exec(line)
    if (heading) inAudioSection = heading[1] === 'audio'
    const match = /\]\s+"([^"]+)"(?:\s+\((audio|video|none|audio, video)\))?\s*$/.exec(line)
    if (match?.[1] && (match[2] ? match[2].includes('audio') : inAudioSection)) names.push(match[1])
  }
  return names
}

/** The command that captures sound by DirectShow, and the screen by GDI. */
export function windowsCommand(
  medium: Medium,
  device: Device,
  quality: Quality,
  ffmpeg: Ffmpeg,
): ChildCommand {
  if (medium === 'screen') {
    const input = [
      ...NO_PROBING,
      '-f',
      'gdigrab',
      '-framerate',
      String(quality.framesPerSecond),
      '-i',
      device.id,
    ]
    return { program: ffmpeg.path, args: screenArgs(input, quality, ffmpeg) }
  }
  const input = [
    ...NO_PROBING,
    '-f',
    'dshow',
    '-audio_buffer_size',
    '20',
    '-i',
    `audio=${device.id}`,
  ]
  return { program: ffmpeg.path, args: pcmArgs(input, CHANNELS[medium]) }
}

/**
 * Selects the devices of an audio medium from all that DirectShow lists. The speaker's are the
 * loopback devices.
 */
export function windowsAudioDevices(
  medium: Exclude<Medium, 'screen'>,
  names: readonly string[],
): DeviceList {
  const fitting = names.filter((name) => LOOPBACK.test(name) === (medium === 'speaker'))
  const devices: DeviceView[] = fitting.map((name, index) => ({
    id: name,
    label: name,
    default: index === 0,
  }))
  if (devices.length > 0) return { available: true, devices }
  return unavailable(
    medium === 'mic'
      ? 'There is no microphone. Connect one, and allow desktop apps to use it in the privacy settings.'
      : 'The sound of the speaker cannot be captured. Switch on “Stereo Mix”, or install a loopback device such as VB-CABLE.',
  )
}

/** The backend of Windows. */
export function windowsBackend(
  env: NodeJS.ProcessEnv,
  ffmpeg: () => Promise<Ffmpeg>,
): CaptureBackend {
  return {
    async list(medium) {
      if (medium === 'screen')
        return {
          available: true,
          devices: [{ id: 'desktop', label: 'Whole desktop', default: true }],
        }
      const args = ['-list_devices', 'true', '-f', 'dshow', '-i', 'dummy']
      return listByFfmpeg(ffmpeg, args, env, (output) =>
        windowsAudioDevices(medium, parseDshowAudio(output)),
      )
    },
    screen: async (device, quality, anyFfmpeg) =>
      windowsCommand('screen', device, quality, await anyFfmpeg()),
    sound: async (medium, device, quality, anyFfmpeg) =>
      programSound(windowsCommand(medium, device, quality, await anyFfmpeg()), env),
    quit: 'q',
    ffmpegInputs: ['dshow', 'gdigrab'],
  }
}
