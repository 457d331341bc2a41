import { DamagedViewError, withoutChecksum } from '../../store/database/checksum.ts'
import type { Database } from '../../store/database/database.ts'
import { readChunks } from '../../store/database/database.ts'
import { CHECKSUMMED_VIEWS, SCHEMA_KEY, TREE, treeKey } from '../../store/database/keys.ts'
import { TILE_HEIGHT } from '../../tlog/frontier.ts'
import type { Findings } from './findings.ts'

/** The layouts of the database that this program knows. */
const LAYOUTS = ['1', '2']
const CHUNK = 500

/** Checks that the log has a layout that is known here: otherwise it may mean something else. */
export async function checkLayout(findings: Findings, db: Database): Promise<void> {
  const found = await db.get(SCHEMA_KEY)
  if (found !== undefined && LAYOUTS.includes(found)) return
  findings.add(
    'layoutUnknown',
    'The log has a layout that this version does not know. Verify it with the version that wrote it.',
    { file: SCHEMA_KEY, expected: LAYOUTS.join(' or '), found: found ?? null },
  )
}

/** Checks that every stored hash of the tree is of events that the log has. */
export async function checkStoredTree(
  findings: Findings,
  db: Database,
  size: number,
): Promise<void> {
  for await (const keys of readChunks(db.keys(TREE), CHUNK))
    for (const key of keys)
      if (!isOfTree(key, size))
        findings.add('treeWrong', `${key} is a stored hash of events that the log does not have.`, {
          file: key,
        })
}

function isOfTree(key: string, size: number): boolean {
  const [, height, index] = key.split('/').map(Number)
  if (height === undefined || index === undefined || key !== treeKey(height, index)) return false
  return height > 0 && height % TILE_HEIGHT === 0 && (index + 1) * 2 ** height <= size
}

/** Checks the checksums of stored views that are not compared with the events. */
export async function checkViewChecksums(findings: Findings, db: Database): Promise<void> {
  for (const range of CHECKSUMMED_VIEWS)
    for await (const entries of readChunks(db.iterator(range), CHUNK))
      for (const [key, value] of entries)
        if (value !== '' && isDamaged(key, value))
          findings.add('viewWrong', `The stored view ${key} is damaged.`, { file: key })
}

function isDamaged(key: string, value: string): boolean {
  try {
    withoutChecksum(key, value)
    return false
  } catch (error) {
    if (error instanceof DamagedViewError) return true
    throw error
  }
}
