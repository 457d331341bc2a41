import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeIdentity, identityOf } from '../../src/age/identity.ts'
import { suite } from '../support/suite.ts'
import { type BundleParts, bundleParts, flip, packBundle, writeBundle } from './support/bundle.ts'
import { checkpointOf, KEY, STRANGER, vkeyOf } from './support/signed-home.ts'
import { codesOf, pythonMissing, runVerifyPy, type Verdict, verifyPy } from './support/verify-py.ts'

const SEGMENT = 'segments/mic-000001.ogg.age'
const VKEY = vkeyOf(KEY)
/** Packs a folder, its segment by LZMA with a damaged byte. */
const PACK_WITH_BROKEN_LZMA = `
import os, sys, zipfile
folder, target = sys.argv[1:]
with zipfile.ZipFile(target, 'w') as packed:
    for at, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(at, name)
            method = zipfile.ZIP_LZMA if name.endswith('.age') else zipfile.ZIP_STORED
            packed.write(full, os.path.relpath(full, folder), method)
    place = next(one for one in packed.infolist() if one.filename.endswith('.age'))
with open(target, 'r+b') as file:
    file.seek(place.header_offset + 30 + len(place.filename) + 12)
    file.write(bytes([255] * 20))
`
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

suite('tools/verify.py on a bundle', (test) => {
  const missing = pythonMissing()
  let folder: string
  let bundle: string
  const promise = (name: string, body: () => Promise<void>) => test.unless(missing, name, body)

  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-bundle-'))
    bundle = join(folder, 'bundle')
  })
  test.afterEach(() => rm(folder, { recursive: true, force: true }))

  /** Writes a bundle with a change, and verifies it. */
  async function changed(
    change: (parts: BundleParts) => void,
    ...args: string[]
  ): Promise<Verdict> {
    const parts = bundleParts()
    change(parts)
    await writeBundle(bundle, parts)
    return verifyPy(bundle, '--key', VKEY, ...args)
  }
  /** Changes an event, and signs the log anew, as nobody else can. */
  const rewrite = (parts: BundleParts, at: number, from: string, to: string) => {
    parts.records[at - 1] = parts.records[at - 1]!.replace(from, to)
    parts.files['checkpoint.txt'] = checkpointOf(parts.records, KEY)
  }

  promise('has the hashes, proofs, signatures and keys of the test vectors', async () => {
    const vectors = path('../../docs/log-format/vectors.json')
    const args = ['-I', path('support/check_vectors.py'), path('../../tools/verify.py'), vectors]
    assert.equal(execFileSync('python3', args, { encoding: 'utf8' }), 'all vectors pass\n')
  })

  promise(
    'notices a key that is damaged, or of another recording, without opening all',
    async () => {
      const key = (text: string) => (parts: BundleParts) => {
        parts.files['identity.txt'] = text
      }
      const another = encodeIdentity(identityOf(Buffer.alloc(32, 7)))
      for (const text of [another, another.slice(0, -1), 'no key\n', '']) {
        const { findings } = await changed(key(text))
        assert.deepEqual(
          findings.map(({ code, file }) => [code, file]),
          [['mediaWrong', 'identity.txt']],
        )
      }
      // One who holds a key of the recording has brought it.
      const own = join(folder, 'own.txt')
      await writeFile(own, String(bundleParts().files['identity.txt']))
      assert.deepEqual((await changed(key('no key'), '--identity', own)).findings, [])
    },
  )

  promise('shows nothing that a terminal would obey: names come from whoever made it', async () => {
    const name = 'x\u001b[2J\u001b[H\u009b8m\u202enok  all proven\n\nVERIFIED\n'
    const parts = bundleParts()
    await writeBundle(bundle, parts)
    const manifest = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8'))
    manifest.files.push({ name, sha256: '0'.repeat(64), bytes: 1 })
    await writeFile(join(bundle, 'manifest.json'), JSON.stringify(manifest))
    const { exit, stdout, stderr } = await runVerifyPy([bundle, '--key', VKEY])
    assert.equal(exit, 1)
    assert.doesNotMatch(stdout + stderr, /[^\P{Cc}\n]|\u202e/u)
    assert.doesNotMatch(stdout, /^VERIFIED/m)
    assert.match(stdout, /\\x1b\[2J.*\\x9b8m\\u202enok {2}all proven\\x0a/)
  })

  promise('has a verdict on what is packed in a way that is broken, and on a pipe', async () => {
    await writeBundle(bundle, bundleParts())
    const file = join(folder, 'bundle.zip')
    execFileSync('python3', ['-c', PACK_WITH_BROKEN_LZMA, bundle, file])
    const packed = await verifyPy(file, '--key', VKEY)
    assert.deepEqual([packed.exit, codesOf(packed)[0]], [1, 'manifestWrong'])
    await rm(join(bundle, SEGMENT))
    execFileSync('mkfifo', [join(bundle, SEGMENT)])
    const unpacked = await verifyPy(bundle, '--key', VKEY)
    assert.deepEqual([unpacked.exit, codesOf(unpacked)[0]], [1, 'manifestWrong'])
  })

  promise('passes a good one, unpacked or as a ZIP file, and opens what is in it', async () => {
    const verdict = await changed(() => {}, '--decrypt', '--values')
    assert.deepEqual([verdict.findings, verdict.exit], [[], 0])
    const good = verdict.good.join('\n')
    assert.match(good, /5 events of 5 proven to be in the log/)
    assert.match(good, /versions 1 to 5, and it is closed/)
    assert.match(good, /1 sealed segment opened to the media/)
    assert.match(good, /1 sealed value opened in its place/)
    const file = join(folder, 'bundle.zip')
    await packBundle(bundle, file)
    assert.deepEqual((await verifyPy(file)).findings, [])
  })

  promise('finds an event that is not the one that was signed', async () => {
    const verdict = await changed(({ records }) => {
      records[5] = records[5]!.replace('"maria"', '"maggi"')
    })
    // Its proof leads elsewhere, and so do those of its neighbours, made from the changed tree.
    assert.deepEqual(codesOf(verdict), ['notProven', 'chainBroken'])
    assert.ok(verdict.findings.some(({ code, position }) => code === 'notProven' && position === 6))
  })

  promise('finds events that were left out, at the end and in between', async () => {
    const cut = await changed((parts) => void parts.positions.pop())
    assert.deepEqual(codesOf(cut), ['notClosed'])
    const hole = await changed((parts) => void parts.positions.splice(2, 1))
    assert.deepEqual(codesOf(hole), ['factMissing', 'segmentForeign'])
    assert.equal(hole.findings[0]?.position, 6)
  })

  promise('finds an event of another recording, and events out of order', async () => {
    const foreign = await changed((parts) => void parts.positions.push(8))
    assert.deepEqual(codesOf(foreign), ['eventForeign'])
    const order = await changed((parts) => void parts.positions.reverse())
    assert.ok(codesOf(order).includes('eventForeign'))
  })

  promise('finds a segment that was edited, left out or added', async () => {
    await writeBundle(bundle, bundleParts())
    await flip(bundle, SEGMENT, 500)
    assert.deepEqual(codesOf(await verifyPy(bundle)), ['manifestWrong', 'segmentChanged'])
    const listed = await changed(({ files }) => {
      files[SEGMENT] = Buffer.from('other media')
    })
    assert.deepEqual(codesOf(listed), ['segmentChanged'])
    const removed = await changed(({ files }) => void delete files[SEGMENT])
    assert.deepEqual(codesOf(removed), ['segmentMissing'])
    const added = await changed(({ files }) => {
      files['segments/mic-000009.ogg.age'] = 'more'
    })
    assert.deepEqual(codesOf(added), ['segmentForeign'])
  })

  promise('finds a checkpoint of another key, and another log', async () => {
    const stranger = await changed(({ records, files }) => {
      files['checkpoint.txt'] = checkpointOf(records, STRANGER)
    })
    assert.deepEqual(codesOf(stranger), ['checkpointForged', 'keyUnknown'])
    const forged = await changed(({ records, files }) => {
      const other = checkpointOf(records.slice(1), KEY).split('\n\n')[1]
      files['checkpoint.txt'] = `${checkpointOf(records, KEY).split('\n\n')[0]}\n\n${other}`
    })
    assert.deepEqual(codesOf(forged), ['checkpointForged', 'keyUnknown'])
    const own = await changed(({ records, files }) => {
      files['checkpoint.txt'] = checkpointOf(records, STRANGER)
      files['keys.txt'] = `2 ${vkeyOf(STRANGER)}\n`
    })
    assert.deepEqual(codesOf(own), ['keyUnknown'])
    assert.equal((await verifyPy(bundle)).exit, 0)
  })

  promise('finds media and values that are not those of the log', async () => {
    const media = await changed(
      (parts) => rewrite(parts, 5, '"sha256":"', '"sha256":"0'),
      '--decrypt',
    )
    assert.deepEqual(codesOf(media).sort(), ['chainBroken', 'mediaWrong'])
    const value = await changed((parts) => rewrite(parts, 6, 'customer', 'customes'), '--values')
    assert.ok(codesOf(value).includes('valueWrong'))
  })
})
