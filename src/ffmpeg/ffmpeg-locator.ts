import { existsSync } from 'node:fs'
import { RecorderError } from '../contract/errors.ts'
import { findProgram } from '../processes/find-program.ts'
import { runTool, type ToolResult } from '../processes/run-tool.ts'

/**
 * Limit of an ffmpeg that is asked about itself: as long as a start may take. A slow one is not
 * missing.
 */
const PROBE_MS = 5_000
const PROBLEM_CACHE_MS = 5_000

/** The first two numbers of a version. */
export interface Version {
  major: number
  minor: number
}

/** An ffmpeg that can be run. */
export interface Ffmpeg {
  path: string
  /** The release. Null when it has no release number, because it was built from a repository. */
  version: Version | null
  /** The libavcodec that it was built with. Null when it does not report one. */
  libavcodec: Version | null
}

/** Finds ffmpeg, and says what is missing when it cannot be used. */
export interface FfmpegLocator {
  /** Finds ffmpeg once. Rejects with CAPTURE_FAILED and the remedy when there is none. */
  ffmpeg(): Promise<Ffmpeg>
  /**
   * Names what is missing and the remedy; null when ffmpeg has all that is needed. Cached: a
   * problem for 5 s, a good answer for ever.
   */
  problem(): Promise<string | null>
}

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'Install it (on Debian and Ubuntu: apt-get install ffmpeg).',
  darwin: 'Install it (brew install ffmpeg).',
}
const install = INSTALL[process.platform] ?? 'Install it from ffmpeg.org.'

/**
 * Creates an encoder that looks for ffmpeg in this order: the configured path, `FFMPEG_BIN`, the
 * package ffmpeg-static if its file is there, `PATH`.
 */
export function createFfmpegLocator(options: {
  ffmpegPath?: string | undefined
  env: NodeJS.ProcessEnv
  /** Inputs that ffmpeg must have. */
  inputs: readonly string[]
  /** Limit of an ffmpeg that is asked about itself (default 5,000 ms). */
  limitMs?: number
}): FfmpegLocator {
  const { env, inputs, limitMs = PROBE_MS } = options
  let looking: Promise<Ffmpeg> | undefined
  let check: { problem: Promise<string | null>; validUntil: number } | undefined

  async function locate(): Promise<string> {
    const configured = options.ffmpegPath ?? env.FFMPEG_BIN
    if (configured) {
      const path = findProgram(configured, env)
      if (path === null)
        throw new RecorderError(
          'CAPTURE_FAILED',
          `The configured ffmpeg (${configured}) is not there or cannot be run.`,
        )
      return path
    }
    const path = (await staticFfmpeg()) ?? findProgram('ffmpeg', env)
    if (path === null)
      throw new RecorderError('CAPTURE_FAILED', `The program ffmpeg is not installed. ${install}`)
    return path
  }

  async function look(): Promise<Ffmpeg> {
    const path = await locate()
    const { outcome, stdout } = await runTool(
      { program: path, args: ['-version'] },
      { env, limitMs },
    )
    if (outcome !== 'done')
      throw new RecorderError('CAPTURE_FAILED', noAnswer(path, outcome, limitMs))
    return { path, version: parseVersion(stdout), libavcodec: parseLibavcodec(stdout) }
  }

  // Starting ffmpeg costs more than what is asked of it: those who ask at once share the answer.
  function ffmpeg(): Promise<Ffmpeg> {
    looking ??= look().catch((error) => {
      looking = undefined
      throw error
    })
    return looking
  }

  return {
    ffmpeg,
    problem() {
      if (check !== undefined && performance.now() < check.validUntil) return check.problem
      const begun = {
        problem: problemOf(ffmpeg, { env, inputs, limitMs }),
        validUntil: Number.POSITIVE_INFINITY,
      }
      begun.problem.then(
        (problem) => {
          if (problem !== null) begun.validUntil = performance.now() + PROBLEM_CACHE_MS
        },
        () => {
          begun.validUntil = 0
        },
      )
      check = begun
      return begun.problem
    },
  }
}

/** Names what the ffmpeg that is found lacks; null when it has all that is needed. */
async function problemOf(
  ffmpeg: () => Promise<Ffmpeg>,
  { env, inputs, limitMs }: { env: NodeJS.ProcessEnv; inputs: readonly string[]; limitMs: number },
): Promise<string | null> {
  let path: string
  try {
    path = (await ffmpeg()).path
  } catch (error) {
    return (error as Error).message
  }
  const ask = (what: string) =>
    runTool({ program: path, args: ['-hide_banner', what] }, { env, limitMs })
  const [encoders, devices] = await Promise.all([ask('-encoders'), ask('-devices')])
  for (const { outcome } of [encoders, devices])
    if (outcome !== 'done') return noAnswer(path, outcome, limitMs)
  const missing = [
    ...['libopus', 'libx264'].filter((name) => !lists(encoders.stdout, name)),
    ...inputs.filter((name) => !lists(devices.stdout, name)),
  ]
  return missing.length === 0
    ? null
    : `This ffmpeg (${path}) lacks ${missing.join(', ')}. ${install}`
}

/** Says why an ffmpeg has not answered, and what to do. */
function noAnswer(path: string, outcome: ToolResult['outcome'], limitMs: number): string {
  return outcome === 'timeout'
    ? `The program ffmpeg (${path}) has not answered within ${limitMs / 1_000} s. The computer may be too busy: try again.`
    : `The program ffmpeg (${path}) does not run. ${install}`
}

/**
 * The path of the optional package's binary; null when the package or the file is missing (its
 * download may have been forbidden).
 */
async function staticFfmpeg(): Promise<string | null> {
  try {
    // A variable instead of a literal, so that compiling does not need the optional package.
    const name: string = 'ffmpeg-static'
    const { default: path } = (await import(name)) as { default: string | null }
    return path !== null && existsSync(path) ? path : null
  } catch {
    return null
  }
}

/** The release number in the output of `ffmpeg -version`. */
export function parseVersion(output: string): Version | null {
  return version(/^ffmpeg version n?(\d+)\.(\d+)/m.exec(output))
}

/**
 * The version of libavcodec in the output of `ffmpeg -version`. It is the first one of its line;
 * the second belongs to the library that was found when the program started.
 */
export function parseLibavcodec(output: string): Version | null {
  return version(/^\s*libavcodec\s+(\d+)\.\s*(\d+)\./m.exec(output))
}

function version(match: RegExpExecArray | null): Version | null {
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : null
}

/** Whether a version is this one or a later one. */
export function isAtLeast({ major, minor }: Version, oldest: Version): boolean {
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor)
}

/** Whether ffmpeg's list (`-encoders`, `-devices`) has an entry of this name. */
function lists(output: string, name: string): boolean {
  return output
    .split('\n')
    .some((line) => /^\s*\S+\s+(\S+)/.exec(line)?.[1]?.split(',').includes(name))
}
