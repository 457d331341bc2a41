import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogEvent } from '../../src/contract/events.ts'
import { cosign } from '../../src/tlog/cosignature.ts'
import { createSigner } from '../../src/tlog/keys.ts'
import { signatureLine } from '../../src/tlog/note-signature.ts'
import { inclusionProof } from '../../src/tlog/proofs.ts'
import { encodeTlogProof } from '../../src/tlog/tlog-proof.ts'
import { suite } from '../support/suite.ts'
import {
  checkpointOf,
  endOf,
  entriesOf,
  eventKeyOf,
  eventsOf,
  KEY,
  makeHome,
  put,
  RECORDING,
  recordsOf,
  SEGMENT,
  STRANGER,
  subtreesOf,
  vkeyOf,
  witness,
} from './support/signed-home.ts'
import { codesOf, pythonMissing, runVerifyPy, type Verdict, verifyPy } from './support/verify-py.ts'

/** Enough for a stored subtree, and for a tree whose right edge has several parts. */
const MORE = 300
const EVENTS = eventsOf(MORE)
const RECORDS = recordsOf(EVENTS)
const COUNT = RECORDS.length
const KEPT = [3, 250]
const VKEY = vkeyOf(KEY)

/** An event of the recording, changed. */
const edited = ({ data, ...event }: LogEvent): LogEvent =>
  ({ ...event, data: { ...data, reason: 'timer' } }) as LogEvent

suite('tools/verify.py', (test) => {
  const missing = pythonMissing()
  let original: string
  let folder: string
  let home: string

  const promise = (name: string, body: () => Promise<void>) => test.unless(missing, name, body)
  const verify = (...args: string[]): Promise<Verdict> => verifyPy(home, ...args)

  test.before(async () => {
    original = await makeHome(RECORDS, KEPT)
  })
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-verify-'))
    home = join(folder, 'home')
    await cp(original, home, { recursive: true })
  })
  test.afterEach(() => rm(folder, { recursive: true, force: true }))
  test.after(() => rm(original, { recursive: true, force: true }))

  /** Writes the log anew from an event on, chained and signed by `signer`, in every place. */
  async function rewrite(signer = KEY): Promise<string[]> {
    const events = EVENTS.map((event, i) => (i === 6 ? edited(event) : event))
    const records = recordsOf(events)
    await put(home, entriesOf(records, signer, KEPT))
    await witness(home, records)
    return records
  }

  promise('passes a good home, and says whose key that is', async () => {
    const known = await verify('--key', VKEY)
    assert.deepEqual([known.exit, known.verdict, known.findings], [0, 'verified', []])
    assert.ok(known.good.some((text) => /All 307 events .* the key that you gave/.test(text)))
    const unknown = await verify()
    assert.equal(unknown.exit, 0)
    assert.ok(
      unknown.notes.some((text) => text.startsWith('The key was taken from the log itself')),
    )
  })

  promise('prints for people, and ends in the verdict', async () => {
    const good = await runVerifyPy([home])
    assert.deepEqual([good.exit, good.stdout.trimEnd().split('\n').at(-1)], [0, 'VERIFIED'])
    await rm(join(home, SEGMENT))
    const bad = await runVerifyPy([home])
    assert.deepEqual([bad.exit, bad.stdout.trimEnd().split('\n').at(-1)], [1, 'NOT VERIFIED'])
    assert.match(bad.stdout, /WRONG {2}The segment file .* is missing, but event 5 names it/)
    for (const args of [[], [join(folder, 'nowhere')], [folder], ['--key', 'x', home]])
      assert.equal((await runVerifyPy(args)).exit, 2, args.join(' '))
  })

  promise('finds a flipped byte in a record, and what is still good', async () => {
    await put(home, {
      [eventKeyOf(280)]: RECORDS[279]!.replace('desktop.locked', 'desktop.lockee'),
    })
    const verdict = await verify('--key', VKEY)
    assert.deepEqual(codesOf(verdict), ['chainBroken', 'rootWrong'])
    assert.equal(verdict.findings[0]?.position, 280)
    assert.ok(
      verdict.good.includes('The events 1 to 250 are exactly those of a signed checkpoint.'),
    )
  })

  promise('finds a deleted event', async () => {
    await put(home, { [eventKeyOf(100)]: undefined })
    const verdict = await verify()
    assert.deepEqual(codesOf(verdict), ['eventMissing'])
    assert.deepEqual(
      [verdict.findings[0]?.position, verdict.findings[0]?.message],
      [100, 'Event 100 is missing.'],
    )
  })

  promise('finds swapped events', async () => {
    await put(home, { [eventKeyOf(50)]: RECORDS[50]!, [eventKeyOf(51)]: RECORDS[49]! })
    const verdict = await verify()
    assert.deepEqual(codesOf(verdict), ['chainBroken', 'eventForeign', 'treeWrong', 'rootWrong'])
    assert.deepEqual(
      verdict.findings
        .filter(({ code }) => code === 'eventForeign')
        .map(({ position }) => position),
      [50, 51],
    )
  })

  promise(
    'finds a cut tail by the old head, and by the witness where the head was cut, too',
    async () => {
      const cut = RECORDS.slice(0, 290)
      const removed = Object.fromEntries(
        RECORDS.slice(290).map((_, i) => [eventKeyOf(291 + i), undefined]),
      )
      await put(home, removed)
      assert.deepEqual(codesOf(await verify()), ['eventMissing', 'witnessWrong'])
      await put(home, endOf(cut, KEY))
      const { findings } = await verify('--key', VKEY)
      assert.deepEqual(
        findings.map(({ code }) => code),
        ['witnessWrong'],
      )
      assert.match(findings[0]!.message, /event 307 was on disk: 17 events at the end are missing/)
    },
  )

  promise(
    'finds a home that was rolled back as a whole, for who has kept a checkpoint',
    async () => {
      const cut = RECORDS.slice(0, 290)
      const kept = join(folder, 'kept.txt')
      await writeFile(kept, checkpointOf(RECORDS, KEY))
      const old = await makeHome(cut)
      assert.equal((await verifyPy(old, '--key', VKEY)).exit, 0)
      const verdict = await verifyPy(old, '--key', VKEY, '--checkpoint', kept)
      assert.deepEqual(codesOf(verdict), ['logRolledBack'])
      await rm(old, { recursive: true })
    },
  )

  promise('finds an edited segment, and a missing one', async () => {
    const bytes = await readFile(join(home, SEGMENT))
    bytes[3]! ^= 1
    await writeFile(join(home, SEGMENT), bytes)
    const { findings } = await verify()
    assert.deepEqual(
      findings.map(({ code, position, file }) => [code, position, file]),
      [['segmentChanged', 5, `recordings/${RECORDING}/mic-000001.ogg.age`]],
    )
  })

  promise('finds a checkpoint of another key', async () => {
    await put(home, { 'meta/checkpoint': checkpointOf(RECORDS, STRANGER) })
    assert.deepEqual(codesOf(await verify()), ['checkpointForged'])
  })

  promise(
    'finds a log that was rewritten and signed by another key, with the key from elsewhere',
    async () => {
      const events = eventsOf(MORE, STRANGER).map((event, i) => (i === 6 ? edited(event) : event))
      const records = recordsOf(events)
      await put(home, entriesOf(records, STRANGER, KEPT))
      await witness(home, records)
      // In itself such a log is whole. That is what the note about the key is for.
      assert.equal((await verify()).exit, 0)
      assert.deepEqual(codesOf(await verify('--key', VKEY)), ['keyUnknown'])
    },
  )

  promise(
    'finds a tail that the stolen key has signed anew, with a receipt of before',
    async () => {
      const receipt = join(folder, 'receipt.tlog-proof')
      const proof = {
        extra: Buffer.from(RECORDS[6]!),
        index: 6,
        hashes: await inclusionProof(6, COUNT, subtreesOf(RECORDS)),
        checkpoint: checkpointOf(RECORDS, KEY),
      }
      await writeFile(receipt, encodeTlogProof(proof))
      assert.equal((await verify('--key', VKEY, '--receipt', receipt)).exit, 0)
      await rewrite()
      assert.equal((await verify('--key', VKEY)).exit, 0)
      const verdict = await verify('--key', VKEY, '--receipt', receipt)
      assert.deepEqual(codesOf(verdict), ['rootWrong'])
      assert.ok(
        verdict.good.some((text) => /event 7, recording\.closed, .*is in the log/.test(text)),
      )
    },
  )

  promise('checks a receipt alone, which needs the key', async () => {
    const receipt = join(folder, 'receipt.tlog-proof')
    const proof = {
      extra: Buffer.from(RECORDS[6]!),
      index: 6,
      hashes: await inclusionProof(6, COUNT, subtreesOf(RECORDS)),
      checkpoint: checkpointOf(RECORDS, KEY),
    }
    await writeFile(receipt, encodeTlogProof(proof))
    assert.equal((await verifyPy('--receipt', receipt, '--key', VKEY)).exit, 0)
    assert.equal((await runVerifyPy(['--receipt', receipt])).exit, 2)
    const stranger = await verifyPy('--receipt', receipt, '--key', vkeyOf(STRANGER))
    assert.deepEqual(codesOf(stranger), ['keyUnknown'])
    await writeFile(receipt, encodeTlogProof({ ...proof, extra: Buffer.from(RECORDS[7]!) }))
    const moved = await verifyPy('--receipt', receipt, '--key', VKEY)
    assert.deepEqual(codesOf(moved), ['receiptWrong'])
  })

  promise(
    'follows a rotation of the key, and refuses one that the former key has not signed',
    async () => {
      const next = createSigner('ed25519', KEY.verifier.name, Buffer.alloc(32, 3))
      const rotated = { key: vkeyOf(next), former: VKEY, cause: 'rotated' }
      const changed = { ...EVENTS[199], type: 'signingKey.changed', data: rotated } as LogEvent
      const records = recordsOf(EVENTS.map((event, i) => (i === 199 ? changed : event)))
      const both = checkpointOf(records.slice(0, 200), KEY, next)
      const entries = {
        ...entriesOf(records, next),
        [`checkpoint/${'200'.padStart(16, '0')}`]: both,
      }
      const kept = Object.fromEntries(
        KEPT.map((size) => [`checkpoint/${`${size}`.padStart(16, '0')}`, undefined]),
      )
      await put(home, { ...kept, ...entries })
      await witness(home, records)
      for (const key of [VKEY, vkeyOf(next)])
        assert.deepEqual((await verify('--key', key)).findings, [], key)
      await put(home, {
        [`checkpoint/${'200'.padStart(16, '0')}`]: checkpointOf(records.slice(0, 200), next),
      })
      assert.deepEqual(codesOf(await verify('--key', VKEY)), ['keyUnknown'])
    },
  )

  promise('finds a value of another event, and a missing witness', async () => {
    const moved = { tags: { customer: { $sealed: 'AAAA', at: 4 } } }
    const events = EVENTS.map((event, i) => (i === 5 ? { ...event, data: moved } : event))
    const records = recordsOf(events as LogEvent[])
    await put(home, entriesOf(records, KEY, KEPT))
    await witness(home, records)
    assert.deepEqual(codesOf(await verify()), ['valueWrong'])
    await rm(join(home, 'log.witness'))
    assert.deepEqual(codesOf(await verify()), ['valueWrong', 'witnessWrong'])
  })

  promise(
    'finds facts that a rewritten log has left out, and events that nobody has signed',
    async () => {
      const without = EVENTS.toSpliced(3, 1).map((event, i) => ({ ...event, position: i + 1 }))
      const records = recordsOf(without as LogEvent[])
      await put(home, { [eventKeyOf(COUNT)]: undefined, ...entriesOf(records, KEY, KEPT) })
      await witness(home, records)
      assert.deepEqual(codesOf(await verify()), ['factMissing', 'valueWrong'])
      const unsigned = {
        ...entriesOf(RECORDS, KEY, KEPT),
        'meta/checkpoint': checkpointOf(RECORDS.slice(0, 290), KEY),
      }
      await put(home, unsigned)
      await witness(home, RECORDS)
      const { findings } = await verify()
      assert.deepEqual(
        [findings[0]?.code, findings[0]?.position, findings.length],
        ['checkpointMissing', 291, 1],
      )
      await put(home, { 'meta/checkpoint': undefined })
      assert.deepEqual(codesOf(await verify()), ['checkpointMissing'])
    },
  )

  promise('finds a history of keys that does not hold together', async () => {
    const claimed = { key: VKEY, former: vkeyOf(STRANGER), cause: 'rotated' }
    const changed = { ...EVENTS[199], type: 'signingKey.changed', data: claimed } as LogEvent
    const records = recordsOf(EVENTS.map((event, i) => (i === 199 ? changed : event)))
    await put(home, entriesOf(records, KEY, KEPT))
    await witness(home, records)
    const { findings } = await verify()
    assert.deepEqual(
      findings.map(({ code, position }) => [code, position]),
      [['keyChangeWrong', 200]],
    )
  })

  promise('finds damage of derived data, of the database, and foreign entries', async () => {
    const tree = `tree/08/${'0'.repeat(16)}`
    const list = `view/list/2026-11-29T00:00:00.000Z/${RECORDING}`
    await put(home, { [tree]: '0'.repeat(64), [list]: '0000000000000["crm",0]', 'event/x': '' })
    assert.deepEqual(codesOf(await verify()), ['eventForeign', 'viewWrong', 'treeWrong'])
    await put(home, { 'meta/schema': '99' })
    assert.ok(codesOf(await verify()).includes('layoutUnknown'))
    const table = (await readdir(join(home, 'log'))).find((name) => /\.(ldb|log)$/.test(name))!
    const bytes = await readFile(join(home, 'log', table))
    bytes[100]! ^= 1
    await writeFile(join(home, 'log', table), bytes)
    const { findings } = await verify()
    assert.deepEqual([findings[0]?.code, findings[0]?.file], ['databaseDamaged', `log/${table}`])
  })

  promise('checks the cosignatures of witnesses', async () => {
    const outsider = createSigner('cosignature', 'witness.example', Buffer.alloc(32, 5))
    const text = checkpointOf(RECORDS.slice(0, 3), KEY)
    const note =
      text + signatureLine(cosign(text.slice(0, text.indexOf('\n\n') + 1), outsider, 1_800_000_000))
    const name = '3'.padStart(16, '0')
    await put(home, { [`checkpoint/${name}`]: note })
    const verdict = await verify('--witness', vkeyOf(outsider))
    assert.deepEqual(verdict.findings, [])
    const good = verdict.good.join('\n')
    assert.match(
      good,
      /over 3 events was cosigned by the witness witness\.example at 2027-01-15T08:00:00Z/,
    )
    const other = createSigner('cosignature', 'witness.example', Buffer.alloc(32, 6))
    assert.deepEqual(codesOf(await verify('--witness', vkeyOf(other))), ['checkpointForged'])
  })
})
