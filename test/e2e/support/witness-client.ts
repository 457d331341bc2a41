import { randomUUID } from 'node:crypto'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import type { TestDaemon } from '../../support/daemon.ts'

/** A request to a recorder, and its answer if there was one. */
export interface Asked {
  /** `start` a recording, `tags`, `pause`, … */
  command: string
  path: string
  body: Record<string, unknown>
  idempotencyKey: string
  answer?: { status: number; body: RecordingAnswer }
}

/** A request that was answered with 2xx. */
export type Acknowledged = Asked & { answer: NonNullable<Asked['answer']> }

/**
 * A client that remembers what it was promised, so that it can be held against what is there after
 * a crash.
 */
export class WitnessClient {
  readonly asked: Asked[] = []
  readonly #daemon: TestDaemon
  #underWay = 0

  constructor(daemon: TestDaemon) {
    this.#daemon = daemon
  }

  start(body: Record<string, unknown> = {}): Promise<Asked> {
    return this.#ask('start', '/recordings', { wrapUpSeconds: 3600, ...body })
  }

  /** A command on the current recording. */
  command(
    command: 'pause' | 'resume' | 'stop' | 'close' | 'tags',
    body: Record<string, unknown> = {},
  ): Promise<Asked> {
    return this.#ask(command, `/recordings/current/${command}`, body)
  }

  /** Sets one tag that no other has. */
  tag(): Promise<Asked> {
    return this.command('tags', { tags: { [`k${this.asked.length}`]: randomUUID() } })
  }

  /** Whether no request is under way. */
  get isQuiet(): boolean {
    return this.#underWay === 0
  }

  /** The requests that were answered with 2xx. */
  get acknowledged(): Acknowledged[] {
    return this.asked.filter((asked): asked is Acknowledged => {
      return asked.answer !== undefined && asked.answer.status < 300
    })
  }

  /** The requests without an answer: the daemon was gone. */
  get unanswered(): Asked[] {
    return this.asked.filter(({ answer }) => answer === undefined)
  }

  /** The recording as the last answer told it. */
  get lastTold(): RecordingAnswer | undefined {
    return this.acknowledged
      .map(({ answer }) => answer.body)
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.version - b.version)
      .at(-1)
  }

  async #ask(command: string, path: string, body: Record<string, unknown>): Promise<Asked> {
    const asked: Asked = { command, path, body, idempotencyKey: randomUUID() }
    this.asked.push(asked)
    this.#underWay++
    try {
      const { status, body: answer } = await this.#daemon.api('POST', path, body, {
        'Idempotency-Key': asked.idempotencyKey,
      })
      asked.answer = { status, body: answer }
    } catch (error) {
      // The daemon was killed; anything else is no network error.
      if (!(error instanceof TypeError)) throw error
    } finally {
      this.#underWay--
    }
    return asked
  }
}
