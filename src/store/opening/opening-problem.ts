import { statSync } from 'node:fs'
import { RecorderError } from '../../contract/errors.ts'
import { readOnlyProblem } from '../../disk/read-only.ts'
import { isLocked } from '../database/database.ts'
import { WitnessLostError } from '../witness/witness-check.ts'
import { UnknownLayoutError } from './unknown-layout-error.ts'

/** The paths that a person needs to know about when a log cannot be opened. */
export interface LogPaths {
  /** The home folder. */
  folder: string
  logFolder: string
  witnessFile: string
  recordingsFolder: string
}

/**
 * Returns for a person why a log could not be opened, and what to do; undefined for errors that
 * explain themselves.
 */
export function openingProblem(
  error: unknown,
  { folder, logFolder, witnessFile, recordingsFolder }: LogPaths,
): string | undefined {
  if (isLocked(error))
    return `Another recorder runs on the home folder ${folder}. Use that one (f2f status), or end it first.`
  const readOnly = readOnlyProblem(folder, error)
  if (readOnly !== undefined) return readOnly
  const nothing = 'Nothing was changed.'
  if (isFolder(witnessFile) === true)
    return `${witnessFile} is a folder. Remove it, and put the file there if you have it. ${nothing}`
  if (isFolder(logFolder) === false)
    return `${logFolder} is a file, and no folder. Remove it, and put the folder there if you have it. ${nothing}`
  if (error instanceof WitnessLostError)
    return `${error.message} Restore ${logFolder} and ${witnessFile} together from a backup, if you have one. Otherwise start once with \`f2f serve --accept-lost-witness\`: the recorder then uses the log as it is, and an event says that you have accepted this. The files in ${recordingsFolder} stay as they are; keep them, and the folder \`keys\`, which opens them.`
  if (error instanceof UnknownLayoutError)
    return `${error.message} Install that version of the recorder again, or use another home folder (--home). Restore no backup: log and disk are in order.`
  if (!(error instanceof RecorderError) || error.code !== 'STORAGE_UNAVAILABLE') return undefined
  return `${error.message} Check the disk. Restore ${logFolder} from a backup, or use another home folder (--home). The files in ${recordingsFolder} stay as they are; keep them, and the folder \`keys\`, which opens them.`
}

/** Whether a path leads to a folder; undefined when nothing is there. */
function isFolder(path: string): boolean | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory()
}
