import type { Device, Medium } from '../contract/media.ts'
import { resolveQuality } from '../contract/quality.ts'
import type { Level } from '../contract/views.ts'
import { CHANNELS } from '../ffmpeg/encoding.ts'
import type { FfmpegLocator } from '../ffmpeg/ffmpeg-locator.ts'
import { THUMBNAIL } from '../ffmpeg/thumbnail.ts'
import type { CaptureBackend } from '../platform/capture-backend.ts'
import { lastMessage } from '../platform/capture-problem.ts'
import { type ChildCommand, startChild } from '../processes/child-process.ts'
import { terminate } from '../processes/terminate.ts'
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

/** Waits for `done`, `limitMs` or the abort of `signal`, whichever comes first. */
async function waitUntil(
  done: Promise<unknown>,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await within(Promise.race([done, aborted]), limitMs)
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
  const [muted] = await Promise.all([isMuted, waitUntil(Promise.race([done, ended]), signal)])
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
  const until = performance.now() + LIMIT_MS
  const opening = backend.screen(device, resolveQuality(), ffmpeg)
  const found = await within(opening, LIMIT_MS)
  if (found === undefined) {
    void opening.then(({ release }) => release?.()).catch(() => {})
    return failed(`The screen did not answer within ${LIMIT_SECONDS} s.`)
  }
  const command = stillCommand(found)
  if (signal.aborted) {
    await found.release?.()
    return failed('The check was interrupted.')
  }
  const cells = THUMBNAIL.width * THUMBNAIL.height
  let picture: Buffer = Buffer.alloc(0)
  let finish = (): void => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const source = startChild(command, {
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
  await waitUntil(Promise.race([done, source.exited]), signal, until - performance.now())
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
