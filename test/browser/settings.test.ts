import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { suite } from '../support/suite.ts'
import { noBrowser } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'

const ground = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor)

suite('settings of the page', (test) => {
  const stage = PageStage.for(test)

  const open = (expectedErrors?: RegExp) =>
    stage.open({
      fragment: '#/settings',
      ...(expectedErrors && { expectedErrors }),
    })

  test.unless(noBrowser, 'colours and language change at once and are kept', async () => {
    const { page, context, assertClean } = await open()
    const light = await ground(page)
    await page.getByRole('radio', { name: 'Dark' }).check()
    assert.notEqual(await ground(page), light)
    await page.getByLabel('Language').selectOption('de')
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    assert.equal(await page.locator('html').getAttribute('lang'), 'de')
    await page.reload()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    assert.ok(await page.getByRole('radio', { name: 'Dunkel' }).isChecked())
    assert.notEqual(await ground(page), light)
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'says whether the browser allows notifications, and asks it', async () => {
    const { page, context, assertClean } = await open()
    await context.addInitScript({
      content: `
        window.Notification = class {
          static permission = 'default'
          static requestPermission = async () => 'granted'
        }
      `,
    })
    await page.reload()
    await page.getByText('The browser has not been asked yet.').waitFor()
    await page.getByRole('button', { name: 'Ask the browser' }).click()
    await page.getByText('The browser allows notifications.').waitFor()
    await page.getByRole('checkbox', { name: /^Notify me/ }).uncheck()
    await page.getByText('The browser allows notifications.').waitFor({ state: 'detached' })
    await page.getByLabel('Remind me').selectOption({ label: 'Every 30 minutes' })
    await page.reload()
    assert.equal(await page.getByLabel('Remind me').inputValue(), '30')
    assert.ok(!(await page.getByRole('checkbox', { name: /^Notify me/ }).isChecked()))
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'shows what a new link allows when the person comes back', async () => {
    const { page, context, assertClean } = await open()
    const warning = page.locator('.settings-warning')
    await page.getByText('Version 0.1.0').waitFor()
    assert.equal(await warning.count(), 0)
    const { body } = await stage.daemon.api('POST', '/ui/launch', { admin: true })
    const window = await context.newPage()
    await window.goto(body.url)
    await window.waitForFunction(() => document.body.dataset.link === 'live')
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await warning.waitFor()
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'signs this browser out, and no other', async () => {
    const other = await open()
    const { page, context, assertClean } = await open(/401|Failed to load resource/)
    await page.getByText('Version 0.1.0').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You are signed out.' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'You are signed out.' }).waitFor()
    await other.page.reload()
    await other.page.getByText('Version 0.1.0').waitFor()
    assertClean()
    other.assertClean()
    await other.context.close()
    await context.close()
  })
})
