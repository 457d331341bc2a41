/** The outsiders in config.json: who remembers checkpoints of the log. */
import type { WitnessSetting } from '../contract/outsiders.ts'
import { parseVkey } from '../tlog/keys.ts'
import { group, listOf, required, setting, textLike } from './config-setting.ts'

/** As many signatures as everybody who reads a note must accept (C2SP signed-note). */
const MAX_WITNESSES = 16
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]']

const witnessUrl = textLike(
  'must be an address such as "https://witness.example/log"; "http:" only for this computer',
  (text) =>
    isAddress(text, ({ protocol, hostname, search }) => {
      const isSafe = protocol === 'https:' || LOCAL_HOSTS.includes(hostname)
      return isSafe && search === ''
    }),
)

// The timestamp is signed, and the request holds nothing but a hash: many authorities have no TLS.
const timestampUrl = textLike(
  'must be an address such as "https://timestamp.example/tsa"',
  (text) => isAddress(text, () => true),
)

const vkey = textLike(
  'must be the verifier key of a witness for Ed25519 cosignatures, such as "witness.example+1b2c3d4e+BA…"',
  isWitnessKey,
)

/** A witness. */
export const WITNESS = group({
  url: required(witnessUrl, {
    value: 'an address with `https:`, or on this computer with `http:`',
    meaning: 'the submission prefix: checkpoints are posted to it with `/add-checkpoint` behind it',
  }),
  vkey: required(vkey, {
    value: 'a verifier key (C2SP vkey, type 4)',
    meaning: 'the key by which its cosignatures are verified',
  }),
})

const witnesses = listOf(WITNESS, 'witnesses', MAX_WITNESSES).refine(areDifferent, {
  error: 'must be a list of witnesses that all have keys and addresses of their own',
  // Beside other mistakes, too, so that a person sees all of them at once.
  when: ({ value }) => Array.isArray(value),
})

/** The group of audit. */
export const AUDIT_SETTINGS = group({
  witnesses: setting(witnesses, {
    value: `a list of at most ${MAX_WITNESSES} witnesses, as below`,
    default: '`[]`',
    meaning: 'services that cosign checkpoints of the log (C2SP tlog-witness)',
  }),
  timestampUrl: setting(timestampUrl, {
    value: 'an address with `https:` or `http:`',
    default: 'none',
    meaning: 'an authority that timestamps checkpoints (RFC 3161)',
  }),
})

function isAddress(text: string, accepts: (url: URL) => boolean): boolean {
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  // The address is shown and logged: it must hold no secret.
  return url.username === '' && url.password === '' && url.hash === '' && accepts(url)
}

function isWitnessKey(text: string): boolean {
  try {
    return parseVkey(text).type === 'cosignature'
  } catch {
    return false
  }
}

function areDifferent(list: readonly (Partial<WitnessSetting> | null)[]): boolean {
  return (['url', 'vkey'] as const).every((member) => {
    const given = list.map((witness) => witness?.[member]).filter((text) => text !== undefined)
    return new Set(given).size === given.length
  })
}
