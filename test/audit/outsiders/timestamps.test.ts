import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeDer, encodeInteger, TAGS } from '../../../src/audit/outsiders/der.ts'
import { Outsiders } from '../../../src/audit/outsiders/outsiders.ts'
import { TimestampFolder } from '../../../src/audit/outsiders/timestamp-folder.ts'
import { checkTimestamp, timestampRequest } from '../../../src/audit/outsiders/timestamp-token.ts'
import type { OutsiderProblem } from '../../../src/contract/outsiders.ts'
import { eventually, suite } from '../../support/suite.ts'
import { GrowingLog } from './support/growing-log.ts'
import { OpensslAuthority, opensslProblem, verifyTimestamp } from './support/openssl-authority.ts'

const noOpenssl = opensslProblem()

suite('timestamps of checkpoints', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-tsa-'))
  const keptFolder = join(folder, 'home', 'timestamps')
  const timestamps = new TimestampFolder(keptFolder)
  const source = new GrowingLog(7)
  const nobody = (): void => {}
  let authority: OpensslAuthority
  let outsiders: Outsiders
  const begin = (periodMs = 0): void => {
    outsiders = new Outsiders({
      ...{ source, timestamps, now: Date.now, cosignatures: { keep: async () => {} } },
      logger: { debug: nobody, info: nobody, warn: nobody, error: nobody },
      times: {
        ...{ witnessPeriodMs: 0, timestampPeriodMs: periodMs, limitMs: 20_000 },
        pauses: { firstMs: 1, longestMs: 1 },
      },
    })
    outsiders.configure({ witnesses: [], timestampUrl: authority.url })
  }
  const view = () => outsiders.views()[0]!
  const confirms = (size: number) =>
    eventually(`${size} is confirmed`, () => view().confirmed?.size === size && !view().problem)

  test.before(async () => {
    if (noOpenssl !== null) return
    mkdirSync(join(folder, 'home'))
    authority = await OpensslAuthority.begin(folder)
  })
  test.after(async () => {
    authority?.close()
    rmSync(folder, { recursive: true })
  })
  test.afterEach(async () => {
    await outsiders?.close()
    if (authority !== undefined) authority.change = (answer) => answer
  })

  test.unless(noOpenssl, 'openssl verifies the timestamp of a checkpoint', async () => {
    begin()
    await confirms(7)
    const { kind, name, confirmed } = view()
    assert.deepEqual([kind, name], ['timestampAuthority', new URL(authority.url).host])
    assert.ok(Math.abs(Date.parse(confirmed!.at) - Date.now()) < 60_000, confirmed!.at)
    assert.deepEqual(authority.types, ['application/timestamp-query'])
    assert.deepEqual(readdirSync(keptFolder).sort(), ['7.checkpoint', '7.tsr'])
    const [data, tsr] = ['7.checkpoint', '7.tsr'].map((file) => join(keptFolder, file))
    assert.equal(readFileSync(data!, 'utf8'), source.checkpointAt(7).note)
    verifyTimestamp(data!, tsr!, authority.caFile)
    // It does not verify other bytes.
    const other = join(folder, 'other')
    writeFileSync(other, source.checkpointAt(6).note)
    assert.throws(() => verifyTimestamp(other, tsr!, authority.caFile))
    // After a restart it is known, and not asked for again.
    await outsiders.close()
    authority.types.length = 0
    begin()
    await confirms(7)
    assert.equal(view().confirmed!.at, confirmed!.at)
    source.grow(8)
    outsiders.notify()
    await confirms(8)
    assert.equal(authority.types.length, 1)
    assert.equal((await timestamps.newest())?.size, 8)
  })

  test.unless(noOpenssl, 'two timestamps are at least a period apart', async () => {
    const periodMs = 300
    source.grow(9)
    authority.askedAt.length = 0
    begin(periodMs)
    await confirms(9)
    source.grow(10)
    outsiders.notify()
    await confirms(10)
    const [first, second] = authority.askedAt as [number, number]
    assert.ok(second - first > periodMs - 10, `${second - first} ms`)
  })

  test.unless(noOpenssl, 'an answer that is no timestamp of this request is refused', async () => {
    source.grow(11)
    begin()
    await confirms(11)
    await outsiders.close()
    source.grow(12)
    const integer = (number: number) => encodeInteger(Buffer.of(number))
    const refusal = encodeDer(
      TAGS.sequence,
      encodeDer(
        TAGS.sequence,
        integer(2),
        encodeDer(TAGS.sequence, encodeDer(TAGS.utf8String, Buffer.from('closed\non Sundays'))),
      ),
    )
    const kept = readFileSync(join(keptFolder, '11.tsr'))
    const imprintOf = (query: Buffer) => query.indexOf(Buffer.of(TAGS.octetString, 32)) + 2
    for (const [change, code, message] of [
      [() => kept, 'invalidAnswer', /of other bytes/],
      [
        // The digest is the right one, the nonce of another request.
        (_, query) => {
          const other = Buffer.from(query)
          other[imprintOf(query) + 32 + 3]! ^= 1
          return authority.reply(other)
        },
        'invalidAnswer',
        /of another request/,
      ],
      [
        (_, query) => {
          const other = Buffer.from(query)
          other[imprintOf(query)]! ^= 1
          return authority.reply(other)
        },
        'invalidAnswer',
        /of other bytes/,
      ],
      [() => refusal, 'refused', /grants no timestamp: rejection, "closed on Sundays"/],
      [() => Buffer.from('<html>'), 'invalidAnswer', /no timestamp/],
      [() => Buffer.alloc(0), 'invalidAnswer', /no timestamp/],
      [(answer) => answer.subarray(0, -1), 'invalidAnswer', /no timestamp/],
      [
        (answer) => Buffer.concat([answer, Buffer.of(TAGS.null, 0)]),
        'invalidAnswer',
        /no timestamp/,
      ],
    ] as [OpensslAuthority['change'], OutsiderProblem, RegExp][]) {
      authority.change = change
      begin()
      await eventually(`${message}`, () => message.test(view().problem?.message ?? ''))
      assert.equal(view().problem!.code, code)
      assert.deepEqual(
        readdirSync(keptFolder).filter((name) => name.startsWith('12')),
        [],
      )
      await outsiders.close()
    }
    authority.change = (answer) => answer
    authority.status = 503
    begin()
    await eventually('the status', () => view().problem?.code === 'unreachable')
    authority.status = 200
    await confirms(12)
  })

  test.unless(noOpenssl, 'no changed byte of an answer is a fault of the recorder', async () => {
    const request = timestampRequest(Buffer.from('data'), Buffer.alloc(8, 0x80))
    const answer = await authority.reply(request.der)
    assert.ok(checkTimestamp(answer, request) > 0)
    for (const at of answer.keys()) {
      const changed = Buffer.from(answer)
      changed[at]! ^= 0x81
      try {
        checkTimestamp(changed, request)
      } catch (error) {
        assert.equal((error as Error).name, 'OutsiderError')
      }
    }
  })

  test('numbers and lengths are encoded as DER demands', () => {
    const hex = (bytes: Buffer): string => bytes.toString('hex')
    assert.equal(hex(encodeInteger(Buffer.alloc(8))), '020100')
    assert.equal(hex(encodeInteger(Buffer.of(0, 0, 0x7f))), '02017f')
    assert.equal(hex(encodeInteger(Buffer.of(0x80, 1))), '0203008001')
    assert.equal(hex(encodeDer(TAGS.octetString, Buffer.alloc(200))).slice(0, 6), '0481c8')
    assert.equal(hex(encodeDer(TAGS.octetString, Buffer.alloc(300))).slice(0, 8), '0482012c')
    const { der } = timestampRequest(Buffer.from('data'), Buffer.alloc(8, 0x7f))
    // As `openssl ts -query -data … -sha256 -cert` writes it, but for the nonce.
    const digest = createHash('sha256').update('data').digest('hex')
    const head = '30430201013031300d060960864801650304020105000420'
    assert.equal(hex(der), `${head}${digest}0208${'7f'.repeat(8)}0101ff`)
  })
})
