import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import { searchRequest } from '../../src/http/schemas/requests.ts'
import { suite } from '../support/suite.ts'
import { noBrowser, openRecorderPage, startBrowser } from './support/browser.ts'
import {
  clientOf,
  customerOf,
  hasGap,
  isByPage,
  nameOf,
  recordingId,
  startOf,
  writeManyRecordings,
} from './support/many-recordings.ts'

const RECORDINGS = 10_000
/** A search by these needs a recorder that has them. */
const noFullSearch =
  noBrowser ?? ('text' in searchRequest.shape ? null : 'the recorder has no search by text yet')

const indexes = Array.from({ length: RECORDINGS }, (_, i) => i)

/** Waits until exactly so many recordings have been found. */
async function found(page: Page, count: number): Promise<void> {
  const text = count === 1 ? '1 recording' : `${count.toLocaleString('en')} recordings`
  await page.locator('.list-count', { hasText: new RegExp(`^${text}$`) }).waitFor()
}

const loaded = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator('.list-count', { hasText: text }).waitFor()

const search = (page: Page) => page.getByRole('searchbox', { name: 'Search in tags' })
const firstRow = (page: Page) => page.locator('.list-row').first()
const focusedId = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.id)
const untilFocused = (page: Page, id: string): Promise<unknown> =>
  page.waitForFunction((wanted) => {
    return (document.activeElement as HTMLElement | null)?.dataset.id === wanted
  }, id)

/** Returns how far the top of a recording's row is below the top of the window. */
const topOf = (page: Page, id: string): Promise<number> =>
  page.locator(`[data-id="${id}"]`).evaluate((row) => row.getBoundingClientRect().top)

suite('list of 10,000 recordings', (test) => {
  let daemon: Daemon
  let browser: Browser
  let home: string
  const nowMs = Date.now()

  const open = (fragment = '#/recordings', expectedErrors?: RegExp) =>
    openRecorderPage(browser, daemon, { fragment, ...(expectedErrors && { expectedErrors }) })

  test.before(async () => {
    if (noBrowser !== null) return
    home = await mkdtemp(join(tmpdir(), 'f2f-list-'))
    await writeManyRecordings(home, RECORDINGS, nowMs)
    daemon = await startDaemon({ home })
    browser = await startBrowser()
  })

  test.after(async () => {
    await browser?.close()
    await daemon?.stop()
    if (home) await rm(home, { recursive: true, force: true })
  })

  test.unless(noBrowser, 'shows the newest first and reads only what is shown', async () => {
    const { page, context, assertClean } = await open()
    await loaded(page, 'The newest 50 are loaded')
    assert.equal(await firstRow(page).getAttribute('data-id'), recordingId(0))
    await page
      .getByRole('link', { name: /00:11:59 Closed Microphone This page customer 4000/ })
      .waitFor()
    await page.mouse.move(700, 700)
    let most = 0
    for (let i = 0; i < 40; i++) {
      await page.mouse.wheel(0, 600)
      most = Math.max(most, await page.locator('.list-row').count())
    }
    await page.waitForFunction(() => scrollY > 10_000)
    await loaded(page, 'are loaded')
    assert.ok(most > 10 && most < 60, `${most} rows in the document`)
    const read = Number(/\d+/.exec((await page.locator('.list-count').textContent()) ?? '')?.[0])
    assert.ok(read >= 150 && read <= 700, `${read} recordings read`)
    assertClean()
    await context.close()
  })

  test.unless(
    noBrowser,
    'finds by tag, typed as key=value, also one that is a number',
    async () => {
      const { page, context, assertClean } = await open()
      await search(page).fill(`customer=${customerOf(7)}`)
      await found(page, indexes.filter((i) => customerOf(i) === customerOf(7)).length)
      assert.equal(await firstRow(page).getAttribute('data-id'), recordingId(7))
      await search(page).press('Enter')
      await page.getByRole('button', { name: `Remove the tag customer ${customerOf(7)}` }).waitFor()
      await search(page).fill('order=1007')
      await found(page, 1)
      assert.equal(await firstRow(page).getAttribute('data-id'), recordingId(1007))
      await page.getByRole('button', { name: 'Clear search' }).click()
      await loaded(page, 'The newest 50 are loaded')
      assert.equal(await search(page).inputValue(), '')
      assertClean()
      await context.close()
    },
  )

  test.unless(noBrowser, 'finds by days and by state', async () => {
    const { page, context, assertClean } = await open()
    const day = new Date(startOf(300, nowMs))
    const from = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
    const to = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime()
    const text = [day.getFullYear(), day.getMonth() + 1, day.getDate()]
      .map((part) => String(part).padStart(2, '0'))
      .join('-')
    await page.getByLabel('From').fill(text)
    await page.getByLabel('To', { exact: true }).fill(text)
    const ofDay = indexes.filter((i) => startOf(i, nowMs) >= from && startOf(i, nowMs) < to)
    await found(page, ofDay.length)
    assert.equal(await page.getByRole('heading', { level: 2 }).count(), 1)
    await page.getByLabel('State').selectOption('Paused')
    await page.getByRole('heading', { name: 'No recordings match.' }).waitFor()
    assertClean()
    await context.close()
  })

  test.unless(noFullSearch, 'finds by words, client and gaps', async () => {
    const { page, context, assertClean } = await open()
    await search(page).fill('özde jür')
    await loaded(page, 'The newest 50 are loaded')
    await page.waitForFunction(
      (id) => document.querySelector<HTMLElement>('.list-row')?.dataset.id === id,
      recordingId(indexes.findIndex((i) => nameOf(i) === 'Jürgen Özdemir')),
    )
    await page.getByLabel('Only with gaps').check()
    const gapsOf = (i: number): boolean => hasGap(i) && nameOf(i) === 'Jürgen Özdemir'
    await page.getByRole('heading', { name: 'No recordings match.' }).waitFor()
    assert.equal(indexes.filter(gapsOf).length, 0)
    await search(page).fill('')
    await page.getByLabel('Started by').fill('ui')
    await page.getByRole('heading', { name: 'No recordings match.' }).waitFor()
    assert.equal(indexes.filter((i) => hasGap(i) && isByPage(i)).length, 0)
    await page.getByLabel('Started by').fill('crm')
    await page.locator(`[data-id="${recordingId(3)}"]`).waitFor()
    assert.equal(clientOf(3), 'crm')
    assert.equal(await page.locator(`[data-id="${recordingId(2)}"]`).count(), 0)
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'sends conditions in the body only, and the last of them', async () => {
    const { page, context, assertClean } = await open()
    await loaded(page, 'The newest 50 are loaded')
    const bodies: unknown[] = []
    const urls: string[] = []
    await page.route('**/v1/recordings/search*', async (route) => {
      urls.push(route.request().url())
      bodies.push(route.request().postDataJSON())
      await route.fulfill({ json: { items: [], nextCursor: null } })
    })
    await search(page).pressSequentially('secret', { delay: 5 })
    await page.getByRole('heading', { name: 'No recordings match.' }).waitFor()
    await page.getByLabel('Started by').fill('crm')
    await page.getByLabel('Only with gaps').check()
    await page.waitForURL(/gaps=1/)
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
    const last = { text: 'secret', client: 'crm', gaps: true, limit: 50 }
    assert.deepEqual(bodies.at(-1), last)
    assert.ok(urls.every((url) => url === `${daemon.url}/v1/recordings/search`))
    assert.equal(new URL(page.url()).search, '')
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'nothing that is typed is lost when a search follows late', async () => {
    const { page, context, assertClean } = await open()
    await loaded(page, 'The newest 50 are loaded')
    await search(page).evaluate(async (field: HTMLInputElement) => {
      const { port1, port2 } = new MessageChannel()
      for (const text of ['se', 'sec']) {
        field.value = text
        field.dispatchEvent(new InputEvent('input', { bubbles: true }))
        // The next letter comes when the search has begun, and before the page draws again.
        while (text === 'se' && !location.hash.includes('se'))
          await new Promise((resolve) => {
            port1.onmessage = resolve
            port2.postMessage(null)
          })
      }
      port1.close()
    })
    await page.waitForURL(/sec/)
    assert.equal(await search(page).inputValue(), 'sec')
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'a link to a search shows it, and reloading keeps it', async () => {
    const fragment = `#/recordings?tag=customer%3D${customerOf(5)}&state=Closed`
    const { page, context, assertClean } = await open(fragment)
    const count = indexes.filter((i) => customerOf(i) === customerOf(5)).length
    await found(page, count)
    await page.reload()
    await found(page, count)
    await page
      .getByText(`customer ${customerOf(5)}`)
      .first()
      .waitFor()
    assert.equal(await page.getByLabel('State').inputValue(), 'Closed')
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'the way back leads to the same place, also after reloading', async () => {
    // The made-up recordings have no files, for which a slow machine finds the time to ask.
    const { page, context, assertClean } = await open('#/recordings', /Failed to load resource/)
    await loaded(page, 'The newest 50 are loaded')
    await firstRow(page).focus()
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('End')
      await untilFocused(page, recordingId(i * 100 + 49))
      await loaded(page, `The newest ${i * 100 + 150} are loaded`)
    }
    const id = recordingId(249)
    const top = await topOf(page, id)
    for (const isReloaded of [false, true]) {
      await page.keyboard.press('Enter')
      await page.waitForURL(/#\/recordings\/0/)
      await page.locator('.list-row').first().waitFor({ state: 'detached' })
      assert.equal(await page.evaluate(() => scrollY), 0)
      if (isReloaded) await page.reload()
      await page.goBack()
      await untilFocused(page, id)
      assert.ok(Math.abs((await topOf(page, id)) - top) < 2)
    }
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'every row can be reached by keys', async () => {
    const { page, context, assertClean } = await open()
    await loaded(page, 'The newest 50 are loaded')
    await page.getByLabel('Only with gaps').focus()
    await page.keyboard.press('Tab')
    assert.equal(await focusedId(page), recordingId(0))
    for (const [key, index] of [
      ['ArrowDown', 1],
      ['ArrowDown', 2],
      ['ArrowUp', 1],
      ['End', 49],
      ['ArrowUp', 48],
      ['Home', 0],
    ] as const) {
      await page.keyboard.press(key)
      await untilFocused(page, recordingId(index))
      const { top, bottom } = await page
        .locator(`[data-id="${recordingId(index)}"]`)
        .evaluate((row) => row.getBoundingClientRect())
      assert.ok(top >= 0 && bottom <= 900, `${key}: ${top} to ${bottom}`)
    }
    await page.keyboard.press('PageDown')
    assert.notEqual(await focusedId(page), recordingId(0))
    await page.keyboard.press('PageUp')
    await untilFocused(page, recordingId(0))
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`#/recordings/${recordingId(0)}$`))
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'changes appear, and what somebody looks at does not move', async () => {
    const { page, context, assertClean } = await open()
    await loaded(page, 'The newest 50 are loaded')
    const filtered = await openRecorderPage(browser, daemon, {
      fragment: '#/recordings?state=Active',
    })
    await filtered.page.getByRole('heading', { name: 'No recordings match.' }).waitFor()
    await page.evaluate(() => scrollTo(0, 800))
    const id = recordingId(12)
    await page.locator(`[data-id="${id}"]`).waitFor()
    const before = await topOf(page, id)

    const { body } = await daemon.api('POST', '/recordings', { media: ['mic'], wrapUpSeconds: 0 })
    await loaded(page, /The newest (51|101|151) are loaded/)
    assert.ok(Math.abs((await topOf(page, id)) - before) < 2)
    await found(filtered.page, 1)
    await page.evaluate(() => scrollTo(0, 0))
    const row = page.locator(`[data-id="${body.id}"]`)
    await row.and(page.locator('[data-state="Active"]')).waitFor()
    await daemon.api('POST', '/recordings/current/tags', { tags: { customer: 'live one' } })
    await row.getByText('live one').waitFor()
    await daemon.api('POST', '/recordings/current/stop', {})
    await row.and(page.locator('[data-state="Closed"]')).waitFor()
    await filtered.page.getByRole('heading', { name: 'No recordings match.' }).waitFor()
    filtered.assertClean()
    assertClean()
    await filtered.context.close()
    await context.close()
  })

  test.unless(
    noBrowser,
    'a link that is followed while somebody types is not taken back',
    async () => {
      const { page, context, assertClean } = await openRecorderPage(browser, daemon, {
        fragment: '#/recordings',
        // The recordings of this home have no media.
        expectedErrors: /Failed to load resource/,
      })
      await loaded(page, 'The newest 50 are loaded')
      const id = recordingId(3)
      // In one turn of the page, so that the search that was typed is still to come.
      await page.evaluate((recording) => {
        const field = document.querySelector<HTMLInputElement>('#list-text')!
        field.value = 'order'
        field.dispatchEvent(new Event('input', { bubbles: true }))
        const until = performance.now() + 200
        location.hash = `#/recordings/${recording}`
        while (performance.now() < until);
      }, id)
      await page.locator('.control-play, main h1').first().waitFor()
      await page.waitForFunction((hash) => location.hash === hash, `#/recordings/${id}`)
      await page.waitForFunction(() => document.querySelector('#list-text') === null)
      assertClean()
      await context.close()
    },
  )

  for (const [locale, title, remedy, again] of [
    ['en-GB', 'The recorder cannot read or write a file.', 'Call your administrator.', 'Try again'],
    [
      'de-DE',
      'Der Recorder kann eine Datei nicht lesen oder schreiben.',
      'Rufen Sie Ihren Administrator.',
      'Noch einmal versuchen',
    ],
  ] as const)
    test.unless(
      noBrowser,
      `an error says what to do, and can be tried again (${locale})`,
      async () => {
        const { page, context, assertClean } = await openRecorderPage(browser, daemon, {
          expectedErrors: /Failed to load resource/,
          locale,
        })
        await page.route('**/v1/recordings/search', (route) =>
          route.fulfill({
            status: 503,
            contentType: 'application/problem+json',
            json: {
              title: 'The log cannot be read.',
              status: 503,
              code: 'STORAGE_UNAVAILABLE',
              detail: 'The disk does not answer.',
              remedy: 'Call your administrator.',
            },
          }),
        )
        await page.goto(`${daemon.url}/#/recordings`)
        const alert = page.getByRole('alert').filter({ hasText: title })
        await alert.getByText(remedy).waitFor()
        await alert.getByText('The disk does not answer.').waitFor()
        await page.unroute('**/v1/recordings/search')
        await alert.getByRole('button', { name: again }).click()
        await page.locator('.list-row').first().waitFor()
        assertClean()
        await context.close()
      },
    )
})
