/** One round of the group commit: a group that is written with one sync. */
interface Round<G> {
  group: G
  committed: Promise<void>
  resolve: () => void
  reject: (error: Error) => void
  /** Its promise is rejected already, so nobody may learn how its write ends. */
  abandoned: boolean
}

/** The steps of a group commit. */
export interface GroupCommitSteps<G> {
  /** A new empty group. */
  create(): G
  /** Writes a whole group to disk. Called only after the write before has settled. */
  write(group: G): Promise<void>
  /** Called when a group is on disk, before its promises resolve. */
  committed(group: G): void
  /**
   * Called when a write has failed. The waiting group fails with it. Returns the error with which
   * both are rejected.
   */
  failed(error: unknown): Error
}

/**
 * Collects operations while the disk is busy and writes them together, one write at a time. Many
 * callers share the cost of one synced write.
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

  /** The group of the next write, if any. */
  get waiting(): G | undefined {
    return this.#waiting?.group
  }

  /** The group that is being written, if any. */
  get writing(): G | undefined {
    return this.#writing?.group
  }

  /** Whether anything is waiting or being written. */
  get isBusy(): boolean {
    return this.#waiting !== undefined || this.#writing !== undefined
  }

  /** Adds to the group of the next write and settles with it. `add` must not throw. */
  join(add: (group: G) => void): Promise<void> {
    this.#waiting ??= this.#round()
    add(this.#waiting.group)
    this.#schedule()
    return this.#waiting.committed
  }

  /**
   * Rejects everything that is not on disk. The waiting group is never written. The group that is
   * being written may still reach the disk, but counts as failed.
   */
  abandon(reason: Error): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (this.#writing) {
      this.#writing.abandoned = true
      this.#writing.reject(reason)
    }
    waiting?.reject(reason)
    if (this.#writing === undefined) this.#next()
  }

  /** Resolves when nothing is waiting or being written. */
  idle(): Promise<void> {
    if (!this.isBusy) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #round(): Round<G> {
    let resolve = () => {}
    let reject: (error: Error) => void = () => {}
    const committed = new Promise<void>((onCommitted, onFailed) => {
      resolve = onCommitted
      reject = onFailed
    })
    return { group: this.#steps.create(), committed, resolve, reject, abandoned: false }
  }

  // Writes in the next turn of the event loop, so that requests of other sockets join the group.
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
    if (!round.abandoned) {
      this.#steps.committed(round.group)
      round.resolve()
    }
    this.#next()
  }

  #fail(round: Round<G>, error: unknown): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#writing = undefined
    const reason = this.#steps.failed(error)
    round.reject(reason)
    waiting?.reject(reason)
    this.#next()
  }

  #next(): void {
    if (this.#waiting !== undefined) this.#schedule()
    else for (const resolve of this.#idle.splice(0)) resolve()
  }
}
