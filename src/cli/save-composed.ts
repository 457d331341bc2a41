import type { Io } from './command.ts'
import type { Api } from './connection/api.ts'
import { type DownloadedFile, saveDownload } from './download.ts'
import { createInterruptSignal } from './interrupt-signal.ts'
import { localProblem } from './problem.ts'
import { followExportProgress } from './text/export-progress.ts'
import { createProgressBar } from './text/progress-bar.ts'

/** A file that the recorder makes before it sends it. */
export interface ComposedFile {
  recordingId: string
  gaps: string
  audio: string
  /** Where it is saved. */
  path: string
  /** The length of an answer that does not say its length, for its progress. */
  estimatedBytes?: number
  /** Requests it. Resolves when the answer begins. */
  request(signal: AbortSignal): Promise<Response>
  /** The title of the problem when a person interrupts it. */
  interrupted: string
}

/**
 * Lets the recorder make a file and saves it, with its progress on stderr, unless the output is for
 * a program. Throws ProblemError when a person interrupts it; then nothing was written.
 */
export async function saveComposed(
  { api, io, json }: { api: Api; io: Io; json: boolean },
  { path, estimatedBytes, request, interrupted, ...wanted }: ComposedFile,
): Promise<DownloadedFile> {
  const bar = json ? undefined : createProgressBar(io)
  const interrupt = createInterruptSignal()
  const progressEnd = new AbortController()
  const progress = followExportProgress(
    api,
    wanted,
    (percent) => bar?.show('making', percent),
    progressEnd.signal,
  )
  try {
    const answer = await request(interrupt.signal)
    progressEnd.abort()
    const downloaded = await saveDownload(answer, path, {
      onPercent: (percent) => bar?.show('downloading', percent),
      ...(estimatedBytes === undefined ? {} : { estimatedBytes }),
    })
    bar?.clear()
    return downloaded
  } catch (error) {
    bar?.clear()
    if (!interrupt.signal.aborted) throw error
    throw localProblem('FAILED', interrupted, { detail: 'Nothing was written.', cause: error })
  } finally {
    progressEnd.abort()
    interrupt.release()
    await progress
  }
}
