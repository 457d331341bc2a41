import type { Logger } from '../../contract/logger.ts'
import { exitProblem } from '../../platform/capture-problem.ts'
import type { Child, ChildCommand } from '../../processes/child-process.ts'
import { within } from '../../time/within.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { PipelineEvents } from '../segment/pipeline.ts'
import { feedSilence } from './feed-silence.ts'

const RESTART_FIRST_MS = 250
const RESTART_MAX_MS = 4_000

/**
 * Plays the silence that keeps an idle device delivering, and restarts its player when that dies.
 */
export class KeepAwake {
  /** Resolves when `stop` has been called and no process is left. */
  readonly ended: Promise<void>
  #player: Child | undefined
  #isOver = false
  #interrupt: () => void = () => {}

  /** `command`: a player that reads the silence from its stdin. */
  constructor(
    command: ChildCommand,
    env: NodeJS.ProcessEnv,
    logger: Logger,
    report: PipelineEvents['process'],
  ) {
    this.ended = this.#run(command, env, logger, report)
  }

  stop(): void {
    this.#isOver = true
    this.#player?.kill('SIGKILL')
    this.#interrupt()
  }

  async #run(
    command: ChildCommand,
    env: NodeJS.ProcessEnv,
    logger: Logger,
    report: PipelineEvents['process'],
  ): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#interrupt = resolve
    })
    for (
      let pauseMs = RESTART_FIRST_MS;
      !this.#isOver;
      pauseMs = Math.min(2 * pauseMs, RESTART_MAX_MS)
    ) {
      const player = startObserved(command, { env, stdin: 'pipe' }, report)
      this.#player = player
      if (player.stdin) feedSilence(player.stdin)
      const exit = await player.exited
      if (this.#isOver) return
      const { detail } = exitProblem('The player of silence', player, exit)
      logger.warn({ detail }, 'a speaker is not kept awake; trying again')
      await within(stopped, pauseMs)
    }
  }
}
