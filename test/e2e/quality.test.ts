import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QUALITY_PRESETS, type Quality, type QualityChoice } from '../../src/contract/quality.ts'
import { suite } from '../support/suite.ts'
import { eventsOf, ofType } from './support/history.ts'
import { notLinux, type ObservedDaemon, oneWith, startObserved } from './support/observed-daemon.ts'

suite('quality', (test) => {
  let daemon: ObservedDaemon | undefined
  test.afterEach(async () => {
    await daemon?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
    daemon = undefined
  })

  /** Asserts that log and command lines have the requested quality, in numbers. */
  async function assertRecordsWith(
    running: ObservedDaemon,
    quality: QualityChoice | undefined,
    wanted: Quality,
  ) {
    const started = await running.api('POST', '/recordings', {
      ...(quality === undefined ? {} : { quality }),
    })
    assert.equal(started.status, 201, JSON.stringify(started.body))
    assert.deepEqual(ofType(await eventsOf(running), 'recording.starting')[0]?.data.quality, wanted)
    const captures = running.captures()
    const screen = oneWith(captures, 'libx264').command
    assert.match(screen, new RegExp(`rate=${wanted.framesPerSecond}[ ,]`))
    assert.ok(screen.includes(`-crf ${wanted.screenCrf} `), screen)
    assert.ok(oneWith(captures, 'voip').command.includes(`-b:a ${wanted.micBitsPerSecond} `))
    assert.ok(
      oneWith(captures, '-application audio').command.includes(
        `-b:a ${wanted.speakerBitsPerSecond} `,
      ),
    )
    assert.equal((await running.api('POST', '/recordings/current/stop')).status, 200)
    assert.equal((await running.api('POST', '/recordings/current/close')).status, 200)
  }

  test.unless(
    notLinux,
    'is what a start says; numbers that it leaves open are the usual ones',
    async () => {
      daemon = await startObserved()
      await assertRecordsWith(daemon, undefined, QUALITY_PRESETS.standard)
      await assertRecordsWith(daemon, 'sharp', QUALITY_PRESETS.sharp)
      const own = { preset: 'small', framesPerSecond: 12 } as const
      await assertRecordsWith(daemon, own, { ...QUALITY_PRESETS.small, framesPerSecond: 12 })
      await assertRecordsWith(
        daemon,
        { screenCrf: 20 },
        { ...QUALITY_PRESETS.standard, screenCrf: 20 },
      )
      for (const quality of ['best', { framesPerSecond: 0 }, { crf: 1 }]) {
        const { status, body } = await daemon.api('POST', '/recordings', { quality })
        assert.deepEqual([status, body.code], [400, 'INVALID_REQUEST'])
        assert.match(body.errors[0].pointer, /^\/quality/)
      }
    },
  )

  test.unless(
    notLinux,
    'is else what the recorder was started with, and else what its config.json says',
    async () => {
      daemon = await startObserved({ args: ['--quality', 'sharp'] })
      await assertRecordsWith(daemon, undefined, QUALITY_PRESETS.sharp)
      await daemon.stop()
      const quality = { preset: 'small', screenCrf: 30 } as const
      await writeFile(join(daemon.home, 'config.json'), JSON.stringify({ quality }))
      daemon = await startObserved({ home: daemon.home })
      const configured = { ...QUALITY_PRESETS.small, screenCrf: 30 }
      await assertRecordsWith(daemon, undefined, configured)
      await assertRecordsWith(daemon, { framesPerSecond: 9 }, { ...configured, framesPerSecond: 9 })
      await assertRecordsWith(daemon, 'standard', QUALITY_PRESETS.standard)
    },
  )
})
