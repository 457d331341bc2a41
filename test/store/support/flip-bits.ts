/**
 * Opens copies of a log, each with another flipped bit, and prints what became of each:
 * `flip-bits.ts FOLDER SEED FROM TO`. LevelDB may end the process at any of them.
 */
import { writeSync } from 'node:fs'
import { everythingOf, openWithFlippedBit, randomFrom } from './corruption.ts'
import { withLog } from './scratch.ts'

const [folder = '', ...numbers] = process.argv.slice(2)
const [seed = 0, from = 0, to = 0] = numbers.map(Number)
process.on('warning', () => {})
const truth = await withLog(folder, everythingOf)
for (let i = from; i < to; i++)
  writeSync(1, `${await openWithFlippedBit(folder, truth, randomFrom(seed + i))}\n`)
