/**
 * `npm run keep-machines`: keeps the definitions of today's machines that are not those of the
 * newest version as the next one. Then `src/machines/definitions/definitions.ts` needs a line.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { MachineName } from '../../src/contract/replay.ts'
import { definitionOf, MACHINES_VERSION } from '../../src/machines/definitions/definitions.ts'
import { describeMachines } from './describe-machines.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const today = Object.entries(describeMachines()) as [MachineName, object][]
const changed = today.filter(
  ([name, now]) => !isDeepStrictEqual(now, definitionOf(name, MACHINES_VERSION)),
)

if (changed.length === 0) {
  console.log(`The machines are those of version ${MACHINES_VERSION}.`)
} else {
  const version = MACHINES_VERSION + 1
  const folder = join(ROOT, 'src/machines/definitions', `v${version}`)
  mkdirSync(folder)
  for (const [name, definition] of changed) {
    const source = `import type { MachineDefinition } from '../definition.ts'

/** The ${name} machine in version ${version}. */
export const ${name}: MachineDefinition = ${JSON.stringify(definition)}
`
    writeFileSync(join(folder, `${name}.ts`), source)
  }
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
  spawnSync(process.execPath, [biome, 'check', '--write', folder], { stdio: 'inherit' })
  console.log(`Add version ${version} to src/machines/definitions/definitions.ts.`)
}
