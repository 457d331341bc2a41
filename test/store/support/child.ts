/**
 * A process with a log of its own, to be killed. `hold`: opens the log and waits. `append`: appends
 * tag commands, 16 at a time, and prints the last position of each as soon as it is acknowledged.
 */

import { writeSync } from 'node:fs'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { History } from './history.ts'

const [, , what, folder, id] = process.argv
const log = await openEventLog({ keys: TEST_KEYS, folder: folder as string })
if (what === 'append') {
  const history = new History(id as string)
  await log.append({ events: [history.starting(), history.started()] }).committed
  let count = 0
  const client = async () => {
    for (;;) {
      const { events, committed } = log.append({
        events: history.tagCommand(1, { [`tag${count % 10}`]: ++count }),
      })
      await committed
      writeSync(1, `${events[2]?.position}\n`)
    }
  }
  for (let i = 0; i < 16; i++) void client()
} else {
  writeSync(1, 'open\n')
  setInterval(() => {}, 60_000)
}
