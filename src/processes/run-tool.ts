import { StallWatch } from '../time/stall-watch.ts'
import { type ChildCommand, startChild } from './child-process.ts'
import { terminate } from './terminate.ts'

const OUTPUT_KEPT_BYTES = 4 * 1_048_576

/** The result of a short run of a program. */
export interface ToolResult {
  outcome: 'done' | 'failed' | 'notInstalled' | 'timeout'
  stdout: string
  stderr: string
}

/**
 * Runs a program to its end, at most `limitMs`; the time in which this process was held does not
 * count. Never rejects.
 */
export async function runTool(
  command: ChildCommand,
  options: { env: NodeJS.ProcessEnv; limitMs: number },
): Promise<ToolResult> {
  const chunks: Buffer[] = []
  let kept = 0
  const child = startChild(command, {
    env: options.env,
    onStdout: (chunk) => {
      kept += chunk.length
      if (kept <= OUTPUT_KEPT_BYTES) chunks.push(chunk)
    },
  })
  let timedOut = false
  const limit = new StallWatch(options.limitMs, () => {
    timedOut = true
    void terminate(child)
  })
  const exit = await child.exited
  limit.stop()
  let outcome: ToolResult['outcome'] = exit.code === 0 ? 'done' : 'failed'
  if (exit.error?.code === 'ENOENT') outcome = 'notInstalled'
  if (timedOut) outcome = 'timeout'
  return { outcome, stdout: Buffer.concat(chunks).toString('utf8'), stderr: child.stderr() }
}
