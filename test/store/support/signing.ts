import type { EventData } from '../../../src/contract/events.ts'
import type { KeyRing } from '../../../src/custody/port.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { createVerifier, encodeVkey } from '../../../src/tlog/keys.ts'
import { at } from './history.ts'

/** Names a new key that signs a log from here on. Resolves with its vkey. */
export async function nameSigningKey(
  log: EventLog,
  { signing }: KeyRing,
  cause: EventData['signingKey.changed']['cause'] = 'created',
): Promise<string> {
  const { publicKey } = await signing.create()
  const key = encodeVkey(createVerifier('ed25519', 'f2f-recorder/test', publicKey))
  const former = log.proofs.keys.at(-1)?.key ?? null
  await log.append({
    events: [
      {
        type: 'signingKey.changed',
        ...{ recordingId: null, version: null, at: at(0), commandId: null },
        by: { side: 'system', client: 'recorder', user: 'clerk' },
        data: { key, former, cause },
      },
    ],
  }).committed
  return key
}
