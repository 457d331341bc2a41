import { basename } from 'node:path'
import type { Device } from '../../contract/media.ts'
import type { DeviceList, NamedVersion } from '../../contract/views.ts'
import { PulseConnection } from '../../pulse/connection.ts'
import { COMMAND, SUBSCRIPTION } from '../../pulse/protocol.ts'
import { PulseError } from '../../pulse/pulse-error.ts'
import { u32 } from '../../pulse/tagstruct.ts'
import { within } from '../../time/within.ts'
import { unavailable } from '../capture-backend.ts'
import type { SoundCondition } from '../sound-source.ts'
import { DefaultDevices } from './default-devices.ts'
import {
  askState,
  defaultNames,
  deviceViews,
  mutedDetail,
  type PulseState,
  type Sound,
  serverProblem,
  soundServerName,
} from './pulse-state.ts'

/** Limit for the devices to be known, with a new connection if need be. */
const ANSWER_MS = 1_700
/** Between two questions while volumes change all the time. */
const REFRESH_MS = 250
const RECONNECT_FIRST_MS = 250
const RECONNECT_MAX_MS = 4_000
/** A server that is started again, and finds its devices, takes no longer. */
const RETURNING_MS = 10_000
const NO_ANSWER = new PulseError('silent', 'The sound server does not answer.')

const CHANGED = { mic: 'MICROPHONE_CHANGED', speaker: 'SPEAKER_CHANGED' } as const

type OnCondition = (code: SoundCondition, detail: string | null) => void

interface DeviceWatch {
  medium: Sound
  device: Device
  onChange: OnCondition
  reported: Record<SoundCondition, string | null>
}

/** The properties of the recorder that the sound server shows to others. */
export function clientProperties(): Record<string, string> {
  return {
    'application.name': 'f2f-recorder',
    'application.id': 'f2f-recorder',
    'application.process.id': String(process.pid),
    'application.process.binary': basename(process.execPath),
  }
}

/**
 * The devices of the sound server, over one connection that is opened when it is first needed and
 * stays open. A question over it takes a millisecond or two, so nothing is remembered: a server
 * that hangs is noticed at once. The server's events cause the questions about conditions.
 */
export class PulseDevices {
  readonly #env: NodeJS.ProcessEnv
  readonly #watches = new Set<DeviceWatch>()
  readonly #defaults = new DefaultDevices()
  #connection: Promise<PulseConnection> | undefined
  #answer: Promise<PulseState> | undefined
  #timer: NodeJS.Timeout | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #reconnectMs = RECONNECT_FIRST_MS
  /** When the server has ended the connection, by performance.now(). */
  #goneAt = Number.NEGATIVE_INFINITY
  /** Whether the server did not answer when it was asked last. */
  #wasSilent = false

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /**
   * Lists the devices of a microphone or speaker: sources that are not monitors, or sinks. Resolves
   * within 2 s; never rejects.
   */
  async list(medium: Sound): Promise<DeviceList> {
    const state = await this.#ask().catch(toPulseError)
    if (state instanceof PulseError) return unavailable(serverProblem(state))
    const devices = deviceViews(state, medium)
    if (devices.length > 0) return { available: true, devices }
    return unavailable(
      medium === 'mic'
        ? 'There is no microphone. Connect one, or switch it on in the sound settings.'
        : 'There is no speaker. Connect one, or switch it on in the sound settings.',
    )
  }

  /** Whether the server has just gone, so that it and its devices may come back in a moment. */
  get isReturning(): boolean {
    return performance.now() - this.#goneAt < RETURNING_MS
  }

  /** The sound server by its name; null when it does not answer. Never rejects. */
  async server(): Promise<NamedVersion | null> {
    const state = await this.#ask().catch(() => null)
    return state && soundServerName(state)
  }

  /**
   * Whether a microphone is muted, or a speaker or its monitor; null when the server does not
   * answer. Never rejects.
   */
  async isMuted(medium: Sound, device: Device): Promise<boolean | null> {
    const state = await this.#ask().catch(() => undefined)
    return state === undefined ? null : mutedDetail(state, medium, device) !== null
  }

  /**
   * Calls back when a condition of a device begins, with a whole sentence, and with null when it is
   * over. There is none at first.
   */
  watch(medium: Sound, device: Device, onChange: OnCondition): { stop(): void } {
    const reported = { SOURCE_MUTED: null, MICROPHONE_CHANGED: null, SPEAKER_CHANGED: null }
    const watch: DeviceWatch = { medium, device, onChange, reported }
    this.#watches.add(watch)
    this.#defaults.beginCapture(medium, device)
    this.#refreshIn(0)
    return {
      stop: () => {
        this.#watches.delete(watch)
        if (this.#watches.size > 0) return
        clearTimeout(this.#timer)
        this.#timer = undefined
      },
    }
  }

  /** Asks for the present state. A question that is under way answers further ones. */
  #ask(): Promise<PulseState> {
    this.#answer ??= this.#askWithin().finally(() => {
      this.#answer = undefined
    })
    return this.#answer
  }

  async #askWithin(): Promise<PulseState> {
    const state = await within(this.#askTwice(), ANSWER_MS).catch((error) => {
      if (error instanceof PulseError && error.kind === 'silent') this.#wasSilent = true
      throw error
    })
    if (state === undefined) {
      this.#wasSilent = true
      this.#disconnect()
      throw NO_ANSWER
    }
    this.#defaults.observe(defaultNames(state))
    return state
  }

  async #askTwice(): Promise<PulseState> {
    try {
      return await askState(await this.#connected())
    } catch (error) {
      // The server may have been restarted since.
      if (error instanceof PulseError && error.kind === 'absent')
        return askState(await this.#connected())
      throw error
    }
  }

  #connected(): Promise<PulseConnection> {
    this.#connection ??= this.#connect()
    return this.#connection
  }

  #connect(): Promise<PulseConnection> {
    const connecting = this.#open()
    const forget = (): void => {
      this.#connection = undefined
      this.#refreshLater()
    }
    const isCurrent = (): boolean => this.#connection === connecting
    connecting.then(
      async ({ closed }) => {
        this.#endSilence()
        await closed
        if (!isCurrent()) return
        this.#goneAt = performance.now()
        forget()
      },
      (error) => {
        if (error instanceof PulseError && error.kind === 'absent') this.#endSilence()
        if (isCurrent()) forget()
      },
    )
    return connecting
  }

  /** A server that was silent has gone only now, however long ago its connection was given up. */
  #endSilence(): void {
    if (!this.#wasSilent) return
    this.#wasSilent = false
    this.#goneAt = performance.now()
  }

  async #open(): Promise<PulseConnection> {
    const connection = await PulseConnection.open(
      { env: this.#env, properties: clientProperties() },
      { message: (command) => this.#onMessage(command) },
    )
    const changes = SUBSCRIPTION.sink | SUBSCRIPTION.source | SUBSCRIPTION.server
    await connection.request(COMMAND.subscribe, [u32(changes)], () => {})
    // It lasts as long as this process, but is no reason for it to last.
    connection.unref()
    return connection
  }

  #disconnect(): void {
    void this.#connection?.then(
      (connection) => connection.close(),
      () => {},
    )
    this.#connection = undefined
  }

  #onMessage(command: number): void {
    if (command !== COMMAND.subscribeEvent || this.#watches.size === 0) return
    this.#refreshIn(Math.max(0, this.#askedAt + REFRESH_MS - performance.now()))
  }

  /** Asks in `inMs` for the state of the devices, unless that is due already. */
  #refreshIn(inMs: number): void {
    this.#timer ??= setTimeout(() => void this.#refresh(), inMs)
  }

  /** Asks again after a while, which grows until there is an answer. */
  #refreshLater(): void {
    if (this.#watches.size === 0 || this.#timer !== undefined) return
    this.#refreshIn(this.#reconnectMs)
    this.#reconnectMs = Math.min(2 * this.#reconnectMs, RECONNECT_MAX_MS)
  }

  async #refresh(): Promise<void> {
    this.#timer = undefined
    // An answer that is under way may be older than the change that has caused this.
    await this.#answer?.catch(() => {})
    this.#askedAt = performance.now()
    const state = await this.#ask().catch(() => undefined)
    if (state === undefined) return this.#refreshLater()
    this.#reconnectMs = RECONNECT_FIRST_MS
    const names = defaultNames(state)
    for (const watch of [...this.#watches]) {
      const { medium, device } = watch
      report(watch, 'SOURCE_MUTED', mutedDetail(state, medium, device))
      report(watch, CHANGED[medium], this.#defaults.changedDetail(names, medium, device))
    }
  }
}

function toPulseError(error: unknown): PulseError {
  if (error instanceof PulseError) return error
  throw error
}

function report(watch: DeviceWatch, code: SoundCondition, detail: string | null): void {
  if (detail === watch.reported[code]) return
  watch.reported[code] = detail
  watch.onChange(code, detail)
}
