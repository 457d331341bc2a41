import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { RecorderError } from '../../../contract/errors.ts'
import type { Device } from '../../../contract/media.ts'
import type { Quality } from '../../../contract/quality.ts'
import type { DeviceList, DeviceView } from '../../../contract/views.ts'
import type { Ffmpeg } from '../../../ffmpeg/ffmpeg-locator.ts'
import { WaylandConnection, type WaylandOutput } from '../../../wayland/connection.ts'
import { type CaptureHelper, unavailable } from '../../capture-backend.ts'
import { encodeFramesCommand, frameReaderProblem, readFramesCommand } from './cast-command.ts'
import { readGrants, replaceToken, type ScreenGrant } from './grant-file.ts'
import { checkGrant } from './grant-store.ts'
import { watchCast } from './portal-screen-watch.ts'
import { openScreenCast, type ScreenCast } from './screen-cast.ts'
import { showsMonitor } from './shows-monitor.ts'

/** Limit of a compositor that is asked for its monitors. */
const PROBE_MS = 1_500
/**
 * Limit of a restored session. Should the desktop ask its user all the same, the question
 * disappears then.
 */
const RESTORE_MS = 2_500
const PREFIX = 'wayland/'
const SETUP = 'Run `f2f setup screen` in the desktop session, and choose a monitor.'
const NOT_GRANTED = `The desktop has not yet allowed the recorder to record the screen. ${SETUP}`
const WITHDRAWN = `The grant to record the screen was withdrawn. ${SETUP}`
const FOREIGN =
  'The grant to record the screen was given to another program. Run `f2f setup screen` where the recorder is started; for its service: `systemd-run --user --scope f2f setup screen`.'

/** The monitors of a Wayland session that the user has permitted to record. */
export class PortalScreens {
  readonly #env: NodeJS.ProcessEnv
  readonly #grantsFile: string
  /** Sessions open one after the other: while one opens, the portal does not know its token. */
  #opening: Promise<unknown> = Promise.resolve()

  constructor(env: NodeJS.ProcessEnv, grantsFile: string) {
    this.#env = env
    this.#grantsFile = grantsFile
  }

  /** Lists the permitted monitors, without opening a session. Never rejects. */
  async list(): Promise<DeviceList> {
    try {
      const missing = frameReaderProblem(this.#env)
      if (missing !== undefined) return unavailable(missing)
      const grants = await readGrants(this.#grantsFile)
      if (grants.length === 0) return unavailable(NOT_GRANTED)
      const outputs = await this.#outputs()
      const present = grants.filter(({ monitor }) => outputs.some((o) => o.name === monitor))
      if (present.length === 0) return unavailable(notConnected(grants[0]!.monitor))
      const devices: DeviceView[] = []
      let problem: string | undefined
      for (const grant of present) {
        const why = await this.#inTurn(() => this.#grantProblem(grant))
        if (why !== undefined) problem ??= why
        else devices.push(deviceOf(outputs, grant.monitor, devices.length === 0))
      }
      return devices.length > 0 ? { available: true, devices } : unavailable(problem!)
    } catch (error) {
      return unavailable((error as Error).message)
    }
  }

  /**
   * Opens a session for a device, and returns the commands that capture it. Rejects with
   * DEVICE_UNAVAILABLE; never lets the desktop ask its user, as far as that can be known before.
   */
  async command(
    device: Device,
    quality: Quality,
    ffmpeg: () => Promise<Ffmpeg>,
  ): Promise<CaptureHelper> {
    const monitor = device.id.slice(PREFIX.length)
    const opened: (() => unknown)[] = []
    const release = async () => {
      await Promise.all(opened.splice(0).map((close) => close()))
    }
    try {
      const compositor = await WaylandConnection.open(this.#env, PROBE_MS)
      opened.push(() => compositor.close())
      const output = compositor.outputs.find(({ name }) => name === monitor)
      if (output === undefined) throw new Error(notConnected(monitor))
      const pipeWire = await connectPipeWire(this.#env)
      const pipeWireClosed = once(pipeWire, 'close')
      opened.push(() => pipeWire.destroy())
      const [cast, found] = await Promise.all([
        this.#inTurn(() => this.#restore(monitor)).then((session) => {
          opened.push(() => session.close())
          return session
        }),
        ffmpeg(),
      ])
      if (!showsMonitor(cast.stream, output))
        throw new Error(`The desktop shows another monitor than ${monitor}. ${SETUP}`)
      const watched = { compositor, monitor: output, pipeWireClosed, sessionClosed: cast.closed }
      return {
        ...encodeFramesCommand(output, quality, found),
        feeder: readFramesCommand(cast.stream.node, output, quality),
        watchScreen: (onProblem) => watchCast(watched, onProblem),
        // The last frame is repeated also while the compositor is frozen.
        needsConfirmation: true,
        release,
      }
    } catch (cause) {
      await release()
      if (cause instanceof RecorderError) throw cause
      throw new RecorderError('DEVICE_UNAVAILABLE', (cause as Error).message, { cause })
    }
  }

  async #outputs(): Promise<WaylandOutput[]> {
    const compositor = await WaylandConnection.open(this.#env, PROBE_MS)
    compositor.close()
    return compositor.outputs
  }

  async #restore(monitor: string): Promise<ScreenCast> {
    const grants = await readGrants(this.#grantsFile)
    const grant = grants.find((one) => one.monitor === monitor)
    if (grant === undefined) throw new Error(NOT_GRANTED)
    const problem = await this.#grantProblem(grant)
    if (problem !== undefined) throw new Error(problem)
    const { restoreToken } = grant
    const cast = await openScreenCast(this.#env, { restoreToken, limitMs: RESTORE_MS })
    if (cast.restoreToken !== null && cast.restoreToken !== restoreToken)
      await replaceToken(this.#grantsFile, { monitor, restoreToken: cast.restoreToken })
    return cast
  }

  async #grantProblem({ restoreToken }: ScreenGrant): Promise<string | undefined> {
    const state = await checkGrant(this.#env, restoreToken)
    return { valid: undefined, withdrawn: WITHDRAWN, foreign: FOREIGN }[state]
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#opening.then(work)
    this.#opening = turn.catch(() => {})
    return turn
  }
}

function notConnected(monitor: string): string {
  return `The monitor ${monitor}, which may be recorded, is not connected. Connect it, or permit another one: run \`f2f setup screen\`.`
}

function deviceOf(
  outputs: readonly WaylandOutput[],
  monitor: string,
  isDefault: boolean,
): DeviceView {
  const { width, height } = outputs.find(({ name }) => name === monitor)!
  const label = `${monitor} ${width}×${height} (Wayland, through the desktop portal)`
  return { id: `${PREFIX}${monitor}`, label, default: isDefault }
}

/** Opens a connection to PipeWire that says nothing, so that its end is noticed. */
async function connectPipeWire(env: NodeJS.ProcessEnv): Promise<Socket> {
  const folder = env.PIPEWIRE_RUNTIME_DIR || env.XDG_RUNTIME_DIR
  if (!folder) throw new Error('XDG_RUNTIME_DIR is not set.')
  const socket = connect({ path: join(folder, env.PIPEWIRE_REMOTE || 'pipewire-0') })
  try {
    await once(socket, 'connect')
  } catch (cause) {
    const detail = 'PipeWire does not run, which brings the frames of the screen.'
    throw new Error(detail, { cause })
  }
  // Errors of the socket are handled at its end. Without reading, the end would not be noticed.
  socket.on('error', () => {}).once('end', () => socket.destroy())
  socket.resume()
  return socket
}
