import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listSettings } from '../../../src/contract/configuration.ts'
import { effectiveConfiguration } from '../../../src/effective-configuration.ts'
import type { Config } from '../../../src/home/config.ts'
import { suite } from '../../support/suite.ts'
import { f2f, freshHome, type Stub, startStub } from '../support/stub.ts'

const configured = (config: Config) =>
  effectiveConfiguration({ options: { source: 'devices' }, env: {}, config, logLevel: 'info' })

/** A home whose config.json has this text. */
async function homeWith(config: string) {
  const home = await freshHome()
  await writeFile(home.configFile, config)
  return home
}

suite('f2f config', (test) => {
  let stub: Stub | undefined
  test.after(async () => stub?.close())

  test('shows without a recorder what the next one would have, and from where', async () => {
    const home = await homeWith(
      '{\n  // ours\n  "port": 4000, "consent": { "mode": "required" }\n}',
    )
    const ran = await f2f(['config'], { home, env: { F2F_PORT: '4001' } })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^port +4001 +environment$/m)
    assert.match(ran.stdout, /^consent\.mode +required +config\.json$/m)
    assert.match(ran.stdout, /^retention\.maxDays +– +default$/m)
    assert.match(ran.stderr, /No recorder is running/)
    const json = await f2f(['config', '--json'], { home })
    assert.equal(json.json().running, false)
    assert.deepEqual(json.json().configuration.port, { value: 4000, from: 'config.json' })
    assert.deepEqual((await f2f(['config', 'show', '--json'], { home })).json(), json.json())
  })

  test('shows every setting of a running recorder, and which of config.json are not in force', async () => {
    const inForce = configured({ consent: { mode: 'record' }, page: { language: 'de' } })
    inForce.quality.from = 'option'
    stub = await startStub({ 'GET /v1/config': { body: inForce } })
    const config: Config = { port: 1, quality: 'small', consent: { mode: 'required' } }
    await writeFile(stub.home.configFile, JSON.stringify(config))
    const ran = await f2f(['config'], { home: stub.home })
    for (const [name] of listSettings(inForce)) assert.ok(ran.stdout.includes(`${name} `), name)
    assert.match(ran.stdout, /^consent\.mode +record +config\.json$/m)
    assert.match(ran.stderr, /not in force yet: port, consent\.mode, page\.language\./)
    assert.match(ran.stderr, /These need a restart: port\./)
    const { waiting } = (await f2f(['config', '--json'], { home: stub.home })).json()
    assert.deepEqual(waiting, ['port', 'consent.mode', 'page.language'])
    await writeFile(stub.home.configFile, '{')
    const broken = await f2f(['config'], { home: stub.home })
    assert.deepEqual([broken.code, broken.stdout], [0, ran.stdout])
    assert.match(broken.stderr, /config\.json has mistakes/)
  })

  test('explains a file with mistakes line by line', async () => {
    const home = await homeWith('{\n  "prot": 1,\n  "port": "x"\n}')
    const ran = await f2f(['config'], { home })
    assert.equal(ran.code, 1)
    assert.match(
      ran.stderr,
      /^ {2}Line 2, column 3: "prot" is not a known key\. Did you mean "port"\?$/m,
    )
    assert.match(ran.stderr, /^ {2}Line 3, column 11: "port" must be a whole number/m)
    assert.match(ran.stderr, /\(CONFIG_INVALID\)/)
  })
})

suite('f2f config check', (test) => {
  test('names every mistake with its place and its remedy, for people and for programs', async () => {
    const home = await homeWith('{\n  "prot": 1,\n  "port": "x"\n}')
    const ran = await f2f(['config', 'check'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stdout, /has 2 mistakes:\n {2}Line 2, column 3: .*\n {2}Line 3, column 11: /)
    const { file, mistakes } = (await f2f(['config', 'check', '--json'], { home })).json()
    assert.equal(file, home.configFile)
    assert.deepEqual(mistakes[0], {
      ...{ key: 'prot', line: 2, column: 3 },
      ...{ detail: '"prot" is not a known key.', remedy: 'Did you mean "port"?' },
    })
  })

  test('accepts a file without mistakes, another file, and none', async () => {
    const home = await homeWith('{}')
    assert.equal((await f2f(['config', 'check'], { home })).code, 0)
    const none = await freshHome()
    assert.match((await f2f(['config', 'check'], { home: none })).stdout, /is not needed/)
    const other = join(home.folder, 'new.json')
    assert.equal((await f2f(['config', 'check', other], { home })).code, 1)
    await writeFile(other, '{"port": -1}')
    assert.match(
      (await f2f(['config', 'check', other], { home })).stdout,
      /new\.json has a mistake/,
    )
  })
})

suite('f2f config schema', (test) => {
  test('prints a JSON Schema that describes every key', async () => {
    const schema = JSON.parse((await f2f(['config', 'schema'])).stdout)
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
    assert.equal(schema.additionalProperties, false)
    assert.equal(schema.properties.port.maximum, 65_535)
    const { rules } = schema.properties.retention.properties
    assert.deepEqual(rules.items.required, ['name', 'keepDays'])
    assert.match(JSON.stringify(rules.items.properties.keepDays), /"description":"Days for which/)
    for (const [key, { description }] of Object.entries<{ description: string }>(schema.properties))
      assert.match(description, /^[A-Z].*\.$/s, key)
  })
})
