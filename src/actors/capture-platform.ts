import type { Logger } from '../contract/logger.ts'
import type { Device, Medium } from '../contract/media.ts'
import type { Quality } from '../contract/quality.ts'
import { type AudioFormat, audioFormat, opusArgs } from '../ffmpeg/encoding.ts'
import { createFfmpegLocator, type FfmpegLocator } from '../ffmpeg/ffmpeg-locator.ts'
import type { CaptureBackend, CaptureHelper } from '../platform/capture-backend.ts'
import { chooseBackend } from '../platform/choose-backend.ts'
import { DeviceDirectory } from '../platform/device-directory.ts'
import { findReturning } from '../platform/find-returning.ts'
import type { ChildCommand } from '../processes/child-process.ts'
import type { RecorderClock } from '../time/recorder-clock.ts'
import { SteadyClock } from '../time/steady-clock.ts'
import { keepSpareAfter, type SpareProgram } from './keep-spare.ts'
import type { CapturePlatform } from './port.ts'
import { type CaptureChoice, prepareCaptures } from './prepare-captures.ts'
import { probeDevice } from './probe-device.ts'
import { ScreenPipeline } from './screen/screen-pipeline.ts'
import { CAPTURE_LIMITS, type CaptureLimits } from './segment/capture-limits.ts'
import { leftSegments } from './segment/left-segments.ts'
import type { StartPipeline } from './segment/pipeline.ts'
import { SoundPipeline } from './sound/sound-pipeline.ts'
import type { Spares } from './spares.ts'
import { TrackCapture } from './track-capture.ts'

/** How to capture. */
export interface CapturePlatformOptions {
  /** The machine's devices, or a test picture and tones. */
  source: 'devices' | 'synthetic'
  /** The ffmpeg to use; without it one is looked for. */
  ffmpegPath?: string | undefined
  /** Where the desktop's grant to record the screen is kept; without it there is none. */
  screenGrantsFile?: string
  logger: Logger
  /** The recorder's time (default: the wall clock's time at the start, counted on). */
  clock?: RecorderClock
  /** Where display, sound server and `PATH` are looked up (default: the process's own). */
  env?: NodeJS.ProcessEnv
  /** Where programs are kept that are started in advance (default: none are). */
  spares?: Spares
  /** Other time limits than those in use; for tests. */
  limits?: Partial<CaptureLimits>
}

/** A capture platform that can be prepared for its next captures. */
export interface PreparedPlatform extends CapturePlatform {
  /**
   * Starts the programs of the next captures in advance, at this quality if there has been none.
   * Opens no device. Rejects when it is aborted.
   */
  prepare(quality: Quality, signal: AbortSignal): Promise<void>
}

/** Creates the capture platform of this machine: its devices, and the actors that capture them. */
export function createCapturePlatform(options: CapturePlatformOptions): PreparedPlatform {
  const env = options.env ?? process.env
  const limits = { ...CAPTURE_LIMITS, ...options.limits }
  const { logger, clock = new SteadyClock(), spares } = options
  const backend = chooseBackend(
    options.source,
    env,
    () => encoder.ffmpeg(),
    options.screenGrantsFile ?? '',
  )
  const encoder: FfmpegLocator = createFfmpegLocator({
    ffmpegPath: options.ffmpegPath,
    env,
    inputs: backend.ffmpegInputs,
  })
  const directory = new DeviceDirectory(
    (medium) => backend.list(medium),
    async (medium, id) => backend.find?.(medium, id),
    backend.listsAnew,
  )
  const parts = { backend, encoder, env, clock, limits, spares }
  const last = new Map<Medium, CaptureChoice>()

  return {
    devices: ({ fresh = false } = {}) => directory.all(fresh),
    async resolve(medium, id) {
      // Looks for ffmpeg already now, so that opening a capture need not wait for it.
      const [device] = await Promise.all([
        findReturning(
          () => directory.resolve(medium, id),
          (found) => backend.isReturning?.(medium, found) ?? false,
        ),
        encoder.ffmpeg().catch(() => undefined),
      ])
      return device
    },
    capture: (medium, report) =>
      new TrackCapture({
        pipeline: (device, quality) => {
          last.set(medium, { device, quality })
          return preparePipeline(parts, medium, device, quality)
        },
        resolve: (device) => directory.resolve(medium, device.id, true),
        limits,
        clock,
        logger,
        report,
      }),
    prepare: (quality, signal) => prepare(parts, { last, directory, signal }, quality),
    probe: (medium, device, signal) =>
      probeDevice({ backend, ffmpeg: encoder.ffmpeg, env }, medium, device, signal),
    servers: async () => backend.servers?.(),
    encoderProblem: encoder.problem,
    async encoderVersion() {
      const ffmpeg = await encoder.ffmpeg().catch(() => null)
      if (ffmpeg?.version) return `${ffmpeg.version.major}.${ffmpeg.version.minor}`
      const library = ffmpeg?.libavcodec
      return library ? `libavcodec ${library.major}.${library.minor}` : null
    },
    ...leftSegments(),
  }
}

/** The parts that every pipeline works with. */
interface PipelineParts {
  backend: CaptureBackend
  encoder: FfmpegLocator
  env: NodeJS.ProcessEnv
  clock: RecorderClock
  limits: CaptureLimits
  spares: Spares | undefined
}

async function prepare(
  parts: PipelineParts,
  how: {
    last: ReadonlyMap<Medium, CaptureChoice>
    directory: DeviceDirectory
    signal: AbortSignal
  },
  quality: Quality,
): Promise<void> {
  const { spares, env } = parts
  if (spares === undefined) return
  const resolve = (medium: Medium) => how.directory.resolve(medium, undefined)
  const program = (medium: Medium, choice: CaptureChoice) => spareProgram(parts, medium, choice)
  const { last, signal } = how
  await prepareCaptures({ spares, env, last, resolve, program, signal }, quality)
}

/** The program of a capture that is not known yet; undefined when it cannot wait. */
function spareProgram(
  { backend, encoder }: PipelineParts,
  medium: Medium,
  { device, quality }: CaptureChoice,
): SpareProgram | undefined {
  if (medium !== 'screen')
    return { medium, encoder: soundEncoder(encoder, audioFormat(medium, quality)) }
  if (!backend.holdsScreen) return undefined
  return { medium, helper: backend.screen(device, quality, encoder.ffmpeg) }
}

async function soundEncoder(encoder: FfmpegLocator, format: AudioFormat): Promise<ChildCommand> {
  return { program: (await encoder.ffmpeg()).path, args: opusArgs(format) }
}

/** Prepares the pipeline of a device: looks up how it is captured, but starts nothing. */
function preparePipeline(
  { backend, encoder, env, clock, limits, spares }: PipelineParts,
  medium: Medium,
  device: Device,
  quality: Quality,
): StartPipeline {
  if (medium === 'screen') {
    let helper: Promise<CaptureHelper>
    const command = () => {
      helper = backend.screen(device, quality, encoder.ffmpeg)
      return helper
    }
    const { screenQuit: quitMs, spareOutput: spareMs } = limits
    const parts = { command, env, clock, quit: backend.quit, quitMs, spares, spareMs }
    const program = {
      medium,
      // The last one that was found: the screen may have been resized.
      get helper() {
        return helper
      },
    } as const
    return (events) => keepSpareAfter(() => new ScreenPipeline(parts, events), program, spares, env)
  }
  const format = audioFormat(medium, quality)
  const opusEncoder = soundEncoder(encoder, format)
  // Its pipeline reports why there is none, as soon as there is a pipeline.
  opusEncoder.catch(() => {})
  const parts = {
    source: backend.sound(medium, device, quality, encoder.ffmpeg),
    encoder: opusEncoder,
    spares,
    isSilenceFault: medium === 'mic',
    format,
    env,
    clock,
    spareMs: limits.spareOutput,
    endMs: [limits.encoderFinish, limits.encoderTerminate] as const,
  }
  return (events) =>
    keepSpareAfter(
      () => new SoundPipeline(parts, events),
      { medium, encoder: opusEncoder },
      spares,
      env,
    )
}
