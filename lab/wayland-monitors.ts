import { BusConnection } from '../src/dbus/connection.ts'

const SERVICE = 'org.gnome.Mutter.DisplayConfig'
const PATH = '/org/gnome/Mutter/DisplayConfig'
const ANSWER_MS = 10_000
/** Not kept, and not asked of anybody. */
const TEMPORARY = 1
const TURNED = 1

/** A monitor to be switched on. */
export interface MonitorPlace {
  /** The name of its connector. */
  name: string
  /** Turned by a quarter, which exchanges width and height. */
  isTurned?: boolean
}

type Monitor = [[string, string, string, string], [string, number, number][]]

/** Switches on these monitors of a mutter session, from left to right, and all others off. */
export async function setMonitors(
  env: NodeJS.ProcessEnv,
  places: readonly MonitorPlace[],
): Promise<void> {
  const bus = await BusConnection.open(env, ANSWER_MS)
  try {
    const target = { destination: SERVICE, path: PATH, interface: SERVICE }
    const state = await bus.call({ ...target, member: 'GetCurrentState' }, ANSWER_MS)
    const [serial, monitors] = state as [number, Monitor[]]
    let x = 0
    const wanted = places.map(({ name, isTurned = false }, index) => {
      const [, modes] = monitors.find(([[connector]]) => connector === name)!
      const [mode, width, height] = modes[0]!
      const place = [x, 0, 1, isTurned ? TURNED : 0, index === 0, [[name, mode, []]]]
      x += isTurned ? height : width
      return place
    })
    const signature = 'uua(iiduba(ssa{sv}))a{sv}'
    const args = [serial, TEMPORARY, wanted, []]
    await bus.call({ ...target, member: 'ApplyMonitorsConfig', signature, args }, ANSWER_MS)
  } finally {
    bus.close()
  }
}
