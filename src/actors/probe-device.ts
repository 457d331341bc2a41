import type { Device, Medium } from '../contract/media.ts'
import { resolveQuality } from '../contract/quality.ts'
import type { Level } from '../contract/views.ts'
import { CHANNELS } from '../ffmpeg/encoding.ts'
import type { FfmpegLocator } from '../ffmpeg/ffmpeg-locator.ts'
import { THUMBNAIL } from '../ffmpeg/thumbnail.ts'
import type { CaptureBackend, CaptureHelper } from '../platform/capture-backend.ts'
import { lastMessage } from '../platform/capture-problem.ts'
import { type ChildCommand, startChild } from '../processes/child-process.ts'
import { terminate } from '../processes/terminate.ts'
import { StallWatch } from '../time/stall-watch.ts'
import { within } from '../time/within.ts'
import type { ProbeResult } from './port.ts'
import { isBlack } from './screen/black-watch.ts'
import { Feeder } from './screen/feeder.ts'
import { FrameAligner, LevelMeter, SILENCE_DB } from './sound/pcm.ts'

/** Levels to measure, each over a tenth of a second. */
const LEVELS = 4
/** Limit for a device to deliver them. */
const LIMIT_MS = 1_300
const LIMIT_SECONDS = LIMIT_MS / 1_000
/** How long the end of a probe waits for a display that is still being opened. */
const RELEASE_MS = 300
const NOTHING_CAME = `Nothing came within ${LIMIT_SECONDS} s.`

/** The parts that a probe works with. */
export interface ProbeParts {
  backend: Pick<CaptureBackend, 'screen' | 'sound' | 'isMuted'>
  ffmpeg: FfmpegLocator['ffmpeg']
  env: NodeJS.ProcessEnv
}

/**
 * Checks whether a device delivers; see `CapturePlatform.probe`. Measures the media as they come
 * and keeps none.
 */
export async function probeDevice(
  parts: ProbeParts,
  medium: Medium,
  device: Device,
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    return medium === 'screen'
      ? await probeScreen(parts, device, signal)
      : await probeSound(parts, medium, device, signal)
  } catch (error) {
    return failed((error as Error).message)
  }
}

function failed(problem: string): ProbeResult {
  return { problem, level: null, empty: false, muted: null }
}

/** Resolves when `signal` is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function probeSound(
  { backend, ffmpeg }: ProbeParts,
  medium: 'mic' | 'speaker',
  device: Device,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const [start, isMuted] = [
    await backend.sound(medium, device, resolveQuality(), ffmpeg),
    backend.isMuted?.(medium, device) ?? Promise.resolve(null),
  ]
  if (signal.aborted) return failed('The check was interrupted.')
  const levels: Level[] = []
  let finish = (): void => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const aligner = new FrameAligner(CHANNELS[medium])
  const meter = new LevelMeter(CHANNELS[medium], (level) => {
    if (levels.push(level) >= LEVELS) finish()
  })
  const source = start({
    sound: (pcm) => meter.push(aligner.push(pcm)),
    condition: () => {},
    start: startChild,
  })
  const ended = source.ended.then(({ detail }) => detail)
  let problem: string | undefined
  void ended.then((detail) => {
    problem = detail
  })
  const measured = within(Promise.race([done, ended, aborted(signal)]), LIMIT_MS)
  const [muted] = await Promise.all([isMuted, measured])
  const isOver = problem !== undefined
  source.stop()
  await ended
  if (levels.length === 0) return { ...failed(isOver ? problem! : NOTHING_CAME), muted }
  const level = combineLevels(levels)
  return { problem: null, level, empty: level.peakDb <= SILENCE_DB, muted }
}

/** Combines levels: the RMS of all, and the highest peak. */
function combineLevels(levels: readonly Level[]): Level {
  const powers = levels.map(({ rmsDb }) => (rmsDb <= SILENCE_DB ? 0 : 10 ** (rmsDb / 10)))
  const power = powers.reduce((sum, one) => sum + one, 0) / levels.length
  return {
    rmsDb: power === 0 ? SILENCE_DB : Math.round(100 * Math.log10(power)) / 10,
    peakDb: Math.max(...levels.map(({ peakDb }) => peakDb)),
  }
}

async function probeScreen(
  { backend, ffmpeg, env }: ProbeParts,
  device: Device,
  signal: AbortSignal,
): Promise<ProbeResult> {
  // One limit for the display and its picture.
  const late = new AbortController()
  const limit = new StallWatch(LIMIT_MS, () => late.abort())
  const over = aborted(AbortSignal.any([signal, late.signal]))
  const opening = backend.screen(device, resolveQuality(), ffmpeg)
  try {
    const found = await Promise.race([opening, over])
    if (found !== undefined && !signal.aborted) return await probePicture(found, env, over)
    void opening.then(({ release }) => release?.()).catch(() => {})
    const silent = `The screen did not answer within ${LIMIT_SECONDS} s.`
    return failed(signal.aborted ? 'The check was interrupted.' : silent)
  } finally {
    limit.stop()
  }
}

/** Captures one small picture, unless `over` resolves before. */
async function probePicture(
  found: CaptureHelper,
  env: NodeJS.ProcessEnv,
  over: Promise<void>,
): Promise<ProbeResult> {
  const cells = THUMBNAIL.width * THUMBNAIL.height
  let picture: Buffer = Buffer.alloc(0)
  let finish = (): void => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const source = startChild(stillCommand(found), {
    env,
    stdin: found.feeder ? 'pipe' : 'ignore',
    onStdout: (chunk) => {
      picture = Buffer.concat([picture, chunk])
      if (picture.length >= cells) finish()
    },
  })
  let problem: string | undefined
  const onProblem = (error: unknown) => {
    problem = (error as Error).message
    finish()
  }
  const parts = { encoder: source, env, start: startChild, onProblem }
  const feeder = found.feeder && new Feeder(found.feeder(), parts)
  await Promise.race([done, source.exited, over])
  await Promise.all([terminate(source), feeder?.stop()])
  if (found.release) await within(found.release(), RELEASE_MS)
  if (problem !== undefined) return failed(problem)
  if (picture.length < cells) return failed(`${NOTHING_CAME}${lastMessage(source.stderr())}`)
  return { problem: null, level: null, empty: isBlack(picture.subarray(0, cells)), muted: null }
}

/** The command that captures one small grey picture from the same input. */
export function stillCommand({ program, args }: ChildCommand): ChildCommand {
  const input = args.slice(0, args.indexOf('-i') + 2)
  const picture = [
    '-frames:v',
    '1',
    '-vf',
    `scale=${THUMBNAIL.width}:${THUMBNAIL.height}:flags=area`,
  ]
  return {
    program,
    args: [
      ...input,
      ...picture,
      '-c:v',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-f',
      'rawvideo',
      'pipe:1',
    ],
  }
}
