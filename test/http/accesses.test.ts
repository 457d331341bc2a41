import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encryptAge } from '../../src/age/sealer.ts'
import { openStoredMedia } from '../../src/age/stored-media.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { suite } from '../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from './support/daemon.ts'
import { bodyOf, toProblem } from './support/expect.ts'
import { AT, BY, recordingView } from './support/stub-recorder.ts'

const SEGMENT = '/v1/recordings/current/segments/mic/1'

suite('access to recordings over HTTP', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
    const { recorder } = daemon
    const bytes = randomBytes(1_000)
    recorder.views.set('rec_current', recordingView('rec_current'))
    recorder.current = 'rec_current'
    recorder.livePicture = { jpeg: Buffer.from('jpeg'), number: 7 }
    await mkdir(join(recorder.folder, 'rec_current'))
    const sealed = encryptAge(bytes, [recorder.identity.recipient])
    await writeFile(join(recorder.folder, 'rec_current', 'mic-1.ogg.age'), sealed)
    recorder.segmentsOf.set('rec_current', [
      {
        ...({ medium: 'mic', number: 1, container: 'ogg', codec: 'opus' } as const),
        ...{ startedAt: AT, endedAt: AT, durationMs: 1, bytes: bytes.length },
        sha256: createHash('sha256').update(bytes).digest('hex'),
        file: 'mic-1.ogg.age',
      },
    ])
    recorder.append()
    const path = join(recorder.folder, 'rec_current', 'mic-1.ogg.age')
    daemon.compositions.file = {
      open: () => openStoredMedia(path, recorder.identity),
      ...{ type: 'video/mp4', name: 'export.mp4', sha256: 'ab'.repeat(32) },
    }
  })
  test.after(() => daemon.close())
  test.beforeEach(async () => {
    daemon.recorder.seen.length = 0
    daemon.recorder.failAccess = undefined
  })

  const page = async () => ({ cookie: await daemon.signIn(), 'sec-fetch-site': 'same-origin' })
  const ofHome = (act: string, media: string[]) => [
    { recordingId: 'rec_current', act, media, by: BY },
  ]

  test('is recorded with what was done: played in parts or by the page, else downloaded', async () => {
    await daemon.call(SEGMENT)
    assert.deepEqual(daemon.recorder.seen, ofHome('downloaded', ['mic']))
    daemon.recorder.seen.length = 0
    await daemon.call(SEGMENT, { headers: { range: 'bytes=0-9' } })
    assert.deepEqual(daemon.recorder.seen, ofHome('played', ['mic']))
    const headers = await page()
    daemon.recorder.seen.length = 0
    await daemon.call(SEGMENT, { token: null, headers })
    const by = { ...BY, side: 'ui', client: 'ui' }
    assert.deepEqual(daemon.recorder.seen, [{ ...ofHome('played', ['mic'])[0], by }])
  })

  for (const [path, act, media] of [
    [`${SEGMENT}/peaks`, 'played', ['mic']],
    ['/v1/recordings/current/picture', 'watched', ['screen']],
    ['/v1/recordings/current/export', 'exported', ['mic']],
    ['/v1/recordings/current/media/mic', 'downloaded', ['mic']],
    ['/v1/recordings/current/events', 'readEvents', []],
  ] as const)
    test(`is recorded before ${path} answers, and refused when it cannot be`, async () => {
      assert.equal((await daemon.call(path)).status, 200)
      assert.deepEqual(daemon.recorder.seen, ofHome(act, [...media]))
      const failure = 'The log cannot be written.'
      daemon.recorder.failAccess = new RecorderError('STORAGE_UNAVAILABLE', failure)
      await toProblem(await daemon.call(path), 'STORAGE_UNAVAILABLE')
    })

  test('is not what shows nothing: HEAD, a file that the client has, a range that there is not', async () => {
    const { headers } = await daemon.call(SEGMENT)
    daemon.recorder.seen.length = 0
    await daemon.call(SEGMENT, { method: 'HEAD' })
    await daemon.call(SEGMENT, { headers: { 'if-none-match': headers.get('etag') ?? '' } })
    await daemon.call(SEGMENT, { headers: { range: 'bytes=5000-' } })
    await daemon.call('/v1/recordings/current/picture', { headers: { 'if-none-match': '"7"' } })
    for (const path of ['', '/current', '/current/segments', '/current/accesses'])
      assert.equal((await daemon.call(`/v1/recordings${path}`)).status, 200)
    assert.deepEqual(daemon.recorder.seen, [])
  })

  test('of a whole log is recorded when a stream begins long ago, not after a short break', async () => {
    const open = async (after: number) => {
      const answer = await daemon.call('/v1/events', { headers: { 'last-event-id': `${after}` } })
      assert.equal(answer.status, 200)
      await answer.body?.cancel()
    }
    await open(daemon.recorder.log.position)
    assert.deepEqual(daemon.recorder.seen, [])
    await open(0)
    assert.deepEqual(daemon.recorder.seen, [
      { recordingId: null, act: 'readEvents', media: [], by: BY },
    ])
  })

  test('by a search names what was searched for; other lists are no access', async () => {
    const search = (body: object) => daemon.post('/v1/recordings/search', body)
    await search({ state: 'Closed', gaps: true })
    assert.deepEqual(daemon.recorder.seen, [])
    await search({ tags: { customer: 'C-1' }, text: 'mai' })
    assert.deepEqual(daemon.recorder.seen, [
      { tags: { customer: 'C-1' }, text: 'mai', found: 1, by: BY },
    ])
    daemon.recorder.failAccess = new RecorderError('STORAGE_FULL', 'The disk is full.')
    await toProblem(await search({ text: 'mai' }), 'STORAGE_FULL')
  })

  test('begins with a login, which is recorded, and which a failed log does not keep from the page', async () => {
    const cookie = await daemon.signIn()
    const [login] = daemon.recorder.seen as { sessionId: string }[]
    assert.match(login?.sessionId ?? '', /^[0-9a-f]{64}$/)
    const secret = cookie.split('=')[1] as string
    assert.ok(!JSON.stringify(login).includes(secret))
    daemon.recorder.failAccess = new RecorderError('STORAGE_UNAVAILABLE', 'It cannot be written.')
    assert.match(await daemon.signIn(), /^f2f_session_/)
  })

  test('with wrong credentials is counted; without any it is not', async () => {
    const before = daemon.recorder.refusedCredentials
    await daemon.call('/v1/application', { token: null })
    await daemon.call('/healthz', { token: null })
    assert.equal(daemon.recorder.refusedCredentials, before)
    await daemon.call('/v1/application', { token: `${HOME_TOKEN}x` })
    await daemon.call('/v1/application', {
      token: null,
      headers: { cookie: `f2f_session_${daemon.port}=x` },
    })
    await daemon.call('/launch/none', { token: null })
    assert.equal(daemon.recorder.refusedCredentials, before + 3)
  })

  test('is listed for those with the scope audit, page by page', async () => {
    for (const range of ['bytes=0-1', 'bytes=2-3', 'bytes=4-5'])
      await daemon.call(SEGMENT, { headers: { range } })
    const token = await daemon.tokenFor('audit')
    const list = async (query = '') =>
      (await bodyOf(
        await daemon.call(`/v1/recordings/current/accesses${query}`, { token }),
        200,
        'AccessPage',
      )) as { items: unknown[]; nextCursor: string | null }
    const entry = { act: 'played', media: ['mic'], at: AT, by: BY }
    assert.deepEqual(await list(), { items: [entry, entry, entry], nextCursor: null })
    const first = await list('?limit=2')
    assert.equal(first.items.length, 2)
    assert.deepEqual(await list('?limit=1000'), await list())
    const other = await daemon.tokenFor('read')
    const refused = await daemon.call('/v1/recordings/current/accesses', { token: other })
    await toProblem(refused, 'FORBIDDEN_SCOPE')
  })
})
