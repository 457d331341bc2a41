import assert from 'node:assert/strict'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createIdentity, encodeRecipient } from '../../src/age/identity.ts'
import { ConfigError, readConfig } from '../../src/home/config.ts'
import { resolveHome } from '../../src/home/home.ts'
import { HomeError } from '../../src/home/home-error.ts'
import { createSigner, encodeVkey, type KeyType } from '../../src/tlog/keys.ts'
import { suite } from '../support/suite.ts'

async function read(text: string | null) {
  const home = resolveHome(await mkdtemp(join(tmpdir(), 'f2f-home-')))
  if (text !== null) await writeFile(home.configFile, text)
  return readConfig(home)
}

/** The mistakes of a text, each as `line:column key`. */
async function mistakesIn(text: string) {
  const error = await read(text).then(
    () => assert.fail(`${text} was accepted`),
    (error: unknown) => error,
  )
  assert.ok(error instanceof ConfigError && error instanceof HomeError, String(error))
  for (const { detail, remedy } of error.mistakes) {
    assert.match(detail, /^["A-Z].*\.$/)
    assert.match(remedy, /^[A-Z].*[.?{]$/)
    assert.ok(error.message.includes(detail) && error.message.includes(remedy))
  }
  return error.mistakes
}

const placesIn = async (text: string) =>
  (await mistakesIn(text)).map(({ line, column, key }) => `${line}:${column} ${key}`)

/** The details of the mistakes in a configuration. */
const detailsIn = async (config: unknown) =>
  (await mistakesIn(JSON.stringify(config))).map(({ detail }) => detail)

suite('config.json', (test) => {
  test('that is a folder is named, with what to do', async () => {
    const home = resolveHome(await mkdtemp(join(tmpdir(), 'f2f-home-')))
    await mkdir(home.configFile)
    await assert.rejects(readConfig(home), {
      name: 'HomeError',
      message: /is a folder\. Remove it/,
    })
  })

  test('is optional, and may be empty', async () => {
    assert.deepEqual(await read(null), {})
    assert.deepEqual(await read('{}'), {})
  })

  test('accepts comments, commas at the end and the mark of an encoding', async () => {
    const text = '\uFEFF{\n  // the branch office\n  "port": 0, /* any */\n  "tags": {},\n}\n'
    assert.deepEqual(await read(text), { port: 0, tags: {} })
  })

  test('names every mistake at once, with line, column, key and remedy', async () => {
    const text = `{
  // a comment does not shift the lines
  "prot": 1,
  "quality": { "framesPerSecond": 61, "x": 1 },
  "retention": {
    "minDays": 5, "maxDays": 3,
    "rules": [{ "nam": "a", "keepDays": -1 }, { "name": "b", "keepDays": 1, "tag": { "key": "system.x" } }]
  },\r
\t"lock": { "pause": ["mik"] },
  "port": 1, "port": 2
}`
    assert.deepEqual(await placesIn(text), [
      '3:3 prot',
      '4:35 quality.framesPerSecond',
      '4:39 quality.x',
      '5:16 retention',
      '7:15 retention.rules[0].name',
      '7:17 retention.rules[0].nam',
      '7:41 retention.rules[0].keepDays',
      '7:93 retention.rules[1].tag.key',
      '9:22 lock.pause[0]',
      '10:14 port',
    ])
  })

  test('suggests the key that was probably meant, else names those that there are', async () => {
    const [near] = await mistakesIn('{"allowedOrigin": []}')
    assert.equal(near?.remedy, 'Did you mean "allowedOrigins"?')
    const [far] = await mistakesIn('{"page": {"colour": 1}}')
    assert.equal(far?.remedy, 'Remove it. Known here: reminderMinutes, language.')
  })

  test('says what applies without a setting that is wrong', async () => {
    const [mistake] = await mistakesIn('{"port": "3887"}')
    assert.equal(mistake?.detail, '"port" must be a whole number from 0 to 65535.')
    assert.equal(mistake?.remedy, 'Correct it, or remove it: the default is 3887.')
    const [inner] = await mistakesIn('{"lock": {"pause": ["mik"]}}')
    assert.match(inner?.remedy ?? '', /or remove "lock.pause": the default is \["mic", "screen"\]/)
  })

  test('says what to do where the text is not valid JSON', async () => {
    for (const [text, place, remedy] of [
      ['', '1:1 ', /value/],
      ['{', '1:2 ', /closing \}/],
      ['{\n  "port" 1\n}', '2:10 ', /colon/],
      ['{"port": 1\n "page": {}}', '2:2 ', /comma before/],
      ['{"port": 1} {}', '1:13 ', /behind/],
      ['{"ffmpegPath": "C:\\ffmpeg.exe\n"}', '1:16 ', /quotation mark/],
    ] as const) {
      const [first] = await mistakesIn(text)
      assert.equal(`${first?.line}:${first?.column} ${first?.key}`, place, text)
      assert.match(first?.remedy ?? '', remedy, text)
    }
  })

  test('refuses what is no object, and keys that JavaScript gives a meaning', async () => {
    for (const text of ['[]', 'null', '1', '""'])
      assert.deepEqual(await placesIn(text), ['1:1 '], text)
    assert.deepEqual(await placesIn('{"__proto__": {"port": 1}, "constructor": 1}'), [
      '1:2 __proto__',
      '1:28 constructor',
    ])
  })

  test('accepts origins, a port and an absolute path, and refuses what would admit everybody', async () => {
    const config = {
      allowedOrigins: ['https://crm.example', 'chrome-extension://abc'],
      port: 0,
      ffmpegPath: resolve('/bin/x'),
    }
    assert.deepEqual(await read(JSON.stringify(config)), config)
    const none = ['*', 'null', 'https://crm.example/', 'crm.example', 'https://*.example', '', 7]
    for (const origin of none)
      assert.equal((await detailsIn({ allowedOrigins: [origin] })).length, 1, String(origin))
    for (const wrong of [
      { allowedOrigins: 'https://crm.example' },
      { port: 65_536 },
      { port: 1.5 },
      { port: -1 },
      { ffmpegPath: 'ffmpeg' },
    ])
      assert.equal((await detailsIn(wrong)).length, 1, JSON.stringify(wrong))
  })

  test('accepts a reserve in bytes only', async () => {
    for (const reserveBytes of [0, 2_000_000_000])
      assert.deepEqual(await read(JSON.stringify({ reserveBytes })), { reserveBytes })
    for (const reserveBytes of [-1, 1.5, '256MB', null])
      assert.deepEqual(await detailsIn({ reserveBytes }), [
        '"reserveBytes" must be a whole number of bytes, 0 or more.',
      ])
  })

  test('accepts a quality: a preset, or single values in range', async () => {
    const single = { preset: 'small', framesPerSecond: 60 }
    for (const quality of ['small', 'sharp', {}, single, { screenCrf: 0 }])
      assert.deepEqual(await read(JSON.stringify({ quality })), { quality })
    const choice =
      '"quality" must be "small", "standard" or "sharp", or an object like {"preset": "small", "framesPerSecond": 10}.'
    for (const quality of ['best', null, ['small']])
      assert.deepEqual(await detailsIn({ quality }), [choice], JSON.stringify(quality))
    assert.deepEqual(await detailsIn({ quality: { preset: 'toString' } }), [
      '"quality.preset" must be "small", "standard" or "sharp".',
    ])
    const details = await detailsIn({ quality: { framesPerSecond: 61, screenCrf: '18' } })
    assert.deepEqual(details, [
      '"quality.framesPerSecond" must be a whole number from 1 to 60.',
      '"quality.screenCrf" must be a whole number from 0 to 51.',
    ])
  })

  test('accepts required tags that clients can set, and settings of the page', async () => {
    for (const config of [
      { tags: {} },
      { tags: { required: ['customer.id', 'desk'], allowCardNumbers: true } },
      { page: { reminderMinutes: 0, language: 'en' } },
    ])
      assert.deepEqual(await read(JSON.stringify(config)), config)
    for (const [config, detail] of [
      [{ tags: [] }, '"tags" must be an object.'],
      [{ tags: { required: 'desk' } }, '"tags.required" must be a list of at most 64 tag keys.'],
      [{ tags: { required: Array(65).fill('a') } }, '"tags.required" must be a list'],
      [{ tags: { required: ['system.host'] } }, '"tags.required[0]" must be a tag key'],
      [{ tags: { required: ['a', '__proto__'] } }, '"tags.required[1]" must be a tag key'],
      [{ page: { reminderMinutes: 1.5 } }, '"page.reminderMinutes" must be a whole number'],
      [{ page: { language: 'fr' } }, '"page.language" must be "en" or "de".'],
    ] as const)
      assert.ok((await detailsIn(config))[0]?.startsWith(detail), JSON.stringify(config))
  })

  test('accepts witnesses and a timestamp authority, at addresses without secrets', async () => {
    const keyOf = (type: KeyType, name: string) =>
      encodeVkey(createSigner(type, name, Buffer.alloc(32, 1)).verifier)
    const vkey = keyOf('cosignature', 'w1.example')
    const witness = { url: 'https://w1.example/log', vkey }
    const local = { url: 'http://127.0.0.1:8080', vkey: keyOf('cosignature', 'w2.example') }
    for (const audit of [
      {},
      { witnesses: [witness, local], timestampUrl: 'http://tsa.example/x?y=1' },
      { witnesses: [{ ...witness, url: 'http://localhost/' }] },
    ])
      assert.deepEqual(await read(JSON.stringify({ audit })), { audit })
    const [url, key] = ['"audit.witnesses[0].url" must be', '"audit.witnesses[0].vkey" must be']
    const mldsa = `w+00000000+${Buffer.alloc(1313, 6).toString('base64')}`
    for (const [audit, detail] of [
      [{ witnesses: {} }, '"audit.witnesses" must be a list of at most 16 witnesses.'],
      [{ witnesses: [{ ...witness, url: 'http://w1.example' }] }, url],
      [{ witnesses: [{ ...witness, url: 'https://a:b@w1.example' }] }, url],
      [{ witnesses: [{ ...witness, url: 'https://w1.example/?key=1' }] }, url],
      [{ witnesses: [{ ...witness, url: 'w1.example' }] }, url],
      [{ witnesses: [{ ...witness, vkey: keyOf('ed25519', 'w1.example') }] }, key],
      [{ witnesses: [{ ...witness, vkey: vkey.slice(1) }] }, key],
      [{ witnesses: [{ ...witness, vkey: mldsa }] }, key],
      [{ witnesses: [{ url: witness.url }] }, '"audit.witnesses[0].vkey" is missing.'],
      [{ witnesses: [witness, { ...local, vkey }] }, '"audit.witnesses" must be a list of witn'],
      [{ witnesses: [witness, { ...local, url: witness.url }] }, '"audit.witnesses" must be'],
      [{ timestampUrl: 'ftp://tsa.example' }, '"audit.timestampUrl" must be an address'],
      [{ timestampUrl: 'https://a:b@tsa.example' }, '"audit.timestampUrl" must be an address'],
      [{ timestampUrl: null }, '"audit.timestampUrl" must be an address'],
    ] as const)
      assert.ok((await detailsIn({ audit }))[0]?.startsWith(detail), JSON.stringify(audit))
  })

  test('accepts the rules of custody', async () => {
    const config = {
      keys: { store: 'file', escrowRecipients: [encodeRecipient(createIdentity().recipient)] },
      consent: { mode: 'required', eraseWhenWithdrawn: true },
      holds: { releaseBy: 'other' },
      retention: {
        rules: [
          { name: 'Calls, 90 days', keepDays: 90 },
          { name: 'claims', keepDays: 0, tag: { key: 'case', value: true }, consent: 'none' },
        ],
        minDays: 0,
        maxDays: null,
      },
      lock: { pause: [], resume: true },
    }
    assert.deepEqual(await read(JSON.stringify(config)), config)
  })

  test('refuses recipients with a typing error, and rules that contradict each other', async () => {
    const recipient = encodeRecipient(createIdentity().recipient)
    const typo = recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q')
    for (const wrong of [typo, recipient.toUpperCase(), 'age1', 'AGE-SECRET-KEY-1QQ'])
      assert.equal((await detailsIn({ keys: { escrowRecipients: [wrong] } })).length, 1, wrong)
    const rule = { name: 'a', keepDays: 1 }
    assert.deepEqual(await detailsIn({ retention: { rules: [rule, rule] } }), [
      '"retention.rules" must be a list of rules that all have names of their own.',
    ])
    assert.deepEqual(await detailsIn({ retention: { minDays: 2, maxDays: 1 } }), [
      '"retention" must not have a "maxDays" that is less than its "minDays".',
    ])
    for (const wrong of [{ tag: { key: 'case', value: null } }, { consent: 'asked' }, { name: '' }])
      assert.equal((await detailsIn({ retention: { rules: [{ ...rule, ...wrong }] } })).length, 1)
  })
})
