import { runTool } from '../processes/run-tool.ts'
import { ServiceError } from './service-error.ts'

/** A start waits until the daemon is ready, and a stop until it has finished its recording. */
const LIMIT_MS = 100_000

/**
 * Runs a command of the system's service manager. Returns its output; rejects with ServiceError.
 */
export async function runManager(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  remedy = 'Read the message above, then run `f2f service status`.',
): Promise<string> {
  const { outcome, stdout, stderr } = await runTool({ program, args }, { env, limitMs: LIMIT_MS })
  if (outcome === 'done') return stdout
  const line = [program, ...args].join(' ')
  const reason = {
    notInstalled: `${program} is not installed`,
    timeout: `it was not done after ${LIMIT_MS / 1_000} s`,
    failed: (stderr.trim() || stdout.trim() || 'it gave no reason').replace(/\.$/, ''),
  }[outcome]
  throw new ServiceError('failed', {
    title: 'The system did not do what the service needs.',
    detail: `\`${line}\` failed: ${reason}.`,
    remedy,
  })
}
