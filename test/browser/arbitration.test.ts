import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { MachineCommandName } from '../../src/contract/commands.ts'
import { arbitrationTable, type Cell, type Standing } from '../support/arbitration.ts'
import { eventually, suite } from '../support/suite.ts'
import { noBrowser, type RecorderPage } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'
import {
  type ApiClient,
  button,
  createApiClient,
  endRecording,
  type Offer,
  offerOf,
  untilAllRecord,
  untilStatus,
  untilTrack,
} from './support/record-view.ts'

/** The button of each command. Every track is in another state, so that each command has one. */
const BUTTONS: Record<ButtonName, string | RegExp> = {
  'recording.start': /^(?:Start|New) recording/,
  'track.start': 'Start Screen',
  'track.stop': 'Stop Microphone',
  'track.pause': 'Pause Microphone',
  'track.resume': 'Resume Speaker',
  'recording.tag': 'Add',
  'recording.close': 'Close',
}
/** Consent has no button of its own in the record view. */
type ButtonName = Exclude<MachineCommandName, 'recording.consent'>
const WORDS = { Active: 'recording', Paused: 'paused', WrapUp: 'wrapUp' } as const

/** Brings a recording into a standing, as its side would. */
async function bringInto(standing: Standing, page: Page, crm: ApiClient): Promise<void> {
  await untilStatus(page, 'ready')
  if (standing === 'none') return
  const [side, state] = standing.split(' ') as ['api' | 'ui', keyof typeof WORDS]
  if (side === 'api') {
    const post = (path: string, body: object) => crm.send('POST', `/recordings${path}`, body)
    await post('', { wrapUpSeconds: 600 })
    await post('/current/pause', { media: state === 'Paused' ? ['audio'] : ['speaker'] })
    await post('/current/stop', state === 'WrapUp' ? {} : { media: ['screen'] })
  } else {
    await button(page, 'Start recording').click()
    await untilAllRecord(page)
    if (state === 'WrapUp') await button(page, 'Stop').click()
    else {
      await button(page, 'Pause Speaker').click()
      await button(page, 'Stop Screen').click()
      await untilTrack(page, 'screen', 'stopped')
      await untilTrack(page, 'speaker', 'paused')
      if (state === 'Paused') await button(page, 'Pause Microphone').click()
    }
  }
  await untilStatus(page, WORDS[state])
  if (state !== 'WrapUp') await untilTrack(page, 'screen', 'stopped')
}

/** Returns how a person must meet the command of a cell. */
function offerFor({ command, standing, expected }: Cell): Offer {
  // What no state of any medium fits has no button, and neither has a tag before the start.
  const [, state] = standing.split(' ')
  if (command === 'recording.tag' && standing === 'none') return 'enabled'
  if (command === 'track.pause' && state === 'Paused') return 'absent'
  if (command.startsWith('track.') && (state === 'WrapUp' || !state)) return 'absent'
  if (command === 'recording.start' && expected !== 'yes') return 'absent'
  if (command === 'recording.close' && state !== 'WrapUp') return 'absent'
  return expected === 'yes' ? 'enabled' : 'disabled'
}

suite('arbitration as a person sees it', (test) => {
  const stage = PageStage.for(test)
  let opened: RecorderPage
  let crm: ApiClient

  test.before(async () => {
    if (noBrowser !== null) return
    crm = await createApiClient(stage.daemon, 'crm')
    opened = await stage.open({ expectedErrors: /status of 409/ })
    opened.page.setDefaultTimeout(25_000)
  })
  test.afterEach(async () => {
    if (noBrowser === null) await endRecording(stage.daemon, opened.page)
  })

  const cells = arbitrationTable().filter(
    ({ side, command }) => side === 'ui' && command !== 'recording.consent',
  )
  for (const standing of new Set(cells.map((cell) => cell.standing)))
    test.unless(noBrowser, `started by, and state: ${standing}`, async () => {
      const { page, assertClean } = opened
      await bringInto(standing, page, crm)
      for (const cell of cells.filter((one) => one.standing === standing))
        assert.equal(
          await offerOf(page, BUTTONS[cell.command as ButtonName]),
          offerFor(cell),
          `${cell.command} must be ${cell.expected}`,
        )
      if (standing.startsWith('api')) {
        const line = page.locator('#control-line')
        assert.match(await line.innerText(), /Controlled by crm \(API\) since \d\d:\d\d/)
        for (const disabled of await page.locator('.record button[aria-disabled="true"]').all())
          assert.equal(await disabled.getAttribute('aria-describedby'), 'control-line')
      }
      assertClean()
    })

  test.unless(noBrowser, 'a disabled button does nothing', async () => {
    const { page, assertClean } = opened
    await bringInto('api Active', page, crm)
    // A person can press it all the same.
    await button(page, 'Pause all').click({ force: true })
    await page.keyboard.press('p')
    await page.keyboard.press('s')
    await page.keyboard.press('s')
    await page.keyboard.press('m')
    await button(page, 'Stop').click({ force: true })
    const { body } = await stage.daemon.api('GET', '/recordings/current')
    const { body: events } = await stage.daemon.api('GET', `/recordings/${body.id}/events`)
    assert.equal(body.state, 'Active')
    assert.deepEqual(
      events.items.filter((event: { type: string }) => event.type === 'command.refused'),
      [],
    )
    assertClean()
  })

  test.unless(noBrowser, 'a refusal is not shown beside the next recording, or none', async () => {
    const { page } = opened
    await untilStatus(page, 'ready')
    // The CRM is a moment faster.
    await page.route('**/v1/recordings', async (route) => {
      await crm.send('POST', '/recordings', { media: ['mic'], wrapUpSeconds: 0 })
      await route.continue()
    })
    await page.keyboard.press('r')
    const problem = page.locator('[data-problem="all"]')
    await problem.getByText('Another program controls the recording.').waitFor()
    await page.unroute('**/v1/recordings')
    await untilStatus(page, 'recording')
    assert.notEqual(await problem.innerText(), '')
    await crm.send('POST', '/recordings/current/stop', {})
    await untilStatus(page, 'ready')
    await eventually('the refusal is gone', async () => (await problem.innerText()) === '')
  })

  test.unless(noBrowser, 'a tag of a CRM appears in a recording of the page', async () => {
    const { page, assertClean } = opened
    await bringInto('ui Active', page, crm)
    const answer = await crm.send('POST', '/recordings/current/tags', {
      tags: { 'customer.id': 'K-4711' },
    })
    assert.equal(answer.status, 200)
    const tag = page.locator('.set-tag[data-key="customer.id"]')
    await tag.waitFor()
    assert.match(await tag.innerText(), /K-4711[\s\S]*crm \(API\)/)
    assert.equal(
      await page.locator('[data-announcer]').innerText(),
      'crm (API) tagged: customer.id',
    )
    for (const command of ['pause', 'stop', 'close']) {
      const refusal = await crm.send('POST', `/recordings/current/${command}`, {})
      assert.equal(refusal.body.code, 'CONTROL_HELD_BY_UI')
    }
    await untilStatus(page, 'recording')
    assertClean()
  })
})
