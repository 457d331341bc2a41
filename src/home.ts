/**
 * The home folder: it holds all state of one user's recorder, and the files by which its parts find
 * each other.
 */
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, isAbsolute, join, resolve } from 'node:path'
import {
  QUALITY_PRESETS,
  QUALITY_RANGES,
  type Quality,
  type QualityChoice,
} from './contract/quality.ts'

/** The paths of a home folder, all absolute. */
export interface Home {
  folder: string
  /** The home token, 0600: every scope, for the user's own command line. */
  tokenFile: string
  /** The running daemon announces its process and URL in it: {@link DaemonInfo}. */
  daemonFile: string
  configFile: string
  /** LevelDB folder of the event log. */
  logFolder: string
  /** Names the newest durable event, outside of the log, so that a lost tail is noticed. */
  witnessFile: string
  /** Space reserved on the log's disk, released when the disk is full. */
  ballastFile: string
  recordingsFolder: string
  /** Composed files. All of them can be made again. */
  exportsFolder: string
}

/** The home folder or a file in it cannot be used. The message says why and what to do. */
export class HomeError extends Error {
  override name = 'HomeError'
}

/** The settings of config.json. */
export interface Config {
  /** Origins of web pages that may call the API, e.g. `https://crm.example`. */
  allowedOrigins?: string[]
  /** TCP port, 0–65535; 0 picks a free one. */
  port?: number
  /** Absolute path of the ffmpeg program. */
  ffmpegPath?: string
  /** Reserve: bytes to keep free on the disk of the recordings. */
  reserveBytes?: number
  /** Quality of recordings whose start names none (default: standard). */
  quality?: QualityChoice
}

/** A running daemon's announcement. `startedAt` is RFC 3339 UTC with milliseconds. */
export interface DaemonInfo {
  pid: number
  url: string
  startedAt: string
}

/**
 * The content of daemon.json. `stale`: the file was left by a daemon that is gone; `daemon` is null
 * if the file cannot be parsed.
 */
export type DaemonState =
  | { state: 'absent' }
  | { state: 'stale'; daemon: DaemonInfo | null }
  | { state: 'running'; daemon: DaemonInfo }

/**
 * Returns the paths of the home folder: the argument, else `F2F_HOME`, else the platform's folder
 * for application data (Linux: XDG Base Directory Specification). Does not access the disk.
 */
export function resolveHome(
  folder?: string,
  env: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): Home {
  const root = resolve(folder || env.F2F_HOME || platformDefault(env, platform))
  return {
    folder: root,
    tokenFile: join(root, 'token'),
    daemonFile: join(root, 'daemon.json'),
    configFile: join(root, 'config.json'),
    logFolder: join(root, 'log'),
    witnessFile: join(root, 'log.witness'),
    ballastFile: join(root, 'log.ballast'),
    recordingsFolder: join(root, 'recordings'),
    exportsFolder: join(root, 'exports'),
  }
}

function platformDefault(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const user = env.HOME || homedir()
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'f2f-recorder')
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'f2f-recorder')
  // The specification requires that relative paths in XDG_* are ignored.
  const data =
    env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)
      ? env.XDG_DATA_HOME
      : join(user, '.local', 'share')
  return join(data, 'f2f-recorder')
}

/**
 * Creates the home folder and its folders of recordings and exports, for the user only (0700), and
 * narrows wider permissions. Throws {@link HomeError} if that fails or if the folder is clearly in
 * use for something else.
 */
export async function prepareHome(home: Home): Promise<void> {
  await preparePrivateFolder(home.folder, () => refuseForeignFolder(home))
  await preparePrivateFolder(home.recordingsFolder)
  await preparePrivateFolder(home.exportsFolder)
}

async function preparePrivateFolder(
  folder: string,
  beforeNarrowing?: () => Promise<void>,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { mode, uid } = await stat(folder)
    if (process.platform === 'win32') return
    if (uid !== process.getuid?.())
      throw new HomeError(`${folder} belongs to another user. Choose another home folder.`)
    if ((mode & 0o777) === 0o700) return
    await beforeNarrowing?.()
    await chmod(folder, 0o700)
  } catch (cause) {
    if (cause instanceof HomeError) throw cause
    throw new HomeError(`${folder} cannot be used as a folder: ${messageOf(cause)}.`, { cause })
  }
}

/** Guards against `--home /tmp` typed as root, which would lock everyone else out of /tmp. */
async function refuseForeignFolder(home: Home): Promise<void> {
  const ownNames = new Set(Object.values(home).map((path) => basename(path)))
  const entries = await readdir(home.folder)
  if (entries.length > 0 && !entries.some((name) => ownNames.has(name)))
    throw new HomeError(
      `${home.folder} is in use for something else and open to other users. Choose another home folder.`,
    )
}

/**
 * Reads config.json. Returns an empty configuration if there is no such file. Throws {@link
 * HomeError} naming every mistake.
 */
export async function readConfig(home: Home): Promise<Config> {
  let text: string
  try {
    text = await readFile(home.configFile, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return {}
    throw new HomeError(`${home.configFile} cannot be read: ${messageOf(cause)}.`, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new HomeError(`${home.configFile} is not valid JSON: ${messageOf(cause)}.`, { cause })
  }
  const mistakes = configMistakes(value)
  if (mistakes.length > 0)
    throw new HomeError(`${home.configFile} is not valid: ${mistakes.join('; ')}.`)
  return value as Config
}

/** The mistake in each setting's value, as the end of a sentence; null if there is none. */
const CONFIG_CHECKS: { [K in keyof Config]-?: (value: unknown) => string | null } = {
  allowedOrigins: (value) => {
    if (!Array.isArray(value)) return 'must be a list of origins'
    // Browsers send origins (RFC 6454) without a path or trailing slash; never `*` or `null`.
    const invalid = value.find(
      (item) => typeof item !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^/\s?#@*]+$/.test(item),
    )
    return invalid === undefined
      ? null
      : `contains ${JSON.stringify(invalid)}, which is not an origin like "https://crm.example"`
  },
  port: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535
      ? null
      : 'must be a whole number from 0 to 65535',
  reserveBytes: (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0
      ? null
      : 'must be a whole number of bytes, 0 or more',
  ffmpegPath: (value) =>
    typeof value === 'string' && isAbsolute(value) ? null : 'must be an absolute path',
  quality: qualityMistake,
}

function qualityMistake(value: unknown): string | null {
  const presets = Object.keys(QUALITY_PRESETS)
  const isPreset = (name: unknown): boolean => presets.includes(name as string)
  if (isPreset(value)) return null
  const choices = `${presets.slice(0, -1).join(', ')} or ${presets.at(-1)}`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `must be ${choices}, or an object like {"preset": "small", "framesPerSecond": 10}`
  const mistakes = Object.entries(value).flatMap(([key, entry]) => {
    if (key === 'preset') return isPreset(entry) ? [] : [`"preset" must be ${choices}`]
    if (!Object.hasOwn(QUALITY_RANGES, key)) return [`unknown key ${JSON.stringify(key)}`]
    const [min, max] = QUALITY_RANGES[key as keyof Quality]
    const isInRange = Number.isInteger(entry) && entry >= min && entry <= max
    return isInRange ? [] : [`"${key}" must be a whole number from ${min} to ${max}`]
  })
  return mistakes.length === 0 ? null : `is not valid: ${mistakes.join(', ')}`
}

function configMistakes(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return ['it must be a JSON object']
  const known = Object.keys(CONFIG_CHECKS).join(', ')
  return Object.entries(value).flatMap(([key, entry]) => {
    if (!Object.hasOwn(CONFIG_CHECKS, key))
      return [`unknown key ${JSON.stringify(key)} (known: ${known})`]
    const mistake = CONFIG_CHECKS[key as keyof Config](entry)
    return mistake === null ? [] : [`"${key}" ${mistake}`]
  })
}

/**
 * Announces a daemon (mode 0600). Writes a temporary file and renames it, so that nobody ever reads
 * half of it.
 */
export async function writeDaemonFile(home: Home, daemon: DaemonInfo): Promise<void> {
  const temporaryFile = `${home.daemonFile}.${process.pid}.tmp`
  try {
    await rm(temporaryFile, { force: true })
    await writeFile(temporaryFile, `${JSON.stringify(daemon)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(temporaryFile, home.daemonFile)
  } catch (cause) {
    await rm(temporaryFile, { force: true }).catch(() => {})
    throw new HomeError(`${home.daemonFile} cannot be written: ${messageOf(cause)}.`, { cause })
  }
}

/**
 * Reads whether a daemon serves this home, as far as its announcement and the process table show.
 */
export async function readDaemonFile(home: Home): Promise<DaemonState> {
  let text: string
  try {
    text = await readFile(home.daemonFile, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return { state: 'absent' }
    throw new HomeError(`${home.daemonFile} cannot be read: ${messageOf(cause)}.`, { cause })
  }
  const daemon = parseDaemon(text)
  if (daemon === null) return { state: 'stale', daemon }
  return { state: isAlive(daemon.pid) ? 'running' : 'stale', daemon }
}

/**
 * Removes the announcement if it is still the one of `pid`. A daemon must not remove its
 * successor's.
 */
export async function removeDaemonFile(home: Home, pid = process.pid): Promise<void> {
  const found = await readDaemonFile(home)
  if (found.state !== 'absent' && found.daemon?.pid === pid)
    await rm(home.daemonFile, { force: true })
}

function parseDaemon(text: string): DaemonInfo | null {
  try {
    const { pid, url, startedAt } = JSON.parse(text)
    // Only the literal loopback address: the home token is sent there.
    const local = typeof url === 'string' && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url)
    const valid = Number.isSafeInteger(pid) && pid > 0 && typeof startedAt === 'string' && local
    return valid ? { pid, url, startedAt } : null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return codeOf(error) === 'EPERM'
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
