import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { createFaultDisk, type FaultDisk, faultDiskProblem } from './support/fault-disk.ts'
import { type Markers, markersIn, stretchesOf, syncDisks, textMarkers } from './support/markers.ts'

const noDisk = await faultDiskProblem()

const TEXTS = {
  tag: 'Zaphod Beeblebrox 8841-7730-XQ',
  note: 'sie nickte und sagte Ja zur Aufzeichnung',
  hold: 'Klage vor dem Landgericht Betelgeuse',
}

/** Home and temporary folder lie on a disk of their own, whose raw bytes are searched. */
suite('what lies on the disk', (test) => {
  let disk: FaultDisk
  let daemon: TestDaemon
  let id: string
  const texts = textMarkers(Object.values(TEXTS))
  const media: Markers = new Map()

  const start = async (): Promise<TestDaemon> => {
    const temporary = join(disk.folder, 'tmp')
    mkdirSync(temporary, { recursive: true })
    return startDaemon({ home: join(disk.folder, 'home'), env: { TMPDIR: temporary } })
  }
  const ok = async (method: string, path: string, body?: unknown) => {
    const answer = await daemon.api(method, path, body)
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const assertNothingOf = async (what: string, markers: Markers): Promise<void> => {
    syncDisks()
    assert.deepEqual(await markersIn(disk.image, markers), [], what)
  }
  const downloadAll = async (): Promise<void> => {
    const { items } = await ok('GET', `/recordings/${id}/segments?limit=100`)
    for (const { medium, number } of items as { medium: string; number: number }[])
      for (const [name, bytes] of stretchesOf(
        `${medium} ${number}`,
        await download(`/recordings/${id}/segments/${medium}/${number}`),
      ))
        media.set(name, bytes)
    assert.ok(media.size > 20, 'the media have markers')
  }
  const download = async (path: string): Promise<Buffer> => {
    const response = await fetch(`${daemon.url}/v1${path}`, {
      headers: { Authorization: `Bearer ${daemon.token}` },
    })
    assert.equal(response.status, 200, path)
    return Buffer.from(await response.arrayBuffer())
  }

  test.before(async () => {
    if (noDisk !== null) return
    disk = createFaultDisk()
    daemon = await start()
  })
  test.after(async () => {
    await daemon?.stop()
    await disk?.remove()
  })

  test.unless(noDisk, 'while it is recorded, nothing of tags, notes and reasons', async () => {
    const consent = { state: 'granted', method: 'spoken', note: TEXTS.note }
    const recording = await ok('POST', '/recordings', { tags: { customer: TEXTS.tag }, consent })
    id = recording.id
    await ok('POST', `/recordings/${id}/holds`, { reason: TEXTS.hold })
    await ok('POST', '/recordings/current/pause', {})
    await ok('POST', '/recordings/current/resume', {})
    await ok('POST', '/recordings/search', { tags: { customer: TEXTS.tag } })
    await ok('POST', '/recordings/search', { text: 'Zaphod' })
    await assertNothingOf('while it is recorded', texts)
  })

  test.unless(noDisk, 'after a kill in the middle, nothing of them either', async () => {
    await downloadAll()
    await eventually('a second of media', async () => {
      const { tracks } = await ok('GET', `/recordings/${id}`)
      return tracks.mic.state === 'recording'
    })
    daemon.kill()
    await daemon.exited
    await assertNothingOf('after a kill', new Map([...texts, ...media]))
    daemon = await start()
  })

  test.unless(
    noDisk,
    'after the stop, when it was composed, played and searched, nothing of media',
    async () => {
      await ok('POST', `/recordings/${id}/close`, {})
      await downloadAll()
      for (const path of ['export', 'media/mic', 'media/screen'].map(
        (kind) => `/recordings/${id}/${kind}`,
      )) {
        const composed = await download(path)
        for (const [name, bytes] of stretchesOf(path, composed)) media.set(name, bytes)
      }
      await ok('GET', `/recordings/${id}/replay?position=1`)
      await assertNothingOf('after the stop', new Map([...texts, ...media]))
    },
    { limitMs: 120_000 },
  )

  test.unless(noDisk, 'after the erasure, neither media nor the key that opens them', async () => {
    const keyFile = join(
      daemon.home,
      'keys',
      readdirSync(join(daemon.home, 'keys')).find((name) => name.startsWith(id))!,
    )
    const { wrapped } = JSON.parse(readFileSync(keyFile, 'utf8'))
    syncDisks()
    assert.deepEqual(
      await markersIn(disk.image, new Map([['the wrapped key', Buffer.from(wrapped)]])),
      ['the wrapped key'],
      'the key is found before',
    )
    const { items } = await ok('GET', `/recordings/${id}/holds`)
    for (const hold of items)
      await ok('POST', `/recordings/${id}/holds/${hold.id}/release`, { reason: 'over' })
    const erased = await ok('POST', `/recordings/${id}/erase`, { reason: 'asked for it' })
    assert.equal(erased.erased.reason, 'asked for it')
    const key: Markers = new Map([['the wrapped key', Buffer.from(wrapped)]])
    await assertNothingOf('after the erasure', new Map([...texts, ...media, ...key]))
  })
})
