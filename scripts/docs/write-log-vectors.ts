/** `npm run log-vectors`: writes the test vectors of the log and the examples of its page. */
import { readFile, writeFile } from 'node:fs/promises'
import { writeExamples } from './log-examples.ts'
import { makeVectors } from './log-vectors.ts'

const VECTORS = new URL('../../docs/log-format/vectors.json', import.meta.url)
const PAGE = new URL('../../docs/log-format.md', import.meta.url)

const kept = JSON.parse(await readFile(VECTORS, 'utf8').catch(() => '{}'))
const vectors = await makeVectors(kept)
await writeFile(VECTORS, `${JSON.stringify(vectors, null, 2)}\n`)
await writeFile(PAGE, writeExamples(await readFile(PAGE, 'utf8'), vectors))
