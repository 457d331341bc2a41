import type { Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import { CHANNELS, pcmArgs, SAMPLE_RATE, watchedScreenArgs } from '../../ffmpeg/encoding.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import type { ChildCommand } from '../../processes/child-process.ts'
import type { CaptureBackend } from '../capture-backend.ts'
import { programSound } from '../program-sound.ts'

/**
 * Samples of a tone that come at once: 5 ms. ffmpeg hands them out when they begin, not when they
 * are over as a device does, so with many of them a segment would seem to begin before its start.
 */
const SAMPLES_AT_ONCE = 240
/** Pitch of the tone on each audio medium, in Hz. */
const SYNTHETIC_TONES = { mic: 440, speaker: 880 } as const

const LABELS: Record<Medium, string> = {
  mic: `Synthetic microphone (${SYNTHETIC_TONES.mic} Hz)`,
  speaker: `Synthetic speaker (${SYNTHETIC_TONES.speaker} Hz)`,
  screen: 'Synthetic screen (test picture 1280×720)',
}

/** The command that runs ffmpeg's own generators at the speed of real devices. */
function syntheticCommand(medium: Medium, quality: Quality, ffmpeg: Ffmpeg): ChildCommand {
  const generator =
    medium === 'screen'
      ? `testsrc2=size=1280x720:rate=${quality.framesPerSecond},realtime`
      : `sine=frequency=${SYNTHETIC_TONES[medium]}:sample_rate=${SAMPLE_RATE}:samples_per_frame=${SAMPLES_AT_ONCE},tremolo=f=0.5:d=0.4,arealtime`
  // Not `-re`: with ffmpeg 7 the first half second would come at once.
  const input = ['-f', 'lavfi', '-i', generator]
  const args =
    medium === 'screen'
      ? watchedScreenArgs(input, quality, ffmpeg)
      : pcmArgs(input, CHANNELS[medium])
  return { program: ffmpeg.path, args }
}

/** The backend of a test picture and tones in place of devices; used only when chosen by name. */
export function syntheticBackend(env: NodeJS.ProcessEnv): CaptureBackend {
  return {
    list: async (medium) => ({
      available: true,
      devices: [{ id: `synthetic-${medium}`, label: LABELS[medium], default: true }],
    }),
    screen: async (_device, quality, ffmpeg) => syntheticCommand('screen', quality, await ffmpeg()),
    sound: async (medium, _device, quality, ffmpeg) =>
      programSound(syntheticCommand(medium, quality, await ffmpeg()), env),
    quit: process.platform === 'win32' ? 'q' : 'SIGINT',
    ffmpegInputs: ['lavfi'],
  }
}
