import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { recordEventful, renderReport } from '../audit/bundle/support/eventful-recording.ts'
import { suite } from '../support/suite.ts'
import { findings } from './support/axe.ts'
import { noBrowser, startBrowser } from './support/browser.ts'

suite('the report of a bundle in a browser', (test) => {
  let browser: Browser
  let folder: string
  test.before(async () => {
    if (noBrowser !== null) return
    browser = await startBrowser()
    folder = await mkdtemp(join(tmpdir(), 'f2f-report-'))
    const model = await recordEventful()
    for (const language of ['en', 'de'] as const)
      await writeFile(join(folder, `${language}.html`), renderReport(model, language))
  })
  test.after(async () => {
    await browser?.close()
  })

  for (const [colorScheme, language] of [
    ['light', 'en'],
    ['dark', 'de'],
  ] as const)
    test.unless(
      noBrowser,
      `obeys its own policy, asks nobody for anything, and is accessible: ${colorScheme}, ${language}`,
      async () => {
        const page = await browser.newPage({ colorScheme, viewport: { width: 900, height: 900 } })
        const requests: string[] = []
        const messages: string[] = []
        page.on('request', (request) => requests.push(request.url()))
        page.on('console', (message) => messages.push(message.text()))
        await page.goto(`file://${join(folder, `${language}.html`)}`)
        const opened = 'for (const one of document.querySelectorAll("details")) one.open = true'
        await page.evaluate(opened)
        assert.deepEqual(await findings(page), [])
        assert.deepEqual(messages, [])
        assert.deepEqual(requests, [page.url()])
        assert.equal(await page.evaluate('document.scripts.length'), 0)
        await page.close()
      },
    )

  test.unless(noBrowser, 'is printed on A4 with what is folded away on a screen', async () => {
    const page = await browser.newPage()
    await page.goto(`file://${join(folder, 'en.html')}`)
    await page.emulateMedia({ media: 'print' })
    const sheet = page.locator('text=system.timeZone')
    assert.ok(((await sheet.boundingBox())?.height ?? 0) > 0)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    assert.match(pdf.toString('latin1'), /MediaBox \[0 0 59[45][.\d]* 84[12]/)
    await page.close()
  })
})
