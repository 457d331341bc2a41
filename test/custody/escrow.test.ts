import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createIdentity,
  encodeIdentity,
  encodeRecipient,
  parseIdentity,
} from '../../src/age/identity.ts'
import { decryptAge, encryptAge } from '../../src/age/sealer.ts'
import { ageProblem, openWithAge } from '../age/support/age-program.ts'
import { suite } from '../support/suite.ts'
import { keyHome } from './support/home.ts'

const ORGANISATIONS = [createIdentity(), createIdentity()]
const RECIPIENTS = ORGANISATIONS.map(({ recipient }) => encodeRecipient(recipient))

suite('keys in escrow', (test) => {
  test('each organisation can open the identity of each new recording', async () => {
    const home = await keyHome()
    await (await home.open()).create('before')
    const ring = await home.open({ escrowRecipients: RECIPIENTS })
    const { identity } = await ring.create('r1')
    const path = join(home.folder, 'r1.escrow.age')
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    const file = await readFile(path)
    for (const organisation of ORGANISATIONS)
      assert.equal(String(decryptAge(file, organisation)), `${encodeIdentity(identity)}\n`)
    assert.throws(() => decryptAge(file, createIdentity()))
    assert.equal((await ring.status()).escrowed, 1)
  })

  test.unless(ageProblem(), 'the program age needs only the organisation’s key', async () => {
    const home = await keyHome()
    const ring = await home.open({ escrowRecipients: RECIPIENTS.slice(0, 1) })
    const { identity } = await ring.create('r1')
    const media = Buffer.from('what was said')
    const segment = join(home.recordingsFolder, 'mic-000001.ogg.age')
    await writeFile(segment, encryptAge(media, [identity.recipient]))
    const opened = openWithAge(join(home.folder, 'r1.escrow.age'), ORGANISATIONS[0]!)
    assert.deepEqual(openWithAge(segment, parseIdentity(String(opened))!), media)
  })

  test('are for the recipients of the moment, which change while the recorder runs', async () => {
    const home = await keyHome()
    const ring = await home.open()
    ring.setEscrowRecipients(RECIPIENTS.slice(1))
    const { identity } = await ring.create('r1')
    ring.setEscrowRecipients([])
    await ring.create('r2')
    const file = await readFile(join(home.folder, 'r1.escrow.age'))
    assert.equal(String(decryptAge(file, ORGANISATIONS[1]!)), `${encodeIdentity(identity)}\n`)
    assert.throws(() => decryptAge(file, ORGANISATIONS[0]!))
    assert.equal((await ring.status()).escrowed, 1)
  })

  test('are destroyed with the key of the recording', async () => {
    const home = await keyHome()
    const ring = await home.open({ escrowRecipients: RECIPIENTS })
    await ring.create('r1')
    await ring.destroy('r1')
    assert.deepEqual(
      (await readdir(home.folder)).filter((name) => name.startsWith('r1')),
      [],
    )
  })

  test('stay as they are when the master key is replaced', async () => {
    const home = await keyHome()
    const ring = await home.open({ escrowRecipients: RECIPIENTS })
    await ring.create('r1')
    const path = join(home.folder, 'r1.escrow.age')
    const before = await readFile(path)
    await (await ring.rotate(async () => {})).finished
    assert.deepEqual(await readFile(path), before)
  })

  test('a recipient that is none is refused', async () => {
    const home = await keyHome()
    await assert.rejects(home.open({ escrowRecipients: ['age1wrong'] }), {
      code: 'INVALID_REQUEST',
      message: /age1wrong/,
    })
  })
})
