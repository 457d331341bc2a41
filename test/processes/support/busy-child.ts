/** Allocates as a busy program does. Prints the size of its young generation, and that it grew. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { growYoungGenerationUnderLoad } from '../../../src/processes/young-generation.ts'

const ROUNDS = 200
let kept: object[] = []

function youngBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  return space?.space_size ?? 0
}

async function allocate(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    kept = Array.from({ length: 10_000 }, (_, value) => ({ value }))
    await new Promise(setImmediate)
  }
}

setFlagsFromString('--semi-space-growth-factor=1')
// V8 reserves all of the space that it has at the first collections.
await allocate(ROUNDS)
const before = youngBytes()
await allocate(ROUNDS)
const without = youngBytes()
growYoungGenerationUnderLoad()
// The test ends a program that never gets there.
while (youngBytes() <= before) await allocate(1)
console.log(JSON.stringify({ grewWithout: without > before, kept: kept.length > 0 }))
