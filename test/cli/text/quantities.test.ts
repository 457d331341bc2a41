import assert from 'node:assert/strict'
import { parseSize } from '../../../src/cli/text/quantities.ts'
import { suite } from '../../support/suite.ts'
import { f2f, freshHome, startStub } from '../support/stub.ts'

suite('times on the command line', (test) => {
  test('a period may include the last day that there is', async () => {
    const stub = await startStub({
      'GET /v1/recordings?to=9999-12-31T23%3A59%3A59.999Z&limit=20': {
        body: { items: [], nextCursor: null },
      },
    })
    const ran = await f2f(['list', '--to', '9999-12-31'], { home: stub.home })
    await stub.close()
    assert.equal(ran.code, 0, ran.stderr)
  })
})

suite('sizes on the command line', (test) => {
  test('may have decimal or binary units, or be in bytes', () => {
    const sizes: [string, number | null][] = [
      ['256MB', 256_000_000],
      ['1.5 GB', 1_500_000_000],
      ['512MiB', 536_870_912],
      ['1000000', 1_000_000],
      ['0', 0],
      ['2gb', 2_000_000_000],
    ]
    for (const [text, bytes] of sizes) assert.equal(parseSize(text), bytes, text)
    for (const text of ['', 'MB', '-1MB', '1e9', '5 miles', '1,5GB', '99999999999TB'])
      assert.equal(parseSize(text), null, text)
  })

  test('an invalid reserve is wrong usage, and no recorder starts', async () => {
    const ran = await f2f(['serve', '--reserve', 'much'], { home: await freshHome() })
    assert.equal(ran.code, 2)
    assert.match(ran.stderr, /The option --reserve needs a size such as 256MB/)
  })
})
