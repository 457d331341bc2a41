import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosignatureFolder } from '../../../src/audit/outsiders/cosignature-folder.ts'
import { openCheckpoint } from '../../../src/tlog/checkpoint.ts'
import { cosign } from '../../../src/tlog/cosignature.ts'
import { createSigner, encodeVkey, type Signer } from '../../../src/tlog/keys.ts'
import { parseNote } from '../../../src/tlog/note.ts'
import { signatureLine } from '../../../src/tlog/note-signature.ts'
import { suite } from '../../support/suite.ts'
import { GrowingLog, LOG } from './support/growing-log.ts'

const ONE = createSigner('cosignature', 'one.example', Buffer.alloc(32, 3))
const TWO = createSigner('cosignature', 'two.example', Buffer.alloc(32, 4))
const SECONDS = 1_800_000_000
const AT = new Date(SECONDS * 1_000).toISOString()

suite('kept cosignatures', (test) => {
  let parent: string
  let folder: string
  let log: GrowingLog

  test.beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'f2f-cosignatures-'))
    folder = join(parent, 'cosignatures')
    log = new GrowingLog(5)
  })
  test.afterEach(async () => {
    await rm(parent, { recursive: true, force: true })
  })

  const lineOf = async (signer: Signer): Promise<string> => {
    const { note } = (await log.checkpoint())!
    return signatureLine(cosign(parseNote(note).text, signer, SECONDS))
  }

  test('lie in one note a checkpoint, whoever answers first, and are found again', async () => {
    const kept = new CosignatureFolder(folder)
    const { size } = (await kept.remembering(log).checkpoint())!
    await Promise.all([
      kept.keep(size, await lineOf(ONE)),
      kept.keep(size, await lineOf(TWO)),
      kept.keep(size, await lineOf(ONE)),
    ])
    assert.deepEqual(await readdir(folder), ['5.txt'])
    const again = new CosignatureFolder(folder)
    for (const { verifier } of [ONE, TWO])
      assert.deepEqual(await again.newest(encodeVkey(verifier)), { size, at: AT })
    const note = await readFile(join(folder, '5.txt'), 'utf8')
    const opened = openCheckpoint(note, LOG, [ONE.verifier, TWO.verifier])
    assert.equal(opened.cosignatures.length, 2)
  })

  test('are those of each witness, the newest first, and the oldest go', async () => {
    const kept = new CosignatureFolder(folder)
    const source = kept.remembering(log)
    await source.checkpoint()
    await kept.keep(5, await lineOf(TWO))
    for (let size = 6; size <= 110; size++) {
      log.grow(size)
      await source.checkpoint()
      await kept.keep(size, await lineOf(ONE))
    }
    assert.equal((await readdir(folder)).length, 100)
    assert.deepEqual(await kept.newest(encodeVkey(ONE.verifier)), { size: 110, at: AT })
    assert.equal(await kept.newest(encodeVkey(TWO.verifier)), null)
  })

  test('of a checkpoint that nobody has asked for are refused', async () => {
    const kept = new CosignatureFolder(folder)
    await assert.rejects(kept.keep(5, await lineOf(ONE)), /not known any more/)
    assert.equal(await kept.newest(encodeVkey(ONE.verifier)), null)
  })
})
