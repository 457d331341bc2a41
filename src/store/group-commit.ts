/** One round of the group commit: what waits while the round before is written. */
interface Round<G> {
  group: G
  committed: Promise<void>
  resolve: () => void
  reject: (error: Error) => void
}

/** The steps of a group commit. */
export interface GroupCommitSteps<G> {
  /** A new empty group. */
  create(): G
  /** Puts a whole group on disk. Never called before the one before is settled. */
  write(group: G): Promise<void>
  /** A group is on disk; called before its waiters learn of it. */
  committed(group: G): void
  /**
   * A group is not on disk, nor will be what waits. What it returns is what all of them are
   * rejected with.
   */
  failed(error: unknown): Error
}

/**
 * Collects what comes while the disk is busy and writes it in one go, one write in flight at a
 * time. So a synced write costs next to nothing when many wait for it.
 */
export class GroupCommit<G> {
  readonly #steps: GroupCommitSteps<G>
  #waiting: Round<G> | undefined
  #writing: Round<G> | undefined
  #scheduled = false
  #idle: (() => void)[] = []

  constructor(steps: GroupCommitSteps<G>) {
    this.#steps = steps
  }

  /** The group that the next write will take, if any. */
  get waiting(): G | undefined {
    return this.#waiting?.group
  }

  /** The group that is being written, if any. */
  get writing(): G | undefined {
    return this.#writing?.group
  }

  /** Adds to the group that the next write will take, and settles with it. `add` must not throw. */
  join(add: (group: G) => void): Promise<void> {
    this.#waiting ??= this.#round()
    add(this.#waiting.group)
    this.#schedule()
    return this.#waiting.committed
  }

  /** Resolves when nothing is waiting or being written. */
  idle(): Promise<void> {
    if (this.#waiting === undefined && this.#writing === undefined) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #round(): Round<G> {
    let resolve = () => {}
    let reject: (error: Error) => void = () => {}
    const committed = new Promise<void>((onCommitted, onFailed) => {
      resolve = onCommitted
      reject = onFailed
    })
    return { group: this.#steps.create(), committed, resolve, reject }
  }

  // Not at once: what other sockets have brought in the same turn of the event loop comes along.
  #schedule(): void {
    if (this.#scheduled || this.#writing !== undefined) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      void this.#write()
    })
  }

  async #write(): Promise<void> {
    const round = this.#waiting
    if (round === undefined) return
    this.#waiting = undefined
    this.#writing = round
    try {
      await this.#steps.write(round.group)
    } catch (error) {
      this.#fail(round, error)
      return
    }
    this.#writing = undefined
    this.#steps.committed(round.group)
    round.resolve()
    this.#next()
  }

  #fail(round: Round<G>, error: unknown): void {
    const behind = this.#waiting
    this.#waiting = undefined
    this.#writing = undefined
    const reason = this.#steps.failed(error)
    round.reject(reason)
    behind?.reject(reason)
    this.#next()
  }

  #next(): void {
    if (this.#waiting !== undefined) this.#schedule()
    else for (const resolve of this.#idle.splice(0)) resolve()
  }
}
