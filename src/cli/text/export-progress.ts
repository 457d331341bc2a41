import type { Api } from '../connection/api.ts'

/**
 * Calls `onPercent` while the daemon makes the export, as reported on its event stream, until the
 * signal aborts. Never rejects: the export itself works without its progress.
 */
export async function followExportProgress(
  api: Api,
  wanted: { recordingId: string; gaps: string; audio: string },
  onPercent: (percent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const message of api.follow({ exports: true, signal })) {
      if (message.kind !== 'export') continue
      const { kind, recordingId, gaps, audio, percent } = message.progress
      const isWanted =
        kind === 'export' &&
        recordingId === wanted.recordingId &&
        gaps === wanted.gaps &&
        audio === wanted.audio
      if (isWanted) onPercent(percent)
    }
  } catch {
    // The request for the file itself reports what is wrong.
  }
}
