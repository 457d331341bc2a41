import assert from 'node:assert/strict'
import { MEDIA } from '../../src/contract/media.ts'
import { suiteOnEachServer } from '../support/sound-servers.ts'
import { SoundStage } from './support/sound-stage.ts'

suiteOnEachServer('a sound server that is lost in a pause', (test, server) => {
  const { problem } = server
  const stage = SoundStage.for(test, server)

  for (const signal of ['SIGKILL', 'SIGSTOP'] as const)
    test.unless(
      problem,
      `${signal === 'SIGKILL' ? 'killed' : 'frozen'}: a resume fails with a reason, and a start works when it is back`,
      async () => {
        const { desktop, daemon } = stage.world
        for (const program of Object.keys(desktop.soundPrograms)) {
          // One that is started again takes others with it.
          const pid = desktop.soundPrograms[program]!
          await stage.command('new')
          await stage.command('pause')
          process.kill(pid, signal)
          const { status, body } = await daemon.api('POST', '/recordings/current/resume')
          assert.equal(status, 503, program)
          assert.ok(['DEVICE_UNAVAILABLE', 'CAPTURE_FAILED'].includes(body.code), body.code)
          assert.match(body.detail, /\.$/)
          assert.deepEqual(
            [await stage.stateOf('mic'), await stage.stateOf('speaker')],
            ['failed', 'failed'],
          )
          if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT')
          else await desktop.reviveSound()
          await stage.command('start', { media: ['audio'] })
          assert.deepEqual(
            [await stage.stateOf('mic'), await stage.stateOf('speaker')],
            Array(2).fill('recording'),
          )
          const { tracks } = await stage.stopAndJudge([...MEDIA])
          for (const medium of MEDIA) assert.equal(tracks[medium]?.segments, 2, medium)
          await stage.command('close')
        }
      },
    )
})
