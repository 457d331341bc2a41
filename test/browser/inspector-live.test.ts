import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { startDaemon } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'
import { findings } from './support/axe.ts'
import { noBrowser, openRecorderPage } from './support/browser.ts'
import {
  eventsOf,
  inspectAt,
  recordRefusals,
  shownStates,
  untilIndex,
} from './support/inspector.ts'
import { PageStage } from './support/page-stage.ts'

const LIMIT_MS = 15_000
/** A browser reports a connection that breaks, and nobody can stop it from doing so. */
const BROKEN = /net::ERR|Failed to load resource|Failed to fetch|WebSocket/

suite('the inspector, live and for everybody', (test) => {
  const stage = PageStage.for(test)

  test.unless(noBrowser, 'a live recording lights its states as the commands come', async () => {
    const opened = await stage.open({ fragment: '#/inspector' })
    const { page } = opened
    page.setDefaultTimeout(LIMIT_MS)
    await page.getByText('Nothing has been recorded yet.').waitFor()
    const { body } = await stage.daemon.api('POST', '/recordings', {
      media: ['mic'],
      wrapUpSeconds: 600,
    })
    const session = (state: string) =>
      page.locator(`.chip[data-machine="session"][data-state="${state}"]`).waitFor()
    await session('capturing.active')
    await stage.daemon.api('POST', `/recordings/${body.id}/pause`, {})
    await session('capturing.paused')
    await page
      .locator('[data-chart="session"] [data-node="capturing.paused"][data-active="true"]')
      .waitFor()
    await page.getByText('All that are alive now').click()
    const clock = page.locator('.actors-live .actor', { hasText: 'pauseClock' })
    await page
      .locator('.actors-live .actor', { hasText: 'track:mic' })
      .getByText('paused')
      .waitFor()
    await clock.waitFor()
    await page.keyboard.press('ArrowLeft')
    await stage.daemon.api('POST', `/recordings/${body.id}/resume`, {})
    await page.locator('.stepper-live').waitFor({ state: 'detached' })
    // Who looks at a moment stays there until they ask for the newest one.
    await session('capturing.paused')
    await page.keyboard.press('End')
    await session('capturing.active')
    await clock.waitFor({ state: 'detached' })
    await stage.daemon.api('POST', `/recordings/${body.id}/stop`, {})
    await stage.daemon.api('POST', `/recordings/${body.id}/close`, {})
    await session('closed')
    const { length } = await eventsOf(stage.daemon, body.id)
    await page.locator(`.inspector[data-index="${length}"]`).waitFor()
    opened.assertClean()
    await opened.context.close()
  })

  test.unless(
    noBrowser,
    'the living actors are shown again when the recorder is back',
    async () => {
      const first = await startDaemon()
      const { body } = await first.api('POST', '/recordings', { media: ['mic'] })
      const opened = await openRecorderPage(stage.browser, first, { expectedErrors: BROKEN })
      const { page } = opened
      page.setDefaultTimeout(LIMIT_MS)
      await inspectAt(page, body.id)
      await page.getByText('All that are alive now').click()
      const track = page.getByRole('treeitem', { name: 'track:mic' })
      await track.getByText('recording').waitFor()
      first.kill()
      await first.exited
      await page.getByText('does not tell which actors').waitFor()
      const args = ['--port', new URL(first.url).port]
      const second = await startDaemon({ home: first.home, args })
      try {
        await track.getByText('stopped').waitFor()
        opened.assertClean()
        await opened.context.close()
      } finally {
        await second.stop()
        await rm(first.home, { recursive: true, force: true })
      }
    },
  )

  test.unless(noBrowser, 'a recording that crashed and recovered shows how it ended', async () => {
    const crashing = await startDaemon()
    const { body } = await crashing.api('POST', '/recordings', { media: ['mic', 'screen'] })
    crashing.kill()
    await crashing.exited
    const recovered = await startDaemon({ home: crashing.home })
    try {
      const events = await eventsOf(recovered, body.id)
      const at = events.findIndex(({ type }) => type === 'recording.interrupted')
      const opened = await openRecorderPage(stage.browser, recovered)
      const { page } = opened
      page.setDefaultTimeout(LIMIT_MS)
      await inspectAt(page, body.id, events[at]?.position)
      for (let index = at + 1; index <= events.length; index++) {
        await untilIndex(page, index)
        const position = events[index - 1]?.position
        const { machines } = (
          await recovered.api('GET', `/recordings/${body.id}/replay?position=${position}`)
        ).body
        const { control, session, tracks } = machines
        assert.deepEqual(
          await shownStates(page),
          [control, session, tracks.mic, tracks.speaker, tracks.screen].map(({ value }) => value),
        )
        await page.keyboard.press('ArrowRight')
      }
      assert.equal((await shownStates(page))[1], 'wrapUp')
      opened.assertClean()
      await opened.context.close()
    } finally {
      await recovered.stop()
      await rm(crashing.home, { recursive: true, force: true })
    }
  })

  test.unless(
    noBrowser,
    'axe-core finds nothing, nothing scrolls sideways, and no machine stands alone',
    async () => {
      const first = await stage.open()
      const { id, events } = await recordRefusals(stage.daemon, first.page)
      await first.context.close()
      const refused = events.find(({ type }) => type === 'command.refused')?.position
      for (const [width, colorScheme, locale] of [
        [1440, 'light', 'en-US'],
        [1440, 'dark', 'de-DE'],
        [1280, 'light', 'de-DE'],
        [768, 'light', 'de-DE'],
        [320, 'dark', 'de-DE'],
      ] as const) {
        const opened = await stage.open({ width, colorScheme, locale })
        const { page } = opened
        for (const position of [undefined, refused]) {
          await inspectAt(page, id, position)
          await page.locator('.chart').nth(2).waitFor()
          assert.deepEqual(await findings(page), [], `${width} px, ${colorScheme}, ${position}`)
          const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
          assert.equal(wide, 0, `${width} px`)
          const [end, last] = await page.evaluate(() =>
            ['.chips', '.chip:last-child'].map(
              (selector) => document.querySelector(selector)?.getBoundingClientRect().right,
            ),
          )
          assert.ok(Math.abs(end! - last!) < 1, `${width} px: the last line is not full`)
        }
        await page.goto(`${stage.daemon.url}/#/inspector?choose=1`)
        await page.locator('.choose-row').first().waitFor()
        assert.deepEqual(await findings(page), [])
        opened.assertClean()
        await opened.context.close()
      }
    },
  )
})
