import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withSmallDisk } from '../../store/support/mounts.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

const notRoot = process.getuid?.() === 0 ? null : 'only root mounts a disk'

suite('readiness of a disk', (test) => {
  test.unless(notRoot, 'fails when it has free bytes and room for no further file', () =>
    withSmallDisk(
      '2g',
      async (mount) => {
        const own = await RecorderBench.create({ recordingsFolder: mount })
        try {
          const disk = async () => {
            const { checks, ready } = await own.recorder.readiness([])
            const found = checks.find(({ id }) => id === 'disk')
            return { ready, result: found?.result, detail: found?.detail }
          }
          assert.notEqual((await disk()).result, 'fail')
          for (let i = 0; ; i++)
            if (await writeFile(join(mount, String(i)), '').catch(() => 'full')) break
          const { ready, result, detail } = await disk()
          assert.deepEqual([ready, result], [false, 'fail'])
          assert.match(detail ?? '', /room for more files/)
          await rm(join(mount, '0'))
          assert.notEqual((await disk()).result, 'fail')
          assert.ok(!(await readdir(mount)).some((name) => name.startsWith('write-check')))
        } finally {
          await own.dispose()
        }
      },
      'nr_inodes=20',
    ),
  )
})
