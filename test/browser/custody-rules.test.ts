import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import { loseMasterKey } from '../support/master-key.ts'
import { eventually, suite } from '../support/suite.ts'
import {
  noBrowser,
  type OpenOptions,
  openRecorderPage,
  type RecorderPage,
  startBrowser,
} from './support/browser.ts'
import { button, offerOf, untilStatus } from './support/record-view.ts'

const LIMIT_MS = 15_000

suite('a strict recorder on its page', (test) => {
  const CONFIG = {
    consent: { mode: 'required', eraseWhenWithdrawn: true },
    retention: { rules: [{ name: 'visits', keepDays: 90, tag: { key: 'visit' } }], maxDays: 365 },
    holds: { releaseBy: 'other' },
  }
  let home: string
  let strict: Daemon
  let browser: Browser

  test.before(async () => {
    if (noBrowser !== null) return
    home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    await writeFile(join(home, 'config.json'), JSON.stringify(CONFIG))
    strict = await startDaemon({ home })
    browser = await startBrowser()
  })
  test.after(async () => {
    await browser?.close()
    await strict?.stop()
    if (home) await rm(home, { recursive: true, force: true })
  })

  const open = async (options: OpenOptions = {}): Promise<RecorderPage> => {
    const page = await openRecorderPage(browser, strict, options)
    page.page.setDefaultTimeout(LIMIT_MS)
    return page
  }

  test.unless(
    noBrowser,
    'nothing starts before consent is noted, and what is recorded goes when it is declined',
    async () => {
      const asking = await open()
      const { page } = asking
      await page.locator('#consent-error').waitFor()
      await page.waitForFunction(() => document.body.dataset.link === 'live')
      await page.keyboard.press('r')
      await page.waitForFunction(() => document.activeElement?.id === 'consent')
      assert.equal((await strict.api('GET', '/recordings')).body.items.length, 0)
      await page.getByLabel('The customer agrees to be recorded.').check()
      await page.locator('#consent').blur()
      await page.keyboard.press('r')
      const { id } = await eventually('a recording with its consent', async () => {
        const { items } = (await strict.api('GET', '/recordings')).body
        return items[0]?.consent?.state === 'granted' && items[0]
      })
      await button(page, 'Enter an answer').click()
      await page.getByRole('radio', { name: 'I do not agree' }).check()
      await button(page, 'Save').click()
      await page.getByText('What was recorded is erased. Nobody can undo that.').waitFor()
      await button(page, 'Yes, end it').click()
      await page.locator('.refused-consent-card[data-fate=erased]').waitFor()
      await untilStatus(page, 'ready')
      const { erased } = (await strict.api('GET', `/recordings/${id}`)).body
      assert.equal(erased.cause, 'consentWithdrawn')
      asking.assertClean()
      await asking.context.close()
    },
  )

  test.unless(
    noBrowser,
    'the next customer is asked again, whoever recorded the last',
    async () => {
      const asking = await open()
      const { page } = asking
      const agrees = page.getByLabel('The customer agrees to be recorded.')
      await agrees.check()
      // Another program records this customer.
      const consent = { state: 'granted', method: 'spoken' }
      await strict.api('POST', '/recordings', { media: ['mic'], consent })
      await untilStatus(page, 'recording')
      for (const last of ['stop', 'close']) await strict.api('POST', `/recordings/current/${last}`)
      await untilStatus(page, 'ready')
      assert.equal(await agrees.isChecked(), false)
      await page.keyboard.press('r')
      await page.waitForFunction(() => document.activeElement?.id === 'consent')
      asking.assertClean()
      await asking.context.close()
    },
  )

  test.unless(
    noBrowser,
    'what is withdrawn is not called erased while a log that has lost its end may lack holds',
    async () => {
      const own = await mkdtemp(join(tmpdir(), 'f2f-home-'))
      const consent = { mode: 'record', eraseWhenWithdrawn: true }
      await writeFile(join(own, 'config.json'), JSON.stringify({ consent }))
      await (await startDaemon({ home: own })).stop()
      await rm(join(own, 'log.witness'))
      const daemon = await startDaemon({ home: own, args: ['--accept-lost-witness'] })
      try {
        for (const media of [['mic'], ['screen']]) {
          const opened = await openRecorderPage(browser, daemon)
          await opened.page.waitForFunction(() => document.body.dataset.link === 'live')
          await daemon.api('POST', '/recordings', { media })
          await untilStatus(opened.page, 'recording')
          const words = { state: 'withdrawn', method: 'spoken' }
          await daemon.api('POST', '/recordings/current/consent', words)
          await opened.page.locator('.refused-consent-card[data-fate=kept]').waitFor()
          await opened.context.close()
        }
      } finally {
        await daemon.stop()
        await rm(own, { recursive: true, force: true })
      }
    },
  )

  test.unless(noBrowser, 'settings show the rules in force, and the keys to who may', async () => {
    const [plain, admin] = [
      await open({ fragment: '#/settings' }),
      await open({ fragment: '#/settings', admin: true }),
    ]
    const rules = plain.page.locator('.settings-card', { hasText: 'Rules for recordings' })
    for (const text of [
      'Nothing starts without it',
      'Declined or withdrawn: the recording ends and is erased',
      'visits: 90 days, with the tag visit',
      'All others: 365 days',
      'Only another client than the one that placed it may release it',
    ])
      await rules.getByText(text).waitFor()
    const keysOf = ({ page }: RecorderPage) => page.locator('.settings-card', { hasText: 'Keys' })
    await keysOf(admin).getByText('In a file of the home folder').waitFor()
    const { masterKey } = (await strict.api('GET', '/keys')).body
    await keysOf(admin).getByText(masterKey.id).waitFor()
    await admin.page.getByText('This page may hold and erase recordings.').waitFor()
    await keysOf(plain).getByText('The keys of the recordings can be used.').waitFor()
    assert.doesNotMatch(await keysOf(plain).innerText(), new RegExp(masterKey.id))
    for (const one of [plain, admin]) {
      one.assertClean()
      await one.context.close()
    }
  })

  test.unless(
    noBrowser,
    'a missing key is said with its remedy before anybody presses start',
    async () => {
      await strict.stop()
      const bringBack = await loseMasterKey(home)
      strict = await startDaemon({ home })
      const locked = await open({ admin: true })
      const { page } = locked
      await untilStatus(page, 'error')
      assert.match(
        await page.locator('.status').innerText(),
        /The key of the recordings is missing/,
      )
      await page.locator('.alarm').getByText('Unlock your key store').waitFor()
      assert.equal(await offerOf(page, /^Start recording/), 'disabled')
      await page.evaluate(() => {
        location.hash = '#/settings'
      })
      const problem = page.locator('.settings-card .problem')
      await problem.getByText('A backup brings the key back').waitFor()
      await bringBack()
      await page.getByText('The keys of the recordings can be used.').waitFor()
      locked.assertClean()
      await locked.context.close()
    },
  )
})
