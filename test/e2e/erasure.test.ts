import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogEvent } from '../../src/contract/events.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { fakeTime, fakeTimeProblem } from './support/fake-time.ts'

const MARKER = 'Erika-Mustermann-4711'
const REASON = { reason: 'The customer asked for it.' }

/** Records, composes a file, and closes. Returns the recording's id. */
async function closedRecording(daemon: TestDaemon): Promise<string> {
  const { body } = await daemon.api('POST', '/recordings', {
    ...{ media: ['mic'], tags: { customer: MARKER } },
  })
  const { id } = body
  await daemon.api('POST', `/recordings/${id}/stop`)
  await daemon.api('POST', `/recordings/${id}/close`)
  return id
}

async function typesOf(daemon: TestDaemon, id: string): Promise<string[]> {
  const { body } = await daemon.api('GET', `/recordings/${id}/events?limit=1000`)
  return (body.items ?? []).map(({ type }: LogEvent) => type)
}

/** The files of a home that contain a text, or are named like it. */
async function filesWith(home: string, text: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.name.includes(text)) found.push(path)
    else if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path)
  }
  return found
}

function assertGone(home: string, id: string): void {
  for (const path of [`recordings/${id}`, `exports/${id}`, `keys/${id}.key.json`])
    assert.equal(existsSync(join(home, path)), false, path)
}

suite('an erased recording', (test) => {
  test('has no key, no file and no word in the home, and the log still verifies', async () => {
    const first = await startDaemon()
    const { home } = first
    const id = await closedRecording(first)
    assert.equal((await fetchTrack(first, id)).status, 200)
    assert.ok(existsSync(join(home, 'exports', id)))
    const plain = join(home, 'recordings', id, 'mic-000009.ogg')
    await writeFile(plain, MARKER)
    const erased = await first.api('POST', `/recordings/${id}/erase`, REASON)
    assert.equal(erased.status, 200, JSON.stringify(erased.body))
    assert.deepEqual([erased.body.tags, erased.body.erased.reason], [[], REASON.reason])
    assertGone(home, id)
    assert.equal((await fetchTrack(first, id)).status, 410)
    await first.stop()
    assert.deepEqual(await filesWith(home, MARKER), [])
    const again = await startDaemon({ home })
    const { body } = await again.api('GET', `/recordings/${id}`)
    assert.deepEqual([body.state, body.tags, body.tagHistory], ['Closed', [], []])
    const text = JSON.stringify((await again.api('GET', `/recordings/${id}/events`)).body)
    assert.doesNotMatch(text, new RegExp(MARKER))
    await again.stop()
  })

  test(
    'is erased in the end, whenever the recorder is killed, also beside an export and with a clock a day back',
    async () => {
      const time =
        fakeTimeProblem() === null
          ? fakeTime(await mkdtemp(join(tmpdir(), 'f2f-erasure-clock-')))
          : undefined
      const clock = time ? { env: time.env, launcher: time.launcher } : {}
      let daemon = await startDaemon(clock)
      const { home } = daemon
      let begun = 0
      try {
        for (const delayMs of [0, 2, 6, 13, 20, 40, 80, 160, 320]) {
          // Three kills in the middle suffice; how soon it comes to them depends on the machine.
          if (begun === 3) break
          const id = await closedRecording(daemon)
          const exported = fetchTrack(daemon, id).then(
            async (answer) => [answer.status, (await answer.arrayBuffer()).byteLength] as const,
            () => null,
          )
          const asked = daemon.api('POST', `/recordings/${id}/erase`, REASON).catch(() => null)
          await new Promise((resolve) => setTimeout(resolve, delayMs))
          daemon.kill()
          const [, answer] = await Promise.all([daemon.exited, asked])
          // A file that was promised is whole, or its client sees that it was broken off.
          const [status] = (await exported.catch(() => null)) ?? []
          assert.ok([undefined, 200, 410].includes(status), `${status}`)
          time?.set(-86_400)
          daemon = await startDaemon({ home, ...clock })
          const types = await typesOf(daemon, id)
          // Who was told that it is erased can rely on it.
          assert.ok(answer?.status !== 200 || types.includes('recording.erased'))
          if (!types.includes('recording.erasing')) {
            // It has never begun, so nothing is lost.
            assert.equal((await fetchTrack(daemon, id)).status, 200)
            continue
          }
          begun++
          await eventually('a complete erasure', async () =>
            (await typesOf(daemon, id)).includes('recording.erased'),
          )
          assertGone(home, id)
          assert.equal((await fetchTrack(daemon, id)).status, 410)
          const { body } = await daemon.api('GET', '/application')
          assert.equal(body.storage.log, 'verified')
        }
        assert.ok(begun > 0, 'some erasures had begun')
      } finally {
        await daemon.stop()
      }
    },
    { limitMs: 180_000 },
  )
})

function fetchTrack(daemon: TestDaemon, id: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${daemon.token}` }
  return fetch(`${daemon.url}/v1/recordings/${id}/media/mic`, { headers })
}
