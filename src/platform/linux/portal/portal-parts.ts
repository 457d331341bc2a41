import type { NamedVersion } from '../../../contract/views.ts'
import { BusConnection } from '../../../dbus/connection.ts'
import { getProperty } from '../../../dbus/get-property.ts'
import { runTool } from '../../../processes/run-tool.ts'
import { FRAME_ELEMENTS } from './cast-command.ts'
import { SCREEN_CAST_OBJECT } from './screen-cast.ts'

const INSPECT_MS = 10_000
const ANSWER_MS = 1_000
const SHELL = {
  destination: 'org.gnome.Shell',
  path: '/org/gnome/Shell',
  interface: 'org.gnome.Shell',
}

/** The desktop of a Wayland session, with its version where it tells one. Never rejects. */
export async function desktopVersion(env: NodeJS.ProcessEnv): Promise<NamedVersion | null> {
  const version = await ask(env, (bus) => getProperty(bus, SHELL, 'ShellVersion', ANSWER_MS))
  if (typeof version === 'string') return { name: 'GNOME Shell', version }
  const name = env.XDG_CURRENT_DESKTOP
  return name ? { name, version: null } : null
}

/** The version of the portal's interface; undefined when there is none. Never rejects. */
export async function portalVersion(env: NodeJS.ProcessEnv): Promise<NamedVersion | undefined> {
  const version = await ask(env, (bus) =>
    getProperty(bus, SCREEN_CAST_OBJECT, 'version', ANSWER_MS),
  )
  return version === undefined ? undefined : { name: 'ScreenCast', version: String(version) }
}

/**
 * GStreamer and those of its elements that read frames and are there. Asks one program after the
 * other, because others may be waited for. Never rejects.
 */
export async function frameReaderParts(env: NodeJS.ProcessEnv): Promise<NamedVersion[]> {
  const parts = [await inspect(env, 'GStreamer', '--version', /GStreamer (\S+)/)]
  for (const element of FRAME_ELEMENTS)
    parts.push(await inspect(env, element, element, /^ +Version +(\S+)/m))
  return parts.filter((part) => part !== undefined)
}

async function inspect(
  env: NodeJS.ProcessEnv,
  name: string,
  arg: string,
  version: RegExp,
): Promise<NamedVersion | undefined> {
  const command = { program: 'gst-inspect-1.0', args: [arg] }
  const { outcome, stdout } = await runTool(command, { env, limitMs: INSPECT_MS })
  return outcome === 'done' ? { name, version: version.exec(stdout)?.[1] ?? null } : undefined
}

async function ask<T>(
  env: NodeJS.ProcessEnv,
  question: (bus: BusConnection) => Promise<T>,
): Promise<T | undefined> {
  try {
    const bus = await BusConnection.open(env, ANSWER_MS)
    return await question(bus).finally(() => bus.close())
  } catch {
    // It does not say.
    return undefined
  }
}
