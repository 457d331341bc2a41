import assert from 'node:assert/strict'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { commands, readPage, section } from './support/markdown.ts'
import { runWalkthrough, walkthroughProblem } from './support/walkthrough.ts'

const README = readPage('README.md')

suite('README', (test) => {
  let daemon: TestDaemon | undefined
  test.after(async () => void (await daemon?.stop()))

  test.unless(
    walkthroughProblem(),
    'the first session over REST works as shown',
    async () => {
      daemon = await startDaemon()
      await runWalkthrough(commands(section(README, 'A first session over REST').text), daemon.home)
      const { items } = (await daemon.api('GET', '/recordings')).body
      assert.deepEqual(
        items.map(({ state }: { state: string }) => state),
        ['Closed'],
      )
    },
    { limitMs: 120_000 },
  )

  test('package.json has every script that the README names', () => {
    const { scripts } = JSON.parse(readPage('package.json'))
    const named = [...README.matchAll(/\bnpm (?:run )?(demo|test|start|bench|build)\b/g)].map(
      (match) => match[1] as string,
    )
    assert.ok(named.length > 3)
    assert.deepEqual(
      named.filter((name) => scripts[name] === undefined),
      [],
    )
  })
})
