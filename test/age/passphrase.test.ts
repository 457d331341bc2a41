import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createIdentity } from '../../src/age/identity.ts'
import { decryptWithPassphrase, encryptForPassphrase } from '../../src/age/passphrase.ts'
import { SealedFileError } from '../../src/age/sealed-file-error.ts'
import { encryptAge } from '../../src/age/sealer.ts'
import { suite } from '../support/suite.ts'
import { ageProblem, openWithPassphrase } from './support/age-program.ts'

const PASSPHRASE = 'correct horse battery stäple'
/** Cheap, so that a test can try often. */
const WORK_FACTOR = 4
const bytes = randomBytes(1_000)

suite('age files for a passphrase', (test) => {
  test('are opened with it, and with no other', async () => {
    const file = await encryptForPassphrase(bytes, PASSPHRASE, WORK_FACTOR)
    assert.deepEqual(await decryptWithPassphrase(file, PASSPHRASE), bytes)
    assert.equal(await decryptWithPassphrase(file, `${PASSPHRASE} `), undefined)
  })

  test('are refused when any byte was changed', async () => {
    const file = await encryptForPassphrase(bytes.subarray(0, 20), PASSPHRASE, WORK_FACTOR)
    for (let at = 0; at < file.length; at++) {
      const changed = Buffer.from(file)
      changed[at] = (changed[at] as number) ^ 1
      const opened = await decryptWithPassphrase(changed, PASSPHRASE).catch((error) => {
        assert.ok(error instanceof SealedFileError, String(error))
      })
      assert.equal(opened, undefined, `byte ${at}`)
    }
  })

  test('files for keys, and those that would take all memory, are refused', async () => {
    const forKey = encryptAge(bytes, [createIdentity().recipient])
    await assert.rejects(decryptWithPassphrase(forKey, PASSPHRASE), SealedFileError)
    const file = await encryptForPassphrase(bytes, PASSPHRASE, WORK_FACTOR)
    const costly = Buffer.from(file.toString('latin1').replace(/ 4\n/, ' 30\n'), 'latin1')
    await assert.rejects(decryptWithPassphrase(costly, PASSPHRASE), SealedFileError)
  })

  test.unless(ageProblem(), 'the program age opens them', async () => {
    const file = await encryptForPassphrase(bytes, PASSPHRASE)
    assert.deepEqual(await openWithPassphrase(file, PASSPHRASE), bytes)
  })
})
