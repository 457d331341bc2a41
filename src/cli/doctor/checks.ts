/** Checks that need no running recorder. They open no device. */

import { constants, existsSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isWaylandSession, sessionReason } from '../../contract/desktop-session.ts'
import { DEFAULT_RESERVE_BYTES } from '../../disk/default-reserve.ts'
import { freeBytes } from '../../disk/free-space.ts'
import { writeProblem } from '../../disk/write-problem.ts'
import { type Config, ConfigError, readConfig } from '../../home/config.ts'
import type { Home } from '../../home/home.ts'
import { findOnPath, isProgram } from '../find-on-path.ts'
import { size } from '../text/quantities.ts'

/** Result of one check. `note`: worth knowing, but no failure. `remedy`: what to do. */
export interface Check {
  /** The checked thing. A running recorder also checks media, e.g. `mic` and `mic level`. */
  name: string
  result: 'ok' | 'note' | 'failed'
  detail: string
  remedy?: string
}

/** About four hours of all three media beyond the reserve. */
const AMPLE_BYTES = 1_400_000_000

/** Checks that Node.js is new enough. */
export function checkNode(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19))
    return { name: 'Node.js', result: 'ok', detail: `Version ${version} is installed.` }
  return {
    name: 'Node.js',
    result: 'failed',
    detail: `Version ${version} is too old.`,
    remedy: 'Install Node.js 20.19 or later.',
  }
}

async function checkAbsentHome(name: string, folder: string): Promise<Check> {
  const parent = await nearestExisting(dirname(folder))
  const isFolder = (await stat(parent)).isDirectory()
  const isUsable = await access(parent, constants.W_OK | constants.X_OK).then(
    () => isFolder,
    () => false,
  )
  if (isUsable)
    return {
      name,
      result: 'note',
      detail: `${folder} does not exist yet. The first \`f2f serve\` creates it.`,
    }
  return {
    name,
    result: 'failed',
    detail: `${folder} does not exist, and ${parent} ${isFolder ? 'is read-only for you' : 'is no folder'}.`,
    remedy: 'Choose another home folder with --home or F2F_HOME.',
  }
}

/** Returns a path or the closest folder above it that exists. */
async function nearestExisting(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  return found !== null || dirname(path) === path ? path : nearestExisting(dirname(path))
}

/** Checks that nobody but the user can read the home folder and the token in it. */
export async function checkHome(home: Home): Promise<Check> {
  const name = 'Home folder'
  const folder = await stat(home.folder).catch(() => null)
  if (folder === null) return checkAbsentHome(name, home.folder)
  if (!folder.isDirectory())
    return {
      name,
      result: 'failed',
      detail: `${home.folder} is not a folder.`,
      remedy: 'Choose another with --home or F2F_HOME.',
    }
  if (process.platform === 'win32')
    return { name, result: 'ok', detail: `The home folder is ${home.folder}.` }
  if (folder.uid !== process.getuid?.())
    return {
      name,
      result: 'failed',
      detail: `${home.folder} belongs to another user.`,
      remedy: 'Choose another with --home or F2F_HOME.',
    }
  if (folder.mode & 0o077)
    return {
      name,
      result: 'failed',
      detail: `${home.folder} is open to other users (mode ${(folder.mode & 0o777).toString(8)}).`,
      remedy: `Run chmod 700 '${home.folder}', or restart the recorder, which does the same.`,
    }
  const token = await stat(home.tokenFile).catch(() => null)
  if (token !== null && token.mode & 0o077)
    return {
      name,
      result: 'failed',
      detail: `The home token is open to other users (mode ${(token.mode & 0o777).toString(8)}).`,
      remedy: `Stop the recorder, delete '${home.tokenFile}' and start the recorder again. It makes a new token.`,
    }
  return { name, result: 'ok', detail: `${home.folder} is open to you only.` }
}

/** Checks that config.json is valid. Also returns it, for the checks that depend on it. */
export async function checkConfig(home: Home): Promise<{ check: Check; config: Config }> {
  const name = 'Configuration'
  try {
    const config = await readConfig(home)
    const keys = Object.keys(config)
    return {
      check: {
        name,
        result: 'ok',
        detail:
          keys.length === 0
            ? 'config.json sets nothing. The defaults apply.'
            : `config.json sets ${keys.join(', ')}.`,
      },
      config,
    }
  } catch (error) {
    const detail = configDetail(error)
    return {
      check: {
        name,
        result: 'failed',
        detail,
        remedy: `Correct ${home.configFile}, or delete it. \`f2f config check\` names every mistake.`,
      },
      config: {},
    }
  }
}

function configDetail(error: unknown): string {
  const [first, ...others] = error instanceof ConfigError ? error.mistakes : []
  if (first === undefined) return error instanceof Error ? error.message : String(error)
  const place = `Line ${first.line}, column ${first.column} of config.json`
  const more = others.length === 0 ? '' : ` ${others.length} more follow.`
  return `${place}: ${first.detail} ${first.remedy}${more}`
}

/** Checks that the disk of the home folder has enough free space. */
export async function checkDisk(
  home: Home,
  { reserveBytes = DEFAULT_RESERVE_BYTES }: Config = {},
): Promise<Check> {
  const name = 'Disk'
  const folder = await nearestExisting(home.folder)
  const free = await freeBytes(folder)
  const problem = folder === home.folder ? await writeProblem(folder) : undefined
  if (problem !== undefined)
    return {
      name,
      result: 'failed',
      detail: `No file can be written in ${home.folder}, although ${size(free)} are free: ${problem.message}.`,
      remedy:
        'Check that the disk is mounted writable, and has room for more files; or choose a home folder on another disk.',
    }
  if (free >= reserveBytes + AMPLE_BYTES)
    return { name, result: 'ok', detail: `${size(free)} are free.` }
  const isFull = free < Math.max(1, reserveBytes)
  return {
    name,
    result: isFull ? 'failed' : 'note',
    detail: `Only ${size(free)} are free on the disk of ${home.folder}, and ${size(reserveBytes)} of them are the reserve.`,
    remedy: 'Free some space, or choose a home folder on another disk.',
  }
}

/**
 * Checks that there is an ffmpeg: configured, FFMPEG_BIN, ffmpeg-static or on the PATH, in this
 * order.
 */
export async function checkFfmpeg(config: Config, env: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'ffmpeg'
  const remedy =
    'Install ffmpeg (Debian, Ubuntu: apt-get install ffmpeg), or set `ffmpegPath` in config.json or FFMPEG_BIN.'
  const configured = config.ffmpegPath ?? env.FFMPEG_BIN
  if (configured) {
    const source = config.ffmpegPath ? 'config.json' : 'FFMPEG_BIN'
    if (await isProgram(configured))
      return { name, result: 'ok', detail: `${source} names ${configured}.` }
    return {
      name,
      result: 'failed',
      detail: `${source} names ${configured}, which is not a program.`,
      remedy,
    }
  }
  for (const candidate of [await packagedFfmpeg(), await findOnPath('ffmpeg', env)])
    if (candidate !== null && (await isProgram(candidate)))
      return { name, result: 'ok', detail: `${candidate} is installed.` }
  return { name, result: 'failed', detail: 'No ffmpeg was found.', remedy }
}

async function packagedFfmpeg(): Promise<string | null> {
  try {
    // TypeScript does not resolve a variable: the package is optional and may have no types.
    const optional = 'ffmpeg-static'
    const { default: file } = await import(optional)
    return typeof file === 'string' ? file : null
  } catch {
    return null
  }
}

/**
 * Checks that sound and screen can be captured, as far as the session's environment shows. Returns
 * nothing except on Linux: elsewhere only the recorder itself can check this.
 */
export async function checkSession(
  home: Home,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<Check[]> {
  if (platform !== 'linux') return []
  return [await soundCheck(env), await screenCheck(home, env)]
}

async function soundCheck(env: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'Sound'
  // Loaded here: no other command needs it.
  const { serverAddresses } = await import('../../pulse/address.ts')
  const isThere = serverAddresses(env).some(
    (address) => 'host' in address || existsSync((address as { path: string }).path),
  )
  if (isThere)
    return {
      name,
      result: 'ok',
      detail: 'There is a sound server. A running recorder also checks that it answers.',
    }
  return {
    name,
    result: 'failed',
    detail: 'No sound server was found. Microphone and speaker cannot be recorded.',
    remedy:
      'Run the recorder inside the desktop session, with PulseAudio, or PipeWire and pipewire-pulse.',
  }
}

async function screenCheck(home: Home, env: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'Screen'
  if (isWaylandSession(env)) return portalCheck(home, env)
  if (env.DISPLAY) {
    const detail = `The session is one of X11: the display ${env.DISPLAY} is recorded. ${sessionReason(env)}`
    return { name, result: 'ok', detail }
  }
  return {
    name,
    result: 'failed',
    detail: 'DISPLAY is not set. There is no screen to record.',
    remedy: 'Run the recorder inside the desktop session, or set DISPLAY.',
  }
}

/** Checks what the desktop portal needs, which alone shows the screen of a Wayland session. */
async function portalCheck(home: Home, env: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'Screen'
  const way = `The session is one of Wayland: the screen is recorded through the desktop portal. ${sessionReason(env)}`
  if ((await findOnPath('gst-launch-1.0', env)) === null)
    return {
      name,
      result: 'failed',
      detail: `${way} The program gst-launch-1.0 was not found.`,
      remedy:
        'Install GStreamer (Debian, Ubuntu: apt-get install gstreamer1.0-tools gstreamer1.0-pipewire gstreamer1.0-plugins-base).',
    }
  if ((await stat(home.screenGrantsFile).catch(() => null)) === null)
    return {
      name,
      result: 'failed',
      detail: `${way} The desktop has not allowed it yet.`,
      remedy: 'Run `f2f setup screen` in the desktop session, and choose a monitor.',
    }
  return { name, result: 'ok', detail: `${way} A running recorder also checks the grant.` }
}
