import { PICTURE_OUTPUTS } from '../ffmpeg/encoding.ts'
import type { CaptureHelper } from '../platform/capture-backend.ts'
import type { ChildCommand } from '../processes/child-process.ts'
import type { Pipeline } from './segment/pipeline.ts'
import type { Spares } from './spares.ts'

/** A spare starts this long after the end of a capture, so that it delays no answer. */
const AFTER_END_MS = 150

/** The program to keep for the next capture of a medium. */
export type SpareProgram =
  | { medium: 'mic' | 'speaker'; encoder: Promise<ChildCommand> }
  | { medium: 'screen'; helper: Promise<CaptureHelper> }

/** Keeps a spare for the next capture of a medium, once a capture of it has ended. */
export function keepSpareAfter(
  pipeline: Pipeline,
  program: SpareProgram,
  spares: Spares | undefined,
  env: NodeJS.ProcessEnv,
): Pipeline {
  if (spares === undefined) return pipeline
  const keep = async (): Promise<void> => {
    if (program.medium === 'screen') {
      const options = { env, descriptors: PICTURE_OUTPUTS }
      const helper = await program.helper
      if (helper.feeder) spares.keep('screen', helper, { ...options, stdin: 'pipe' })
      else await spares.keepGated('screen', helper, options)
    } else spares.keep(program.medium, await program.encoder, { env, stdin: 'pipe' })
  }
  void pipeline.ended.then(() => {
    // Without a command or ffmpeg there is nothing to keep; its capture has reported why.
    setTimeout(() => void keep().catch(() => {}), AFTER_END_MS).unref()
  })
  return pipeline
}
