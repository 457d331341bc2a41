import type { DesktopChange, DesktopProblem, DesktopWatch } from '../../contract/desktop.ts'
import { BusConnection } from '../../dbus/connection.ts'
import { getProperty } from '../../dbus/get-property.ts'
import { type Child, startChild } from '../../processes/child-process.ts'
import { terminate } from '../../processes/terminate.ts'
import { within } from '../../time/within.ts'
import { logindProblem, NO_LOGIND } from './logind-problem.ts'
import { isOwnSession, readSession, type SessionState } from './logind-session.ts'

const LOGIND = 'org.freedesktop.login1'
const SESSION = `${LOGIND}.Session`
const MANAGER = `${LOGIND}.Manager`
const MANAGER_OBJECT = { destination: LOGIND, path: '/org/freedesktop/login1', interface: MANAGER }
const PROPERTIES = 'org.freedesktop.DBus.Properties'
const BUS = 'org.freedesktop.DBus'
/** The session of the caller, or the one in which its user sits at the screen. */
const OWN_SESSION = '/org/freedesktop/login1/session/auto'
const ANSWER_MS = 2_000
const FIRST_ANSWER_MS = 1_000
const ASK_AGAIN_FIRST_MS = 250
const CONNECT_AGAIN_FIRST_MS = 1_000
const WAIT_MAX_MS = 60_000

/**
 * Watches systemd-logind over the system bus. A signal only says that something may have changed:
 * the state is then asked for. While it is watched, a delay lock (`systemd-inhibit`, because logind
 * gives it as a file descriptor) lets the computer wait before it sleeps.
 */
export class LogindWatch implements DesktopWatch {
  readonly #env: NodeJS.ProcessEnv
  readonly #onChange: (change: DesktopChange) => void
  #bus: BusConnection | undefined
  #inhibitor: Child | undefined
  #connectAgainMs = CONNECT_AGAIN_FIRST_MS
  #askAgainMs = ASK_AGAIN_FIRST_MS
  #timer: NodeJS.Timeout | undefined
  /** The connection, and then each question, one after the other. */
  #checking: Promise<void> = Promise.resolve()
  /** A screen locker that sets no `LockedHint` is known only by the request to lock. */
  #lockRequested = false
  #wasHinted = false
  #isLocked = false
  #isAsleep = false
  #problem: DesktopProblem | null = NO_LOGIND
  /** The first answer about the session. */
  readonly #answered: Promise<void>
  #closed = false

  constructor(env: NodeJS.ProcessEnv, onChange: (change: DesktopChange) => void) {
    this.#env = env
    this.#onChange = onChange
    this.#connect()
    this.#answered = this.#checking
  }

  async problem(): Promise<DesktopProblem | null> {
    await within(this.#answered, FIRST_ANSWER_MS)
    return this.#problem
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#bus?.close()
    await Promise.all([this.#checking, this.#inhibitor && terminate(this.#inhibitor)])
  }

  #connect(): void {
    this.#checking = this.#checking.then(async () => {
      try {
        const bus = await BusConnection.open(this.#env, ANSWER_MS, 'system')
        this.#bus = bus
        void bus.closed.then(() => this.#connectLater())
        if (this.#closed) return bus.close()
        await this.#subscribe(bus)
        // Ask for the state: it may have changed before the signals arrived.
        await this.#ask(bus)
      } catch (error) {
        this.#problem = logindProblem(error)
        if (this.#bus) this.#bus.close()
        else this.#connectLater()
      }
    })
  }

  #connectLater(): void {
    this.#bus = undefined
    this.#release()
    if (this.#closed) return
    this.#problem ??= NO_LOGIND
    this.#later(this.#connectAgainMs, () => this.#connect())
    this.#connectAgainMs = Math.min(2 * this.#connectAgainMs, WAIT_MAX_MS)
  }

  #later(ms: number, act: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(act, ms).unref()
  }

  async #subscribe(bus: BusConnection): Promise<void> {
    const from = { sender: LOGIND }
    const changed = { interface: PROPERTIES, member: 'PropertiesChanged', arg0: SESSION }
    const sleep = { interface: MANAGER, member: 'PrepareForSleep' }
    const owner = { interface: BUS, member: 'NameOwnerChanged', arg0: LOGIND }
    const check = (): void => this.#check()
    const request = (isLock: boolean) => (_: unknown[], path: string) =>
      this.#check((session) => {
        if (isOwnSession(path, session)) this.#lockRequested = isLock
      })
    await Promise.all([
      bus.subscribe({ ...from, ...changed }, check, ANSWER_MS),
      bus.subscribe({ ...from, ...sleep }, ([is]) => this.#sleep(is === true), ANSWER_MS),
      ...(['Lock', 'Unlock'] as const).map((member) =>
        bus.subscribe(
          { ...from, interface: SESSION, member },
          request(member === 'Lock'),
          ANSWER_MS,
        ),
      ),
      // logind has come or gone.
      bus.subscribe({ ...owner, sender: BUS }, check, ANSWER_MS),
    ])
  }

  #sleep(isBeginning: boolean): void {
    if (this.#closed) return
    this.#isAsleep = isBeginning
    if (isBeginning) {
      this.#onChange({ type: 'sleeping', ready: () => this.#release() })
      return
    }
    this.#inhibit()
    this.#onChange({ type: 'awake' })
    this.#check()
  }

  /** Asks for the state of the session, after the questions before. */
  #check(apply?: (session: SessionState) => void): void {
    this.#checking = this.#checking.then(async () => {
      if (this.#bus && !this.#closed) await this.#ask(this.#bus, apply)
    })
  }

  async #ask(bus: BusConnection, apply?: (session: SessionState) => void): Promise<void> {
    const where = { destination: LOGIND, path: OWN_SESSION, interface: PROPERTIES }
    const call = { ...where, member: 'GetAll', signature: 's', args: [SESSION] }
    try {
      const [properties] = await bus.call(call, ANSWER_MS)
      const session = readSession(properties)
      if (session === undefined) throw new TypeError('logind described no session')
      if (this.#closed) return
      if (this.#problem !== null) this.#inhibit()
      this.#problem = null
      this.#askAgainMs = ASK_AGAIN_FIRST_MS
      this.#connectAgainMs = CONNECT_AGAIN_FIRST_MS
      apply?.(session)
      this.#update(session)
      if (this.#isAsleep) await this.#askWhetherAsleep(bus)
    } catch (error) {
      this.#problem = logindProblem(error)
      if (this.#closed || this.#bus === undefined) return
      // A service that has just started does not know the session yet.
      this.#later(this.#askAgainMs, () => this.#check())
      this.#askAgainMs = Math.min(2 * this.#askAgainMs, WAIT_MAX_MS)
    }
  }

  /** The signal of the waking is lost when logind or the bus was restarted meanwhile. */
  async #askWhetherAsleep(bus: BusConnection): Promise<void> {
    const isAsleep = await getProperty(bus, MANAGER_OBJECT, 'PreparingForSleep', ANSWER_MS)
    if (isAsleep === false && this.#isAsleep) this.#sleep(false)
  }

  #update({ isLocked, isActive }: SessionState): void {
    // A locker that sets the hint need not announce that the screen is unlocked.
    if (this.#wasHinted && !isLocked) this.#lockRequested = false
    this.#wasHinted = isLocked
    const locked = isLocked || this.#lockRequested || !isActive
    if (locked === this.#isLocked) return
    this.#isLocked = locked
    this.#onChange({ type: locked ? 'locked' : 'unlocked' })
  }

  /** Lets the computer wait before it sleeps, until `#release`. */
  #inhibit(): void {
    if (this.#inhibitor !== undefined || this.#closed) return
    const what = ['--what=sleep', '--mode=delay', '--who=f2f recorder']
    const args = [...what, '--why=The recording is paused first', 'cat']
    const inhibitor = startChild(
      { program: 'systemd-inhibit', args },
      { env: this.#env, stdin: 'pipe' },
    )
    this.#inhibitor = inhibitor
    void inhibitor.exited.then(() => {
      if (this.#inhibitor === inhibitor) this.#inhibitor = undefined
    })
  }

  #release(): void {
    const inhibitor = this.#inhibitor
    this.#inhibitor = undefined
    inhibitor?.expectExit()
    // `cat` ends with its input, and the lock with `cat`.
    inhibitor?.stdin?.end()
    inhibitor?.kill('SIGTERM')
  }
}
