import { signal } from '@preact/signals'
import { recordingPath } from '../../../client/client.ts'
import { recorder } from '../../live/recorder.ts'

/** The choices of an export. */
export interface ExportChoice {
  gaps: 'fill' | 'cut'
  audio: 'mix' | 'split'
}

/** How far an export is. */
export type ExportState =
  | { name: 'idle' | 'done' }
  | { name: 'building'; percent: number }
  | { name: 'failed'; problem: unknown }

/** Lets the recorder compose a recording's file, and saves it when it is complete. */
export class ExportJob {
  readonly id: string
  readonly state = signal<ExportState>({ name: 'idle' })
  #aborter: AbortController | null = null

  constructor(id: string) {
    this.id = id
  }

  /** Composes the file. The browser's own download begins when it is there. */
  async start(choice: ExportChoice): Promise<void> {
    const aborter = new AbortController()
    this.#aborter = aborter
    this.state.value = { name: 'building', percent: 0 }
    void this.#follow(choice, aborter.signal)
    try {
      const path = recordingPath(this.id, 'export')
      const { signal } = aborter
      const answer = await recorder.open(path, { ...choice }, { signal })
      await answer.body?.cancel()
      this.state.value = { name: 'done' }
      save(`/v1${path}?${new URLSearchParams({ ...choice })}`)
    } catch (problem) {
      this.state.value = aborter.signal.aborted ? { name: 'idle' } : { name: 'failed', problem }
    } finally {
      aborter.abort()
    }
  }

  /** Ends the work. The recorder then stops, too, unless somebody else waits for the file. */
  cancel(): void {
    this.#aborter?.abort()
  }

  async #follow({ gaps, audio }: ExportChoice, signal: AbortSignal): Promise<void> {
    try {
      for await (const message of recorder.follow({ exports: true, signal })) {
        if (message.kind !== 'export' || this.state.value.name !== 'building') continue
        const { progress } = message
        const isOurs =
          progress.recordingId === this.id && progress.gaps === gaps && progress.audio === audio
        if (isOurs) this.state.value = { name: 'building', percent: progress.percent }
      }
    } catch {
      // Without progress the export goes on all the same.
    }
  }
}

function save(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.click()
}
