import type { Device } from '../events/media.ts'
import { runTool } from './run-tool.ts'

const ANSWER_MS = 1_000

/** Whether the sound server has a microphone muted, or a speaker or what it is recorded from; null when it does not tell. */
export async function isPulseMuted(
  medium: 'mic' | 'speaker',
  device: Device,
  env: NodeJS.ProcessEnv,
): Promise<boolean | null> {
  const kinds = medium === 'mic' ? (['sources'] as const) : (['sources', 'sinks'] as const)
  const answers = await Promise.all(
    kinds.map(async (kind) => {
      const { outcome, stdout } = await runTool({ program: 'pactl', args: ['list', kind] }, { env, limitMs: ANSWER_MS })
      if (outcome !== 'done') return null
      return parseMute(stdout, medium === 'speaker' && kind === 'sources' ? `${device.id}.monitor` : device.id)
    }),
  )
  return answers.includes(true) ? true : answers.includes(null) ? null : false
}

/** The mute of a source or sink in the output of `pactl list sources` or `pactl list sinks`; null when it is not there. */
export function parseMute(output: string, name: string): boolean | null {
  const block = output
    .split(/^(?=(?:Source|Sink) #\d+)/m)
    .find((text) => /^\s+Name: (.+)$/m.exec(text)?.[1]?.trim() === name)
  const mute = block && /^\s+Mute: (yes|no)$/m.exec(block)?.[1]
  return mute ? mute === 'yes' : null
}
