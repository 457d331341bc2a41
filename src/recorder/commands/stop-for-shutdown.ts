import type { By } from '../../contract/by.ts'
import { RecorderError } from '../../contract/errors.ts'
import { within } from '../../time/within.ts'
import type { AccessLog } from '../custody/access-log.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { isCapturing } from '../open-recordings.ts'
import type { CommandHandler } from './command-handler.ts'

/** Stop signals leave 5 s in all. */
const SHUTDOWN_MS = 3_500

interface Parts {
  facts: FactPipeline
  commands: CommandHandler
  accesses: AccessLog
}

/**
 * Stops all capture, and records that the recorder ends. Rejects when that fails, or takes too
 * long.
 */
export async function stopForShutdown(parts: Parts, by: By): Promise<void> {
  const done = await within(
    stop(parts, by).then(() => true),
    SHUTDOWN_MS,
  )
  if (!done) throw new RecorderError('INTERRUPTED', `Not done after ${SHUTDOWN_MS} ms.`)
}

async function stop({ facts, commands, accesses }: Parts, by: By): Promise<void> {
  for (const fold of facts.recordings.values())
    if (isCapturing(fold)) await commands.systemStop(fold.id, 'shutdown')
  await Promise.all([commands.close(), accesses.close()])
  await facts.append({ by, commandId: null }, (batch) =>
    batch.add(null, 'daemon.stopped', { reason: 'signal' }),
  )
}
