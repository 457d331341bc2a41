import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'
import { noBrowser } from './support/browser.ts'
import {
  startPublicBrowser,
  startWebApplication,
  type WebApplication,
} from './support/web-application.ts'

type Library = typeof import('../../src/client/client.ts')
/** Where the web application has the library. The compiler must not look there. */
const LIBRARY: string = '/client/client.js'

suite('a web application of another origin', (test) => {
  let application: WebApplication
  let browser: Browser
  let daemon: Daemon
  let token: string

  test.before(async () => {
    if (noBrowser !== null) return
    application = await startWebApplication()
    browser = await startPublicBrowser(application)
    const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    const allowedOrigins = [application.origin]
    await writeFile(join(home, 'config.json'), JSON.stringify({ allowedOrigins }), { mode: 0o600 })
    daemon = await startDaemon({ home })
    const scopes = ['read', 'tag', 'control', 'audit']
    token = (await daemon.api('POST', '/tokens', { name: 'crm', scopes })).body.token
  })
  test.after(async () => {
    await browser?.close()
    application?.close()
    await daemon?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
  })

  async function openApplication({ mayCall }: { mayCall: boolean }): Promise<Page> {
    const context = await browser.newContext()
    const { origin } = application
    if (mayCall) await context.grantPermissions(['local-network-access'], { origin })
    const page = await context.newPage()
    await page.goto(origin)
    return page
  }

  test.unless(noBrowser, 'drives a recording with the client library', async () => {
    const page = await openApplication({ mayCall: true })
    const seen = await page.evaluate(
      async ([library, url, secret]) => {
        const { createClient, InvalidStateError } = (await import(library)) as Library
        const recorder = createClient({ url, token: secret })
        await recorder.ping()
        const types: string[] = []
        const end = new AbortController()
        const following = (async () => {
          for await (const message of recorder.follow({ after: 0, signal: end.signal })) {
            if (message.kind !== 'event') continue
            types.push(message.event.type)
            if (message.event.type === 'recording.closed') return
          }
        })()
        const { id } = await recorder.start({ media: ['mic'], tags: { customer: 'C-1' } })
        const tagged = await recorder.tag(id, { topic: 'contract' })
        const paused = await recorder.pause(id)
        const refusal = await recorder.pause(id).catch((error) => error)
        const resumed = await recorder.resume(id)
        const stopped = await recorder.stop('current', {}, { ifMatch: resumed.version })
        await recorder.close(id)
        await following
        const states = [paused, resumed, stopped].map(({ state }) => state)
        return {
          tags: tagged.tags.map(({ key }) => key).filter((key) => !key.startsWith('system.')),
          states,
          current: await recorder.current(),
          isTypedError: refusal instanceof InvalidStateError,
          allowed: refusal.allowedCommands,
          types,
        }
      },
      [LIBRARY, daemon.url, token] as const,
    )
    assert.deepEqual(seen.tags, ['customer', 'topic'])
    assert.deepEqual(seen.states, ['Paused', 'Active', 'WrapUp'])
    assert.equal(seen.current, null)
    assert.ok(seen.isTypedError)
    assert.ok(seen.allowed.includes('resume'))
    for (const type of ['recording.started', 'recording.tagged', 'recording.paused'])
      assert.ok(seen.types.includes(type), type)
    await page.context().close()
  })

  /** Pings from the page. Returns the name of the error, and its message. */
  async function pingFrom(page: Page, url: string): Promise<{ name: string; message: string }> {
    return page.evaluate(
      async ([library, address]) => {
        const { createClient } = (await import(library)) as Library
        const recorder = createClient({ url: address, timeoutMs: 5_000 })
        return recorder.ping().then(
          () => ({ name: 'none', message: '' }),
          ({ name, message }) => ({ name, message }),
        )
      },
      [LIBRARY, url] as const,
    )
  }

  test.unless(noBrowser, 'learns what its user must allow when the browser blocks it', async () => {
    const page = await openApplication({ mayCall: false })
    const { name, message } = await pingFrom(page, daemon.url)
    assert.equal(name, 'LocalNetworkBlockedError')
    assert.match(message, /Allow “Apps on device”.*LoopbackNetworkAllowedForUrls/)
    await page.context().close()
  })

  test.unless(
    noBrowser,
    'learns that only the recorder is missing when it may call it',
    async () => {
      const page = await openApplication({ mayCall: true })
      const other = await startWebApplication()
      other.close()
      const { name, message } = await pingFrom(page, `http://127.0.0.1:${other.port}`)
      assert.equal(name, 'ConnectionError')
      assert.equal(message, 'The recorder does not answer.')
      await page.context().close()
    },
  )
})
