import { runTool } from '../../../processes/run-tool.ts'
import { WaylandConnection } from '../../../wayland/connection.ts'
import { FRAME_ELEMENTS, frameReaderProblem, INSTALL_FRAME_READER } from './cast-command.ts'
import { addGrant } from './grant-file.ts'
import { ownProgramId } from './grant-store.ts'
import { PortalError, ScreenCast } from './screen-cast.ts'
import { showsMonitor } from './shows-monitor.ts'

/** A compositor may be slow to let a client in, and a person waits here anyway. */
const COMPOSITOR_MS = 10_000
const INSPECT_MS = 10_000

/** A grant that the user has given. */
export interface NewGrant {
  monitor: string
  /** The program from which this one was started, which the grant is for; empty for none. */
  program: string
}

/**
 * Lets the desktop ask its user which monitor may be recorded, and keeps the grant. `limitMs`
 * is the limit for the user. Rejects with the reason in whole sentences when nothing may.
 */
export async function requestGrant(
  env: NodeJS.ProcessEnv,
  grantsFile: string,
  limitMs: number,
): Promise<NewGrant> {
  await assertFrameReader(env)
  const compositor = await WaylandConnection.open(env, COMPOSITOR_MS)
  try {
    const cast = await ScreenCast.open(env)
    const { stream, restoreToken } = await cast.share({ limitMs }).finally(() => cast.close())
    if (restoreToken === null)
      throw new PortalError(
        'refused',
        'The desktop will not remember the choice. Ask again, and let it be remembered.',
      )
    const output = compositor.outputs.find((one) => showsMonitor(stream, one))
    if (output === undefined)
      throw new PortalError('refused', 'The desktop shares no single monitor. Choose one.')
    const monitor = output.name
    await addGrant(grantsFile, { monitor, restoreToken })
    return { monitor, program: await ownProgramId() }
  } finally {
    compositor.close()
  }
}

/** Rejects when the programs are missing without which the grant would be of no use. */
async function assertFrameReader(env: NodeJS.ProcessEnv): Promise<void> {
  const missing = frameReaderProblem(env)
  if (missing !== undefined) throw new Error(missing)
  for (const element of FRAME_ELEMENTS) {
    // Not `--exists`: that compares the plugin's version with GStreamer's, and PipeWire's differs.
    const command = { program: 'gst-inspect-1.0', args: [element] }
    const { outcome } = await runTool(command, { env, limitMs: INSPECT_MS })
    if (outcome === 'failed')
      throw new Error(`GStreamer has no element ${element}. ${INSTALL_FRAME_READER}`)
  }
}
