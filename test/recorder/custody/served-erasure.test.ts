import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { pino } from 'pino'
import { createAccess } from '../../../src/access/access.ts'
import { newToken } from '../../../src/access/secrets.ts'
import { encryptAge } from '../../../src/age/sealer.ts'
import { Composer } from '../../../src/composition/composer.ts'
import { type HttpServer, startHttp } from '../../../src/http/server.ts'
import { configurationWith } from '../../http/support/daemon.ts'
import { NO_AUDIT } from '../../http/support/stub-audit.ts'
import { StubBundles } from '../../http/support/stub-bundles.ts'
import { NO_VERIFICATIONS } from '../../http/support/stub-verifications.ts'
import { type Latch, latch } from '../../support/latch.ts'
import { suite } from '../../support/suite.ts'
import { CustodyBench } from './support/custody-bench.ts'

/** More than all buffers between the disk and a reader that has stopped to read. */
const BYTES = 32 * 1024 * 1024
const TOKEN = newToken().secret

/** A recorder with its HTTP server and its exports, and one recording whose media are on disk. */
class ServedBench {
  readonly custody: CustodyBench
  readonly id: string
  readonly server: HttpServer
  readonly exports: string
  /** Open when an export has opened its first media, which it gets when `go` is. */
  readonly reading: Latch
  readonly go: Latch

  private constructor(
    parts: Pick<ServedBench, 'custody' | 'id' | 'server' | 'exports' | 'reading' | 'go'>,
  ) {
    this.custody = parts.custody
    this.id = parts.id
    this.server = parts.server
    this.exports = parts.exports
    this.reading = parts.reading
    this.go = parts.go
  }

  static async open(): Promise<ServedBench> {
    let composer: Composer | undefined
    const custody = await CustodyBench.create({
      forgetComposed: async (id) => composer?.forget(id),
    })
    const { bench } = custody
    const { recorder, platform, keys } = bench
    platform.isSealed = true
    const id = await custody.closed({ customer: 'Erika Mustermann' })
    const { recipient } = keys.keysOf(id)!.identity
    const write = (name: string, bytes: number) =>
      writeFile(join(custody.folderOf(id), name), encryptAge(Buffer.alloc(bytes), [recipient]))
    await write('mic-1.ogg.age', 1_000)
    await write('screen-1.mp4.age', BYTES)
    const exports = join(bench.folder, 'exports')
    await mkdir(exports)
    const [reading, go] = [latch(), latch()]
    composer = await Composer.open({
      recordings: {
        log: recorder.log,
        recording: (one, side) => recorder.recording(one, side),
        compositionIdentity: (one) => recorder.compositionIdentity(one),
        openMedia: async (one, segment) => {
          const media = await recorder.openMedia(one, segment)
          reading.open()
          await go.opened
          return media
        },
      },
      ...{ folder: exports, env: process.env, version: '0.0.0-test', reserveBytes: 0 },
      onFault: () => {},
    })
    const server = await startHttp({
      ...{ recorder, compositions: composer, port: 0, version: '0.0.0-test', user: 'tester' },
      ...{ audit: NO_AUDIT, verifications: NO_VERIFICATIONS, bundles: new StubBundles() },
      access: createAccess({ homeToken: TOKEN, tokens: () => [] }),
      configuration: configurationWith({}),
      logger: pino({ level: 'silent' }),
      isRunning: () => true,
    })
    return new ServedBench({ custody, id, server, exports, reading, go })
  }

  /** Asks for a file of the recording, and resolves with the head of its answer. */
  async ask(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const url = new URL(`/v1/recordings/${this.id}/${path}`, this.server.url)
    const all = { authorization: `Bearer ${TOKEN}`, ...headers }
    const asked = request(url, { headers: all, agent: false }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return answer
  }

  /** Nothing of the recording is left, for nobody, and the log verifies. */
  async assertGone(): Promise<void> {
    const { custody, id, exports } = this
    const { bench } = custody
    for (const path of ['segments/screen/1', 'media/mic', 'export']) {
      const answer = await this.ask(path)
      assert.equal(answer.statusCode, 410, path)
      answer.destroy()
    }
    assert.equal(bench.keys.keysOf(id), undefined)
    assert.equal(existsSync(custody.folderOf(id)), false)
    const left = await readdir(exports, { recursive: true })
    assert.deepEqual(
      left.filter((name) => name !== '.work'),
      [],
    )
    await this.server.close()
    await bench.restart()
    assert.equal(bench.recorder.log.status, 'verified')
    assert.doesNotMatch(JSON.stringify(await bench.events()), /Mustermann/)
    const { tags, erased } = await bench.recorder.recording(id, 'api')
    assert.deepEqual([tags, erased?.cause], [[], 'request'])
    await bench.dispose()
  }
}

suite('an erasure while the recording is used', (test) => {
  test('breaks off what a slow reader is being sent, and is complete before the reader goes on', async () => {
    const served = await ServedBench.open()
    const answer = await served.ask('segments/screen/1', { range: 'bytes=1000-' })
    assert.deepEqual(
      [answer.statusCode, Number(answer.headers['content-length'])],
      [206, BYTES - 1000],
    )
    await once(answer, 'readable')
    answer.read(1)
    assert.equal((await served.custody.erase(served.id)).erased?.cause, 'request')
    let bytes = 1
    await assert.rejects(
      async () => {
        for await (const chunk of answer) bytes += (chunk as Buffer).length
      },
      { code: 'ECONNRESET' },
    )
    assert.ok(bytes < BYTES / 2, `${bytes} bytes of the erased media were sent`)
    await served.assertGone()
  })

  test('ends an export that is being composed of it, and nothing of that export is left', async () => {
    const served = await ServedBench.open()
    const asked = served.ask('export').then(({ statusCode }) => statusCode)
    await served.reading.opened
    const begun = latch()
    served.custody.bench.recorder.bus.on('events', (events) => {
      if (events.some(({ type }) => type === 'recording.erasing')) begun.open()
    })
    const erasing = served.custody.erase(served.id)
    await begun.opened
    // The media that are open already can still be read, with a key that is still in memory.
    served.go.open()
    assert.equal((await erasing).erased?.cause, 'request')
    assert.equal(await asked, 410, 'an answer, because nothing of the export has left')
    await served.assertGone()
  })
})
