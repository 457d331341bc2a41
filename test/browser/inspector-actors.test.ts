import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { eventually, suite } from '../support/suite.ts'
import {
  ACTORS,
  actor,
  changed,
  ended,
  manyActors,
  type PlayedFeed,
  playFeed,
  sessionOf,
} from './support/actor-feed.ts'
import { findings } from './support/axe.ts'
import { noBrowser, type RecorderPage } from './support/browser.ts'
import { inspectAt, recordRefusals } from './support/inspector.ts'
import { PageStage } from './support/page-stage.ts'

const LIMIT_MS = 15_000
/** Far more than are in sight, and far fewer than there are. */
const MOST_ROWS = 60
const MESSAGES_A_SECOND = 60
const MEASURED_MS = 3_000
const LAST = sessionOf(99, 'track:screen', 'capture')

/** Runs in the page: returns the times between its frames, sorted. */
const TIME_FRAMES = `(async () => {
  const times = []
  const begun = performance.now()
  for (let last = begun; last - begun < ${MEASURED_MS}; ) {
    const now = await new Promise(requestAnimationFrame)
    times.push(now - last)
    last = now
  }
  return times.sort((a, b) => a - b)
})()`

suite('a thousand living actors in the inspector', (test) => {
  const stage = PageStage.for(test)
  let recordingId: string
  let opened: RecorderPage
  let page: Page
  let tree: Locator
  let feed: PlayedFeed

  test.before(async () => {
    if (noBrowser !== null) return
    const recording = await stage.open()
    recordingId = (await recordRefusals(stage.daemon, recording.page)).id
    await recording.context.close()
  })
  test.beforeEach(async () => {
    if (noBrowser !== null) return
    opened = await stage.open()
    page = opened.page
    page.setDefaultTimeout(LIMIT_MS)
    feed = await playFeed(page, manyActors())
    await inspectAt(page, recordingId)
    await page.getByText('All that are alive now').click()
    tree = page.getByRole('tree')
    await tree.waitFor()
  })
  test.afterEach(async () => {
    opened?.assertClean()
    await opened?.context.close()
  })

  const row = (name: string): Locator => tree.getByRole('treeitem', { name })
  const active = (): Locator => tree.locator('[data-active="true"]')
  /** The row that a screen reader reads. */
  const untilActive = async (text: string | RegExp): Promise<void> => {
    await active().filter({ hasText: text }).waitFor()
    const named = await tree.getAttribute('aria-activedescendant')
    assert.equal(named, await active().getAttribute('id'))
  }
  /** Goes to the last row as soon as it is this one: it may be on its way. */
  const goToLast = (text: string): Promise<unknown> =>
    eventually(`the last row is ${text}`, async () => {
      await page.keyboard.press('End')
      return (await active().textContent())?.includes(text)
    })
  const pressKeys = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }

  test.unless(
    noBrowser,
    'few are in the document, and the last is reached by scrolling',
    async () => {
      assert.ok((await tree.getByRole('treeitem').count()) < MOST_ROWS)
      await tree.evaluate((element) => element.scrollTo(0, element.scrollHeight))
      const last = row('capture segment 1 · device A screen with a name').last()
      await last.waitFor()
      assert.equal(await last.getAttribute('aria-level'), '4')
      assert.ok((await tree.getByRole('treeitem').count()) < MOST_ROWS)
      const { ends, reached } = await tree.evaluate((element) => ({
        ends: element.scrollTop + element.clientHeight,
        reached: element.scrollHeight,
      }))
      assert.ok(Math.abs(ends - reached) < 2 && reached >= ACTORS * 28)
    },
  )

  test.unless(
    noBrowser,
    'keys lead to the last, to the first, and along the branches',
    async () => {
      const { hash } = new URL(page.url())
      await tree.focus()
      await untilActive(/^recorder$/)
      await pressKeys('End')
      await untilActive('device A screen')
      await pressKeys('ArrowLeft')
      await untilActive('track:screen')
      await pressKeys('ArrowLeft', 'ArrowLeft')
      await untilActive(/^recorder$/)
      await pressKeys('ArrowRight', 'ArrowDown', 'ArrowDown')
      await untilActive('session')
      await pressKeys('PageDown', 'PageUp', 'ArrowUp', 'Home')
      await untilActive(/^recorder$/)
      // The same keys lead through the events elsewhere.
      assert.equal(new URL(page.url()).hash, hash)
    },
  )

  test.unless(noBrowser, 'a new state is shown, and an actor that ends vanishes', async () => {
    const control = sessionOf(0, 'control')
    feed.send(changed(control, { released: 'for good' }))
    await row('control released › for good').waitFor()
    feed.send(ended(control))
    await row('control released › for good').waitFor({ state: 'detached' })
    feed.send(ended(LAST), actor('recorder/new', 'recorder', 'newcomer'))
    await tree.focus()
    await goToLast('newcomer')
  })

  test.unless(noBrowser, 'the active row stays where it is when its actor ends', async () => {
    await tree.focus()
    await pressKeys(...Array<string>(3).fill('ArrowDown'))
    await untilActive('session')
    feed.send(ended(sessionOf(0, 'session')))
    // The clock that it ran has no other place.
    await untilActive('track:mic')
    await pressKeys('ArrowDown')
    await untilActive('capture')
  })

  test.unless(noBrowser, 'actors that come and go do not scroll the tree away', async () => {
    await tree.focus()
    await pressKeys('PageDown', 'PageDown', 'ArrowDown')
    await untilActive('recording 00000000-0000-4000-8000-000000000002')
    const topOf = () => active().evaluate((element) => element.getBoundingClientRect().top)
    const top = await topOf()
    feed.send(ended(sessionOf(0, 'control')))
    await tree.locator('#actor-row-20[data-active="true"]').waitFor()
    await untilActive('recording 00000000-0000-4000-8000-000000000002')
    assert.ok(Math.abs((await topOf()) - top) < 1, 'what is read stays in its place')
    await tree.hover()
    await page.mouse.wheel(0, 6_000)
    await active().waitFor({ state: 'detached' })
    const scrolled = () => tree.evaluate(({ scrollTop }) => scrollTop)
    const before = await scrolled()
    feed.send(actor('recorder/new', 'recorder', 'newcomer'))
    await eventually('the newcomer is there', async () => {
      const height = await tree.evaluate(({ scrollHeight }) => scrollHeight)
      return height >= ACTORS * 28
    })
    assert.equal(await scrolled(), before)
  })

  test.unless(
    noBrowser,
    'a long name is cut off, never its state, and is whole on the active row',
    async () => {
      const id = 'recorder/long'
      const name = `an-actor-${'x'.repeat(300)}`
      feed.send(actor(id, 'recorder', name, { value: 'waiting' }))
      await tree.focus()
      await goToLast('waiting')
      const widths = () =>
        active().evaluate((element) => {
          const { right } = element.getBoundingClientRect()
          return [...element.querySelectorAll('.actor > *')].map((part) => ({
            isWhole: part.scrollWidth <= part.clientWidth || part.getClientRects().length > 1,
            isInside: part.getBoundingClientRect().right <= right,
          }))
        })
      assert.deepEqual(await widths(), Array(2).fill({ isWhole: true, isInside: true }))
      await page.waitForFunction(() => {
        const [row, tree] = ['.actor-row[data-active="true"]', '.actor-tree'].map((selector) =>
          document.querySelector(selector)?.getBoundingClientRect(),
        )
        return row!.bottom <= tree!.bottom
      })
      await pressKeys('ArrowUp')
      const long = tree.locator('.actor-row', { hasText: 'waiting' })
      const state = await long.locator('.actor-state').boundingBox()
      const box = await long.boundingBox()
      assert.ok(state!.x + state!.width <= box!.x + box!.width)
      assert.equal(await tree.evaluate((e) => e.scrollWidth - e.clientWidth), 0)
    },
  )

  test.unless(noBrowser, 'a feed that ends is opened again when a person wants it', async () => {
    await feed.close()
    const again = page.getByRole('button', { name: 'Show them again' })
    assert.deepEqual(await findings(page), [])
    await again.click()
    await tree.waitFor()
    assert.equal(feed.opened, 2)
  })

  test.unless(noBrowser, 'axe-core finds nothing, and 60 messages a second are shown', async () => {
    await tree.focus()
    assert.deepEqual(await findings(page), [])
    const timer = setInterval(() => {
      const i = Math.floor(Math.random() * 100)
      feed.send(changed(sessionOf(i, 'session'), `state-${i}`))
    }, 1_000 / MESSAGES_A_SECOND)
    try {
      const frames = await page.evaluate<number[]>(TIME_FRAMES)
      const at = (share: number) => frames[Math.floor(frames.length * share)]?.toFixed(1)
      console.log(`${frames.length} frames, median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms`)
    } finally {
      clearInterval(timer)
    }
    feed.send(changed(sessionOf(0, 'control'), 'at-the-end'))
    await row('control at-the-end').waitFor()
  })
})
