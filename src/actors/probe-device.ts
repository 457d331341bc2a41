import type { Device, Medium } from '../contract/media.ts'
import { resolveQuality } from '../contract/quality.ts'
import type { Level } from '../contract/views.ts'
import { CHANNELS } from '../ffmpeg/encoding.ts'
import type { FfmpegLocator } from '../ffmpeg/ffmpeg-locator.ts'
import { THUMBNAIL } from '../ffmpeg/thumbnail.ts'
import type { CaptureBackend } from '../platform/capture-backend.ts'
import { lastMessage } from '../platform/capture-problem.ts'
import { type Child, type ChildCommand, startChild } from '../processes/child-process.ts'
import { terminate } from '../processes/terminate.ts'
import { within } from '../time/within.ts'
import type { ProbeResult } from './port.ts'
import { isBlack } from './screen/black-watch.ts'
import { feedSilence } from './sound/feed-silence.ts'
import { FrameAligner, LevelMeter, SILENCE_DB } from './sound/pcm.ts'

/** Levels to measure, each over a tenth of a second. */
const LEVELS = 4
/** Limit for a device to deliver them. */
const LIMIT_MS = 1_300
const LIMIT_SECONDS = LIMIT_MS / 1_000

/** The parts that a probe works with. */
export interface ProbeParts {
  backend: Pick<CaptureBackend, 'command' | 'keepAwake' | 'isMuted'>
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

/**
 * Waits for `done`, `limitMs`, the end of the first process or the abort of `signal`, whichever
 * comes first. Then ends all processes, and resolves when none is left.
 */
async function runUntil(
  children: Child[],
  done: Promise<unknown>,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await within(Promise.race([done, aborted, children[0]!.exited]), limitMs)
  await Promise.all(children.map((child) => terminate(child)))
}

async function probeSound(
  { backend, ffmpeg, env }: ProbeParts,
  medium: 'mic' | 'speaker',
  device: Device,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const [command, isMuted] = [
    await backend.command(medium, device, resolveQuality(), ffmpeg),
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
  const source = startChild(command, { env, onStdout: (chunk) => meter.push(aligner.push(chunk)) })
  const children = [source]
  const keepAwake = backend.keepAwake(medium, device)
  if (keepAwake) {
    const player = startChild(keepAwake, { env, stdin: 'pipe' })
    if (player.stdin) feedSilence(player.stdin)
    children.push(player)
  }
  const [muted] = await Promise.all([isMuted, runUntil(children, done, signal)])
  if (levels.length === 0) return { ...failed(nothingCame(source)), muted }
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
  const found = await within(backend.command('screen', device, resolveQuality(), ffmpeg), LIMIT_MS)
  if (found === undefined) return failed(`The screen did not answer within ${LIMIT_SECONDS} s.`)
  const command = stillCommand(found)
  if (signal.aborted) return failed('The check was interrupted.')
  const cells = THUMBNAIL.width * THUMBNAIL.height
  let picture: Buffer = Buffer.alloc(0)
  let finish = (): void => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const source = startChild(command, {
    env,
    onStdout: (chunk) => {
      picture = Buffer.concat([picture, chunk])
      if (picture.length >= cells) finish()
    },
  })
  await runUntil([source], done, signal, until - performance.now())
  if (picture.length < cells) return failed(nothingCame(source))
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

function nothingCame(source: Child): string {
  return `Nothing came within ${LIMIT_SECONDS} s.${lastMessage(source.stderr())}`
}
