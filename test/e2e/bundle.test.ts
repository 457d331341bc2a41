import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { missingPrograms } from '../../lab/missing-programs.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { leafHash } from '../../src/tlog/hashes.ts'
import { parseVkey } from '../../src/tlog/keys.ts'
import { verifyInclusion } from '../../src/tlog/verify-proofs.ts'
import { ageProblem } from '../age/support/age-program.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { pythonMissing } from '../tools/support/verify-py.ts'
import { commandsIn, type Unzipped, unzip } from './support/unzipped.ts'

const noUnzip = missingPrograms('evidence')

const OTHER = 'Other-Customer-8829'
const TAG = 'Erika </script> & Söhne'
const SMALL = ['README.txt', 'checkpoint.txt', 'events.jsonl', 'identity.txt', 'keys.txt']

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

suite('the bundle of a recording', (test) => {
  let daemon: TestDaemon
  let id: string
  let other: string
  let whole: Unzipped

  async function post(path: string, body: object = {}): Promise<{ id: string }> {
    const answer = await daemon.api('POST', path, body)
    assert.ok(answer.status < 300, JSON.stringify(answer.body))
    return answer.body
  }
  async function closeCurrent(): Promise<void> {
    await post('/recordings/current/stop')
    await post('/recordings/current/close')
  }
  const get = (path: string, token = daemon.token) =>
    fetch(`${daemon.url}/v1${path}`, { headers: { Authorization: `Bearer ${token}` } })
  async function download(): Promise<Unzipped> {
    const answer = await get(`/recordings/${id}/bundle`)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/zip')
    const disposition = `attachment; filename="${id}-bundle.zip"`
    assert.equal(answer.headers.get('content-disposition'), disposition)
    return unzip(Buffer.from(await answer.arrayBuffer()))
  }

  test.before(async () => {
    daemon = await startDaemon()
    other = (await post('/recordings', { media: ['mic'], tags: { customer: OTHER } })).id
    await closeCurrent()
    id = (await post('/recordings', { media: ['mic', 'screen'], tags: { customer: TAG } })).id
    await post('/recordings/current/pause')
    await post('/recordings/current/resume')
    const early = await daemon.api('GET', `/recordings/${id}/bundle`)
    assert.deepEqual([early.status, early.body.code], [409, 'INVALID_STATE'])
    assert.match(early.body.detail, /Stop the recording and close it first/)
    await closeCurrent()
    if (noUnzip === null) whole = await download()
  })
  test.after(async () => {
    await daemon.stop()
  })

  test.unless(noUnzip, 'has all of it, with the hash of every file in its manifest', () => {
    const segments = ['mic-000001.ogg', 'mic-000002.ogg', 'screen-000001.mp4', 'screen-000002.mp4']
    assert.deepEqual(
      [...whole.files.keys()].sort(),
      [
        ...[...SMALL, 'manifest.json', 'recording.mp4', 'report.html', 'verify.py'],
        ...segments.map((name) => `segments/${name}.age`),
      ].sort(),
    )
    const manifest = JSON.parse(whole.text('manifest.json'))
    assert.deepEqual([manifest.format, manifest.recordingId], ['f2f-bundle/1', id])
    const listed = manifest.files.map(({ name }: { name: string }) => name)
    assert.deepEqual([...listed, 'manifest.json'].sort(), [...whole.files.keys()].sort())
    for (const { name, bytes, sha256: hash } of manifest.files) {
      const file = whole.files.get(name) as Buffer
      assert.deepEqual([file.length, sha256(file)], [bytes, hash], name)
    }
    assert.equal(whole.files.get('recording.mp4')?.toString('latin1', 4, 8), 'ftyp')
  })

  test.unless(
    ageProblem(),
    'opens with age and the key in it: each segment as the API serves it',
    async () => {
      const key = join(whole.folder, 'identity.txt')
      const segments = [...whole.files.keys()].filter((name) => name.startsWith('segments/'))
      for (const name of segments) {
        const media = execFileSync('age', ['-d', '-i', key, join(whole.folder, name)], {
          maxBuffer: 64 * 1_048_576,
        })
        const [, medium, number] = /(\w+)-(\d+)\./.exec(name) as RegExpExecArray
        const served = await get(`/recordings/${id}/segments/${medium}/${Number(number)}`)
        assert.deepEqual(media, Buffer.from(await served.arrayBuffer()), name)
      }
    },
  )

  test.unless(
    noUnzip,
    'proves each of its events, from the first fact to the closing',
    async () => {
      const keys = whole
        .text('keys.txt')
        .trim()
        .split('\n')
        .map((line) => parseVkey(line.slice(line.indexOf(' ') + 1)))
      const manifest = JSON.parse(whole.text('manifest.json'))
      const log = { origin: manifest.origin, keys }
      const head = openCheckpoint(whole.text('checkpoint.txt'), log)
      assert.equal(head.size, manifest.size)
      const lines = whole
        .text('events.jsonl')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      for (const { position, record, proof } of lines) {
        const hashes = proof.map((hash: string) => Buffer.from(hash, 'base64'))
        assert.ok(verifyInclusion(leafHash(Buffer.from(record)), position - 1, head, hashes))
      }
      const events = lines.map(({ record }): LogEvent => JSON.parse(record).event)
      const { body } = await daemon.api('GET', `/recordings/${id}/events?limit=1000`)
      const places = (list: LogEvent[]) => list.map(({ position, type }) => `${position} ${type}`)
      assert.deepEqual(places(events.slice(0, -1)), places(body.items))
      const versions = events.flatMap(({ version }) => version ?? [])
      assert.deepEqual(
        versions,
        versions.map((_, at) => at + 1),
      )
      assert.ok(events.some(({ type }) => type === 'recording.closed'))
      // Its own making is the last act in it.
      assert.equal(events.at(-1)?.type, 'recording.accessed')
    },
  )

  test.unless(
    noUnzip,
    'has nothing of another recording, no key of the home, and no value outside of the report',
    () => {
      for (const [name, bytes] of whole.files) {
        for (const secret of [other, OTHER])
          assert.ok(!bytes.includes(secret), `${secret} in ${name}`)
        if (name !== 'report.html') assert.ok(!bytes.includes('Erika'), name)
      }
      assert.match(whole.text('identity.txt'), /^AGE-SECRET-KEY-1[0-9A-Z]{58}\n$/)
    },
  )

  test.unless(noUnzip, 'leaves nothing on the disk that can be read', async () => {
    for (const folder of ['exports', 'recordings']) {
      const all = await readdir(join(daemon.home, folder), { recursive: true, withFileTypes: true })
      for (const entry of all.filter((one) => one.isFile())) {
        const bytes = await readFile(join(entry.parentPath, entry.name))
        for (const sign of ['ftyp', 'OggS', 'Erika', 'PK\u0003\u0004'])
          assert.ok(!bytes.includes(sign), `${sign} in ${entry.name}`)
      }
    }
  })

  test.unless(
    ageProblem(),
    'has a report whose commands work as they stand there, and which shows values as text',
    () => {
      const report = whole.text('report.html')
      assert.ok(report.includes('Erika &lt;/script&gt; &amp; Söhne'))
      assert.ok(!report.includes('</script>'))
      assert.ok(report.includes('Everything that was checked is in order.'))
      const commands = commandsIn(report)
      assert.equal(commands[0], 'python3 verify.py')
      assert.equal(commands.length, 4)
      for (const command of commands) {
        const options = { cwd: whole.folder, encoding: 'utf8' } as const
        const { status, stdout, stderr } = spawnSync(
          'bash',
          ['-euo', 'pipefail', '-c', command],
          options,
        )
        assert.equal(status, 0, `${command}\n${stdout}\n${stderr}`)
      }
    },
  )

  test.unless(
    noUnzip,
    'is written by f2f bundle for its user alone, in German when that is asked',
    async () => {
      const file = join(whole.folder, 'from-cli.zip')
      const args = [F2F, 'bundle', id, '-o', file, '--lang', 'de', '--json', '--home', daemon.home]
      const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      assert.equal(status, 0, stderr)
      const bytes = await readFile(file)
      assert.deepEqual(JSON.parse(stdout), {
        ...{ recordingId: id, file, bytes: bytes.length, sha256: sha256(bytes) },
      })
      assert.equal((await stat(file)).mode & 0o777, 0o600)
      assert.match((await unzip(bytes)).text('report.html'), /<html lang="de">/)
      const again = spawnSync(process.execPath, args, { encoding: 'utf8' })
      assert.equal(again.status, 1)
      assert.match(again.stdout, /exists already/)
    },
  )

  test.unless(pythonMissing(), 'is verified by f2f verify, which sees a changed byte', async () => {
    const file = join(whole.folder, 'from-cli.zip')
    const verify = (path: string, ...more: string[]) => {
      const args = [F2F, 'verify', '--bundle', path, ...more, '--home', daemon.home]
      return spawnSync(process.execPath, args, { encoding: 'utf8' })
    }
    const good = verify(file)
    assert.match(good.stdout, /VERIFIED$/m)
    assert.equal(good.status, 0, good.stderr)
    const bytes = await readFile(file)
    const at = bytes.indexOf('age-encryption.org/v1') + 400
    bytes[at]! ^= 1
    await writeFile(join(whole.folder, 'changed.zip'), bytes)
    const bad = verify(join(whole.folder, 'changed.zip'))
    assert.match(bad.stdout, /NOT VERIFIED$/m)
    assert.equal(bad.status, 1)
    assert.equal(verify(join(whole.folder, 'none.zip')).status, 1)
    assert.equal(verify(file, '--recording', id).status, 2)
  })

  test.unless(
    noUnzip,
    'is one access, however often it is downloaded in one go, and needs the scope audit',
    async () => {
      const { body } = await daemon.api('GET', `/recordings/${id}/accesses`)
      const bundled = body.items.filter(({ act }: { act: string }) => act === 'bundled')
      assert.equal(bundled.length, 1)
      assert.deepEqual(bundled[0].media, ['mic', 'screen'])
      const token = await daemon.api('POST', '/tokens', { name: 'reader', scopes: ['read'] })
      const refused = await get(`/recordings/${id}/bundle`, token.body.token)
      assert.equal(refused.status, 403)
      assert.equal((await get('/recordings/no-such-recording/bundle')).status, 404)
    },
  )

  test.unless(
    noUnzip,
    'says which of its files have changed or are missing, and has what is left',
    async () => {
      const folder = join(daemon.home, 'recordings', id)
      const changed = join(folder, 'mic-000002.ogg.age')
      const bytes = await readFile(changed)
      await rename(join(folder, 'mic-000001.ogg.age'), join(folder, 'away'))
      bytes[bytes.length - 1]! ^= 1
      await writeFile(changed, bytes)
      const { files, text } = await download()
      assert.ok(!files.has('segments/mic-000001.ogg.age'))
      assert.deepEqual(files.get('segments/mic-000002.ogg.age'), bytes)
      const report = text('report.html')
      assert.match(report, /2 things are not in order/)
      assert.match(report, /The file mic-000001\.ogg\.age is missing/)
      assert.match(
        report,
        new RegExp(`mic-000002.ogg.age is not the one .* found ${sha256(bytes)}`),
      )
      assert.match(report, /2 of 4 stored files/)
    },
  )

  test.unless(noUnzip, 'is gone when its recording is erased', async () => {
    await post(`/recordings/${id}/erase`, { reason: 'The customer asked for it.' })
    const { status, body } = await daemon.api('GET', `/recordings/${id}/bundle`)
    assert.deepEqual([status, body.code], [410, 'ERASED'])
  })
})
