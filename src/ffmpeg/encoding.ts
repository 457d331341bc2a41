import type { Quality } from '../contract/quality.ts'
import { type Ffmpeg, isAtLeast, type Version } from './ffmpeg-locator.ts'
import { THUMBNAIL } from './thumbnail.ts'

/** Samples a second of each channel, everywhere; Opus works at this rate. */
export const SAMPLE_RATE = 48_000

/** How a medium's sound is encoded. */
export interface AudioFormat {
  channels: 1 | 2
  /** The kind of sound that libopus optimises for. */
  application: 'voip' | 'audio'
  bitsPerSecond: number
}

/** Channels of each sound medium: one for a voice, two for the sound that the computer plays. */
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

/** Options of inputs that start at once: probing a known format only costs time. */
export const NO_PROBING = ['-probesize', '32', '-analyzeduration', '0']

/** The longest stretch that a player has to decode when it jumps. */
const KEY_FRAME_SECONDS = 10

/**
 * The filters before the encoder. 4:2:0 needs even sizes; scaling costs nothing, because colours
 * are converted in the same pass, while padding costs an eighth. The colour of each block of four
 * pixels is their mean; by default it would be weighed from more lines, which takes a tenth longer.
 */
const ENCODER_FILTERS = 'scale=trunc(iw/2)*2:trunc(ih/2)*2:flags=area,format=yuv420p'

/** The largest width of a live picture, in pixels. */
const LIVE_PICTURE_WIDTH = 480
/** A filter that passes the first frame, and then one a second. */
const ONCE_A_SECOND = 'select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,0.99)'

const QUIET = ['-hide_banner', '-nostats', '-loglevel', 'info']

/**
 * Newer versions of ffmpeg read raw sound in steps of a tenth of a second at the rate that they are
 * told, rounded down to a power of two of samples: 85 ms. At half the rate a step is 43 ms, and its
 * samples are given their true rate afterwards. So a resume is answered sooner. A quarter of the
 * rate would take a third more of the processor.
 */
const TOLD_RATE = SAMPLE_RATE / 2

/**
 * Arguments to read raw sound on stdin and write Ogg Opus on stdout, in pages of one packet each.
 * ffmpeg writes a page when the next one is complete, so longer ones would come much later.
 */
export function opusArgs(format: AudioFormat): string[] {
  const input = [
    '-f',
    's16le',
    '-ar',
    String(TOLD_RATE),
    '-ac',
    String(format.channels),
    ...NO_PROBING,
  ]
  return [
    ...QUIET,
    ...[...input, '-i', 'pipe:0', '-af', `asetrate=${SAMPLE_RATE}`],
    ...[
      '-c:a',
      'libopus',
      '-application',
      format.application,
      '-b:a',
      String(format.bitsPerSecond),
    ],
    ...['-f', 'ogg', '-page_duration', '20000', '-flush_packets', '1', 'pipe:1'],
  ]
}

/**
 * Arguments to write an input of ffmpeg as raw sound on stdout; used where there is no better
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
 * Arguments to write a screen as fragmented MP4 on stdout, one fragment a frame. The encoder's time
 * base is fine enough to keep each frame's own time; by default ffmpeg would move it to the nearest
 * multiple of the frame duration. `filters` come before all others. The stream names the frame rate
 * of the quality, also where the input counts in finer steps.
 */
export function screenArgs(
  input: readonly string[],
  quality: Quality,
  ffmpeg: Ffmpeg,
  filters: readonly string[] = [],
): string[] {
  return [
    ...[...QUIET, ...quickEnd(ffmpeg), ...input],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    // The same quantiser for every frame: by default x264 spends on a still screen what a moving
    // one would cost.
    ...['-crf', String(quality.screenCrf), '-qcomp', '1'],
    ...['-x264-params', `fps=${quality.framesPerSecond}/1`],
    // Key frames cost almost all of a still screen.
    ...['-g', String(KEY_FRAME_SECONDS * quality.framesPerSecond)],
    ...['-vf', [...filters, ENCODER_FILTERS].join(',')],
    ...[...variableFrameRate(ffmpeg), '-enc_time_base', '1:90000'],
    ...['-movflags', '+frag_every_frame+empty_moov+default_base_moof+skip_trailer'],
    ...['-flush_packets', '1', '-f', 'mp4', 'pipe:1'],
  ]
}

/** How many further outputs a screen's ffmpeg has, on descriptors from 3 on. */
export const PICTURE_OUTPUTS = 2

/**
 * Arguments like {@link screenArgs}, with two further outputs once a second: a thumbnail of grey
 * bytes on descriptor 3, by which a black screen is noticed, and a JPEG on descriptor 4, for people
 * who watch the recording. A second capture could show something else than what is recorded. The
 * thumbnail is made from the JPEG's picture: to shrink the whole screen once more costs as much as
 * to encode it. The screen itself is no output of this graph: ffmpeg 7 would keep its frames back
 * for the slowest one.
 */
export function watchedScreenArgs(
  input: readonly string[],
  quality: Quality,
  ffmpeg: Ffmpeg,
  filters: readonly string[] = [],
): string[] {
  const live = `scale=min(${LIVE_PICTURE_WIDTH}\\,iw):-2:flags=fast_bilinear,format=yuvj420p`
  const thumbnail = `scale=${THUMBNAIL.width}:${THUMBNAIL.height}:flags=area,format=gray`
  // More than one thread would delay each picture until the next one.
  const common = [...variableFrameRate(ffmpeg), '-threads', '1', '-flush_packets', '1']
  return [
    ...screenArgs(input, quality, ffmpeg, filters),
    '-filter_complex',
    `[0:v]${ONCE_A_SECOND},${live},split[live][large];[large]${thumbnail}[thumbnail]`,
    ...['-map', '[thumbnail]', ...common, '-c:v', 'rawvideo', '-f', 'rawvideo', 'pipe:3'],
    ...['-map', '[live]', ...common, '-c:v', 'mjpeg', '-q:v', '6', '-f', 'image2pipe', 'pipe:4'],
  ]
}

/** Where ffmpeg has changed. Builds without a release have a libavcodec, too. */
interface Change {
  libavcodec: Version
  release: Version
}

/** The first versions that know `-fps_mode`. */
const FPS_MODE: Change = {
  libavcodec: { major: 59, minor: 37 },
  release: { major: 5, minor: 1 },
}
/** The first versions whose main thread waits while others work. */
const THREADS: Change = { libavcodec: { major: 61, minor: 0 }, release: { major: 7, minor: 0 } }

function has(change: Change, { libavcodec, version }: Ffmpeg): boolean {
  return libavcodec
    ? isAtLeast(libavcodec, change.libavcodec)
    : version === null || isAtLeast(version, change.release)
}

/** Keeps frames as they come, without doubling or inventing any. */
const variableFrameRate = (ffmpeg: Ffmpeg): string[] => [
  has(FPS_MODE, ffmpeg) ? '-fps_mode' : '-vsync',
  'vfr',
]

/**
 * Lets ffmpeg notice within 20 ms that it shall end. Its main thread looks only as often as it
 * would report its progress, which is twice a second.
 */
const quickEnd = (ffmpeg: Ffmpeg): string[] =>
  has(THREADS, ffmpeg) ? ['-stats_period', '0.02'] : []
