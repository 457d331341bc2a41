/**
 * Opens copies of a log at the same time, and is killed when the nth of them has come to its nth
 * change of the file system (`killed-opening.ts LOG…`). Prints how many openings had ended before.
 */

import fs, { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { TEST_KEYS } from '../../../lab/test-keys.ts'

const folders = process.argv.slice(2)
/** Changes that each opening has begun. */
const begun = folders.map(() => 0)
const hasLinked = folders.map(() => false)
let over = 0
let stopped = 0

function killWhenAllAreOver(): void {
  if (over + stopped < folders.length) return
  writeSync(1, String(over))
  process.kill(process.pid, 'SIGKILL')
}

for (const name of ['rename', 'rm', 'link'] as const) {
  const change = fs.promises[name] as (...args: unknown[]) => Promise<unknown>
  Object.assign(fs.promises, {
    async [name](path: string, ...args: unknown[]) {
      const index = folders.findIndex((folder) => path.startsWith(folder))
      // Of many links one is enough: the copy is incomplete then.
      if (!(name === 'link' && hasLinked[index]) && ++begun[index]! > index) {
        stopped++
        killWhenAllAreOver()
        return new Promise(() => {})
      }
      const result = await change(path, ...args)
      hasLinked[index] ||= name === 'link'
      return result
    },
  })
}
syncBuiltinESMExports()

const { openEventLog } = await import('../../../src/store/event-log.ts')
for (const folder of folders)
  openEventLog({ keys: TEST_KEYS, folder })
    .then(
      (log) => log.close(),
      () => undefined,
    )
    .then(() => {
      over++
      killWhenAllAreOver()
    })
