import { X11Connection } from '../src/x11/connection.ts'
import { encodeRequest, pair } from '../src/x11/wire.ts'

const CREATE_WINDOW = 1
const INTERN_ATOM = 16
const SET_SELECTION_OWNER = 22
const GET_SELECTION_OWNER = 23
const INPUT_ONLY = 2
const ANSWER_LIMIT_MS = 5_000

/**
 * Claims the system tray of a display and shows nothing in it. OBS starts with its window closed
 * only if there is a tray. An open window would be in its own picture and cost time to draw.
 */
export async function openSystemTray(display: string): Promise<{ close(): void }> {
  const connection = await X11Connection.open(display, process.env, ANSWER_LIMIT_MS)
  const name = Buffer.from('_NET_SYSTEM_TRAY_S0')
  const tray = (
    await connection.request(encodeRequest(INTERN_ATOM, 0, pair(name.length, 0), name))
  ).readUInt32LE(8)
  const window = connection.ids
  const onePixel = [pair(0, 0), pair(1, 1), pair(0, INPUT_ONLY)]
  connection.send(encodeRequest(CREATE_WINDOW, 0, window, connection.root, ...onePixel, 0, 0))
  connection.send(encodeRequest(SET_SELECTION_OWNER, 0, window, tray, 0))
  const owner = (
    await connection.request(encodeRequest(GET_SELECTION_OWNER, 0, tray))
  ).readUInt32LE(8)
  if (owner !== window) throw new Error('another client owns the system tray of the display')
  return connection
}
