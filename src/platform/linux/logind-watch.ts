import type { DesktopChange, DesktopProblem, DesktopWatch } from '../../contract/desktop.ts'
import { type Child, startChild } from '../../processes/child-process.ts'
import { runTool } from '../../processes/run-tool.ts'
import { terminate } from '../../processes/terminate.ts'
import { within } from '../../time/within.ts'
import { parseLogindSignal, parseSession, type SessionState } from './logind-messages.ts'
import { logindProblem, NO_GDBUS, NO_LOGIND } from './logind-problem.ts'

const LOGIND = 'org.freedesktop.login1'
/** The session of the caller, or the one in which its user sits at the screen. */
const OWN_SESSION = '/org/freedesktop/login1/session/auto'
const ANSWER_MS = 2_000
const FIRST_ANSWER_MS = 1_000
const ASK_AGAIN_FIRST_MS = 250
const RESTART_FIRST_MS = 1_000
const RESTART_MAX_MS = 60_000

/**
 * Watches systemd-logind with `gdbus monitor`. A signal only says that something may have changed:
 * the state is then asked for (`gdbus call`). While it runs, a delay lock (`systemd-inhibit`) lets
 * the computer wait before it sleeps.
 */
export class LogindWatch implements DesktopWatch {
  readonly #env: NodeJS.ProcessEnv
  readonly #onChange: (change: DesktopChange) => void
  #monitor: Child | undefined
  #inhibitor: Child | undefined
  #rest = ''
  #restartMs = RESTART_FIRST_MS
  #restartTimer: NodeJS.Timeout | undefined
  #askAgainMs = ASK_AGAIN_FIRST_MS
  #askTimer: NodeJS.Timeout | undefined
  #checking: Promise<void> = Promise.resolve()
  /** A screen locker that sets no `LockedHint` is known only by the request to lock. */
  #lockRequested = false
  #wasHinted = false
  #isLocked = false
  #problem: DesktopProblem | null = NO_LOGIND
  /** The first answer about the session. */
  readonly #answered: Promise<void>
  #closed = false

  constructor(env: NodeJS.ProcessEnv, onChange: (change: DesktopChange) => void) {
    this.#env = env
    this.#onChange = onChange
    this.#start()
    this.#answered = this.#checking
  }

  async problem(): Promise<DesktopProblem | null> {
    await within(this.#answered, FIRST_ANSWER_MS)
    return this.#problem
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#restartTimer)
    clearTimeout(this.#askTimer)
    await Promise.all([this.#monitor, this.#inhibitor].map((child) => child && terminate(child)))
    await this.#checking
  }

  #start(): void {
    const args = ['monitor', '--system', '--dest', LOGIND]
    const monitor = startChild(
      { program: 'gdbus', args },
      { env: this.#env, onStdout: (chunk) => this.#read(chunk.toString('utf8')) },
    )
    this.#monitor = monitor
    this.#rest = ''
    this.#inhibit()
    // What happened before the monitor was there is asked for.
    this.#check()
    void monitor.exited.then(({ error }) => {
      this.#release()
      if (this.#closed) return
      this.#problem ??= error?.code === 'ENOENT' ? NO_GDBUS : NO_LOGIND
      this.#restartTimer = setTimeout(() => this.#start(), this.#restartMs)
      this.#restartTimer.unref()
      this.#restartMs = Math.min(2 * this.#restartMs, RESTART_MAX_MS)
    })
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) this.#observe(line)
  }

  #observe(line: string): void {
    // It says so at its start, and when logind comes or goes.
    if (line.includes('is owned by')) this.#check()
    const signal = parseLogindSignal(line)
    if (signal === undefined || this.#closed) return
    if (signal.type === 'prepareForSleep') this.#sleep(signal.isBeginning)
    else this.#check(signal.type === 'changed' ? undefined : signal)
  }

  #sleep(isBeginning: boolean): void {
    if (isBeginning) {
      this.#onChange({ type: 'sleeping', ready: () => this.#release() })
      return
    }
    this.#inhibit()
    this.#onChange({ type: 'awake' })
    this.#check()
  }

  /** Asks for the state of the session, one question after the other. */
  #check(request?: { type: 'lock' | 'unlock'; path: string }): void {
    this.#checking = this.#checking.then(async () => {
      if (this.#closed) return
      const session = await this.#askSession()
      if (this.#closed) return
      if (session === undefined) return this.#askAgain()
      this.#askAgainMs = ASK_AGAIN_FIRST_MS
      this.#problem = null
      this.#restartMs = RESTART_FIRST_MS
      if (request && isOwn(request.path, session.id)) this.#lockRequested = request.type === 'lock'
      this.#update(session)
    })
  }

  /** A service that has just started does not know the session yet. */
  #askAgain(): void {
    clearTimeout(this.#askTimer)
    this.#askTimer = setTimeout(() => this.#check(), this.#askAgainMs)
    this.#askTimer.unref()
    this.#askAgainMs = Math.min(2 * this.#askAgainMs, RESTART_MAX_MS)
  }

  async #askSession() {
    const method = 'org.freedesktop.DBus.Properties.GetAll'
    const args = ['call', '--system', '--dest', LOGIND, '--object-path', OWN_SESSION]
    args.push('--method', method, 'org.freedesktop.login1.Session')
    const answer = await runTool({ program: 'gdbus', args }, { env: this.#env, limitMs: ANSWER_MS })
    const session = answer.outcome === 'done' ? parseSession(answer.stdout) : undefined
    if (session === undefined) this.#problem = logindProblem(answer)
    return session
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

/** Whether a signal of a session is about the one with this id. Paths escape what is no letter. */
function isOwn(path: string, id: string | undefined): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === 'auto' || id === undefined) return true
  const unescaped = name.replaceAll(/_([0-9a-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return unescaped === id
}
