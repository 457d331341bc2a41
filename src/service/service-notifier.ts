import { runTool } from '../processes/run-tool.ts'
import { within } from '../time/within.ts'

/** A starting daemon may need minutes to verify its log. systemd waits as long as it says so. */
const START_EXTENSION_MS = 60_000
const EXTEND_START = `EXTEND_TIMEOUT_USEC=${START_EXTENSION_MS * 1_000}`
const START_INTERVAL_MS = 20_000
const SEND_LIMIT_MS = 5_000
const RETRY_MS = 1_000

/** The part of a logger that the notifier needs. */
interface Log {
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

/**
 * Tells systemd that the daemon starts, is ready, lives and stops (`sd_notify`), through the
 * program `systemd-notify`: Node.js has no datagram sockets of the Unix domain. The sign of life
 * leaves only after `checkAlive`, so it proves the event loop and whatever that asks.
 */
export class ServiceNotifier {
  readonly #env: NodeJS.ProcessEnv
  readonly #watchdogMs: number | null
  readonly #logger: Log
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<unknown> | undefined
  #isClosed = false
  #hasWarned = false

  private constructor(env: NodeJS.ProcessEnv, watchdogMs: number | null, logger: Log) {
    this.#env = env
    this.#watchdogMs = watchdogMs
    this.#logger = logger
    this.#repeat(START_INTERVAL_MS, async () => {
      await this.#send(EXTEND_START)
      return START_INTERVAL_MS
    })
  }

  /**
   * Creates a notifier if systemd has started this process with `Type=notify`; otherwise undefined.
   * Removes its variables from the environment: they are not meant for child processes.
   */
  static fromEnvironment(env: NodeJS.ProcessEnv, logger: Log): ServiceNotifier | undefined {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = env
    delete env.NOTIFY_SOCKET
    delete env.WATCHDOG_USEC
    delete env.WATCHDOG_PID
    if (!NOTIFY_SOCKET) return undefined
    const isMeant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid)
    const watchdogMs = isMeant ? Number(WATCHDOG_USEC) / 1_000 : 0
    return new ServiceNotifier(
      { ...env, NOTIFY_SOCKET },
      watchdogMs > 0 ? watchdogMs : null,
      logger,
    )
  }

  /**
   * Reports that the daemon is ready, and from then on that it lives, as long as `checkAlive`
   * resolves in time. Never rejects.
   */
  async ready(status: string, checkAlive: () => Promise<unknown>): Promise<void> {
    this.#cancel()
    if (await this.#send('READY=1', `STATUS=${status}`)) return this.#beginWatchdog(checkAlive)
    // Otherwise systemd would end a recorder that records: to it, the start never came to its end.
    this.#repeat(RETRY_MS, async () => {
      if (await this.#send('READY=1', `STATUS=${status}`)) this.#beginWatchdog(checkAlive)
      else await this.#send(EXTEND_START)
      return RETRY_MS
    })
  }

  #beginWatchdog(checkAlive: () => Promise<unknown>): void {
    this.#cancel()
    const limitMs = this.#watchdogMs
    if (limitMs === null) return
    // Three tries within the limit: one may be late on a busy computer.
    const intervalMs = limitMs / 3
    this.#repeat(intervalMs, async () => {
      const isAlive = await this.#isAlive(checkAlive, intervalMs)
      const isSent = isAlive && (await this.#send('WATCHDOG=1'))
      return isSent ? intervalMs : Math.min(RETRY_MS, intervalMs)
    })
  }

  /**
   * Reports that the daemon is stopping, and nothing from then on. Does not wait: the message dies
   * with a process that ends at once, and systemd then sees the end itself.
   */
  stopping(): void {
    this.close()
    void this.#send('STOPPING=1')
  }

  /** Reports nothing from now on. */
  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  /**
   * Runs a step after a time, again and again, until another one is repeated. The step returns the
   * time until the next one.
   */
  #repeat(delayMs: number, step: () => Promise<number>): void {
    this.#cancel()
    if (this.#isClosed) return
    const timer = setTimeout(async () => {
      const next = await step()
      if (this.#timer === timer) this.#repeat(next, step)
    }, delayMs).unref()
    this.#timer = timer
  }

  #cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #isAlive(checkAlive: () => Promise<unknown>, limitMs: number): Promise<boolean> {
    // One check at a time: each that hangs occupies a thread.
    this.#checking ??= checkAlive().finally(() => {
      this.#checking = undefined
    })
    try {
      const answered = await within(
        this.#checking.then(() => true),
        limitMs,
      )
      if (answered === true) return true
      this.#logger.error({ limitMs }, 'the log does not answer: systemd gets no sign of life')
    } catch (error) {
      this.#logger.error({ err: error }, 'the log cannot be read: systemd gets no sign of life')
    }
    return false
  }

  async #send(...assignments: string[]): Promise<boolean> {
    const { outcome, stderr } = await runTool(
      { program: 'systemd-notify', args: assignments },
      { env: this.#env, limitMs: SEND_LIMIT_MS },
    )
    if (outcome === 'done') return true
    if (!this.#hasWarned) this.#logger.warn({ outcome, stderr }, 'systemd cannot be notified')
    this.#hasWarned = true
    return false
  }
}
