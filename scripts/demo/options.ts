import { parseArgs } from 'node:util'

/** What the demo is asked to do. */
export interface DemoOptions {
  /** Record this machine's own devices. */
  real: boolean
  /** Do not ask before that. */
  yes: boolean
  /** How long it records. */
  seconds: number
}

/** Shown for `--help`. */
export const USAGE = `npm run demo [-- OPTIONS]
  --seconds N   record for N seconds, 5 to 600 (default 15)
  --real        record this machine's own microphone, speaker and screen; asks first
  --yes         do not ask`

/**
 * Reads the demo's arguments; null when help is asked for. Throws with a message for people when
 * they are wrong.
 */
export function demoOptions(argv: readonly string[]): DemoOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      real: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '15' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const seconds = Number(values.seconds)
  if (!(seconds >= 5 && seconds <= 600)) throw new Error('--seconds takes a number from 5 to 600')
  return { real: values.real, yes: values.yes, seconds }
}
