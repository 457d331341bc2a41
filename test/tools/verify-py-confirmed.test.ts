import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cosign } from '../../src/tlog/cosignature.ts'
import { createSigner, type Signer } from '../../src/tlog/keys.ts'
import { parseNote } from '../../src/tlog/note.ts'
import { signatureLine } from '../../src/tlog/note-signature.ts'
import { consistencyProof } from '../../src/tlog/proofs.ts'
import { suite } from '../support/suite.ts'
import { type BundleParts, bundleParts, writeBundle } from './support/bundle.ts'
import {
  checkpointOf,
  eventsOf,
  KEY,
  makeHome,
  recordsOf,
  STRANGER,
  subtreesOf,
  vkeyOf,
} from './support/signed-home.ts'
import { timestampOf } from './support/timestamp.ts'
import { codesOf, pythonMissing, type Verdict, verifyPy } from './support/verify-py.ts'

const WITNESS = createSigner('cosignature', 'witness.example', Buffer.alloc(32, 3))
const OTHER = createSigner('cosignature', 'other.example', Buffer.alloc(32, 4))
/** Covers the recording's first four events, and all five. */
const [PARTLY, WHOLLY] = [6, 9]

const cosigned = (note: string, ...witnesses: Signer[]): string =>
  note +
  witnesses.map((one) => signatureLine(cosign(parseNote(note).text, one, 1_800_000_000))).join('')

/** Adds a cosigned and a timestamped checkpoint of the first events. */
async function confirm(parts: BundleParts): Promise<void> {
  const { records, files } = parts
  const subtree = subtreesOf(records)
  for (const size of [PARTLY, WHOLLY]) {
    const proof = await consistencyProof(size, records.length, subtree)
    files[`consistency/${size}.txt`] = proof.map((one) => `${one.toString('base64')}\n`).join('')
  }
  const noteOf = (size: number) => checkpointOf(records.slice(0, size), KEY)
  files[`cosigned/${PARTLY}.txt`] = cosigned(noteOf(PARTLY), WITNESS)
  files[`timestamps/${WHOLLY}.checkpoint`] = noteOf(WHOLLY)
  files[`timestamps/${WHOLLY}.tsr`] = timestampOf(noteOf(WHOLLY))
}

suite('tools/verify.py on what outsiders have confirmed', (test) => {
  let folder: string
  const promise = (name: string, body: () => Promise<void>) =>
    test.unless(pythonMissing(), name, body)
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-confirmed-'))
  })
  test.afterEach(() => rm(folder, { recursive: true, force: true }))

  async function changed(
    change: (parts: BundleParts) => void,
    ...witnesses: Signer[]
  ): Promise<Verdict> {
    const parts = bundleParts()
    await confirm(parts)
    change(parts)
    await writeBundle(folder, parts)
    const args = witnesses.flatMap((one) => ['--witness', vkeyOf(one)])
    return verifyPy(folder, '--key', vkeyOf(KEY), ...args)
  }

  promise('a bundle says what was confirmed, when, and how much of the recording', async () => {
    const verdict = await changed(() => {}, WITNESS)
    assert.deepEqual([verdict.findings, verdict.exit], [[], 0])
    const good = verdict.good.join('\n')
    assert.match(good, /over 6 events was cosigned by the witness witness.example at 2027-01-15T/)
    assert.match(good, /4 of 5 events of the recording are among the first 6.*cosigned\/6\.txt/)
    assert.match(good, /5 of 5 events.*first 9.*timestamps\/9\.checkpoint/)
    assert.match(good, /-in timestamps\/9\.tsr -data timestamps\/9\.checkpoint -CAfile CA\.pem/)
  })

  promise('without the key of a witness its cosignature is named, and not believed', async () => {
    const { findings, good, notes } = await changed(() => {})
    assert.deepEqual(findings, [])
    assert.match(notes.join('\n'), /6 events has a cosignature of witness\.example.*--witness/)
    assert.doesNotMatch(good.join('\n'), /was cosigned by/)
  })

  promise('every change of a confirmation is found', async () => {
    const name = `cosigned/${PARTLY}.txt`
    const anew = (key: Signer) => {
      const other = recordsOf(eventsOf(19))
      return cosigned(checkpointOf(other.slice(1, 1 + PARTLY), key), WITNESS)
    }
    const own = cosigned(checkpointOf(bundleParts().records.slice(0, PARTLY), KEY), WITNESS)
    const cases: [string, BundleParts['files'], string, Signer?][] = [
      ['signed by somebody else', { [name]: anew(STRANGER) }, 'checkpointForged'],
      ['of another history', { [name]: anew(KEY) }, 'rootWrong'],
      ['without its proof', { [`consistency/${PARTLY}.txt`]: '' }, 'rootWrong'],
      ['of another size', { 'cosigned/5.txt': own }, 'checkpointForged'],
      ['by another witness', {}, 'checkpointForged', OTHER],
      ['about other bytes', { [`timestamps/${WHOLLY}.tsr`]: timestampOf('x') }, 'timestampWrong'],
    ]
    for (const [what, files, code, witness = WITNESS] of cases) {
      const codes = codesOf(await changed((parts) => Object.assign(parts.files, files), witness))
      assert.ok(codes.includes(code), `${what}: ${codes}`)
    }
  })

  promise('a copied home has them beside its log', async () => {
    const records = recordsOf(eventsOf(20))
    const home = await makeHome(records)
    const check = () => verifyPy(home, '--key', vkeyOf(KEY), '--witness', vkeyOf(WITNESS))
    const note = checkpointOf(records.slice(0, PARTLY), KEY)
    for (const name of ['cosignatures', 'timestamps']) await mkdir(join(home, name))
    await writeFile(join(home, 'cosignatures', `${PARTLY}.txt`), cosigned(note, WITNESS))
    await writeFile(join(home, 'timestamps', `${PARTLY}.checkpoint`), note)
    await writeFile(join(home, 'timestamps', `${PARTLY}.tsr`), timestampOf(note))
    const good = await check()
    assert.deepEqual(good.findings, [])
    assert.match(good.good.join('\n'), /6 events was cosigned by the witness witness\.example/)
    assert.match(good.good.join('\n'), /timestamps\/6\.tsr is about this checkpoint/)
    await writeFile(join(home, 'timestamps', `${PARTLY}.tsr`), timestampOf('x'))
    const other = checkpointOf(recordsOf(eventsOf(19, STRANGER)).slice(0, PARTLY), KEY)
    await writeFile(join(home, 'cosignatures', `${PARTLY}.txt`), cosigned(other, WITNESS))
    assert.deepEqual(codesOf(await check()).sort(), ['rootWrong', 'timestampWrong'])
    await rm(home, { recursive: true })
  })
})
