import { randomUUID } from 'node:crypto'
import type { Command } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import type { Permission } from './arbitration.ts'
import type { StartObstacle } from './prepare-start.ts'

/**
 * Records a start or resume that cannot succeed as accepted and failed, then throws why.
 * @throws RecorderError always.
 */
export async function failAtOnce(
  facts: Pick<FactPipeline, 'append'>,
  command: Command,
  { recording }: Permission,
  obstacle: StartObstacle,
): Promise<never> {
  const { error } = obstacle
  const which = obstacle.medium ? { medium: obstacle.medium } : {}
  const id = recording?.id ?? null
  await facts.append({ by: command.by, commandId: randomUUID() }, (batch) => {
    batch.add(id, 'command.accepted', { command: command.name })
    batch.add(id, 'command.failed', {
      command: command.name,
      code: error.code,
      detail: error.message,
      ...which,
    })
  })
  throw new RecorderError(error.code, error.message, { cause: error, members: which })
}
