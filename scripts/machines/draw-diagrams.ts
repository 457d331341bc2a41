/** `npm run diagrams`: draws the machines for docs/architecture.md. */
import { writeFileSync } from 'node:fs'
import { drawDiagrams } from './diagrams.ts'

for (const [name, picture] of await drawDiagrams())
  writeFileSync(new URL(`../../docs/pictures/${name}`, import.meta.url), picture)
