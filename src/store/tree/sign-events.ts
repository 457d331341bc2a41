import type { LogEvent } from '../../contract/events.ts'
import type { Operation } from '../database/database.ts'
import { CHECKPOINT_KEY, keptCheckpointKey } from '../database/keys.ts'
import type { OpenedLog } from '../opened-log.ts'
import type { CheckpointSigner } from './checkpoint-signer.ts'
import { applySigningKeyEvent, type SigningKeyEntry } from './signing-key-events.ts'

/** Events that are written together, with their records. */
export interface SignedGroup {
  events: readonly LogEvent[]
  records: readonly string[]
  /** Is set to the checkpoint that covers them. */
  checkpoint: OpenedLog['checkpoint']
}

/** Adds events to the tree and signs it. Returns what is to be written with them. */
export function signEvents(
  group: SignedGroup,
  { tree, signingKeys }: Pick<OpenedLog, 'tree' | 'signingKeys'>,
  signer: CheckpointSigner,
): Operation[] {
  const operations = tree.append(group.records)
  const added: SigningKeyEntry[] = []
  for (const event of group.events) applySigningKeyEvent(added, event)
  const { size } = tree
  const note = signer.sign({ size, root: tree.root() }, signingKeys, added)
  if (note === undefined) return operations
  group.checkpoint = { size, note }
  operations.push({ type: 'put', key: CHECKPOINT_KEY, value: note })
  // A verifier that knows only the key before follows the change from here.
  if (added.some(({ cause }) => cause === 'rotated'))
    operations.push({ type: 'put', key: keptCheckpointKey(size), value: note })
  return operations
}
