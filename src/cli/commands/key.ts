import { setTimeout } from 'node:timers/promises'
import type { KeyStatus } from '../../contract/custody.ts'
import { ERRORS, RecorderError } from '../../contract/errors.ts'
import { readConfig } from '../../home/config.ts'
import type { Home } from '../../home/home.ts'
import { defineCommand, type Io } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { readPassphrase } from '../passphrase.ts'
import { assertNewFile, writeOwnFile } from '../private-file.ts'
import { localProblem, ProblemError } from '../problem.ts'
import { readGivenFile } from '../read-given-file.ts'
import { keyStatusText } from '../text/key-status-text.ts'
import { knownProblem } from '../text/problem-text.ts'

const POLL_MS = 250
const PASSPHRASE =
  'The passphrase is asked for, or read from the first line of stdin. It never stands on the command line.'

/** Shows the state of the keys. */
export const keyStatus = defineCommand({
  name: 'key status',
  summary: 'Show the master key and the keys of the recordings.',
  description: [
    'Every recording has a key of its own, and the master key wraps them all. Shows where the master key is kept, since ' +
      'when, when it was last written to a backup, and how many keys were destroyed since. Works without a running recorder, too.',
    'The exit code is 1 if the keys cannot be used.',
  ],
  options: {},
  examples: [{ line: 'f2f key status', does: 'Shows the state of the keys.' }],
  async run({ home, api, io, style }) {
    const status = await statusOf(home, api, io)
    return {
      json: status,
      text: keyStatusText(status, style),
      exitCode: status.problem === null ? 0 : 1,
    }
  },
})

/** Replaces the master key. */
export const keyRotate = defineCommand({
  name: 'key rotate',
  summary: 'Replace the master key, and destroy the old one.',
  description: [
    'Wraps all keys by a new master key. Do this after erasures: backups of the old master key then open no key of this home ' +
      'any more. They still open those in old copies of the home, so destroy the old backups. Make a new backup afterwards with `f2f key backup`.',
    'The recorder must be running. Recording goes on meanwhile. A rotation that is interrupted goes on at the next start.',
  ],
  options: {},
  examples: [{ line: 'f2f key rotate', does: 'Replaces the master key, and waits for the end.' }],
  async run({ api, io, style }) {
    const before = await api.keys()
    let status = await api.rotateKeys()
    while (status.rotation !== null && status.rotation.problem === null) {
      showProgress(io, status.rotation)
      await setTimeout(POLL_MS)
      status = await api.keys()
    }
    if (io.stderr.isTTY) io.stderr.write('\r\u001b[K')
    if (status.rotation) {
      const { done, total, problem } = status.rotation
      // It is destroyed when all keys are wrapped anew, before the rotation is over.
      const old =
        done < total
          ? 'The old master key is still valid.'
          : 'The old master key may be destroyed already.'
      return {
        json: status,
        text: style.bad(`The rotation cannot go on: ${problem} ${old} Run f2f key rotate again.`),
        exitCode: 1,
      }
    }
    const old = before.masterKey?.id
    return {
      json: status,
      text: `The master key is ${status.masterKey?.id} now; ${old} is destroyed.`,
      note: 'Make a backup of it with f2f key backup, and destroy the backups of the old one.',
    }
  },
})

/** Writes the master key to a file, sealed for a passphrase. */
export const keyBackup = defineCommand({
  name: 'key backup',
  summary: 'Write the master key to a sealed file.',
  args: { usage: 'FILE', min: 1, max: 1, completes: 'file' },
  description: [
    'Without the master key no recording can be read. Keep the file in another place than the recordings: both together, with the ' +
      `passphrase, open everything. ${PASSPHRASE} The program age opens the file, too.`,
  ],
  options: { force: { kind: 'flag', help: 'Overwrite an existing file.' } },
  examples: [
    { line: 'f2f key backup master-key.age', does: 'Writes the file, and asks for a passphrase.' },
  ],
  async run({ args, options, home, io }) {
    const path = args[0] as string
    await assertNewFile(path, options.force === true)
    const { backUpMasterKey, noteBackup } = await import('../../custody/key-backup.ts')
    const keys = await optionsOf(home, io)
    const passphrase = await readPassphrase(io, true)
    const { id, file } = await withProblem(backUpMasterKey(keys, passphrase))
    await writeOwnFile(path, file)
    await noteBackup(keys.folder, id)
    return {
      json: { masterKey: id, path },
      text: `The master key ${id} is in ${path}.`,
      note: 'Keep it in another place than the recordings. Without the passphrase nobody can open it.',
    }
  },
})

/** Restores the master key from a backup. */
export const keyRestore = defineCommand({
  name: 'key restore',
  summary: 'Restore the master key from a backup.',
  args: { usage: 'FILE', min: 1, max: 1, completes: 'file' },
  description: [
    'For a home whose master key is missing: on another computer, or after the key store of the system was lost. The folder keys ' +
      'of the home must be there. A key that does not fit is refused, and nothing is changed. A running recorder goes on by ' +
      `itself within seconds. ${PASSPHRASE}`,
  ],
  options: {},
  examples: [
    {
      line: 'f2f key restore master-key.age',
      does: 'Restores the key, and asks for its passphrase.',
    },
  ],
  async run({ args, home, io }) {
    const { restoreMasterKey } = await import('../../custody/key-backup.ts')
    const file = await readGivenFile(args[0] as string, 'The backup cannot be read.')
    const keys = await optionsOf(home, io)
    const passphrase = await readPassphrase(io, false)
    const { id, place } = await withProblem(restoreMasterKey(keys, file, passphrase))
    const where = place === 'file' ? 'a file of the home' : 'the key store of the system'
    return { json: { masterKey: id, place }, text: `The master key ${id} is in ${where} again.` }
  },
})

/** Only these commands load the keys: all others are quicker without. */
async function optionsOf(home: Home, { env }: Io) {
  const { keyOptions } = await import('../../custody/key-options.ts')
  return keyOptions(home, (await readConfig(home)).keys, env)
}

/** Asks the running recorder, since its login may have another key store; else looks itself. */
async function statusOf(home: Home, api: Api, io: Io): Promise<KeyStatus> {
  try {
    return await api.keys()
  } catch (error) {
    if (knownProblem(error)?.code !== 'NO_DAEMON') throw error
    const { readKeyStatus } = await import('../../custody/key-status.ts')
    return readKeyStatus(await optionsOf(home, io))
  }
}

/** Rejects with a problem for a person. */
function withProblem<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    if (!(error instanceof RecorderError)) throw error
    const { code, message: detail } = error
    const [, title, remedy] = ERRORS[code]
    if (code !== 'KEY_UNAVAILABLE')
      throw localProblem('FAILED', 'The backup cannot be used.', { detail, cause: error })
    throw new ProblemError({ title, detail, remedy, code }, { cause: error })
  })
}

function showProgress({ stderr }: Io, { done, total }: { done: number; total: number }): void {
  if (stderr.isTTY) stderr.write(`\r\u001b[KWrapping keys: ${done} of ${total}`)
}
