import type { Medium } from '../contract/media.ts'
import { PICTURE_OUTPUTS } from '../ffmpeg/encoding.ts'
import type { CaptureHelper } from '../platform/capture-backend.ts'
import type { ChildCommand } from '../processes/child-process.ts'
import type { Pipeline } from './segment/pipeline.ts'
import type { Spares } from './spares.ts'

/** The program to keep for the next capture of a medium. */
export type SpareProgram =
  | { medium: Exclude<Medium, 'screen'>; encoder: Promise<ChildCommand> }
  | { medium: 'screen'; helper: Promise<CaptureHelper> }

/** Keeps a spare for the next capture of a medium. Rejects when its program is missing. */
export async function keepSpare(
  program: SpareProgram,
  spares: Spares,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (program.medium !== 'screen')
    return spares.keep(program.medium, await program.encoder, { env, stdin: 'pipe' })
  const helper = await program.helper
  const options = { env, descriptors: PICTURE_OUTPUTS }
  if (helper.feeder) spares.keep('screen', helper, { ...options, stdin: 'pipe' })
  else await spares.keepGated('screen', helper, options)
}

/**
 * Starts a pipeline, and makes a spare for the next capture of its medium when it has ended. The
 * screen's takes longest to deliver, so it is made from the cut on: a start may follow at once.
 */
export function keepSpareAfter(
  start: () => Pipeline,
  program: SpareProgram,
  spares: Spares | undefined,
  env: NodeJS.ProcessEnv,
): Pipeline {
  if (spares === undefined) return start()
  const { medium } = program
  spares.beginCapture(medium)
  const pipeline = start()
  let hasEnded = false
  const onEnd = (): void => {
    if (!hasEnded) spares.endCapture(medium, () => keepSpare(program, spares, env))
    hasEnded = true
  }
  void pipeline.ended.then(onEnd)
  if (medium !== 'screen') return pipeline
  return {
    get startedAtMs() {
      return pipeline.startedAtMs
    },
    ended: pipeline.ended,
    kill: () => pipeline.kill(),
    end(cause) {
      pipeline.end(cause)
      if (cause.kind === 'cut') onEnd()
    },
  }
}
