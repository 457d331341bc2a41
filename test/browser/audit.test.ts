import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { suite } from '../support/suite.ts'
import { findings } from './support/axe.ts'
import { noBrowser, type RecorderPage } from './support/browser.ts'
import { type InspectedRecording, recordRefusals } from './support/inspector.ts'
import { PageStage } from './support/page-stage.ts'

const LIMIT_MS = 15_000

suite('the auditor’s questions on the page', (test) => {
  const stage = PageStage.for(test)
  let opened: RecorderPage
  let page: Page
  let recorded: InspectedRecording

  const ask = async (question: string): Promise<string[]> => {
    await page.evaluate((hash) => {
      location.hash = hash
    }, `#/audit/${question}`)
    return untilAnswered(question.split('?')[0] as string)
  }
  /** Waits for the answer. Resolves with its rows. */
  const untilAnswered = async (name: string): Promise<string[]> => {
    await page.locator(`.audit-questions [aria-current][href*="${name}"]`).waitFor()
    await page.locator('.audit-count:not(:empty)').waitFor()
    return page.locator('.audit-table tbody tr').allInnerTexts()
  }
  const rowsOf = async (report: string, query = ''): Promise<number> =>
    (await stage.daemon.api('GET', `/audit/reports/${report}?limit=1000&${query}`)).body.items
      .length

  test.before(async () => {
    if (noBrowser !== null) return
    // Commands of the page that are refused are logged by the stage.browser.
    opened = await stage.open({ expectedErrors: /409/ })
    page = opened.page
    page.setDefaultTimeout(LIMIT_MS)
    recorded = await recordRefusals(stage.daemon, page)
  })

  test.unless(noBrowser, 'each question is answered like its route', async () => {
    await page.getByRole('link', { name: 'Audit' }).click()
    const refusals = await untilAnswered('refusals')
    assert.equal(refusals.length, await rowsOf('refusals'))
    assert.match(refusals.at(-1) as string, /Command line.*pause.*This page controls/s)
    const paused = await ask('long-pauses?minSeconds=0')
    assert.equal(paused.length, await rowsOf('long-pauses', 'minSeconds=0'))
    assert.match(paused.join('\n'), /Screen\s+Page/)
    assert.deepEqual(await ask('gaps'), [], 'nobody wanted a gap')
    assert.match(await page.locator('.audit-count').innerText(), /no such gaps/)
    assert.equal((await ask('untagged?key=nothing.has.this')).length, 1)
    const [day] = (await ask('client-activity?client=ui')) as [string]
    assert.match(day, new RegExp(`${new Date().getFullYear()}-\\d\\d-\\d\\d\\s+Page\\s+1\\s`))
    const accesses = await ask('accesses')
    assert.match(accesses.join('\n'), /Searched\s+nothing\.has\.this · 1 found/)
    assert.match(accesses.join('\n'), /Page.*Read the events\s+the whole log/)
  })

  test.unless(noBrowser, 'filters narrow the answer, and are kept in the address', async () => {
    await ask('gaps')
    await page.getByRole('checkbox', { name: 'Paused' }).check()
    await page.locator('.audit-table').waitFor()
    await page.getByRole('checkbox', { name: 'Speaker' }).check()
    assert.match(page.url(), /#\/audit\/gaps\?reason=paused&media=speaker$/)
    await page.getByLabel('Started by').fill('crm')
    await page.keyboard.press('Enter')
    await page.getByText('There are no such gaps.').waitFor()
    await page.reload()
    await page.getByText('There are no such gaps.').waitFor()
    assert.equal(await page.getByLabel('Started by').inputValue(), 'crm')
    const client = page.getByLabel('Started by')
    await client.fill('')
    await client.press('Enter')
    await page.locator('.audit-table').waitFor()
    const rows = await page.locator('.audit-table tbody tr').count()
    assert.equal(rows, await rowsOf('gaps', 'reason=paused&media=speaker'))
    await page.getByLabel('From').fill('2099-01-01')
    await page.getByText('There are no such gaps.').waitFor()
    // Another question keeps the period, and leaves out what only this one has.
    const other = page.getByRole('link', { name: 'Long pauses' })
    assert.equal(await other.getAttribute('href'), '#/audit/long-pauses?from=2099-01-01')
  })

  test.unless(noBrowser, 'a row leads to its moment in the inspector', async () => {
    await ask('refusals?order=oldest')
    const refused = recorded.events.find(({ type }) => type === 'command.refused')
    await page.locator('.audit-table tbody tr').first().getByRole('link').click()
    await page.locator('.inspector[data-complete="true"]').waitFor()
    assert.ok(page.url().endsWith(`#/inspector/${recorded.id}?position=${refused?.position}`))
  })

  test.unless(noBrowser, 'all rows are saved as CSV, however many are shown', async () => {
    const count = 120
    const refused = () => stage.daemon.api('POST', `/recordings/${recorded.id}/pause`, {})
    // Not all at once: beyond its limit the recorder ends connections that have sent nothing yet.
    for (let sent = 0; sent < count; sent += 20)
      await Promise.all(Array.from({ length: 20 }, refused))
    await ask('refusals?client=home')
    // The answer before it has fewer rows.
    await page.locator('.audit-table tbody tr').nth(99).waitFor()
    assert.equal(await page.locator('.audit-table tbody tr').count(), 100)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ])
    assert.equal(file.suggestedFilename(), 'refusals.csv')
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
    assert.match(lines[0] as string, /^position,at,side,client,user,command/)
    assert.equal(lines.length, 1 + count + 1)
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.getByText(`${count + 1} rows`).waitFor()
    assert.equal(await page.locator('.audit-table tbody tr').count(), count + 1)
    const positions = lines.slice(1).map((line) => line.split(',')[0])
    assert.equal(new Set(positions).size, count + 1, 'no row twice')
  })

  for (const colorScheme of ['light', 'dark'] as const)
    test.unless(
      noBrowser,
      `axe-core finds nothing, and nothing scrolls sideways on a narrow page, ${colorScheme}`,
      async () => {
        const narrow = await stage.open({
          ...{ width: 320, locale: 'de-DE', colorScheme, fragment: '#/audit' },
        })
        for (const name of ['refusals', 'gaps?reason=paused', 'client-activity']) {
          await narrow.page.goto(`${stage.daemon.url}/#/audit/${name}`)
          await narrow.page.locator('.audit-table').waitFor()
          assert.deepEqual(await findings(narrow.page), [], name)
          const [wide, shown] = await narrow.page.evaluate(() => [
            document.documentElement.scrollWidth,
            document.documentElement.clientWidth,
          ])
          assert.equal(wide, shown, `${name} is ${wide} px wide`)
        }
        narrow.assertClean()
        await narrow.context.close()
      },
    )

  test.unless(noBrowser, 'the page has raised no error', () => opened.assertClean())
})
