/**
 * A recorder with a real log and fake captures in a process of its own, which can be killed. It
 * opens, executes commands and reads as its parent asks it to, and adds to each answer what is
 * really being captured at that moment.
 */
import type { Command } from '../../../src/contract/commands.ts'
import { RecorderBench } from '../recorder-bench.ts'

/** A request of the parent. `folder`: of the recorder, which `open` opens. */
export type Request =
  | { id: number; do: 'open'; folder: string; stallMs: number }
  | { id: number; do: 'dispatch'; command: Command }
  | { id: number; do: 'read' | 'events' | 'close' }

/** The answer to it: a value, or the code of an error. */
export interface Reply {
  id: number
  value?: unknown
  code?: string
  message?: string
  /** The media that were captured when the answer left. */
  captured: string[]
}

let bench: RecorderBench | undefined

async function carryOut(request: Request): Promise<unknown> {
  if (request.do === 'open') {
    bench = await RecorderBench.create({ stallMs: request.stallMs }, request.folder)
    return undefined
  }
  if (!bench) throw new Error('Nothing is open.')
  const { recorder } = bench
  switch (request.do) {
    case 'dispatch':
      return recorder.dispatch(request.command)
    case 'read': {
      const { state, allowedCommands, recording } = await recorder.application('api')
      const current = recording && (await recorder.recording(recording.id, 'api'))
      return { state, allowedCommands, current }
    }
    case 'events':
      return bench.events()
    case 'close':
      await recorder.close()
      bench = undefined
      return undefined
  }
}

process.on('message', async (request: Request) => {
  const reply = await carryOut(request).then(
    (value) => ({ value }),
    (error) => ({ code: error.code ?? 'INTERNAL', message: String(error?.stack ?? error) }),
  )
  const captured = bench?.platform.capturedMedia ?? []
  process.send?.({ id: request.id, ...reply, captured } satisfies Reply)
})
process.on('disconnect', () => process.exit())
process.send?.({ id: 0, captured: [] } satisfies Reply)
