import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { Daemon } from '../../lab/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import {
  noBrowser,
  openRecorderPage,
  type RecorderPage,
  startBrowser,
  startSyntheticDaemon,
} from './support/browser.ts'

const LIMIT_MS = 15_000

suite('custody on the page', (test) => {
  let daemon: Daemon
  let browser: Browser
  let opened: RecorderPage
  let id: string

  const ask = async (path: string, body: object) => {
    const answer = await daemon.api('POST', `/recordings/${path}`, body)
    assert.ok(answer.status < 300, JSON.stringify(answer.body))
    return answer.body
  }

  test.before(async () => {
    if (noBrowser !== null) return
    daemon = await startSyntheticDaemon()
    browser = await startBrowser()
    const consent = { state: 'granted', method: 'spoken', note: 'at the desk' }
    id = (await daemon.api('POST', '/recordings', { media: ['mic'], consent })).body.id
    await ask(`${id}/stop`, {})
    await ask(`${id}/close`, {})
    // Whatever the open player still asks for when its recording is erased is gone.
    const expectedErrors = /410 \(Gone\)/
    opened = await openRecorderPage(browser, daemon, { expectedErrors })
    opened.page.setDefaultTimeout(LIMIT_MS)
  })
  test.after(async () => {
    await opened?.context.close()
    await browser?.close()
    await daemon?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
  })

  test.unless(noBrowser, 'the player shows the consent and the holds of a recording', async () => {
    await ask(`${id}/holds`, { reason: 'A claim is being settled.' })
    await opened.page.evaluate((hash) => {
      location.hash = hash
    }, `#/recordings/${id}`)
    const facts = opened.page.locator('.facts')
    await facts.getByText('A claim is being settled.').waitFor()
    assert.match(await facts.innerText(), /Consent\s+Granted \(spoken\).*at the desk/s)
  })

  test.unless(
    noBrowser,
    'an erased recording has its reason in place of a player, and stays in the list',
    async () => {
      const { items } = (await daemon.api('GET', `/recordings/${id}/holds`)).body
      await ask(`${id}/holds/${items[0].id}/release`, { reason: 'It is settled.' })
      await ask(`${id}/erase`, { reason: 'The customer asked for it.' })
      const { page } = opened
      // The open player gives way at once, and a page that is loaded afresh says the same.
      await page.locator('[data-erased]').waitFor()
      await page.reload()
      await page.locator('[data-erased]').waitFor()
      assert.match(await page.locator('[data-erased]').innerText(), /The customer asked for it\./)
      assert.equal(await page.locator('audio, video').count(), 0)
      await page
        .getByRole('link', { name: /recordings/i })
        .last()
        .click()
      await page.locator(`.list-row[data-id="${id}"]`).waitFor()
      assert.match(await page.locator(`.list-row[data-id="${id}"]`).innerText(), /Erased/)
      opened.assertClean()
    },
  )

  test.unless(
    noBrowser,
    'where consent is required, nothing starts before it is noted',
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
      await writeFile(join(home, 'config.json'), '{"consent":{"mode":"required"}}')
      const strict = await startSyntheticDaemon(home)
      const asking = await openRecorderPage(browser, strict)
      try {
        const { page } = asking
        page.setDefaultTimeout(LIMIT_MS)
        await page.locator('#consent-error').waitFor()
        await page.waitForFunction(() => document.body.dataset.link === 'live')
        await page.keyboard.press('r')
        await page.waitForFunction(() => document.activeElement?.id === 'consent')
        assert.equal((await strict.api('GET', '/recordings')).body.items.length, 0)
        await page.getByLabel('The customer agrees to be recorded.').check()
        await page.locator('#consent').blur()
        await page.keyboard.press('r')
        await eventually('a recording with its consent', async () => {
          const { items } = (await strict.api('GET', '/recordings')).body
          return items[0]?.consent?.state === 'granted'
        })
        asking.assertClean()
      } finally {
        await asking.context.close()
        await strict.stop()
        await rm(home, { recursive: true, force: true })
      }
    },
  )
})
