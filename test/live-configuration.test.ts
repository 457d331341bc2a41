import assert from 'node:assert/strict'
import type { CustodyRules } from '../src/contract/custody.ts'
import type { Config } from '../src/home/config.ts'
import { LiveConfiguration } from '../src/live-configuration.ts'
import { suite } from './support/suite.ts'

/** Settings whose file a test can change. */
function liveSettings(config: Config) {
  const file = { config, problem: undefined as Error | undefined }
  const recorded: CustodyRules[] = []
  const live = new LiveConfiguration({
    ...{ options: { source: 'devices', port: 5 }, env: {}, logLevel: 'info', config },
    async readConfig() {
      if (file.problem) throw file.problem
      return file.config
    },
  })
  return { file, recorded, live, record: async (rules: CustodyRules) => void recorded.push(rules) }
}

suite('a configuration that is read again', (test) => {
  test('puts in force what can change, and names what needs a restart', async () => {
    const { file, live, record } = liveSettings({ page: { language: 'en' }, quality: 'small' })
    const { current } = live
    file.config = {
      ...{ port: 6, reserveBytes: 1, ffmpegPath: '/x', allowedOrigins: ['https://a.example'] },
      keys: { store: 'file' },
      page: { language: 'de' },
    }
    assert.deepEqual(await live.reload(record), {
      changed: ['allowedOrigins', 'quality', 'page.language'],
      needRestart: ['reserveBytes', 'ffmpegPath', 'keys.store'],
    })
    assert.equal(live.current, current, 'the parts keep the object')
    assert.deepEqual(current.allowedOrigins.value, ['https://a.example'])
    assert.deepEqual(current.quality.from, 'default')
    assert.deepEqual(current.page.language.value, 'de')
    assert.deepEqual(current.port, { value: 5, from: 'option' })
    assert.deepEqual([current.reserveBytes.from, current.keys.store.value], ['default', 'auto'])
    assert.deepEqual((await live.reload(record)).changed, [])
  })

  test('records rules of custody before they are in force', async () => {
    const { file, live } = liveSettings({})
    file.config = { consent: { mode: 'required' } }
    await live.reload(async (rules) => {
      assert.equal(rules.consent.mode, 'required')
      assert.equal(live.rules().consent.mode, 'off')
    })
    assert.equal(live.rules().consent.mode, 'required')
  })

  test('changes nothing when the file has mistakes or the rules cannot be recorded', async () => {
    const { file, live, record } = liveSettings({ page: { language: 'en' } })
    const before = structuredClone(live.current)
    file.config = { page: { language: 'de' }, consent: { mode: 'required' } }
    await assert.rejects(
      live.reload(() => Promise.reject(new Error('the disk is full'))),
      /the disk is full/,
    )
    file.problem = new Error('line 3')
    await assert.rejects(live.reload(record), /line 3/)
    assert.deepEqual(live.current, before)
    file.problem = undefined
    await live.reload(record)
    assert.equal(live.current.page.language.value, 'de')
  })
})
