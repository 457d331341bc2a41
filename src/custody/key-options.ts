import type { Config } from '../contract/configuration.ts'
import { KEY_PLACES } from '../contract/custody.ts'
import { RecorderError } from '../contract/errors.ts'
import type { HomeKeyRingOptions } from './home-key-ring.ts'
import type { WantedPlace } from './master-keys.ts'

/** The paths of a home that matter to its keys. */
export interface KeyHome {
  keysFolder: string
  keyDescriptorFile: string
  recordingsFolder: string
}

/**
 * Returns how to open the keys of a home: the environment (`F2F_KEY_STORE`) wins over config.json.
 * Throws INVALID_REQUEST for a wrong value in the environment.
 */
export function keyOptions(
  { keysFolder: folder, keyDescriptorFile: descriptorFile, recordingsFolder }: KeyHome,
  { store = 'auto', escrowRecipients = [] }: NonNullable<Config['keys']> = {},
  env: NodeJS.ProcessEnv = process.env,
): HomeKeyRingOptions {
  const wanted = placeOf(env) ?? store
  return { folder, descriptorFile, recordingsFolder, wanted, escrowRecipients }
}

function placeOf(env: NodeJS.ProcessEnv): WantedPlace | undefined {
  const { F2F_KEY_STORE } = env
  if (F2F_KEY_STORE === undefined || F2F_KEY_STORE === '') return undefined
  const places = ['auto', ...KEY_PLACES] as const
  const place = places.find((one) => one === F2F_KEY_STORE)
  if (place) return place
  throw new RecorderError('INVALID_REQUEST', `F2F_KEY_STORE must be ${places.join(', ')}.`)
}
