import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, open, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { missingPrograms } from '../../../lab/missing-programs.ts'
import { type ZipFile, zip } from '../../../src/audit/bundle/zip.ts'
import {
  centralHeader,
  dataDescriptor,
  endOfArchive,
  localHeader,
  MOST_32,
} from '../../../src/audit/bundle/zip-records.ts'
import { suite } from '../../support/suite.ts'

const noUnzip = missingPrograms('evidence')

const AT = new Date('2026-11-29T10:20:30Z')

/** Reads an archive with Python's zipfile: name, size, date and SHA-256 of each file. */
const READ = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, i.file_size, list(i.date_time), i.external_attr >> 16,
        hashlib.sha256(z.open(i).read(1 << 20)).hexdigest()] for i in z.infolist()]))
`

async function write(files: Iterable<ZipFile>): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'f2f-zip-')), 'test.zip')
  await pipeline(Readable.from(zip(files, AT)), createWriteStream(path))
  return path
}

const read = (path: string) =>
  JSON.parse(execFileSync('python3', ['-c', READ, path], { encoding: 'utf8' }))

suite('the ZIP file of a bundle', (test) => {
  test.unless(noUnzip, 'is read by other programs, with names, times and modes', async () => {
    const bytes = randomBytes(200_000)
    const path = await write([
      { name: 'empty.txt', content: [] },
      { name: 'segments/ä.ogg', content: [bytes.subarray(0, 7), bytes.subarray(7)] },
    ])
    execFileSync('unzip', ['-tq', path])
    const files = read(path)
    assert.deepEqual(
      files.map((file: unknown[]) => file.slice(0, 4)),
      [
        ['empty.txt', 0, [2026, 11, 29, 10, 20, 30], 0o100600],
        ['segments/ä.ogg', 200_000, [2026, 11, 29, 10, 20, 30], 0o100600],
      ],
    )
    assert.deepEqual(execFileSync('unzip', ['-p', path, 'segments/*']), bytes)
    assert.ok((await readFile(path)).includes(bytes))
  })

  test.unless(noUnzip, 'has a file of more than 4 GiB, and files behind it (ZIP64)', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'f2f-zip-')), 'large.zip')
    const bytes = MOST_32 + 10
    const large = { name: 'large', bytes, crc32: 0, isLarge: true, offset: 0 }
    const start = localHeader(large, AT)
    const offset = start.length + bytes + 24
    const text = Buffer.from('the end')
    const behind = { name: 'behind', bytes: 7, crc32: crc32(text), isLarge: false, offset }
    const end = Buffer.concat([localHeader(behind, AT), text, dataDescriptor(behind)])
    const directory = Buffer.concat([centralHeader(large, AT), centralHeader(behind, AT)])
    const place = { entries: 2, offset: offset + end.length, bytes: directory.length }
    // A hole stands for its data, which takes no room on the disk.
    const file = await open(path, 'w')
    await file.write(start, 0, start.length, 0)
    const tail = [dataDescriptor(large), end, directory, endOfArchive(place)]
    await file.write(Buffer.concat(tail), 0, undefined, offset - 24)
    await file.close()
    const program = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); '
    const print = "print(z.infolist()[0].file_size, z.read('behind').decode())"
    const printed = execFileSync('python3', ['-c', program + print, path], { encoding: 'utf8' })
    assert.equal(printed, `${bytes} the end\n`)
    assert.match(execFileSync('unzip', ['-v', path], { encoding: 'utf8' }), /4294967305/)
  })

  test('breaks off when a file is longer or shorter than it said', async () => {
    for (const bytes of [2, 4])
      await assert.rejects(write([{ name: 'a', bytes, content: [Buffer.from('abc')] }]), RangeError)
  })

  test('closes the file that it reads when nobody reads on', async () => {
    let closed = false
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.alloc(10)
      } finally {
        closed = true
      }
    }
    const archive = zip([{ name: 'a', content: endless() }], AT)
    await archive.next()
    await archive.next()
    await archive.return()
    assert.ok(closed)
  })
})
