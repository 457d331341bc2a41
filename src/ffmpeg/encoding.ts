import type { Quality } from '../contract/quality.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import { THUMBNAIL } from './thumbnail.ts'

/** Samples a second, of each channel, everywhere: what Opus works with. */
export const SAMPLE_RATE = 48_000

/** How a medium's sound is to be encoded. */
export interface AudioFormat {
  channels: 1 | 2
  /** The kind of sound that libopus optimises for. */
  application: 'voip' | 'audio'
  bitsPerSecond: number
}

/** A voice near the microphone; whatever the computer plays. */
export const CHANNELS = { mic: 1, speaker: 2 } as const

/** How a medium's sound is encoded at a quality. */
export function audioFormat(medium: 'mic' | 'speaker', quality: Quality): AudioFormat {
  return medium === 'mic'
    ? { channels: CHANNELS.mic, application: 'voip', bitsPerSecond: quality.micBitsPerSecond }
    : {
        channels: CHANNELS.speaker,
        application: 'audio',
        bitsPerSecond: quality.speakerBitsPerSecond,
      }
}

/** Inputs that start at once: probing an input whose format is known only costs time. */
export const NO_PROBING = ['-probesize', '32', '-analyzeduration', '0']

/** A player that jumps has to decode as much as this, at the most. */
const KEY_FRAME_SECONDS = 10

const QUIET = ['-hide_banner', '-nostats', '-loglevel', 'info']

/** Raw sound on stdin, Ogg Opus on stdout in pages of 100 ms, each handed out at once. */
export function opusArgs(format: AudioFormat): string[] {
  const input = [
    '-f',
    's16le',
    '-ar',
    String(SAMPLE_RATE),
    '-ac',
    String(format.channels),
    ...NO_PROBING,
  ]
  return [
    ...QUIET,
    ...[...input, '-i', 'pipe:0'],
    ...[
      '-c:a',
      'libopus',
      '-application',
      format.application,
      '-b:a',
      String(format.bitsPerSecond),
    ],
    ...['-f', 'ogg', '-page_duration', '100000', '-flush_packets', '1', 'pipe:1'],
  ]
}

/**
 * Raw sound on stdout: what an input of ffmpeg's own is turned into where there is no better
 * capture helper.
 */
export function pcmArgs(input: readonly string[], channels: 1 | 2): string[] {
  return [
    ...['-nostdin', ...QUIET, ...input],
    ...[
      '-f',
      's16le',
      '-ar',
      String(SAMPLE_RATE),
      '-ac',
      String(channels),
      '-flush_packets',
      '1',
      'pipe:1',
    ],
  ]
}

/**
 * A screen as fragmented MP4 on stdout, one fragment a frame. The encoder's time base is fine
 * enough to keep each frame's own time; by default ffmpeg would move it to the nearest multiple of
 * the frame duration.
 */
export function screenArgs(input: readonly string[], quality: Quality, ffmpeg: Ffmpeg): string[] {
  return [
    ...[...QUIET, ...input],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    // The same quantiser for every frame: by default x264 spends on a still screen what a moving
    // one would cost.
    ...['-crf', String(quality.screenCrf), '-qcomp', '1'],
    // Of a still screen the key frames are almost all that costs anything.
    ...['-g', String(KEY_FRAME_SECONDS * quality.framesPerSecond)],
    // 4:2:0 needs even sizes. Scaling costs nothing, for colours are converted in the same pass;
    // padding costs an eighth.
    ...[
      '-vf',
      'scale=trunc(iw/2)*2:trunc(ih/2)*2',
      ...variableFrameRate(ffmpeg),
      '-enc_time_base',
      '1:90000',
    ],
    ...['-movflags', '+frag_every_frame+empty_moov+default_base_moof+skip_trailer'],
    ...['-flush_packets', '1', '-f', 'mp4', 'pipe:1'],
  ]
}

/**
 * A second output of the same ffmpeg: a small grey picture a second on descriptor 3, by which a
 * black screen is noticed.
 */
export function thumbnailArgs(ffmpeg: Ffmpeg): string[] {
  const onceASecond = 'select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,0.99)'
  return [
    ...[
      '-vf',
      `${onceASecond},scale=${THUMBNAIL.width}:${THUMBNAIL.height}:flags=area`,
      ...variableFrameRate(ffmpeg),
    ],
    // More than one thread would hold each picture back until the next one.
    ...['-c:v', 'rawvideo', '-threads', '1', '-pix_fmt', 'gray'],
    ...['-flush_packets', '1', '-f', 'rawvideo', 'pipe:3'],
  ]
}

/** Frames as and when they come, none doubled and none invented. */
function variableFrameRate({ version }: Ffmpeg): string[] {
  const isOld = version && (version.major < 5 || (version.major === 5 && version.minor < 1))
  return [isOld ? '-vsync' : '-fps_mode', 'vfr']
}
