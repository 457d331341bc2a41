import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import { addMicrophone } from '../../lab/microphone.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { suite } from '../support/suite.ts'
import { noBrowser, openRecorderPage, startBrowser } from './support/browser.ts'
import { untilTrack } from './support/record-view.ts'

const problem = noBrowser ?? (await virtualDesktopProblem())

suite('an alarm on the page', (test) => {
  let desktop: VirtualDesktop
  let daemon: Daemon
  test.before(async () => {
    if (problem !== null) return
    desktop = await startVirtualDesktop()
    daemon = await startDaemon({ source: 'devices', env: desktop.env })
  })
  test.after(async () => {
    await daemon?.stop()
    await desktop?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
  })

  test.unless(problem, 'cannot be missed while the microphone is unplugged', async () => {
    const own = await addMicrophone(desktop.env, 'own', 440)
    const browser = await startBrowser()
    try {
      const { page, assertClean } = await openRecorderPage(browser, daemon)
      page.setDefaultTimeout(30_000)
      await daemon.api('POST', '/recordings', { media: ['mic'], devices: { mic: 'own' } })
      await untilTrack(page, 'mic', 'recording')
      await own.unplug()
      await untilTrack(page, 'mic', 'recovering')
      await page.getByRole('alert').getByText('Microphone: The device is gone.').waitFor()
      assert.match(await page.title(), /^⚠/)
      assert.equal(await page.locator('link[rel="icon"]').getAttribute('href'), '/icons/error.svg')
      // Nothing is recorded now, so the time does not run.
      const clock = page.locator('.track[data-medium="mic"] .track-clock')
      const before = await clock.innerText()
      await own.plug()
      await untilTrack(page, 'mic', 'recording')
      await page.getByRole('alert').getByText('The device is gone.').waitFor({ state: 'detached' })
      assert.ok((await clock.innerText()) >= before)
      await daemon.api('POST', '/recordings/current/stop', {})
      assertClean()
    } finally {
      await browser.close()
      await own.stop()
    }
  })
})
