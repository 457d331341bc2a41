import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import type { ErrorCode } from '../../../src/contract/errors.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import { type EventLogOptions, openEventLog } from '../../../src/store/event-log.ts'
import type { EventLog } from '../../../src/store/port.ts'

/** Runs a test with a path for a log of its own; nothing of it stays. */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'f2f-store-'))
  try {
    await body(join(parent, 'log'))
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
}

/** Problems in the background are failures here. */
const strict = {
  onProblem: (problem: Error) => {
    throw problem
  },
}

/** Opens the log in a folder for the time of `body`. */
export async function withLog<T>(
  folder: string,
  body: (log: EventLog) => Promise<T>,
  options: Partial<EventLogOptions> = {},
): Promise<T> {
  const log = await openEventLog({ keys: TEST_KEYS, ...strict, ...options, folder })
  try {
    return await body(log)
  } finally {
    await log.close()
  }
}

/** Opens the LevelDB of a closed log directly. */
export async function withDatabase<T>(
  folder: string,
  body: (db: Level<string, string>) => Promise<T>,
): Promise<T> {
  const db = new Level<string, string>(folder)
  await db.open()
  try {
    return await body(db)
  } finally {
    await db.close()
  }
}

/** The RecorderError that something ends in; fails when it does not, or has another code. */
export async function refusal(code: ErrorCode, action: () => unknown): Promise<RecorderError> {
  try {
    await action()
  } catch (error) {
    if (error instanceof RecorderError && error.code === code) return error
    throw error
  }
  throw new Error(`It did not end in ${code}.`)
}
