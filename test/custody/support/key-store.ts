import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { type HelperProcess, startHelper, untilReady } from '../../../lab/helper-process.ts'
import { busConfig } from '../../../lab/message-bus.ts'
import { eventually } from '../../support/suite.ts'

const SERVICE = 'org.freedesktop.secrets'
const run = promisify(execFile)

/** A real GNOME Keyring on a message bus and in folders of its own. */
export interface PrivateKeyStore {
  /** The environment of its clients. */
  readonly env: NodeJS.ProcessEnv
  /** Locks it: nobody can answer its question for the password. */
  lock(): Promise<void>
  /** Lets it answer nothing any more, as while it waits for a person. */
  freeze(): void
  /** Ends the program, and starts it again, unlocked. */
  restart(): Promise<void>
  /** Ends the program. */
  end(): Promise<void>
  /** Ends all, and removes the folders. */
  remove(): Promise<void>
}

export async function startKeyStore(): Promise<PrivateKeyStore> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-key-store-'))
  const env = {
    ...process.env,
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_RUNTIME_DIR: folder,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}`,
  }
  await mkdir(env.XDG_DATA_HOME)
  await writeFile(join(folder, 'bus.conf'), busConfig(join(folder, 'bus')))
  const args = [`--config-file=${join(folder, 'bus.conf')}`, '--nofork', '--nopidfile']
  const bus = await startHelper('dbus-daemon', [...args, '--print-address=3'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let keyring: HelperProcess | undefined

  async function call(...message: string[]): Promise<string> {
    const { stdout } = await run('dbus-send', ['--session', '--print-reply', ...message], { env })
    return stdout
  }

  async function start(): Promise<void> {
    keyring = await startHelper(
      'gnome-keyring-daemon',
      ['--foreground', '--unlock', '--components=secrets'],
      { env, stdio: ['pipe', 'ignore', 'pipe'] },
    )
    keyring.child.stdin?.end('password of the key store\n')
    await eventually('a key store on the bus', async () =>
      (
        await call(
          '--dest=org.freedesktop.DBus',
          '/',
          'org.freedesktop.DBus.NameHasOwner',
          `string:${SERVICE}`,
        )
      ).includes('boolean true'),
    )
    // Clients need the collection, which comes a moment later.
    await eventually('its default collection', async () => {
      const alias = ['/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.ReadAlias']
      const answer = await call(`--dest=${SERVICE}`, ...alias, 'string:default')
      return answer.includes('/collection/')
    })
  }

  async function end(): Promise<void> {
    await keyring?.stop()
  }

  await untilReady(bus, once(bus.child.stdio[3] as Readable, 'data'))
  await start()
  return {
    env,
    end,
    async lock() {
      const service = [`--dest=${SERVICE}`, '/org/freedesktop/secrets']
      const collection = '/org/freedesktop/secrets/collection/login'
      await call(...service, 'org.freedesktop.Secret.Service.Lock', `array:objpath:${collection}`)
    },
    freeze() {
      keyring?.child.kill('SIGSTOP')
    },
    async restart() {
      await end()
      await start()
    },
    async remove() {
      await end()
      await bus.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
