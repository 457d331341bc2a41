/** Creates the top-level parts and connects them. */
import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { type Access, createAccess } from './access/access.ts'
import { readOrCreateHomeToken } from './access/home-token.ts'
import { SessionFile } from './access/session-file.ts'
import { createCapturePlatform } from './actors/capture-platform.ts'
import { SpareUpkeep } from './actors/spare-upkeep.ts'
import { Spares } from './actors/spares.ts'
import { Bundler } from './audit/bundle/bundler.ts'
import { Auditing } from './auditing.ts'
import { CleanupStack } from './cleanup-stack.ts'
import { Composer } from './composition/composer.ts'
import type { EffectiveConfiguration } from './contract/configuration.ts'
import type { QualityPreset } from './contract/quality.ts'
import { HomeKeyRing } from './custody/home-key-ring.ts'
import { keyOptions } from './custody/key-options.ts'
import { diskFullProblem } from './disk/disk-full.ts'
import { readOnlyProblem } from './disk/read-only.ts'
import { FrontDoor } from './front-door.ts'
import { readConfig } from './home/config.ts'
import { type Home, prepareHome, resolveHome } from './home/home.ts'
import { userName } from './home/user-name.ts'
import { type ConfigurationChange, LiveConfiguration } from './live-configuration.ts'
import { explain, openRecorder } from './open-recorder.ts'
import { desktopWatcher } from './platform/watch-desktop.ts'
import type { Recorder } from './recorder/recorder.ts'
import type { EventLog } from './store/port.ts'
import { SteadyClock } from './time/steady-clock.ts'

/** The page lies beside the compiled code. A daemon that runs from its sources uses it, too. */
const PAGE_FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/ui/' : './ui/', import.meta.url),
)

/** The program that checks a bundle lies in the package, which bundles get a copy of. */
const VERIFIER = fileURLToPath(new URL('../tools/verify.py', import.meta.url))

/** How to run the daemon. */
export interface DaemonOptions {
  /** Home folder. Falls back to `F2F_HOME`, then to the platform's default. */
  home?: string
  /** TCP port; 0 picks a free one. Falls back to `F2F_PORT`, config.json, 3887. */
  port?: number
  /** Default quality of a recording. Falls back to config.json, then to `standard`. */
  quality?: QualityPreset
  /** The machine's devices, or a test picture and tones. */
  source: 'devices' | 'synthetic'
  /** Bytes to keep free on the disk of the recordings. Falls back to config.json, then 256 MB. */
  reserveBytes?: number
  /** A person has confirmed that a log whose witness is lost is to be used as it is. */
  acceptLostWitness?: boolean
  /** A person has accepted that outside witnesses contradict the log. */
  acceptContradictedLog?: boolean
}

/** A running daemon. */
export interface Daemon {
  url: string
  /** Resolves when the log answers a read, or is being opened again. */
  checkLog(): Promise<void>
  /**
   * Reads config.json again and puts in force what can change at run time. Rejects without having
   * changed anything, e.g. with a HomeError for a person.
   */
  reload(): Promise<ConfigurationChange>
  /** Stops a recording properly, then ends everything else. */
  stop(): Promise<void>
}

/**
 * Starts a daemon in this process, without signal handlers. Ends what it has begun when it fails.
 */
export async function startDaemon(options: DaemonOptions, logger: Logger): Promise<Daemon> {
  const cleanup = new CleanupStack()
  try {
    return await assemble(options, logger, cleanup)
  } catch (error) {
    await cleanup.run()
    return explain(error, diskFullProblem(resolveHome(options.home).folder, error))
  }
}

async function assemble(
  options: DaemonOptions,
  logger: Logger,
  cleanup: CleanupStack,
): Promise<Daemon> {
  const { home, config, settings, configuration } = await openHome(options, logger)
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  const user = userName()
  const reserveBytes = configuration.reserveBytes.value
  const clock = new SteadyClock()
  const common = { clock, logger, ffmpegPath: config.ffmpegPath }
  const { platform, upkeep } = createPlatform(options, home, configuration, common)
  cleanup.push(() => upkeep.close().then(() => clock.stop()))
  const opened: { recorder?: Recorder } = {}
  const access = await openAccess(home, opened, logger)
  const port = configuration.port.value
  const door = new FrontDoor({ home, access, port, pageFolder: PAGE_FOLDER, logger })
  cleanup.push(() => door.close().then(() => door.withdraw()))
  const keys = new HomeKeyRing(keyOptions(home, config.keys))
  cleanup.push(() => keys.close())
  const composed = latchOf<Composer>()
  const recorder = await openRecorder({
    home,
    logger,
    acceptLostWitness: options.acceptLostWitness === true,
    onLocked: () => Promise.all([keys.reload(), door.listen()]).then(() => {}),
    onProgress: (sentence) => door.report(sentence),
    parts: {
      ...{ platform, clock, keys, version, user, logger, reserveBytes },
      recordingsFolder: home.recordingsFolder,
      systemTags: systemTags(version, user),
      quality: () => configuration.quality.value,
      rules: () => settings.rules(),
      watchDesktop: desktopWatcher(process.env),
      forgetComposed: async (id) => (await composed.opened).forget(id),
      builtAt: statSync(fileURLToPath(import.meta.url)).mtimeMs,
    },
  })
  cleanup.push(() => recorder.close())
  opened.recorder = recorder
  const compositions = await Composer.open({
    ...{ folder: home.exportsFolder, recordings: recorder, env: process.env },
    ...{ version, reserveBytes, ffmpegPath: config.ffmpegPath, now: () => clock.now() },
    onFault: (what, error) => logger.error({ err: error }, what),
  })
  cleanup.push(() => compositions.close())
  composed.open(compositions)
  clearCacheWhenSpaceIsLow(recorder, compositions)
  const auditing = new Auditing(recorder, home, logger, () => clock.now())
  cleanup.push(() => auditing.close())
  if (options.acceptContradictedLog) recorder.contradictions.accept()
  auditing.configure(configuration)
  const bundles = createBundler(recorder, compositions, auditing, version, clock)
  const url = await door.open({
    ...{ recorder, compositions, bundles, version, user, configuration },
    ...auditing.services,
    isRunning: () => recorder.isRunning,
  })
  upkeep.begin()
  return {
    url,
    checkLog: () => checkLog(recorder.log),
    reload: () => reload(settings, recorder, keys, auditing).finally(() => upkeep.apply()),
    async stop() {
      // In parallel: closing the recorder completes pending requests.
      const parts = [recorder, compositions, door, keys, auditing, upkeep]
      await Promise.all(parts.map((part) => part.close()))
      clock.stop()
      await door.withdraw()
    },
  }
}

function createPlatform(
  { source }: DaemonOptions,
  { screenGrantsFile }: Home,
  configuration: EffectiveConfiguration,
  parts: { clock: SteadyClock; logger: Logger; ffmpegPath: string | undefined },
) {
  // Nobody waits for a test picture.
  const keepReady = () => (source === 'devices' ? configuration.capture.keepReady.value : 'never')
  const spares = new Spares(keepReady)
  const platform = createCapturePlatform({
    ...{ source, screenGrantsFile, spares },
    ...parts,
  })
  const prepare = (signal: AbortSignal) => platform.prepare(configuration.quality.value, signal)
  const upkeep = new SpareUpkeep({ spares, prepare })
  return { platform, upkeep }
}

async function reload(
  settings: LiveConfiguration,
  recorder: Recorder,
  keys: HomeKeyRing,
  auditing: Auditing,
): Promise<ConfigurationChange> {
  const change = await settings.reload((rules) => recorder.recordRules(rules))
  keys.setEscrowRecipients(settings.current.keys.escrowRecipients.value)
  auditing.configure(settings.current)
  return change
}

async function openHome(options: DaemonOptions, logger: Logger) {
  const home = resolveHome(options.home)
  await prepareHome(home).catch((error) => explain(error, readOnlyProblem(home.folder, error)))
  const config = await readConfig(home)
  const settings = new LiveConfiguration({
    ...{ options, env: process.env, config, logLevel: logger.level },
    readConfig: () => readConfig(home),
  })
  return { home, config, settings, configuration: settings.current }
}

async function openAccess(
  home: Home,
  opened: { recorder?: Recorder },
  logger: Logger,
): Promise<Access> {
  const homeToken = await readOrCreateHomeToken(home.folder)
  const sessionStore = await SessionFile.open(home.sessionsFile, (problem) => logger.warn(problem))
  return createAccess({
    ...{ homeToken, sessionStore },
    tokens: () => opened.recorder?.log.tokens() ?? [],
    onRefused: () => opened.recorder?.accesses.countRefusedCredential(),
  })
}

function clearCacheWhenSpaceIsLow({ bus }: Recorder, compositions: Composer): void {
  bus.on('events', (events) => {
    const isLow = events.some(
      (event) => event.type === 'warning.raised' && event.data.code === 'STORAGE_LOW',
    )
    if (isLow) void compositions.clearCache()
  })
}

/** Resolves when a log answers a read, or is being opened again. Rejects when it cannot be read. */
export async function checkLog(
  log: Pick<EventLog, 'status' | 'position' | 'events'>,
): Promise<void> {
  // The recorder opens a failed log again by itself, and a restart would not help a full disk.
  if (log.status === 'verified' || log.status === 'verifying')
    await log.events({ after: log.position - 1, limit: 1 })
}

function createBundler(
  recordings: Recorder,
  compositions: Composer,
  { confirmations }: Auditing,
  version: string,
  clock: SteadyClock,
): Bundler {
  const now = (): number => clock.now()
  return new Bundler({ recordings, compositions, confirmations, version, readVerifier, now })
}

/** Returns the program verify.py; undefined when it is not installed. */
async function readVerifier(): Promise<Buffer | undefined> {
  return readFile(VERIFIER).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

function systemTags(version: string, user: string) {
  return {
    'system.host': hostname(),
    'system.user': user,
    'system.platform': `${process.platform} ${process.arch}`,
    'system.appVersion': version,
    'system.timeZone': Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}

/** A part that others wait for. */
function latchOf<T>(): { opened: Promise<T>; open: (part: T) => void } {
  let open: (part: T) => void = () => {}
  const opened = new Promise<T>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
