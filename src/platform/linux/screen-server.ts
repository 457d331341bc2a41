import { isWaylandSession, sessionReason } from '../../contract/desktop-session.ts'
import type { CaptureServers, NamedVersion } from '../../contract/views.ts'
import { within } from '../../time/within.ts'
import { X11Connection } from '../../x11/connection.ts'
import { desktopVersion, frameReaderParts, portalVersion } from './portal/portal-parts.ts'

const ANSWER_MS = 1_500
/** Programs are asked beside, so that they delay nothing else. */
const PROGRAMS_MS = 500

/** Says from which server the screen of a session is captured. */
export class ScreenServer {
  readonly #env: NodeJS.ProcessEnv
  #frameReader: Promise<NamedVersion[]> | undefined

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** How the screen is captured, why so, and from which server. Never rejects. */
  async describe(): Promise<CaptureServers['screen']> {
    const env = this.#env
    const reason = sessionReason(env)
    if (!isWaylandSession(env))
      return { way: 'x11', reason, server: await xServer(env).catch(() => null), parts: [] }
    // Programs are asked once: they take long, and stay as they are while the recorder runs.
    this.#frameReader ??= frameReaderParts(env)
    const [server, portal, frameReader] = await Promise.all([
      desktopVersion(env),
      portalVersion(env),
      within(this.#frameReader, PROGRAMS_MS),
    ])
    const parts = [...(portal ? [portal] : []), ...(frameReader ?? [])]
    return { way: 'portal', reason, server, parts }
  }
}

async function xServer(env: NodeJS.ProcessEnv): Promise<NamedVersion | null> {
  if (!env.DISPLAY) return null
  const connection = await X11Connection.open(env.DISPLAY, env, ANSWER_MS)
  connection.close()
  const { vendor, release } = connection.server
  return { name: vendor, version: vendor.includes('X.Org') ? xorgVersion(release) : `${release}` }
}

/** X.Org writes 21.1.7 as 12101007: its versions were once counted as 1.21.1.7. */
function xorgVersion(release: number): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = [1e7, 1e5, 1e3, 1].map(
    (unit) => Math.floor(release / unit) % 100,
  )
  return (first === 1 && second >= 21 ? [second, third, fourth] : [first, second, third]).join('.')
}
