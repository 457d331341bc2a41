import assert from 'node:assert/strict'
import { suite } from '../support/suite.ts'
import { findings } from './support/axe.ts'
import { noBrowser } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'
import { button, type Status, untilAllRecord, untilStatus } from './support/record-view.ts'

suite('accessibility of the page', (test) => {
  const stage = PageStage.for(test)
  let recordingId: string

  test.before(async () => {
    if (noBrowser !== null) return
    const { body } = await stage.daemon.api('POST', '/recordings', {
      media: ['mic', 'screen'],
      tags: { 'customer.id': '4711' },
      wrapUpSeconds: 0,
    })
    recordingId = body.id
    await stage.daemon.api('POST', '/recordings/current/pause', {})
    await stage.daemon.api('POST', '/recordings/current/resume', {})
    await stage.daemon.api('POST', '/recordings/current/tags', { tags: { marker: 'offer' } })
    await stage.daemon.api('POST', '/recordings/current/stop', {})
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const locale of ['en-US', 'de-DE'])
      test.unless(
        noBrowser,
        `axe-core finds nothing on any view, ${colorScheme}, ${locale}`,
        async () => {
          const options = { colorScheme, locale, admin: true }
          const opened = await stage.open(options)
          const { page } = opened
          for (const fragment of [
            '#/',
            '#/recordings',
            `#/recordings/${recordingId}`,
            '#/settings',
          ]) {
            await page.goto(`${stage.daemon.url}/${fragment}`)
            await page.locator('main h1').first().waitFor()
            await page.waitForLoadState('networkidle', { timeout: 1 }).catch(() => {})
            assert.deepEqual(await findings(page), [], fragment)
          }
          await page.goto(`${stage.daemon.url}/#/recordings/${recordingId}`)
          await page.locator('.accesses summary').click()
          await page.locator('.access').first().waitFor()
          assert.deepEqual(await findings(page), [], 'the accesses')
          await page.locator('.erase').click()
          assert.deepEqual(await findings(page), [], 'the question before an erasure')
          opened.assertClean()
          await opened.context.close()
        },
      )

  for (const width of [320, 768, 1440])
    test.unless(noBrowser, `no view scrolls sideways at ${width} px`, async () => {
      const opened = await stage.open({
        ...{ width, locale: 'de-DE', admin: true },
      })
      const { page } = opened
      for (const fragment of ['#/', '#/recordings', `#/recordings/${recordingId}`, '#/settings']) {
        await page.goto(`${stage.daemon.url}/${fragment}`)
        await page.locator('main h1').first().waitFor()
        const widths = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ])
        assert.equal(widths[0], widths[1], `${fragment} is ${widths[0]} px wide`)
      }
      await opened.context.close()
    })

  for (const colorScheme of ['light', 'dark'] as const)
    test.unless(
      noBrowser,
      `axe-core finds nothing while something is recorded, ${colorScheme}`,
      async () => {
        const { page, context } = await stage.open({ colorScheme })
        const check = async (status: Status): Promise<void> => {
          await untilStatus(page, status)
          assert.deepEqual(await findings(page), [], status)
        }
        await untilStatus(page, 'ready')
        await page.keyboard.press('?')
        const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
        await keys.waitFor()
        assert.deepEqual(await findings(page), [], 'the list of keys')
        await page.keyboard.press('Escape')
        await keys.waitFor({ state: 'hidden' })
        await button(page, 'Start recording').click()
        await untilAllRecord(page)
        await page.keyboard.press('1')
        await page.locator('.marker').waitFor()
        await check('recording')
        await button(page, 'Enter an answer').click()
        await page.getByRole('radio', { name: 'I do not agree' }).check()
        await check('recording')
        await button(page, 'Save').click()
        await button(page, 'Yes, end it').waitFor()
        await check('recording')
        await button(page, 'Back').click()
        await button(page, 'Pause').click()
        await check('paused')
        await button(page, 'Stop').click()
        await check('wrapUp')
        await button(page, 'Close').click()
        await untilStatus(page, 'ready')
        await stage.daemon.api('POST', '/recordings', { media: ['mic'], wrapUpSeconds: 0 })
        await check('recording')
        await stage.daemon.api('POST', '/recordings/current/stop', {})
        await untilStatus(page, 'ready')
        await context.close()
      },
    )
})
