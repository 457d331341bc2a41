import type { PulseConnection } from './connection.ts'
import { COMMAND } from './protocol.ts'
import { type TagReader, u32 } from './tagstruct.ts'

/** The program that is the sound server, and its default devices. */
export interface ServerInfo {
  /** `pulseaudio`, or `PulseAudio (on PipeWire 1.4.2)`. */
  name: string
  version: string
  defaultSink: string | null
  defaultSource: string | null
}

/** A source, which can be captured, or a sink, which plays. */
export interface DeviceInfo {
  name: string
  /** For people; null when it has none. */
  description: string | null
  muted: boolean
  /** The sink that a source is the monitor of; null for a real source, and for every sink. */
  monitorOf: string | null
}

/** Asks who the server is. Rejects with PulseError. */
export function serverInfo(connection: PulseConnection): Promise<ServerInfo> {
  return connection.request(COMMAND.getServerInfo, [], (reply) => {
    const name = reply.text() ?? ''
    const version = reply.text() ?? ''
    reply.text()
    reply.text()
    reply.skipSampleSpec()
    return { name, version, defaultSink: reply.text(), defaultSource: reply.text() }
  })
}

/** Lists the sources or sinks, monitors included. Rejects with PulseError. */
export function listDevices(
  connection: PulseConnection,
  kind: 'source' | 'sink',
): Promise<DeviceInfo[]> {
  const command = kind === 'source' ? COMMAND.getSourceInfoList : COMMAND.getSinkInfoList
  return connection.request(command, [], (reply) => {
    const devices: DeviceInfo[] = []
    while (!reply.isAtEnd) devices.push(readDevice(reply, kind))
    return devices
  })
}

function readDevice(reply: TagReader, kind: 'source' | 'sink'): DeviceInfo {
  // Its index.
  reply.u32()
  const name = reply.text() ?? ''
  const description = reply.text()
  reply.skipSoundFormat()
  // The module that it belongs to.
  reply.u32()
  reply.skipChannelVolumes()
  const muted = reply.bool()
  // A source names the sink that it monitors, a sink its monitor.
  reply.u32()
  const related = reply.text()
  skipRest(reply)
  return { name, description, muted, monitorOf: kind === 'source' ? related : null }
}

/** Skips latency, driver, flags, properties, volumes, state, card, ports and formats. */
function skipRest(reply: TagReader): void {
  reply.skipUsec()
  reply.text()
  reply.u32()
  reply.properties()
  reply.skipUsec()
  reply.skipVolume()
  reply.u32()
  reply.u32()
  reply.u32()
  for (let ports = reply.u32(); ports > 0; ports--) {
    reply.text()
    reply.text()
    reply.u32()
    reply.u32()
  }
  reply.text()
  for (let formats = reply.u8(); formats > 0; formats--) reply.skipFormatInfo()
}

/** Whether a stream that captures is muted. Rejects with PulseError. */
export function isStreamMuted(connection: PulseConnection, index: number): Promise<boolean> {
  return connection.request(COMMAND.getSourceOutputInfo, [u32(index)], (reply) => {
    reply.u32()
    reply.text()
    reply.u32()
    reply.u32()
    reply.u32()
    reply.skipSoundFormat()
    reply.skipUsec()
    reply.skipUsec()
    reply.text()
    reply.text()
    reply.properties()
    reply.bool()
    reply.skipChannelVolumes()
    return reply.bool()
  })
}
