import type { Api } from './api.ts'

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
    const stream = await api.open('/events', { exports: '1' }, signal)
    let buffered = ''
    for await (const chunk of stream.setEncoding('utf8')) {
      const blocks = (buffered + chunk).split('\n\n')
      buffered = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^event: export\ndata: (.+)$/m.exec(block)?.[1]
        if (data === undefined) continue
        const message = JSON.parse(data)
        const isWanted = Object.entries(wanted).every(([key, value]) => message[key] === value)
        if (isWanted && message.kind === 'export') onPercent(message.percent)
      }
    }
  } catch {
    // The request for the file itself reports what is wrong.
  }
}
