import { pino } from 'pino'
import { openHomeKeys } from '../../../lab/home-keys.ts'
import { resolveHome } from '../../../src/home/home.ts'
import { Recorder } from '../../../src/recorder/recorder.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { fakePlatform } from '../../support/fake-platform.ts'
import { FakeClock, RULES } from '../../support/recorder-bench.ts'
import { eventually } from '../../support/suite.ts'

/**
 * Closes the current recording of a home, whose recorder was killed, without its files: as after
 * ten minutes in which the disk let nobody finish them.
 */
export async function closeWithoutFiles(folder: string): Promise<void> {
  const { logFolder, witnessFile, recordingsFolder } = resolveHome(folder)
  const keys = await openHomeKeys(folder)
  const log = await openEventLog({ folder: logFolder, keys, witnessFile, recordingsFolder })
  const platform = fakePlatform()
  platform.salvage = async () => Promise.reject(new Error('EIO, on purpose'))
  const recorder = await Recorder.open({
    ...{ log, platform, keys, recordingsFolder, clock: new FakeClock(), rules: () => RULES },
    ...{ version: '0.0.0-test', user: 'tester', systemTags: {} },
    logger: pino({ level: 'silent' }),
    salvageLimits: { firstMs: 5, mostMs: 20, closeMs: 50 },
  })
  try {
    await eventually('nobody waits for the files any more', async () => {
      const { errors } = await recorder.application('api')
      return errors.every(({ code }) => code !== 'STORAGE_UNAVAILABLE')
    })
    const by = { side: 'api', client: 'crm', user: 'tester' } as const
    await recorder.dispatch({ name: 'recording.close', recordingId: 'current', request: {}, by })
  } finally {
    await recorder.close()
    await keys.close()
  }
}
