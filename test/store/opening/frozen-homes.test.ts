import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStoredMedia } from '../../../src/age/stored-media.ts'
import { verifyHome } from '../../../src/audit/verify/verify-home.ts'
import { HomeKeyRing } from '../../../src/custody/home-key-ring.ts'
import { type Home, resolveHome } from '../../../src/home/home.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { suite } from '../../support/suite.ts'
import { pythonMissing, verifyPy } from '../../tools/support/verify-py.ts'

/**
 * Homes that former versions have written. None of them is ever changed: each must open and verify
 * for ever. scripts/fixtures/make-home.ts made them.
 */
const HOMES = fileURLToPath(new URL('../../fixtures/homes/', import.meta.url))
/** Proofs that outsiders got of a home: a receipt, a checkpoint, the key, a bundle. */
const PROOFS = fileURLToPath(new URL('../../fixtures/proofs/', import.meta.url))
const FORMATS = await readdir(HOMES)

/** Runs a test on a copy of a home. */
async function withHome(format: string, body: (home: Home) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-frozen-'))
  try {
    await cp(join(HOMES, format), folder, { recursive: true })
    await body(resolveHome(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function openHome(home: Home) {
  const { keysFolder, keyDescriptorFile, recordingsFolder, logFolder, witnessFile } = home
  const keys = await HomeKeyRing.open({
    ...{ folder: keysFolder, descriptorFile: keyDescriptorFile, recordingsFolder, wanted: 'file' },
  })
  const problems: Error[] = []
  const onProblem = (problem: Error) => void problems.push(problem)
  const log = await openEventLog({
    ...{ folder: logFolder, keys, witnessFile, recordingsFolder, onProblem },
  })
  return { keys, log, problems }
}

/** Reads the media of every segment, and compares them with the log. */
async function readMedia(
  home: Home,
  { keys, log }: Awaited<ReturnType<typeof openHome>>,
  id: string,
) {
  const { items } = await log.segments(id, { limit: 100 })
  for (const { file, sha256, bytes } of items) {
    const path = join(home.recordingsFolder, id, ...file.split('/'))
    const media = await openStoredMedia(path, keys.keysOf(id)?.identity)
    const pieces: Buffer[] = []
    for await (const piece of media.stream()) pieces.push(piece)
    await media.close()
    const content = Buffer.concat(pieces)
    assert.deepEqual([content.length, hash('sha256', content)], [bytes, sha256], file)
  }
  return items.length
}

suite('frozen homes', (test) => {
  test('there is one of every format', () => {
    assert.deepEqual(FORMATS.sort(), ['0.1', 'confirmed', 'sealed', 'signed'])
  })

  for (const format of FORMATS) {
    test(`${format}: opens, lists its recordings, and its media can be read`, () =>
      withHome(format, async (home) => {
        const opened = await openHome(home)
        const { log, problems } = opened
        const { items } = await log.recordings({ limit: 10 })
        assert.deepEqual(
          items.map(({ state }) => state),
          ['Closed', 'Closed'],
        )
        const first = items[1]!
        const tags = Object.fromEntries(first.tags.map(({ key, value }) => [key, value]))
        assert.deepEqual(
          [tags.customer, tags.note, tags.desk, tags.vip],
          ['E. M.', 'done', 3, true],
        )
        assert.equal(await readMedia(home, opened, first.id), 4)
        const isErased = items[0]!.erased !== undefined && items[0]!.erased !== null
        assert.equal(isErased, format !== '0.1')
        assert.deepEqual([problems, log.rebuiltViews], [[], undefined])
        await log.close()
      }))

    test.unless(pythonMissing(), `${format}: verify.py passes it, also after it was opened`, () =>
      withHome(format, async (home) => {
        const before = await verifyPy(home.folder, '--decrypt', '--values')
        assert.deepEqual([before.findings, before.exit], [[], 0])
        const { log } = await openHome(home)
        await log.close()
        const after = await verifyPy(home.folder)
        assert.deepEqual([after.findings, after.exit], [[], 0])
      }),
    )

    test(`${format}: f2f verify passes it, also after it was opened`, () =>
      withHome(format, async (home) => {
        assert.deepEqual((await verifyHome(home, {})).findings, [])
        const { log } = await openHome(home)
        await log.close()
        assert.deepEqual((await verifyHome(home, {})).findings, [])
      }))

    const proofs = join(PROOFS, format)
    if (!existsSync(proofs)) continue
    test.unless(
      pythonMissing(),
      `${format}: what outsiders got of it is still proven`,
      async () => {
        const key = JSON.parse(readFileSync(join(proofs, 'key.json'), 'utf8')).key as string
        const receipt = ['--receipt', join(proofs, 'receipt.tlog-proof')]
        const checkpoint = ['--checkpoint', join(proofs, 'checkpoint.txt')]
        const home = join(HOMES, format)
        for (const args of [
          [...receipt, '--key', key],
          [home, ...receipt, ...checkpoint],
        ])
          assert.deepEqual((await verifyPy(...args)).findings, [], args.join(' '))
        // The key was rotated afterwards. Later versions keep the checkpoint that both have signed.
        const { findings } = await verifyPy(home, '--key', key)
        if (format === 'signed')
          assert.match(findings[0]!.message, /Get the newer key from elsewhere/)
        else assert.deepEqual(findings, [])
        const bundle = join(proofs, 'bundle.zip')
        if (!existsSync(bundle)) return
        const witness = readFileSync(join(proofs, 'witness.txt'), 'utf8').trim()
        const trusted = ['--key', key, '--witness', witness]
        const opened = await verifyPy(bundle, ...trusted, '--decrypt', '--values')
        assert.deepEqual(opened.findings, [])
        const good = opened.good.join('\n')
        assert.match(good, /was cosigned by the witness witness\.example/)
        assert.match(good, /timestamps\/\d+\.tsr is about this checkpoint/)
        assert.deepEqual((await verifyPy(home, '--witness', witness)).findings, [])
      },
    )
  }
})
