import type { CaptureServers, NamedVersion } from '../../contract/views.ts'
import type { Check } from './checks.ts'

/** Shows the servers that a running recorder captures from. Other checks say what they lack. */
export function serverChecks({ sound, screen }: CaptureServers): Check[] {
  return [soundServerCheck(sound), screenServerCheck(screen)]
}

function soundServerCheck(sound: CaptureServers['sound']): Check {
  const name = 'Sound server'
  if (sound !== null)
    return { name, result: 'ok', detail: `Sound is captured from ${textOf(sound)}.` }
  const detail = 'No sound server answers.'
  const remedy =
    'Start PulseAudio, or PipeWire with pipewire-pulse, in the session of the recorder.'
  return { name, result: 'note', detail, remedy }
}

function screenServerCheck({ way, reason, server, parts }: CaptureServers['screen']): Check {
  const name = 'Screen capture'
  const from = server === null ? '' : ` of ${textOf(server)}`
  const how =
    way === 'x11'
      ? `The screen is captured from the X display${from}`
      : `The screen is captured through the desktop portal${from}`
  const list = parts.length === 0 ? '' : ` Found: ${parts.map(textOf).join(', ')}.`
  return { name, result: 'ok', detail: `${how}: ${reason}${list}` }
}

function textOf({ name, version }: NamedVersion): string {
  return version === null ? name : `${name} ${version}`
}
