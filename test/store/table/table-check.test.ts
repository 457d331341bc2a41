import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32c } from '../../../src/store/table/crc32c.ts'
import { readLiveTables } from '../../../src/store/table/live-tables.ts'
import { uncompress } from '../../../src/store/table/snappy.ts'
import { findDamagedTables, isIntact } from '../../../src/store/table/table-check.ts'
import { suite } from '../../support/suite.ts'
import { writeLog } from '../support/corruption.ts'
import { withFolder } from '../support/scratch.ts'

suite('tables of LevelDB', (test) => {
  test('CRC-32C gives the values of RFC 3720, B.4', () => {
    const ascending = Uint8Array.from({ length: 32 }, (_, i) => i)
    for (const [bytes, expected] of [
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(0xff), 0x62a8ab43],
      [ascending, 0x46dd794e],
      [ascending.toReversed(), 0x113fdb5c],
      [Buffer.from('123456789'), 0xe3069283],
    ] as const)
      assert.equal(crc32c(bytes, 0, bytes.length), expected)
  })

  test('Snappy: literals, copies near and far, copies that overlap themselves', () => {
    const text = (...bytes: (number | string)[]) =>
      Buffer.from(
        uncompress(
          Buffer.concat(bytes.map((b) => (typeof b === 'string' ? Buffer.from(b) : Buffer.of(b)))),
        ),
      ).toString()
    assert.equal(text(3, 8, 'abc'), 'abc')
    assert.equal(text(9, 8, 'abc', 0b00001001, 3), 'abcabcabc')
    assert.equal(text(7, 8, 'abc', 0b00001110, 3, 0), 'abcabca')
    assert.equal(text(7, 8, 'abc', 0b00001111, 3, 0, 0, 0), 'abcabca')
    for (const broken of [[3, 8, 'ab'], [9, 8, 'abc', 0b00001001, 4], [4, 8, 'abc'], []])
      assert.throws(() => text(...broken), RangeError)
  })

  test('are sound as LevelDB writes them, and not with any flipped bit', () =>
    withFolder(async (folder) => {
      await writeLog(folder, 8)
      const names = readdirSync(folder).filter((name) => name.endsWith('.ldb'))
      assert.ok(names.length > 0)
      for (const name of names) {
        const table = readFileSync(join(folder, name))
        assert.ok(isIntact(table), name)
        assert.ok(!isIntact(table.subarray(0, -1)))
        const used = table.length - 48
        for (let at = 0; at < used; at += 97) {
          table[at]! ^= 1 << (at % 8)
          assert.ok(!isIntact(table), `bit ${at % 8} of byte ${at}`)
          table[at]! ^= 1 << (at % 8)
        }
      }
    }))

  test('that LevelDB has begun and does not use are not damaged', () =>
    withFolder(async (folder) => {
      await writeLog(folder, 8)
      const live = await readLiveTables(folder)
      // The closing may have left such a table here, too.
      const used =
        readdirSync(folder).find(
          (name) => name.endsWith('.ldb') && live?.has(Number.parseInt(name, 10)),
        ) ?? ''
      const table = readFileSync(join(folder, used))
      // A compaction that the closing has broken off leaves one without its end.
      writeFileSync(join(folder, '999998.ldb'), table.subarray(0, table.length / 2))
      assert.deepEqual(await findDamagedTables(folder), [])
      writeFileSync(join(folder, used), table.subarray(0, table.length / 2))
      assert.deepEqual(await findDamagedTables(folder), [used])
      writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-unknown')
      const damaged = await findDamagedTables(folder)
      assert.ok(damaged.includes(used) && damaged.includes('999998.ldb'))
    }))
})
