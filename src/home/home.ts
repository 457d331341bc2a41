/**
 * The home folder: it holds all state of one user's recorder, and the files by which its parts find
 * each other.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { codeOf, HomeError, messageOf } from './home-error.ts'

/** The paths of a home folder, all absolute. */
export interface Home {
  folder: string
  /** The home token, 0600: every scope, for the user's own command line. */
  tokenFile: string
  /** The running daemon announces its process and URL in it: `DaemonInfo`. */
  daemonFile: string
  configFile: string
  /** The open sessions of browsers, as hashes. */
  sessionsFile: string
  /** LevelDB folder of the event log. */
  logFolder: string
  /** Names the newest durable event, outside of the log, so that a lost tail is noticed. */
  witnessFile: string
  /** Space reserved on the log's disk, released when the disk is full. */
  ballastFile: string
  recordingsFolder: string
  /** The keys of the recordings, wrapped by the master key. */
  keysFolder: string
  /** Describes the master key, without its secret: where it is kept, and since when. */
  keyDescriptorFile: string
  /** Checkpoints of the log that outside witnesses have cosigned. */
  cosignaturesFolder: string
  /** Timestamps of checkpoints. */
  timestampsFolder: string
  /** The desktop's grants to record the screen, with its tokens, 0600. */
  screenGrantsFile: string
  /** Composed files. All of them can be made again. */
  exportsFolder: string
}

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
    sessionsFile: join(root, 'ui-sessions.json'),
    logFolder: join(root, 'log'),
    witnessFile: join(root, 'log.witness'),
    ballastFile: join(root, 'log.ballast'),
    recordingsFolder: join(root, 'recordings'),
    keysFolder: join(root, 'keys'),
    keyDescriptorFile: join(root, 'master-key.json'),
    cosignaturesFolder: join(root, 'cosignatures'),
    timestampsFolder: join(root, 'timestamps'),
    screenGrantsFile: join(root, 'screen-grants.json'),
    exportsFolder: join(root, 'exports'),
  }
}

function platformDefault(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'f2f-recorder')
  const user = userFolder(env)
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'f2f-recorder')
  // The specification requires that relative paths in XDG_* are ignored.
  const data =
    env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)
      ? env.XDG_DATA_HOME
      : join(user, '.local', 'share')
  return join(data, 'f2f-recorder')
}

/** `homedir()` would return an empty `HOME`, and the home would lie wherever the program runs. */
function userFolder(env: NodeJS.ProcessEnv): string {
  try {
    return env.HOME || userInfo().homedir
  } catch (cause) {
    throw new HomeError(
      'This account has no folder of its own. Choose a home folder with --home or F2F_HOME.',
      { cause },
    )
  }
}

/**
 * Creates the home folder and its folders of recordings and exports, for the user only (0700), and
 * narrows wider permissions. Throws {@link HomeError} if that fails or if the folder is clearly in
 * use for something else.
 */
export async function prepareHome(home: Home): Promise<void> {
  await preparePrivateFolder(home.folder, () => refuseForeignFolder(home))
  await preparePrivateFolder(home.recordingsFolder)
  await preparePrivateFolder(home.keysFolder)
  await preparePrivateFolder(home.exportsFolder)
}

async function preparePrivateFolder(
  folder: string,
  beforeNarrowing?: () => Promise<void>,
): Promise<void> {
  try {
    await makeFolder(folder)
    const { mode, uid } = await stat(folder)
    if (process.platform === 'win32') return
    if (uid !== process.getuid?.())
      throw new HomeError(`${folder} belongs to another user. Choose another home folder.`)
    if ((mode & 0o777) === 0o700) return
    await beforeNarrowing?.()
    await chmod(folder, 0o700)
  } catch (cause) {
    if (cause instanceof HomeError) throw cause
    if (['EEXIST', 'ENOTDIR'].includes(codeOf(cause) ?? ''))
      throw new HomeError(`${folder} is a file, and no folder. Choose another home folder.`, {
        cause,
      })
    throw new HomeError(`${folder} cannot be used as a folder: ${messageOf(cause)}.`, { cause })
  }
}

/**
 * Creates a folder and those above it. With `recursive` Node would try for ever where no folder can
 * be made although the one above it is there, such as below `/proc` or an automounter's folder.
 */
async function makeFolder(folder: string, isAboveMade = false): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return
    const above = dirname(folder)
    if (codeOf(error) !== 'ENOENT' || isAboveMade) throw error
    if (!existsSync(above)) await makeFolder(above)
    await makeFolder(folder, true)
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
