import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { identityIn } from '../../lab/unsealed.ts'
import { ageProblem, openWithAge } from '../age/support/age-program.ts'
import { openFeed } from '../contract/support/event-feed.ts'
import { suite } from '../support/suite.ts'
import { ask, save } from './support/composed.ts'
import { decodedMs } from './support/media-check.ts'
import { notLinux, type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

const SECRET = 'MARKER-5d1e'
/** They begin boxes of MP4 and pages of Ogg. */
const SIGNS = ['ftyp', 'moof', 'mdat', 'OggS', 'OpusHead', SECRET]

suite('an export', (test) => {
  let root: string
  let temporary: string
  let daemon: ObservedDaemon
  let id: string

  test.before(async () => {
    if (notLinux) return
    root = await mkdtemp(join(tmpdir(), 'f2f-sealed-'))
    temporary = join(root, 'tmp')
    await mkdir(temporary)
    await start()
    id = (await daemon.command('/recordings', { media: ['mic', 'speaker', 'screen'] })).id
    await delay(1_500)
    await daemon.command('/recordings/current/tags', { tags: { 'marker.red': SECRET } })
    await daemon.command('/recordings/current/pause')
    await delay(1_500)
    await daemon.command('/recordings/current/resume')
    await delay(1_500)
    await daemon.command('/recordings/current/stop')
    await daemon.command('/recordings/current/close')
  })
  test.after(async () => {
    if (notLinux) return
    await daemon.stop()
    await rm(root, { recursive: true, force: true })
  })

  async function start(): Promise<void> {
    const home = join(root, 'home')
    daemon = await startObserved({ home, env: { TMPDIR: temporary } })
  }

  /** Asserts that nothing in the exports and in temporary folders can be read without a key. */
  async function assertSealed(when: string): Promise<void> {
    for (const folder of [join(daemon.home, 'exports'), temporary]) {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      for (const entry of entries.filter((one) => one.isFile())) {
        const stored = await readFile(join(entry.parentPath, entry.name))
        for (const sign of SIGNS)
          assert.ok(!stored.includes(sign), `${when}: ${sign} in ${entry.name}`)
      }
    }
  }

  test.unless(
    notLinux,
    'that is killed at any moment leaves nothing on the disk that can be read',
    async () => {
      for (const percent of [0, 10, 25, 50, 75]) {
        const feed = await openFeed(daemon, { exports: true })
        const request = ask(daemon, `/recordings/${id}/export`)
        await feed.until('it has got so far', () =>
          feed.messages.some(
            ({ event, data }) => event === 'export' && JSON.parse(data!).percent >= percent,
          ),
        )
        daemon.kill()
        await daemon.exited
        await request.answered.then((answer) => answer.toArray()).catch(() => {})
        await assertSealed(`killed at ${percent} %`)
        // Another time it is made from the beginning.
        await rm(join(daemon.home, 'exports', id), { recursive: true, force: true })
        await start()
      }
    },
    { limitMs: 120_000 },
  )

  test.unless(
    notLinux ?? ageProblem(),
    'is kept sealed, and the program age opens it with the key of its recording',
    async () => {
      const file = join(root, 'export.mp4')
      const { etag } = await save(daemon, `/recordings/${id}/export`, file)
      assert.ok((await readFile(file)).includes(SECRET), 'who asks for it gets its chapters')
      assert.ok((await decodedMs(file)) > 4_000)
      await assertSealed('kept')
      const folder = join(daemon.home, 'exports', id)
      const [name] = await readdir(folder)
      const opened = openWithAge(join(folder, name!), identityIn(daemon.home, id))
      assert.equal(`"${createHash('sha256').update(opened).digest('hex')}"`, etag)
    },
  )

  test.unless(notLinux, 'that version 0.1 kept unsealed is removed at the next start', async () => {
    const folder = join(daemon.home, 'exports', id)
    await daemon.stop()
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `mic-${'0'.repeat(24)}-${'0'.repeat(64)}.ogg`), 'OggS')
    await start()
    await assertSealed('started')
  })

  test.unless(notLinux, 'is gone with its recording, and cannot be made again', async () => {
    await ask(daemon, `/recordings/${id}/export`).answered.then((answer) => answer.toArray())
    assert.equal((await readdir(join(daemon.home, 'exports', id))).length, 1)
    const erased = await daemon.api('POST', `/recordings/${id}/erase`, { reason: 'Asked for.' })
    assert.equal(erased.status, 200, JSON.stringify(erased.body))
    assert.ok(!(await readdir(join(daemon.home, 'exports'))).includes(id))
    for (const path of ['export', 'media/mic', 'segments/mic/1', 'segments/mic/1/peaks']) {
      const { status, body } = await daemon.api('GET', `/recordings/${id}/${path}`)
      assert.deepEqual([status, body.code], [410, 'ERASED'], path)
    }
  })
})
