import type { WitnessKey } from './port.ts'

/**
 * Returns the keys of the witnesses that are known (C2SP vkeys): `required` ones must have
 * cosigned, those of the configuration may not have answered yet.
 */
export function witnessKeys(
  configured: readonly string[],
  required: readonly string[] = [],
): WitnessKey[] {
  const keys = new Set([...required, ...configured])
  return [...keys].map((vkey) => ({ vkey, isRequired: required.includes(vkey) }))
}
