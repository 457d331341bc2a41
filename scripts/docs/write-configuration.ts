/** `npm run config-docs`: writes the tables of docs/configuration.md. */
import { readFile, writeFile } from 'node:fs/promises'
import { writeTables } from './configuration-tables.ts'

const PAGE = new URL('../../docs/configuration.md', import.meta.url)
await writeFile(PAGE, writeTables(await readFile(PAGE, 'utf8')))
