import assert from 'node:assert/strict'
import { QUALITY_PRESETS } from '../src/contract/quality.ts'
import { DEFAULT_RESERVE_BYTES } from '../src/disk/default-reserve.ts'
import {
  type ConfigurationSources,
  effectiveConfiguration,
} from '../src/effective-configuration.ts'
import { suite } from './support/suite.ts'

const settings = (sources: Partial<ConfigurationSources> = {}) =>
  effectiveConfiguration({
    options: { source: 'devices' },
    env: {},
    config: {},
    logLevel: 'info',
    ...sources,
  })

suite('the effective configuration', (test) => {
  test('has defaults for everything', () => {
    const byDefault = <T>(value: T) => ({ value, from: 'default' })
    assert.deepEqual(settings(), {
      port: byDefault(3887),
      allowedOrigins: byDefault([]),
      source: byDefault('devices'),
      reserveBytes: byDefault(DEFAULT_RESERVE_BYTES),
      quality: byDefault(QUALITY_PRESETS.standard),
      ffmpegPath: byDefault(null),
      logLevel: byDefault('info'),
      capture: { keepReady: byDefault('always') },
      tags: { required: byDefault([]), allowCardNumbers: byDefault(false) },
      keys: { store: byDefault('auto'), escrowRecipients: byDefault([]) },
      consent: { mode: byDefault('off'), eraseWhenWithdrawn: byDefault(false) },
      holds: { releaseBy: byDefault('anyone') },
      retention: { rules: byDefault([]), minDays: byDefault(0), maxDays: byDefault(null) },
      lock: { pause: byDefault(['mic', 'screen']), resume: byDefault(false) },
      audit: { witnesses: byDefault([]), timestampUrl: byDefault(null) },
      page: { reminderMinutes: byDefault(15), language: byDefault(null) },
    })
  })

  test('takes each setting from its first place: option, environment, config.json', () => {
    const config = { port: 1, reserveBytes: 2, quality: 'small' } as const
    const env = { F2F_PORT: '3', F2F_LOG_LEVEL: 'warn' }
    const options = { source: 'synthetic', port: 0, reserveBytes: 5, quality: 'sharp' } as const
    assert.deepEqual(settings({ config }).port, { value: 1, from: 'config.json' })
    assert.deepEqual(settings({ config, env }).port, { value: 3, from: 'environment' })
    assert.deepEqual(settings({ config, env: { F2F_PORT: '' } }).port, settings({ config }).port)
    const all = settings({ config, env, options, logLevel: 'warn' })
    assert.deepEqual(all.port, { value: 0, from: 'option' })
    assert.deepEqual(all.reserveBytes, { value: 5, from: 'option' })
    assert.deepEqual(all.quality, { value: QUALITY_PRESETS.sharp, from: 'option' })
    assert.deepEqual(all.source, { value: 'synthetic', from: 'option' })
    assert.deepEqual(all.logLevel, { value: 'warn', from: 'environment' })
    assert.deepEqual(settings({ config }).quality, {
      value: QUALITY_PRESETS.small,
      from: 'config.json',
    })
  })

  test('takes ffmpeg from config.json first, then from the environment', () => {
    const config = { ffmpegPath: '/opt/ffmpeg' }
    const env = { FFMPEG_BIN: '/usr/ffmpeg' }
    const { ffmpegPath } = settings({ config, env })
    assert.deepEqual(ffmpegPath, { value: '/opt/ffmpeg', from: 'config.json' })
    assert.deepEqual(settings({ env }).ffmpegPath, { value: '/usr/ffmpeg', from: 'environment' })
  })

  test('has the numbers of a quality that names only some', () => {
    const { quality } = settings({ config: { quality: { preset: 'small', framesPerSecond: 10 } } })
    assert.deepEqual(quality.value, { ...QUALITY_PRESETS.small, framesPerSecond: 10 })
  })

  test('refuses a port that is none', () => {
    for (const F2F_PORT of ['x', '-1', '65536', '1.5'])
      assert.throws(() => settings({ env: { F2F_PORT } }), /F2F_PORT must be a whole number/)
  })
})
