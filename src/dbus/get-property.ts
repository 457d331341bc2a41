import type { BusConnection } from './connection.ts'

/** An interface of an object of a program on the bus. */
export interface BusObject {
  destination: string
  path: string
  interface: string
}

/** Reads a property of an object. Rejects with BusError. */
export async function getProperty(
  bus: BusConnection,
  { destination, path, interface: type }: BusObject,
  property: string,
  limitMs: number,
): Promise<unknown> {
  const properties = { path, interface: 'org.freedesktop.DBus.Properties', member: 'Get' }
  const question = { signature: 'ss', args: [type, property] }
  const [value] = await bus.call({ destination, ...properties, ...question }, limitMs)
  return value
}
