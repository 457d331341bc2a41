import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { type Client, connect } from './support/clients.ts'

const GRANTED = { state: 'granted', method: 'spoken' }
const WITHDRAWN = { state: 'withdrawn', method: 'letter', note: 'by post' }

/** Starts a daemon whose configuration has these rules of consent. */
async function startWith(consent: object): Promise<TestDaemon> {
  const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
  await writeFile(join(home, 'config.json'), JSON.stringify({ consent }))
  return startDaemon({ home })
}

async function eventsOf(client: Client, id: string): Promise<{ type: string; data: object }[]> {
  return (await client.get(`/recordings/${id}/events?limit=1000`)).body.items
}

suite('consent over HTTP', (test) => {
  let daemon: TestDaemon
  test.after(async () => {
    await daemon.stop()
  })

  test('nothing starts without consent where it is required, by either side', async () => {
    daemon = await startWith({ mode: 'required', eraseWhenWithdrawn: true })
    const { api, ui } = await connect(daemon)
    for (const client of [api, ui]) {
      const refused = await client.start()
      assert.deepEqual([refused.status, refused.body.code], [409, 'CONSENT_REQUIRED'])
    }
    assert.deepEqual((await api.get('/recordings')).body.items, [])
    const { status, body } = await ui.start({ consent: GRANTED })
    assert.deepEqual([status, body.consent.state, body.consent.by.side], [201, 'granted', 'ui'])
  })

  test('a method or note with anything strange in it, and a card number in a note, are refused', async () => {
    const { api } = await connect(daemon)
    for (const [member, value] of [
      ['state', 'yes'],
      ['method', ''],
      ['method', 'spoken\nsigned'],
      ['method', 'x'.repeat(65)],
      ['note', ''],
      ['note', 'x'.repeat(1_001)],
      ['note', 'bell \u0007'],
      ['note', 'card 4111 1111 1111 1111'],
    ]) {
      const { status, body } = await api.command('consent', {
        ...GRANTED,
        [member as string]: value,
      })
      assert.equal(status, 400, `${member}: ${value}`)
      assert.deepEqual(
        body.errors.map(({ pointer }: { pointer: string }) => pointer),
        [`/${member}`],
      )
    }
    assert.equal((await api.get('/recordings/current')).body.consent.state, 'granted')
  })

  test(
    'the side without control withdraws it; kill -9 right after the answer erases all the same',
    async () => {
      const { api } = await connect(daemon)
      const { id } = (await api.get('/recordings/current')).body
      const key = { 'Idempotency-Key': 'withdrawn' }
      const answer = await api.command('consent', WITHDRAWN, key)
      daemon.kill('SIGKILL')
      const { home } = daemon
      assert.deepEqual(
        [answer.status, answer.body.state, answer.body.consent.state],
        [200, 'Closed', 'withdrawn'],
      )
      assert.equal(answer.body.erased.cause, 'consentWithdrawn')
      await daemon.exited
      daemon = await startDaemon({ home })
      const again = (await connect(daemon)).api
      await eventually('it is erased', async () =>
        (await eventsOf(again, id)).some(({ type }) => type === 'recording.erased'),
      )
      const view = (await again.get(`/recordings/${id}`)).body
      assert.equal(view.erased.cause, 'consentWithdrawn')
      assert.equal(view.consent.note, undefined, 'nobody can read the note any more')
      assert.ok(!existsSync(join(home, 'keys', `${id}.json`)))
      const left = await readdir(join(home, 'recordings')).catch((): string[] => [])
      assert.ok(!left.includes(id))
      const media = await again.get(`/recordings/${id}/segments/mic/1`)
      assert.deepEqual([media.status, media.body.code], [410, 'ERASED'])
      const retry = await again.command('consent', WITHDRAWN, key)
      assert.deepEqual([retry.status, retry.body], [200, answer.body])
      const late = await again.command('consent', GRANTED, {}, id)
      assert.deepEqual([late.status, late.body.code], [410, 'ERASED'])
    },
    { limitMs: 60_000 },
  )
})
