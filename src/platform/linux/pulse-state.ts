import type { Device, Medium } from '../../contract/media.ts'
import type { DeviceView, NamedVersion } from '../../contract/views.ts'
import type { PulseConnection } from '../../pulse/connection.ts'
import {
  type DeviceInfo,
  listDevices,
  type ServerInfo,
  serverInfo,
} from '../../pulse/introspection.ts'
import type { PulseError } from '../../pulse/pulse-error.ts'

/** A medium that is sound. */
export type Sound = Exclude<Medium, 'screen'>

/** The sound server and its devices at one moment. */
export interface PulseState {
  server: ServerInfo
  sources: DeviceInfo[]
  sinks: DeviceInfo[]
}

/** Asks the server for its present state. Rejects with PulseError. */
export async function askState(connection: PulseConnection): Promise<PulseState> {
  const [server, sources, sinks] = await Promise.all([
    serverInfo(connection),
    listDevices(connection, 'source'),
    listDevices(connection, 'sink'),
  ])
  return { server, sources, sinks }
}

/** The name of the source that captures a device. */
export function sourceOf(medium: Sound, device: Pick<Device, 'id'>): string {
  return medium === 'mic' ? device.id : `${device.id}.monitor`
}

/** The default devices by their names. */
export function defaultNames({ server }: PulseState): Record<Sound, string | null> {
  return { mic: server.defaultSource, speaker: server.defaultSink }
}

/** PipeWire calls itself `PulseAudio (on PipeWire 1.4.2)`, with PulseAudio's version. */
export function soundServerName({ server: { name, version } }: PulseState): NamedVersion {
  const [, pipeWire] = /PipeWire ([\d.]+)/.exec(name) ?? []
  if (pipeWire) return { name: 'PipeWire', version: pipeWire }
  return { name: name === 'pulseaudio' ? 'PulseAudio' : name, version: version || null }
}

/** Why the server gave no answer, and the remedy. */
export function serverProblem({ kind, message }: PulseError): string {
  switch (kind) {
    case 'silent':
      return 'The sound server (PulseAudio or PipeWire) does not answer. Restart it.'
    case 'absent':
      return 'No sound server answers. Start PulseAudio, or PipeWire with pipewire-pulse, in this session.'
    case 'refused':
      return `${message} Check that the recorder runs as the user of this session.`
  }
}

/** The devices of a medium. One is always the default: the server's, or else the first. */
export function deviceViews(state: PulseState, medium: Sound): DeviceView[] {
  const all = medium === 'mic' ? state.sources : state.sinks
  const found = all.filter(
    ({ monitorOf, name }) => monitorOf === null && !name.endsWith('.monitor'),
  )
  const standard = found.find(({ name }) => name === defaultNames(state)[medium]) ?? found[0]
  return found.map((device) => ({
    id: device.name,
    label: device.description || device.name,
    default: device === standard,
  }))
}

/** Says which device is muted; null when none is. */
export function mutedDetail(
  { sources, sinks }: PulseState,
  medium: Sound,
  device: Pick<Device, 'id'>,
): string | null {
  const source = sources.find(({ name }) => name === sourceOf(medium, device))
  const sink = medium === 'speaker' ? sinks.find(({ name }) => name === device.id) : undefined
  if (!source?.muted && !sink?.muted) return null
  return `The ${medium === 'mic' ? 'microphone' : 'speaker'} is muted.`
}
