import type { Quality } from '../../../contract/quality.ts'
import { NO_PROBING, watchedScreenArgs } from '../../../ffmpeg/encoding.ts'
import type { Ffmpeg } from '../../../ffmpeg/ffmpeg-locator.ts'
import type { ChildCommand } from '../../../processes/child-process.ts'
import { findProgram } from '../../../processes/find-program.ts'

/** The program that reads frames from PipeWire. */
const FRAME_READER = 'gst-launch-1.0'
/** How to get it, and the elements that it needs. */
export const INSTALL_FRAME_READER =
  'Install it (Debian: gstreamer1.0-tools gstreamer1.0-pipewire gstreamer1.0-plugins-base).'
/** The elements that it needs besides those of GStreamer itself. */
export const FRAME_ELEMENTS = ['pipewiresrc', 'videoconvert', 'videoscale'] as const
/**
 * A compositor sends a frame when something has changed. While nothing does, the last one is
 * repeated after this time, so that a still screen is no stall.
 */
const KEEP_ALIVE_MS = 250
/** Frames are timed in milliseconds: the demuxer times them in units of its frame rate. */
const TICKS_PER_SECOND = 1_000
/** A frame may come this much earlier than the frame rate says. */
const EARLY = 0.25

/**
 * A filter that repeats the first frame after a millisecond. A frame is written when the next one
 * comes, which on a still screen would prolong a start by the time of the keep-alive.
 */
const FIRST_FRAME_TWICE = 'tpad=start=1:start_mode=clone'

/** Why frames cannot be read, and the remedy, in whole sentences; undefined when they can. */
export function frameReaderProblem(env: NodeJS.ProcessEnv): string | undefined {
  if (findProgram(FRAME_READER, env) !== null) return undefined
  return `The program ${FRAME_READER} is not installed. ${INSTALL_FRAME_READER}`
}

/** The size of the frames, in pixels. */
export interface FrameSize {
  width: number
  height: number
}

/**
 * The command that writes a node's frames to stdout, as raw BGRx of one size. Should the monitor be
 * resized, frames are scaled until the watch notices: frames of another size would be garbled.
 */
export function readFramesCommand(
  node: number,
  { width, height }: FrameSize,
  { framesPerSecond }: Quality,
): ChildCommand {
  const source = ['pipewiresrc', `path=${node}`, 'do-timestamp=true']
  const format = `video/x-raw,format=BGRx,width=${width},height=${height},pixel-aspect-ratio=1/1`
  const elements = [
    [...source, `keepalive-time=${KEEP_ALIVE_MS}`],
    [`video/x-raw,max-framerate=${framesPerSecond}/1`],
    ['videoconvert'],
    ['videoscale'],
    [format],
    ['fdsink', 'fd=1'],
  ]
  const pipeline = elements.flatMap((element, index) => (index === 0 ? element : ['!', ...element]))
  return { program: FRAME_READER, args: ['-q', ...pipeline] }
}

/** The command that encodes such frames, which it reads from stdin. */
export function encodeFramesCommand(
  { width, height }: FrameSize,
  quality: Quality,
  ffmpeg: Ffmpeg,
): ChildCommand {
  const input = [
    // Each frame counts from when it arrives: it comes as soon as the compositor has drawn it.
    ...['-use_wallclock_as_timestamps', '1', '-f', 'rawvideo', '-pixel_format', 'bgr0'],
    ...['-video_size', `${width}x${height}`, '-framerate', String(TICKS_PER_SECOND)],
    ...[...NO_PROBING, '-i', 'pipe:0'],
  ]
  const args = watchedScreenArgs(input, quality, ffmpeg, [
    atMost(quality.framesPerSecond),
    FIRST_FRAME_TWICE,
  ])
  return { program: ffmpeg.path, args }
}

/**
 * A filter for compositors that ignore the frame rate that they are asked for. A frame may follow
 * the one before at once when those before came slower: a change that comes right after a repeated
 * frame would otherwise be seen only when it is repeated itself.
 */
export function atMost(framesPerSecond: number): string {
  const least = (1 - EARLY) / framesPerSecond
  const ahead = 1 / framesPerSecond
  // Variable 0: when a frame is due that would keep the rate (generic cell rate algorithm).
  const due = `st(0\\,max(ld(0)\\,t)+${least.toFixed(4)})`
  return `select=if(gte(t\\,ld(0)-${ahead.toFixed(4)})\\,gt(${due}\\,0)\\,0)`
}
