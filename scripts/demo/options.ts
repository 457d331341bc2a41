import { parseArgs } from 'node:util'

/** The options of the demo. */
export interface DemoOptions {
  /** Records this machine's own devices. */
  real: boolean
  /** Does not ask before that. */
  yes: boolean
  /** Length of the recording. */
  seconds: number
}

/** Shown for `--help`. */
export const USAGE = `npm run demo [-- OPTIONS]
  --seconds N   record for N seconds, 5 to 600 (default 15)
  --real        record this machine's own microphone, speaker and screen; asks first
  --yes         do not ask`

/**
 * Parses the demo's arguments. Returns null for `--help`. Throws with a message for people when
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
  if (!(seconds >= 5 && seconds <= 600))
    throw new Error('The value of --seconds is wrong. Use a number from 5 to 600.')
  return { real: values.real, yes: values.yes, seconds }
}
