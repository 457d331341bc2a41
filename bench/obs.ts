/**
 * Runs OBS Studio on a virtual desktop, with settings of its own, and controls it by web socket.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OBSWebSocket from 'obs-websocket-js'
import { type HelperProcess, startHelper } from '../lab/helper-process.ts'
import type { VirtualDesktop } from '../lab/virtual-desktop.ts'
import { findProgram } from '../src/processes/find-program.ts'
import { BENCH, type ObsSettings, prepareObsHome } from './obs-home.ts'
import { openSystemTray } from './system-tray.ts'

/** Why OBS cannot be compared with; null where it is installed. */
export function obsProblem(): string | null {
  return findProgram('obs', process.env) === null ? 'not installed' : null
}

const SCREEN = { width: 1280, height: 720 }
/** Limit of a start. The first one without a graphics card makes llvmpipe compile its shaders. */
const READY_LIMIT_MS = 30_000
const EVENT_LIMIT_MS = 15_000

/** The commands of OBS, each with the state that it ends in. */
const COMMANDS = {
  start: { request: 'StartRecord', state: 'OBS_WEBSOCKET_OUTPUT_STARTED' },
  pause: { request: 'PauseRecord', state: 'OBS_WEBSOCKET_OUTPUT_PAUSED' },
  resume: { request: 'ResumeRecord', state: 'OBS_WEBSOCKET_OUTPUT_RESUMED' },
  stop: { request: 'StopRecord', state: 'OBS_WEBSOCKET_OUTPUT_STOPPED' },
} as const

/**
 * A running OBS whose pipeline already captures the whole screen, the microphone and the speaker.
 */
export interface Obs {
  readonly pid: number
  /** Runs a command; resolves with the time in ms until OBS reports that it is done. */
  run(command: keyof typeof COMMANDS): Promise<number>
  /** Path of the last stopped recording. */
  readonly file: string
  /** Ends OBS and removes its folder. May be called again. */
  end(): Promise<void>
}

/** Starts OBS. Resolves when it captures; rejects with its stderr when the start fails. */
export async function startObs(desktop: VirtualDesktop): Promise<Obs> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-obs-'))
  let helper: HelperProcess | undefined
  let tray: { close(): void } | undefined
  const socket = new OBSWebSocket()
  let file = ''
  const end = async (): Promise<void> => {
    await socket.disconnect()
    await helper?.stop()
    tray?.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    tray = await openSystemTray(desktop.display)
    const settings: ObsSettings = {
      port: await freePort(),
      password: randomBytes(16).toString('hex'),
      recordings: join(folder, 'recordings'),
      ...SCREEN,
    }
    const env = { ...process.env, ...desktop.env, ...(await prepareObsHome(folder, settings)) }
    helper = await startHelper(
      'obs',
      ['--multi', '--minimize-to-tray', '--disable-updater', '--disable-missing-files-check'],
      { env },
    )
    await connect(socket, settings, helper)
    await addSources(socket, desktop)
    return {
      pid: helper.pid,
      async run(command) {
        const { request, state } = COMMANDS[command]
        const sentAt = performance.now()
        const done = untilState(socket, state)
        const [output] = await Promise.all([done, socket.call(request)])
        if (command === 'stop') file = output.path
        return output.at - sentAt
      },
      get file() {
        return file
      },
      end,
    }
  } catch (error) {
    await end()
    throw new Error(`OBS did not start: ${(error as Error).message}\n${helper?.stderr() ?? ''}`, {
      cause: error,
    })
  }
}

/** Finds a port that nothing listens on. OBS cannot choose one by itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Resolves when OBS accepts requests about its scenes. */
async function connect(
  socket: OBSWebSocket,
  settings: ObsSettings,
  helper: HelperProcess,
): Promise<void> {
  const end = performance.now() + READY_LIMIT_MS
  for (;;) {
    try {
      await socket.connect(`ws://127.0.0.1:${settings.port}`, settings.password)
      // OBS accepts connections before its scenes exist, and answers this request with an error.
      await socket.call('GetSceneItemList', { sceneName: BENCH })
      return
    } catch (error) {
      if (helper.child.exitCode !== null || performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function addSources(socket: OBSWebSocket, desktop: VirtualDesktop): Promise<void> {
  const { inputKinds } = await socket.call('GetInputKindList')
  const add = (
    inputName: string,
    inputKind: string,
    inputSettings: Record<string, string | number | boolean>,
  ) => socket.call('CreateInput', { sceneName: BENCH, inputName, inputKind, inputSettings })
  const screenKind = inputKinds.includes('xshm_input_v2') ? 'xshm_input_v2' : 'xshm_input'
  await add('screen', screenKind, {
    screen: 0,
    show_cursor: true,
    server: desktop.display,
    advanced: true,
  })
  await add('microphone', 'pulse_input_capture', { device_id: desktop.micSource })
  await add('speaker', 'pulse_output_capture', { device_id: `${desktop.speakerSink}.monitor` })
}

/**
 * Resolves when the recording has reached a state, with the time (performance.now()) and the path
 * of its file. Rejects after 15 s.
 */
function untilState(socket: OBSWebSocket, state: string): Promise<{ at: number; path: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => done(() => reject(new Error(`no ${state} in ${EVENT_LIMIT_MS} ms`))),
      EVENT_LIMIT_MS,
    )
    const listener = (event: { outputState: string; outputPath: string }): void => {
      const at = performance.now()
      if (event.outputState === state) done(() => resolve({ at, path: event.outputPath }))
    }
    const done = (settle: () => void): void => {
      clearTimeout(timer)
      socket.off('RecordStateChanged', listener)
      settle()
    }
    socket.on('RecordStateChanged', listener)
  })
}
