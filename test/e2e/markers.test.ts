import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { findProgram } from '../../src/processes/find-program.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { probe } from './support/composed.ts'

const noProbe = findProgram('ffprobe', process.env) === null ? 'ffprobe is not installed' : null

suite('markers of a recording', (test) => {
  let daemon: TestDaemon
  let folder: string
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-markers-'))
    daemon = await startDaemon()
  })
  test.after(async () => {
    await daemon.stop()
    await rm(folder, { recursive: true })
  })

  const current = async (): Promise<RecordingAnswer> =>
    (await daemon.api('GET', '/recordings/current')).body
  /** Records for so long from now on. Chapters need a distance. */
  const record = async (ms: number) => {
    const since = Date.now()
    await eventually(`${ms} ms more`, () => Date.now() - since >= ms)
  }

  test.unless(
    noProbe,
    'become chapters of its export, each at its time, however often one is set',
    async () => {
      const body = { media: ['mic'], tags: { customer: '4711', marker: 'greeting' } }
      assert.equal((await daemon.api('POST', '/recordings', body)).status, 201)
      const set: [key: string, value: string, title: string][] = [
        ['marker', '', 'Marker'],
        ['marker', '', 'Marker'],
        ['marker.red', 'complaint; price=7', 'Marker: complaint; price=7'],
        ['marker.offer', '', 'Marker: offer'],
      ]
      for (const [key, value] of set) {
        await record(800)
        const answer = await daemon.api('POST', '/recordings/current/tags', {
          tags: { [key]: value },
        })
        assert.equal(answer.status, 200)
      }
      await record(800)
      await daemon.api('POST', '/recordings/current/stop')
      const { id, startedAt, tagHistory = [] } = await current()
      const url = `${daemon.url}/v1/recordings/${id}/export`
      const headers = { authorization: `Bearer ${daemon.token}` }
      const exported = await fetch(url, { headers })
      assert.equal(exported.status, 200)
      const file = join(folder, 'export.mp4')
      await writeFile(file, Buffer.from(await exported.arrayBuffer()))
      const { chapters } = await probe(file)
      assert.deepEqual(
        chapters.map(({ tags }) => tags.title).filter((title) => title.includes('Marker')),
        ['Marker: greeting', ...set.map(([, , title]) => title)],
      )
      const times = tagHistory
        .filter(({ key }) => key.startsWith('marker'))
        .map(({ at }) => Date.parse(at) - Date.parse(startedAt))
      const starts = chapters
        .filter(({ tags }) => tags.title.includes('Marker'))
        .map(({ start }) => start)
      for (const [at, start] of starts.entries())
        assertWithin(Math.abs(start - Math.max(0, times[at]!)), 5, `marker ${at}`)
    },
    { limitMs: 60_000 },
  )
})
