import assert from 'node:assert/strict'
import { suite } from '../support/suite.ts'
import { noBrowser } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'
import { button, untilAllRecord, untilStatus } from './support/record-view.ts'

suite('a person at the page', (test) => {
  const stage = PageStage.for(test)

  test.unless(
    noBrowser,
    'records, pauses for a card number, tags, stops, finds and plays the recording',
    async () => {
      const { page, context, assertClean } = await stage.open()
      page.setDefaultTimeout(30_000)
      await untilStatus(page, 'ready')
      await button(page, /^Start recording/).click()
      await untilStatus(page, 'recording')
      await untilAllRecord(page)
      await button(page, /^Pause/)
        .first()
        .click()
      await untilStatus(page, 'paused')
      const { body } = await stage.daemon.api('GET', '/recordings/current')
      assert.equal(body.state, 'Paused')
      await button(page, /^Resume/)
        .first()
        .click()
      await untilStatus(page, 'recording')
      // A fast machine would record less than the player plays below.
      await page.waitForFunction(() =>
        /0:0[2-9]/.test(document.querySelector('.status-clock')?.textContent ?? ''),
      )
      const tags = page.getByRole('region', { name: 'Tags', exact: true })
      await tags.getByLabel('Tag', { exact: true }).fill('customer')
      await tags.getByLabel('Value', { exact: true }).fill('Meier 4711')
      await button(page, 'Add').click()
      await tags.getByText('Meier 4711').waitFor()
      await button(page, /^Stop/).first().click()
      await untilStatus(page, 'wrapUp')
      await button(page, /^Close/).click()
      await untilStatus(page, 'ready')

      await page.getByRole('link', { name: 'Recordings', exact: true }).click()
      await page.getByRole('searchbox').fill('meier')
      const row = page.getByRole('link', { name: /Meier 4711/ })
      await row.click()
      await page
        .locator('.control-play')
        .click()
        .catch(async (error) => {
          const shown = await page.locator('body').innerText()
          throw new Error(`${page.url()} has no player, but:\n${shown}`, { cause: error })
        })
      await page.waitForFunction(() =>
        [...document.querySelectorAll('audio')].some(({ currentTime }) => currentTime > 0.5),
      )
      assertClean()
      await context.close()
    },
    { limitMs: 120_000 },
  )
})
