import { SILENT, type WaylandConnection, type WaylandOutput } from '../../../wayland/connection.ts'
import { AnswerWatch } from '../../answer-watch.ts'
import { type CaptureProblem, deviceLost } from '../../capture-problem.ts'
import type { ScreenWatch } from '../../screen-watch.ts'
import { monitorProblem } from '../monitor-problem.ts'

/** The parts that a capture through the portal depends on. */
export interface WatchedCast {
  compositor: WaylandConnection
  /** The captured monitor, as it was when the capture began. */
  monitor: WaylandOutput
  /** Resolves when PipeWire is gone. */
  pipeWireClosed: Promise<unknown>
  /** Resolves when the desktop has ended the session. */
  sessionClosed: Promise<void>
}

/**
 * Asks the compositor for its monitors while one is captured. A frozen compositor does not answer,
 * though its last frame is still repeated.
 */
export function watchCast(
  { compositor, monitor, pipeWireClosed, sessionClosed }: WatchedCast,
  onProblem: (problem: CaptureProblem) => void,
): ScreenWatch {
  /** The connection outlasts this watch, and so would the questions to a frozen compositor. */
  const endQuestion = new Set<() => void>()
  const watch = new AnswerWatch({
    async ask() {
      await new Promise<void>((resolve, reject) => {
        endQuestion.add(resolve)
        compositor
          .sync()
          .then(resolve, reject)
          .finally(() => endQuestion.delete(resolve))
      })
      return monitorProblem(monitor, compositor.outputs)
    },
    silent: deviceLost(SILENT),
    onProblem,
    onEnd() {
      endFollowing()
      for (const end of endQuestion) end()
    },
  })
  const endFollowing = compositor.follow({
    changed: () => void watch.ask(),
    ended: () => watch.end(deviceLost('The Wayland compositor is gone.')),
  })
  void pipeWireClosed.then(() => watch.end(PIPEWIRE_GONE))
  void sessionClosed.then(async () => {
    // A desktop also ends the session when the monitor changes; the compositor tells how.
    await watch.ask()
    watch.end(deviceLost('The desktop has stopped the recording.'))
  })
  return watch
}

const PIPEWIRE_GONE = deviceLost('PipeWire is gone, which brings the frames of the screen.')
