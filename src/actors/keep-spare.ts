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

/** Starts a pipeline, and keeps a spare for the next capture of its medium once it has ended. */
export function keepSpareAfter(
  start: () => Pipeline,
  program: SpareProgram,
  spares: Spares | undefined,
  env: NodeJS.ProcessEnv,
): Pipeline {
  if (spares === undefined) return start()
  spares.beginCapture(program.medium)
  const pipeline = start()
  void pipeline.ended.then(() =>
    spares.endCapture(program.medium, () => keepSpare(program, spares, env)),
  )
  return pipeline
}
