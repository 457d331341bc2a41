import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { type AnyStateMachine, createActor, type Snapshot } from 'xstate'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA } from '../../src/contract/media.ts'
import type { ReplayState } from '../../src/contract/replay.ts'
import { controlMachine } from '../../src/machines/control-machine.ts'
import { MACHINES_VERSION } from '../../src/machines/definitions/definitions.ts'
import { sessionMachine } from '../../src/machines/session-machine.ts'
import { trackMachine } from '../../src/machines/track-machine.ts'
import { statePath } from '../../src/replay/machine-states.ts'
import type { PersistedSnapshots } from '../../src/replay/persisted-snapshots.ts'
import { suite } from '../support/suite.ts'
import { noBrowser, type RecorderPage } from './support/browser.ts'
import {
  eventsOf,
  type InspectedRecording,
  inspectAt,
  litStates,
  recordRefusals,
  shownStates,
  untilIndex,
} from './support/inspector.ts'
import { PageStage } from './support/page-stage.ts'

const LIMIT_MS = 15_000
/** Within this time the page would show what it has learnt by itself. */
const SHOWN_MS = 1_500

suite('the inspector', (test) => {
  const stage = PageStage.for(test)
  let recorded: InspectedRecording
  let opened: RecorderPage
  let page: Page

  const indexOf = (isIt: (event: LogEvent) => boolean): number =>
    recorded.events.findIndex(isIt) + 1
  const positionAt = (index: number): number => recorded.events[index - 1]?.position as number
  const refusalOf = (side: string): number =>
    indexOf(({ type, by }) => type === 'command.refused' && by.side === side)
  const refusalInPause = (): number =>
    indexOf(
      ({ type, data }) => type === 'command.refused' && 'medium' in data && data.medium === 'mic',
    )
  const replayAt = async (index: number): Promise<ReplayState> =>
    (
      await stage.daemon.api(
        'GET',
        `/recordings/${recorded.id}/replay?position=${positionAt(index)}`,
      )
    ).body

  test.before(async () => {
    if (noBrowser !== null) return
    const recording = await stage.open()
    recorded = await recordRefusals(stage.daemon, recording.page)
    await recording.context.close()
  })
  test.beforeEach(async () => {
    if (noBrowser !== null) return
    opened = await stage.open()
    page = opened.page
    page.setDefaultTimeout(LIMIT_MS)
  })
  test.afterEach(async () => {
    await opened?.context.close()
  })

  test.unless(
    noBrowser,
    'the moment is asked for once, before the page’s script is there',
    async () => {
      const position = positionAt(refusalOf('api'))
      await page.goto('about:blank')
      await page.goto(`${stage.daemon.url}/#/inspector/${recorded.id}?position=${position}`)
      await page.locator('.inspector[data-complete="true"]').waitFor()
      const files = await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name, startTime }) => ({
          path: new URL(name).pathname,
          startTime,
        })),
      )
      const view = files.find(({ path }) => path.startsWith('/assets/inspector-view'))
      for (const path of [
        `/v1/recordings/${recorded.id}/replay`,
        ...['control', 'session', 'track'].map(
          (name) => `/charts/${name}-v${MACHINES_VERSION}.json`,
        ),
      ]) {
        const asked = files.filter((file) => file.path === path)
        assert.equal(asked.length, 1, path)
        assert.ok((asked[0]?.startTime as number) <= (view?.startTime as number), path)
      }
    },
  )

  test.unless(noBrowser, 'no other moment is shown until the one asked for is there', async () => {
    const position = positionAt(refusalOf('api'))
    const moment = `/recordings/${recorded.id}/replay?position=${position}`
    const inspector = page.locator('.inspector')
    let wasShown: boolean | undefined
    await page.route(`**/v1${moment}`, async (route) => {
      // The page learns of this look at the recording while it waits for its own.
      await stage.daemon.api('GET', moment)
      const shown = inspector.waitFor({ timeout: SHOWN_MS })
      wasShown = await shown.then(
        () => true,
        () => false,
      )
      await route.continue()
    })
    await page.goto(`${stage.daemon.url}/#/inspector/${recorded.id}?position=${position}`)
    await page.locator('.inspector[data-complete="true"]').waitFor()
    assert.equal(wasShown, false)
    await untilIndex(page, refusalOf('api'))
    await page.unroute(`**/v1${moment}`)
  })

  test.unless(noBrowser, 'the log is verified, and the shown event has its receipt', async () => {
    await inspectAt(page, recorded.id, positionAt(refusalOf('api')))
    const proof = page.locator('.proof')
    await proof.getByRole('button', { name: 'Verify' }).click()
    await proof.locator('[data-verdict=good]').waitFor()
    await proof.getByText('Receipts, key and witnesses').click()
    const position = proof.getByLabel('Position in the log')
    assert.equal(await position.inputValue(), String(positionAt(refusalOf('api'))))
    opened.assertClean()
  })

  test.unless(noBrowser, 'each step shows the states that the recorder replays', async () => {
    await inspectAt(page, recorded.id)
    for (let index = 1; index <= recorded.events.length; index++) {
      await untilIndex(page, index)
      const { machines, changes } = await replayAt(index)
      const { control, session, tracks } = machines
      const states = [control, session, ...MEDIA.map((medium) => tracks[medium])]
      assert.deepEqual(
        await shownStates(page),
        states.map(({ value }) => value),
        `after event ${index}`,
      )
      const changed = changes.filter(({ from, to }) => from !== to).map(({ to }) => to)
      const shown = await page.locator('.change strong').allTextContents()
      assert.deepEqual(
        shown,
        changed.map((path) => path.replaceAll('.', ' › ')),
      )
      await page.keyboard.press('ArrowRight')
    }
    opened.assertClean()
  })

  test.unless(
    noBrowser,
    'the charts light where each machine is, and how it got there',
    async () => {
      const pausing = indexOf(({ type }) => type === 'track.pausing')
      await inspectAt(page, recorded.id, positionAt(pausing))
      await page.locator('.chart').nth(2).waitFor()
      assert.deepEqual(await litStates(page), [
        ['heldByUi', 'heldByUi.capturing'],
        ['capturing', 'capturing.active'],
        ['pausing'],
      ])
      const taken = await page.locator('.edge-taken').getAttribute('data-edge')
      assert.match(taken ?? '', /recording.*pausing/)
      opened.assertClean()
    },
  )

  test.unless(
    noBrowser,
    'a person reads why a command was refused, and what was possible',
    async () => {
      await inspectAt(page, recorded.id, positionAt(refusalOf('api')))
      const card = page.locator('.refusal')
      const held = await card.innerText()
      assert.match(held, /command line \(API\) gave the command “pause”\. It was refused/)
      assert.match(held, /The recorder’s page controls this recording/)
      assert.match(held, /The command comes from the recorder’s page\.\s+fromUi/)
      assert.match(held, /Possible then for this side\s+tag/)
      assert.equal(await page.locator('.node-refused').getAttribute('data-node'), 'heldByUi')
      await inspectAt(page, recorded.id, positionAt(refusalInPause()))
      await untilIndex(page, refusalInPause())
      assert.match(
        await card.innerText(),
        /Microphone is paused\. In this state “pause” is not possible\./,
      )
      assert.match(await card.innerText(), /stop, resume, tag, and consent/)
      opened.assertClean()
    },
  )

  test.unless(
    noBrowser,
    'keys lead through the events, and to those of the same type',
    async () => {
      await inspectAt(page, recorded.id, positionAt(refusalOf('api')))
      await page.keyboard.press('Shift+ArrowRight')
      await untilIndex(page, refusalOf('ui'))
      await page.keyboard.press('Shift+ArrowRight')
      await untilIndex(page, refusalInPause())
      await page.keyboard.press('ArrowLeft')
      await untilIndex(page, refusalInPause() - 1)
      await page.keyboard.press('End')
      await untilIndex(page, recorded.events.length)
      // It is over, so nothing is followed.
      assert.equal(await page.locator('.stepper-live').count(), 0)
      await page.keyboard.press('Home')
      await untilIndex(page, 0)
      assert.match(await page.locator('.shown-moment').innerText(), /Before the first event/)
      await page.getByLabel('Speed').selectOption('50')
      await page.locator('h1').click()
      await page.keyboard.press(' ')
      await untilIndex(page, recorded.events.length)
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
      opened.assertClean()
    },
  )

  test.unless(noBrowser, 'the address follows each step, without filling the history', async () => {
    const first = refusalOf('api')
    await inspectAt(page, recorded.id, positionAt(first))
    await untilIndex(page, first)
    const before = await page.evaluate('history.length')
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(`**/#/inspector/${recorded.id}?position=${positionAt(first + 1)}`)
    assert.equal(await page.evaluate('history.length'), before)
    await page.reload()
    await untilIndex(page, first + 1)
    await page.goto(`${stage.daemon.url}/inspector`)
    await page.waitForURL(`${stage.daemon.url}/#/inspector`)
    opened.assertClean()
  })

  test.unless(noBrowser, 'events can be filtered and searched, and stepped through', async () => {
    await inspectAt(page, recorded.id)
    const rows = page.locator('.step-button')
    await page.keyboard.press('f')
    await page.keyboard.type('from outside')
    await page.getByText(`1 of ${recorded.events.length} events`).waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('Only refusals').check()
    const refusals = recorded.events.filter(({ type }) => type === 'command.refused')
    await page.getByText(`${refusals.length} of ${recorded.events.length} events`).waitFor()
    await rows.first().focus()
    await page.keyboard.press('ArrowDown')
    await untilIndex(page, refusalOf('api'))
    await page.keyboard.press('ArrowDown')
    await untilIndex(page, refusalOf('ui'))
    await page.keyboard.press('ArrowUp')
    await untilIndex(page, refusalOf('api'))
    await page.getByRole('search').getByLabel('Who').selectOption('ui')
    await page.getByText(`${refusals.length - 1} of ${recorded.events.length} events`).waitFor()
    opened.assertClean()
  })

  test.unless(noBrowser, 'two moments can be compared', async () => {
    await inspectAt(page, recorded.id, positionAt(refusalOf('api')))
    await page.getByRole('button', { name: / as A$/ }).click()
    await page.keyboard.press('End')
    await page.getByRole('button', { name: / as B$/ }).click()
    const rows = await page.locator('.diff-table tbody tr').allInnerTexts()
    const cells = rows.map((row) => row.split('\t').map((cell) => cell.trim()))
    const changeOf = (path: string) => cells.find(([name]) => name === path)?.slice(1)
    assert.deepEqual(changeOf('session.value'), ['capturing.active', 'closed'])
    assert.deepEqual(changeOf('tags.note'), ['–', 'from outside'])
    assert.equal(changeOf('tags.customer.id'), undefined)
    opened.assertClean()
  })

  test.unless(
    noBrowser,
    'a moment is saved as JSON, and as snapshots that XState takes',
    async () => {
      const paused = indexOf(({ type }) => type === 'recording.paused')
      await inspectAt(page, recorded.id, positionAt(paused))
      const state = await replayAt(paused)
      assert.deepEqual(await save(page, 'State (JSON)'), state)
      const { control, session, tracks } = (await save(
        page,
        'XState snapshots (JSON)',
      )) as PersistedSnapshots
      assert.deepEqual(
        [
          pathOf(controlMachine, control),
          pathOf(sessionMachine, session),
          ...MEDIA.map((medium) => pathOf(trackMachine, tracks[medium])),
        ],
        [
          state.machines.control.value,
          state.machines.session.value,
          ...MEDIA.map((medium) => state.machines.tracks[medium].value),
        ],
      )
      opened.assertClean()
    },
  )

  test.unless(
    noBrowser,
    'the screen is beside the moment, or why there is no picture',
    async () => {
      await inspectAt(page, recorded.id, positionAt(refusalOf('api')))
      await page.locator('[data-picture="shown"]').waitFor()
      await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2)
      await inspectAt(page, recorded.id, positionAt(refusalInPause()))
      assert.match(await page.locator('[data-picture="none"]').innerText(), /No picture\s+Paused/)
      await page.getByRole('link', { name: 'Play', exact: true }).click()
      await page.getByRole('slider', { name: 'Time line' }).waitFor()
      await page.getByRole('link', { name: 'In the inspector' }).click()
      await page.locator('.inspector').waitFor()
      opened.assertClean()
    },
  )

  test.unless(
    noBrowser,
    'of many tags, those of the moment are shown, and all on wish',
    async () => {
      const tags = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`key${i}`, i]))
      const { body } = await stage.daemon.api('POST', '/recordings', { media: ['mic'], tags })
      const { id } = body as { id: string }
      await stage.daemon.api('POST', `/recordings/${id}/tags`, { tags: { last: 'seen' } })
      await stage.daemon.api('POST', `/recordings/${id}/stop`, {})
      await stage.daemon.api('POST', `/recordings/${id}/close`, {})
      const events = await eventsOf(stage.daemon, id)
      const last = events.findLast(({ type }) => type === 'recording.tagged')
      await inspectAt(page, id, last?.position)
      const shown = page.locator('.state-tag-key')
      assert.deepEqual((await shown.allTextContents()).slice(-1), ['last'])
      assert.equal(await shown.count(), 41)
      await page.getByRole('button', { name: /^Show \d+ more$/ }).click()
      const { body: seen } = await stage.daemon.api('GET', `/recordings/${id}`)
      const count = (seen as { tags: unknown[] }).tags.length
      // Only those in sight are in the document, at first those around the moment's own.
      const all = page.locator('.state-tags-all')
      await all
        .locator(`.state-tag-new[aria-posinset="${count}"][aria-setsize="${count}"]`)
        .waitFor()
      await all.evaluate((list) => list.scrollTo(0, 0))
      await all.locator('[aria-posinset="1"]').waitFor()
      assert.ok((await shown.count()) < count)
      opened.assertClean()
    },
  )
})

/** Starts an actor from a saved snapshot, and returns its state. */
function pathOf(machine: AnyStateMachine, snapshot: unknown): string {
  const actor = createActor(machine, { snapshot: snapshot as Snapshot<unknown>, input: undefined })
  return statePath(actor.getSnapshot())
}

async function save(page: Page, name: string): Promise<unknown> {
  await page.locator('.export-menu').evaluate((menu) => menu.setAttribute('open', ''))
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name }).click()
  return JSON.parse(await readFile(await (await download).path(), 'utf8'))
}
