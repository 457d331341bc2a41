import { RecorderError } from '../../../contract/errors.ts'
import type { Device } from '../../../contract/media.ts'
import type { Quality } from '../../../contract/quality.ts'
import type { DeviceList, DeviceView } from '../../../contract/views.ts'
import type { Ffmpeg } from '../../../ffmpeg/ffmpeg-locator.ts'
import { within } from '../../../time/within.ts'
import type { WaylandOutput } from '../../../wayland/connection.ts'
import { KeptConnection } from '../../../wayland/kept-connection.ts'
import { type CaptureHelper, unavailable } from '../../capture-backend.ts'
import { encodeFramesCommand, frameReaderProblem, readFramesCommand } from './cast-command.ts'
import { CastParts } from './cast-parts.ts'
import { readGrants, replaceToken, type ScreenGrant } from './grant-file.ts'
import { checkGrant } from './grant-store.ts'
import { watchCast } from './portal-screen-watch.ts'
import type { CastStream } from './screen-cast.ts'
import { showsMonitor } from './shows-monitor.ts'

/** Limit of a compositor that is asked for its monitors. */
const PROBE_MS = 1_500
/** Limit of a restored session. */
const RESTORE_MS = 2_500
/**
 * A desktop that takes longer may still answer until then; the session is closed at once. To take
 * the request back would lose the grant. Should the desktop ask its user all the same, the question
 * disappears then.
 */
const ABANDON_MS = 10_000
const PREFIX = 'wayland/'
const SETUP = 'Run `f2f setup screen` in the desktop session, and choose a monitor.'
const NOT_GRANTED = `The desktop has not yet allowed the recorder to record the screen. ${SETUP}`
const WITHDRAWN = `The grant to record the screen was withdrawn. ${SETUP}`
const FOREIGN =
  'The grant to record the screen was given to another program. Run `f2f setup screen` where the recorder is started; for its service: `systemd-run --user --scope f2f setup screen`.'

/** The monitor that a screen's id names, when it is one of a Wayland session. */
export function monitorOf(id: string): string | undefined {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined
}

/** The monitors of a Wayland session that the user has permitted to record. */
export class PortalScreens {
  readonly #env: NodeJS.ProcessEnv
  readonly #grantsFile: string
  readonly #compositor: KeptConnection
  /** Sessions open one after the other: while one opens, the portal does not know its token. */
  #opening: Promise<unknown> = Promise.resolve()

  constructor(env: NodeJS.ProcessEnv, grantsFile: string) {
    this.#env = env
    this.#grantsFile = grantsFile
    this.#compositor = new KeptConnection(env)
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
   * Returns the commands that capture a device. Its session is shared when the feeder is asked for.
   * Rejects with DEVICE_UNAVAILABLE; never lets the desktop ask its user, as far as that can be
   * known before.
   */
  async command(
    device: Device,
    quality: Quality,
    ffmpeg: () => Promise<Ffmpeg>,
  ): Promise<CaptureHelper> {
    const monitor = monitorOf(device.id)!
    const parts = new CastParts(this.#env)
    try {
      const [compositor, pipeWire, found] = await Promise.all([
        this.#compositor.get(PROBE_MS),
        parts.pipeWire,
        ffmpeg(),
      ])
      const output = compositor.outputs.find(({ name }) => name === monitor)
      if (output === undefined) throw new Error(notConnected(monitor))
      const pipeWireClosed = pipeWire.closed
      const { sessionClosed } = parts
      return {
        ...encodeFramesCommand(output, quality, found),
        feeder: async () => {
          const stream = await this.#share(parts, monitor).catch(throwUnavailable)
          if (!showsMonitor(stream, output)) throwUnavailable(new Error(showsAnother(monitor)))
          return readFramesCommand(stream.node, output, quality)
        },
        watchScreen: (onProblem) =>
          watchCast({ compositor, monitor: output, pipeWireClosed, sessionClosed }, onProblem),
        // The last frame is repeated also while the compositor is frozen.
        needsConfirmation: true,
        release: () => parts.close(),
      }
    } catch (cause) {
      await parts.close()
      return throwUnavailable(cause)
    }
  }

  async #outputs(): Promise<WaylandOutput[]> {
    return (await this.#compositor.get(PROBE_MS)).outputs
  }

  /**
   * Shares a monitor by its grant. The next one waits until the desktop has answered, also when
   * that is too late for this one.
   */
  async #share(parts: CastParts, monitor: string): Promise<CastStream> {
    const sharing = this.#inTurn(async () => {
      const grant = (await readGrants(this.#grantsFile)).find((one) => one.monitor === monitor)
      if (grant === undefined) throw new Error(NOT_GRANTED)
      const [cast, problem] = await Promise.all([parts.cast, this.#grantProblem(grant)])
      if (problem !== undefined) throw new Error(problem)
      const { restoreToken } = grant
      const shared = await cast.share({ restoreToken, limitMs: ABANDON_MS })
      if (shared.restoreToken !== null && shared.restoreToken !== restoreToken)
        await replaceToken(this.#grantsFile, { monitor, restoreToken: shared.restoreToken })
      return shared.stream
    })
    const stream = await within(sharing, RESTORE_MS)
    if (stream === undefined) throw new Error('The desktop has not shared the screen in time.')
    return stream
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

function showsAnother(monitor: string): string {
  return `The desktop shows another monitor than ${monitor}. ${SETUP}`
}

function throwUnavailable(cause: unknown): never {
  if (cause instanceof RecorderError) throw cause
  throw new RecorderError('DEVICE_UNAVAILABLE', (cause as Error).message, { cause })
}
