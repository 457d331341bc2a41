import assert from 'node:assert/strict'
import type { Response } from 'playwright-core'
import { suite } from '../support/suite.ts'
import { noBrowser } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'

/** The most values of one request. */
const VALUES = 64

suite('a recording with many tags on the page', (test) => {
  const stage = PageStage.for(test)

  test.unless(noBrowser, 'is read once; then only what is new', async () => {
    await stage.daemon.api('POST', '/recordings', { media: ['mic'] })
    const { body } = await stage.daemon.api('GET', '/recordings/current')
    const tag = (tags: object) => stage.daemon.api('POST', '/recordings/current/tags', { tags })
    const names = Array.from({ length: VALUES - 1 }, (_, i) => [`key${i}`, 'old'])
    await tag({ ...Object.fromEntries(names), marker: 'first' })

    const { page, context, assertClean } = await stage.open()
    await page.locator('.marker', { hasText: 'first' }).waitFor()
    const answers: Response[] = []
    page.on('response', (answer) => {
      if (new URL(answer.url()).pathname.endsWith(body.id)) answers.push(answer)
    })
    await tag({ marker: 'second', key0: 'new' })
    await page.locator('.marker', { hasText: 'second' }).waitFor()
    await page.locator('.set-tag[data-key="key0"]', { hasText: 'new' }).waitFor()
    const histories = await Promise.all(
      answers.map(async (answer) => (await answer.json()).tagHistory as { value: string }[]),
    )
    assert.ok(histories.some((history) => history.length === 2))
    assert.ok(histories.every((history) => history.every(({ value }) => value !== 'old')))
    assert.equal(await page.locator('.marker').count(), 2)
    assertClean()
    await context.close()
  })
})
