import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startDaemon } from '../../lab/daemon.ts'
import { DOUBLE_PRESS_MS } from '../../src/ui/record/keyboard/double-press.ts'
import { eventually, suite } from '../support/suite.ts'
import { noBrowser, openRecorderPage, type RecorderPage } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'
import {
  button,
  endRecording,
  offerOf,
  untilAllRecord,
  untilStatus,
  untilTrack,
} from './support/record-view.ts'

/** A browser reports a refused request, and nobody can stop it from doing so. */
const REFUSED = /status of 400/

/** A busy machine needs seconds for a start. */
const LIMIT_MS = 25_000

const clock = (page: Page): Promise<string> => page.locator('.status-clock').innerText()

/** Waits until the announcer has said something. */
async function untilSaid(page: Page, text: RegExp): Promise<void> {
  await page.locator('[data-announcer]', { hasText: text }).waitFor({ state: 'attached' })
}

/** Resolves when the clock of the page shows another time. */
async function untilClockMoves(page: Page): Promise<void> {
  const before = await clock(page)
  await page.waitForFunction(
    (text) => document.querySelector('.status-clock')?.textContent?.includes(text) === false,
    before.split(' ').at(-1) as string,
  )
}

/** Runs in the page: returns the clock's text once it has stood for 1.5 s; null if it does not. */
const UNTIL_CLOCK_STANDS = `(async () => {
  const text = () => document.querySelector('.status-clock').innerText
  const begun = performance.now()
  let [shown, since] = [text(), begun]
  while (performance.now() - since < 1500) {
    await new Promise(requestAnimationFrame)
    if (performance.now() - begun > 6000) return null
    if (text() !== shown) [shown, since] = [text(), performance.now()]
  }
  return shown
})()`

suite('recording on the page', (test) => {
  const stage = PageStage.for(test)
  let opened: RecorderPage
  test.beforeEach(async () => {
    if (noBrowser !== null) return
    opened = await stage.open({ expectedErrors: REFUSED })
    opened.page.setDefaultTimeout(LIMIT_MS)
  })
  test.afterEach(async () => {
    if (noBrowser !== null) return
    await endRecording(stage.daemon, opened.page)
    await opened.context.close()
  })

  test.unless(noBrowser, 'a person records with the mouse, from start to close', async () => {
    const { page, assertClean } = opened
    await untilStatus(page, 'ready')
    await page.fill('#first-key', 'case')
    await page.fill('#first-value', 'claim 118')
    await button(page, 'Add').click()
    await button(page, 'Start recording').click()
    await untilAllRecord(page)
    await untilSaid(page, /^Recording started$/)
    await untilClockMoves(page)
    await button(page, 'Pause').click()
    await untilStatus(page, 'paused')
    await untilSaid(page, /^Recording paused at 00:00:\d\d$/)
    await button(page, 'Resume').click()
    await untilAllRecord(page)
    await page.fill('#tag-key', 'customer.id')
    await page.fill('#tag-value', '0042')
    await button(page, 'Add').click()
    await page.locator('.set-tag[data-key="customer.id"]', { hasText: '0042' }).waitFor()
    await page.fill('#marker-label', 'Offer accepted')
    await button(page, 'Green').click()
    await page.locator('.marker[data-colour="green"]', { hasText: 'Offer accepted' }).waitFor()
    await button(page, 'Stop').click()
    await untilStatus(page, 'wrapUp')
    await untilSaid(page, /^Recording stopped at /)
    const { body } = await stage.daemon.api('GET', '/recordings/current')
    await button(page, 'Close').click()
    await untilStatus(page, 'ready')
    const values = Object.fromEntries(
      body.tags.map(({ key, value }: { key: string; value: unknown }) => [key, value]),
    )
    assert.equal(values.case, 'claim 118')
    assert.equal(values['customer.id'], '0042', 'a value stays the text that was typed')
    assert.equal(values['marker.green'], 'Offer accepted')
    assert.equal(body.controller, 'ui')
    assertClean()
  })

  test.unless(noBrowser, 'a person records with the keyboard alone', async () => {
    const { page, assertClean } = opened
    await page.reload()
    await untilStatus(page, 'ready')
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => document.activeElement?.id)
    await page.keyboard.press('r')
    await untilAllRecord(page)
    await page.keyboard.press('p')
    await untilStatus(page, 'paused')
    const pausedAt = await page.evaluate(() => performance.now())
    // Sooner, the key would be taken for one that was pressed twice.
    await page.waitForFunction(([at, ms]) => performance.now() - at > ms, [
      pausedAt,
      DOUBLE_PRESS_MS,
    ] as const)
    await page.keyboard.press('p')
    await untilAllRecord(page)
    await page.keyboard.press('m')
    await page.keyboard.press('2')
    await page.locator('.marker[data-colour="yellow"]').waitFor()
    await page.locator('.marker[data-colour="none"]').waitFor()
    await page.keyboard.press('t')
    assert.equal(await focused(), 'tag-key')
    await page.keyboard.type('ps')
    await page.keyboard.press('Tab')
    await page.keyboard.type('rpm')
    await page.keyboard.press('Enter')
    await page.locator('.set-tag[data-key="ps"]', { hasText: 'rpm' }).waitFor()
    await page.waitForFunction(() => document.activeElement?.id === 'tag-key')
    assert.equal(await page.inputValue('#tag-key'), '', 'the fields are ready for the next tag')
    await button(page, 'Keyboard shortcuts').focus()
    await page.keyboard.press('s')
    await button(page, 'Press S again to stop').waitFor()
    await untilStatus(page, 'recording')
    await page.keyboard.press('s')
    await untilStatus(page, 'wrapUp')
    await page.waitForFunction(() => document.activeElement?.id === 'tag-key')
    await button(page, 'Close').focus()
    await page.keyboard.press('Enter')
    await untilStatus(page, 'ready')
    assertClean()
  })

  test.unless(noBrowser, 'single keys can be turned off', async () => {
    const { page, assertClean } = opened
    await untilStatus(page, 'ready')
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.getByLabel('Use these keys').uncheck()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await page.keyboard.press('r')
    // A dialog that has just been closed may still be on its way out, and take the key.
    await eventually('it opens again', async () => {
      await page.keyboard.press('?')
      return dialog.isVisible()
    })
    await dialog.getByLabel('Use these keys').check()
    await dialog.getByRole('button', { name: 'Done' }).click()
    assert.equal((await stage.daemon.api('GET', '/recordings/current')).status, 404)
    assertClean()
  })

  test.unless(noBrowser, 'each medium has its own buttons', async () => {
    const { page, assertClean } = opened
    await page.locator('[name="sound"][value="microphone"]').check()
    await page.locator('#choice-screen').uncheck()
    await button(page, 'Start recording').click()
    await untilTrack(page, 'mic', 'recording')
    await untilTrack(page, 'screen', 'off')
    await button(page, 'Start Speaker').click()
    await untilTrack(page, 'speaker', 'recording')
    await button(page, 'Pause Microphone').click()
    await untilTrack(page, 'mic', 'paused')
    await untilStatus(page, 'recording')
    assert.equal(await offerOf(page, 'Pause all'), 'enabled')
    assert.equal(await offerOf(page, 'Resume all'), 'enabled')
    await button(page, 'Resume Microphone').click()
    await untilTrack(page, 'mic', 'recording')
    await button(page, 'Stop Speaker').click()
    await untilTrack(page, 'speaker', 'stopped')
    await page.waitForFunction(() => {
      const meter = document.querySelector('[role="meter"]')
      return meter !== null && Number(meter.getAttribute('aria-valuenow')) > -60
    })
    await endRecording(stage.daemon, page)
    await page.reload()
    assert.ok(
      await page.locator('[name="sound"][value="microphone"]').isChecked(),
      'the choice is remembered',
    )
    await page.locator('[name="sound"][value="both"]').check()
    await page.locator('#choice-screen').check()
    assertClean()
  })

  test.unless(noBrowser, 'the time stands still in a pause, in both windows', async () => {
    const { page, assertClean } = opened
    const second = await stage.open()
    await button(page, 'Start recording').click()
    await Promise.all([page, second.page].map(untilAllRecord))
    await untilClockMoves(page)
    await button(second.page, 'Pause').click()
    await Promise.all([page, second.page].map((one) => untilStatus(one, 'paused')))
    // A page that could not draw for a while learns the exact time when the segment is closed.
    const shown = await page.evaluate<string | null>(UNTIL_CLOCK_STANDS)
    assert.notEqual(shown, null, 'the clock goes on in the pause')
    assert.equal(await clock(second.page), shown)
    await endRecording(stage.daemon, page)
    await untilStatus(second.page, 'ready')
    assertClean()
    second.assertClean()
    await second.context.close()
  })

  test.unless(noBrowser, 'a refused command says why and what to do', async () => {
    const { page, assertClean } = opened
    await button(page, 'Start recording').click()
    await untilAllRecord(page)
    await page.fill('#tag-key', 'system.host')
    await button(page, 'Add').click()
    const problem = page.locator('[data-problem="tags"]')
    await problem.filter({ hasText: 'reserves keys that start with `system.`' }).waitFor()
    assert.match(await problem.innerText(), /not valid[\s\S]*Correct what is named/)
    assert.equal(await page.inputValue('#tag-key'), 'system.host', 'nothing typed is lost')
    await page.fill('#tag-key', 'host')
    await button(page, 'Add').click()
    await page.locator('.set-tag[data-key="host"]').waitFor()
    assert.equal(await problem.innerText(), '')
    assertClean()
  })

  test.unless(noBrowser, 'keys used before are offered, and the screen is shown', async () => {
    const { page, assertClean } = opened
    const earlier = { media: ['mic'], tags: { contract: 'C-1' }, wrapUpSeconds: 0 }
    await stage.daemon.api('POST', '/recordings', earlier)
    await stage.daemon.api('POST', '/recordings/current/stop', {})
    await untilStatus(page, 'ready')
    await button(page, 'Start recording').click()
    await untilAllRecord(page)
    await page.getByRole('img', { name: 'The screen as it is being recorded' }).waitFor()
    await page.keyboard.press('t')
    const offered = page.locator('.tags datalist option')
    await offered.and(page.locator('[value="contract"]')).waitFor({ state: 'attached' })
    const keys = await offered.evaluateAll((options) =>
      options.map((option) => option.getAttribute('value') ?? ''),
    )
    assert.ok(
      keys.every((key) => !/^(?:system\.|marker)/.test(key)),
      keys.join(', '),
    )
    await button(page, 'Keyboard shortcuts').focus()
    await page.keyboard.press('p')
    await untilStatus(page, 'paused')
    assert.equal(await page.locator('.picture img').count(), 0)
    assertClean()
  })

  test.unless(noBrowser, 'the devices are checked, and can be checked again', async () => {
    const { page, assertClean } = opened
    await page.reload()
    const known = page.locator('[data-readiness="known"]')
    await known.waitFor()
    for (const medium of ['mic', 'speaker', 'screen'])
      assert.match(
        (await page.locator(`.medium-row[data-medium="${medium}"]`).getAttribute('data-result')) ??
          '',
        /^(?:pass|warn|fail)$/,
      )
    await button(page, 'Check again').click()
    await page.locator('[data-readiness="checking"]').waitFor()
    await known.waitFor()
    assertClean()
  })

  test.unless(noBrowser, 'what a check has found is said in German on a German page', async () => {
    const german = await stage.open({ locale: 'de-DE' })
    const at = new Date().toISOString()
    const checks = [
      { id: 'mute', medium: 'mic', result: 'fail', detail: 'It is muted.', remedy: 'Unmute it.' },
      { id: 'disk', result: 'warn', detail: '9 GB are free.', remedy: 'Free space.' },
    ]
    await german.context.route('**/v1/readiness*', (route) =>
      route.fulfill({ json: { ready: false, at, checks } }),
    )
    await german.page.reload()
    await german.page.getByText('Das Mikrofon ist stummgeschaltet.').waitFor()
    const disk = german.page.locator('.readiness .finding')
    assert.match(await disk.innerText(), /wird der Platz knapp.*\(9 GB are free\.\)$/)
    assert.equal(await disk.locator('[lang=en]').innerText(), '(9 GB are free.)')
    german.assertClean()
    await german.context.close()
  })

  test.unless(noBrowser, 'a start waits for the required tags, and says so', async () => {
    const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    await writeFile(join(home, 'config.json'), '{"tags":{"required":["customer.id"]}}')
    const strict = await startDaemon({ home })
    try {
      const { page, context, assertClean } = await openRecorderPage(stage.browser, strict)
      await untilStatus(page, 'ready')
      const start = button(page, 'Start recording')
      const field = page.getByLabel('customer.id')
      await field.waitFor()
      assert.equal(await offerOf(page, 'Start recording'), 'disabled')
      const reason = page.locator(`[id="${await start.getAttribute('aria-describedby')}"]`)
      assert.equal(await reason.innerText(), 'Required on this computer before a start.')
      await page.keyboard.press('r')
      assert.ok(await field.evaluate((element) => element === document.activeElement))
      await page.keyboard.type('K-4711')
      await start.click()
      await untilAllRecord(page)
      await page.locator('.set-tag[data-key="customer.id"]', { hasText: 'K-4711' }).waitFor()
      assertClean()
      await context.close()
    } finally {
      await strict.stop()
      await rm(home, { recursive: true, force: true })
    }
  })
})
