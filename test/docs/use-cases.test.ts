import assert from 'node:assert/strict'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA } from '../../src/contract/media.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { commands, readPage, section, sections } from './support/markdown.ts'
import { runWalkthrough, walkthroughProblem } from './support/walkthrough.ts'

const PAGE = readPage('docs/use-cases.md')
const PREAMBLE = 'Before each of them'

/** Checks the state after each use case, beyond the answers that the page shows. */
const CHECKS: Record<string, (daemon: TestDaemon) => Promise<void>> = {
  'The CRM is in control': async (daemon) => {
    const { state, tagHistory } = await newest(daemon)
    assert.equal(state, 'Closed')
    const own = tagHistory.filter(({ key }) => !key.startsWith('system.'))
    assert.deepEqual(
      own.map(({ key }) => key),
      ['customer', 'advisor', 'account', 'advised', 'outcome'],
    )
  },
  'A person is in control, and the CRM tags': async (daemon) => {
    const recording = await newest(daemon)
    assert.deepEqual([recording.state, recording.controller], ['Closed', 'ui'])
    const events = await eventsOf(daemon, recording.id)
    const refused = events.flatMap((event) =>
      event.type === 'command.refused' ? [[event.by.client, event.data.code]] : [],
    )
    assert.deepEqual(refused, [['crm', 'CONTROL_HELD_BY_UI']])
  },
  'Screen only': async (daemon) => {
    const { state, tracks } = await newest(daemon)
    assert.equal(state, 'Closed')
    assert.deepEqual(
      [tracks.mic?.segments, tracks.speaker?.segments, tracks.screen?.segments],
      [0, 0, 1],
    )
  },
  'Pause for card data': async (daemon) => {
    const { id, tracks } = await newest(daemon)
    const events = await eventsOf(daemon, id)
    const at = (type: string) =>
      events.filter((event) => event.type === type).map((event) => event.at)
    const [lastPaused] = at('track.paused').slice(-1)
    const [firstResuming] = at('track.resuming')
    for (const medium of MEDIA) {
      const gap = tracks[medium]?.gaps.find(({ reason }) => reason === 'paused')
      assert.ok(
        gap?.to && gap.from <= lastPaused! && gap.to >= firstResuming!,
        `${medium}: ${JSON.stringify(gap)}`,
      )
    }
  },
  'Consent is withdrawn, and an officer erases': async (daemon) => {
    const { id, erased, tagHistory } = await newest(daemon)
    assert.deepEqual([erased?.by.side, erased?.cause, tagHistory], ['ui', 'request', []])
    const { status, body } = await daemon.api('GET', `/recordings/${id}/segments/mic/1`)
    assert.deepEqual([status, body.code], [410, 'ERASED'])
  },
  'Emergency stop when the CRM hangs': async (daemon) => {
    assert.equal(await daemon.exited, 0)
    const next = await startDaemon({ home: daemon.home })
    try {
      const recording = await newest(next)
      assert.equal(recording.state, 'WrapUp')
      const types = (await eventsOf(next, recording.id)).map(({ type }) => type)
      assert.ok(types.includes('track.stopped') && !types.includes('recording.interrupted'))
    } finally {
      await next.stop()
    }
  },
}

async function newest(
  daemon: TestDaemon,
): Promise<RecordingAnswer & Required<Pick<RecordingAnswer, 'tagHistory'>>> {
  const { items } = (await daemon.api('GET', '/recordings?limit=1')).body
  return (await daemon.api('GET', `/recordings/${items[0].id}`)).body
}

async function eventsOf(daemon: TestDaemon, id: string): Promise<LogEvent[]> {
  return (await daemon.api('GET', `/recordings/${id}/events`)).body.items
}

suite('docs/use-cases.md', (test) => {
  const cases = sections(PAGE).filter(({ title }) => title !== PREAMBLE)
  const preamble = commands(section(PAGE, PREAMBLE).text)
  let daemon: TestDaemon | undefined
  test.afterEach(async () => {
    await daemon?.stop()
    daemon = undefined
  })

  test('every use case has a check of its result', () => {
    assert.deepEqual(
      cases.map(({ title }) => title),
      Object.keys(CHECKS),
    )
  })

  for (const { title, text } of cases) {
    test.unless(
      walkthroughProblem(),
      `${title}: the commands return what the page shows`,
      async () => {
        daemon = await startDaemon()
        await runWalkthrough(`${preamble}\n${commands(text)}`, daemon.home)
        await CHECKS[title]!(daemon)
      },
      { limitMs: 120_000 },
    )
  }
})
