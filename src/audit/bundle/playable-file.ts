import { extname } from 'node:path'
import type { ComposedFile, CompositionPort } from '../../composition/port.ts'
import { type ErrorCode, RecorderError } from '../../contract/errors.ts'
import type { BundledRecording } from './port.ts'
import type { ZipFile } from './zip.ts'

/** A recording of which nothing can be composed is bundled all the same. */
const WITHOUT: ReadonlySet<ErrorCode> = new Set(['EXPORT_FAILED', 'INVALID_STATE'])

/** The playable file of a bundle, or why there is none. */
export type Playable = { file: ComposedFile; name: string } | { missing: string }

/** Composes the whole recording with all its gaps, as `f2f export` does. Rejects like `compose`. */
export async function composePlayable(
  compositions: Pick<CompositionPort, 'compose'>,
  recording: BundledRecording,
  signal: AbortSignal,
): Promise<Playable> {
  try {
    const request = { kind: 'export', gaps: 'fill', audio: 'mix' } as const
    const file = await compositions.compose(recording, request, signal)
    return { file, name: `recording${extname(file.name)}` }
  } catch (error) {
    if (!(error instanceof RecorderError) || !WITHOUT.has(error.code)) throw error
    return { missing: error.message }
  }
}

/**
 * Returns the playable file, unsealed while it is read. `again` composes it once more: the cache
 * may have removed it meanwhile.
 */
export async function* playableFile(
  playable: Playable,
  again: () => Promise<Playable>,
): AsyncGenerator<ZipFile> {
  if ('missing' in playable) return
  const media = await playable.file.open().catch(async (error) => {
    if (!(error instanceof RecorderError) || error.code !== 'NOT_FOUND') throw error
    const composed = await again()
    if ('missing' in composed) throw error
    return composed.file.open()
  })
  try {
    yield { name: playable.name, bytes: media.bytes, content: media.stream() }
  } finally {
    await media.close()
  }
}
