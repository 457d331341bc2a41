import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadJob, LoadResult } from './load.ts'

const LOAD = fileURLToPath(new URL('./load.ts', import.meta.url))

/** Controls the load process. */
export interface LoadClient {
  /** Runs one job at a time. Rejects when any answer is not a 2xx. */
  run(job: LoadJob): Promise<LoadResult>
  stop(): Promise<void>
}

/** Starts the process that sends requests. */
export function startLoadClient(): LoadClient {
  const child: ChildProcess = fork(LOAD, [], { execArgv: ['--import', 'tsx'] })
  const ended = new AbortController()
  child.once('exit', () => ended.abort(new Error('the load process ended')))
  return {
    async run(job) {
      child.send(job)
      const [answer] = (await once(child, 'message', { signal: ended.signal })) as [
        { result: LoadResult } | { error: string },
      ]
      if ('error' in answer) throw new Error(answer.error)
      return answer.result
    },
    async stop() {
      child.disconnect()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
