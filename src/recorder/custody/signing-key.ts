import { randomBytes } from 'node:crypto'
import type { By } from '../../contract/by.ts'
import type { EventData } from '../../contract/events.ts'
import type { KeyRing, SigningKey } from '../../custody/port.ts'
import type { EventLog } from '../../store/port.ts'
import { createVerifier, encodeVkey, parseVkey } from '../../tlog/keys.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'

/** The fact that names a key that signs the log. */
export type SigningKeyFact = EventData['signingKey.changed']

type Signing = Pick<KeyRing, 'signing'>

/**
 * Creates the key that signs a log when the log names none, or the one that it names is lost.
 * Resolves with the fact that must then be appended. Rejects with KEY_UNAVAILABLE, STORAGE_FULL or
 * STORAGE_UNAVAILABLE.
 */
export async function missingSigningKey(
  log: Pick<EventLog, 'proofs'>,
  { signing }: Signing,
): Promise<SigningKeyFact | undefined> {
  const former = log.proofs.keys.at(-1)?.key ?? null
  if (former === null) return factOf(await signing.create(), former, 'created')
  if (signing.find(parseVkey(former).publicKey)) return undefined
  return factOf(await signing.create(), former, 'lost')
}

/** Replaces the key that signs the log. The checkpoint of this event is signed by both. */
export async function rotateSigningKey(
  log: Pick<EventLog, 'proofs'>,
  { signing }: Signing,
  facts: Pick<FactPipeline, 'append'>,
  by: By,
): Promise<void> {
  const former = log.proofs.keys.at(-1)?.key ?? null
  const key = await signing.create()
  const fact = factOf(key, former, former === null ? 'created' : 'rotated')
  await facts.append({ by, commandId: null }, (batch) =>
    batch.add(null, 'signingKey.changed', fact),
  )
  await signing.keepOnly(key.publicKey)
}

/** Destroys the keys that the log no longer names as its newest: a kill may have left them. */
export async function destroyFormerSigningKeys(
  log: Pick<EventLog, 'proofs'>,
  { signing }: Signing,
): Promise<void> {
  const newest = log.proofs.keys.at(-1)
  if (newest) await signing.keepOnly(parseVkey(newest.key).publicKey)
}

/** All keys of a log have its origin as their name. */
function factOf(
  { publicKey }: SigningKey,
  former: string | null,
  cause: SigningKeyFact['cause'],
): SigningKeyFact {
  const origin =
    former === null ? `f2f-recorder/${randomBytes(8).toString('hex')}` : parseVkey(former).name
  return { key: encodeVkey(createVerifier('ed25519', origin, publicKey)), former, cause }
}
