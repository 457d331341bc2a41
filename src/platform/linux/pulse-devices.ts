import type { Medium } from '../../contract/media.ts'
import type { DeviceList, DeviceView } from '../../contract/views.ts'
import { runTool, type ToolResult } from '../../processes/run-tool.ts'
import { unavailable } from '../capture-backend.ts'

const PROBE_MS = 1_500

/**
 * Why `pactl` gave no answer, and the remedy. PipeWire answers `pactl` too, through pipewire-pulse.
 */
function serverProblem(result: ToolResult): string {
  switch (result.outcome) {
    case 'notInstalled':
      return 'The program pactl is not installed. Install pulseaudio-utils.'
    case 'timeout':
      return 'The sound server (PulseAudio or PipeWire) does not answer. Restart it.'
    default:
      return 'No sound server answers. Start PulseAudio, or PipeWire with pipewire-pulse, in this session.'
  }
}

/** Lists the devices of a microphone or speaker: sources that are not monitors, or sinks. */
export async function listPulseDevices(
  medium: Exclude<Medium, 'screen'>,
  env: NodeJS.ProcessEnv,
): Promise<DeviceList> {
  const options = { env, limitMs: PROBE_MS }
  const [info, list] = await Promise.all([
    runTool({ program: 'pactl', args: ['info'] }, options),
    runTool({ program: 'pactl', args: ['list', medium === 'mic' ? 'sources' : 'sinks'] }, options),
  ])
  const failed = [info, list].find((result) => result.outcome !== 'done')
  if (failed) return unavailable(serverProblem(failed))
  const devices = parsePulseDevices(list.stdout, parseDefault(info.stdout, medium))
  if (devices.length > 0) return { available: true, devices }
  return unavailable(
    medium === 'mic'
      ? 'There is no microphone. Connect one, or switch it on in the sound settings.'
      : 'There is no speaker. Connect one, or switch it on in the sound settings.',
  )
}

/** Reads the name of the default source or sink from the output of `pactl info`. */
export function parseDefault(info: string, medium: Exclude<Medium, 'screen'>): string | undefined {
  const line = medium === 'mic' ? /^\s*Default Source: (.+)$/m : /^\s*Default Sink: (.+)$/m
  return line.exec(info)?.[1]?.trim()
}

/**
 * Reads the devices from the output of `pactl list sources` or `pactl list sinks` (the text form,
 * which old versions have too), without monitors. One is always the default: the server's, or else
 * the first.
 */
export function parsePulseDevices(output: string, defaultName: string | undefined): DeviceView[] {
  const found = output
    .split(/^(?=(?:Source|Sink) #\d+)/m)
    .map((block) => ({
      id: /^\s+Name: (.+)$/m.exec(block)?.[1]?.trim(),
      label: /^\s+Description: (.+)$/m.exec(block)?.[1]?.trim(),
      monitorOf: /^\s+Monitor of Sink: (.+)$/m.exec(block)?.[1]?.trim(),
    }))
    .filter(
      ({ id, monitorOf }) =>
        id && (monitorOf === undefined || monitorOf === 'n/a') && !id.endsWith('.monitor'),
    )
  const standard = found.find(({ id }) => id === defaultName) ?? found[0]
  return found.map((device) => ({
    id: device.id!,
    label: device.label && device.label !== '(null)' ? device.label : device.id!,
    default: device === standard,
  }))
}
