import type { Device } from '../../contract/media.ts'
import { runTool } from '../../processes/run-tool.ts'
import { parsePulseState } from './pulse-state.ts'

const ANSWER_MS = 1_000

/**
 * Whether the sound server mutes a microphone, or a speaker or its monitor; null when it does not
 * answer.
 */
export async function isPulseMuted(
  medium: 'mic' | 'speaker',
  device: Device,
  env: NodeJS.ProcessEnv,
): Promise<boolean | null> {
  const wanted =
    medium === 'mic'
      ? [['sources', device.id] as const]
      : [['sources', `${device.id}.monitor`] as const, ['sinks', device.id] as const]
  const answers = await Promise.all(
    wanted.map(async ([kind, name]) => {
      const { outcome, stdout } = await runTool(
        { program: 'pactl', args: ['list', kind] },
        { env, limitMs: ANSWER_MS },
      )
      return outcome === 'done'
        ? parsePulseState(stdout)[kind].find((one) => one.name === name)?.muted
        : undefined
    }),
  )
  if (answers.includes(true)) return true
  return answers.includes(undefined) ? null : false
}
