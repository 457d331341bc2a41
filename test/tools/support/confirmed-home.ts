import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { verifyHome } from '../../../src/audit/verify/verify-home.ts'
import { witnessKeys } from '../../../src/audit/verify/witness-keys.ts'
import type { Verdict } from '../../../src/contract/verification.ts'
import { resolveHome } from '../../../src/home/home.ts'
import { cosign } from '../../../src/tlog/cosignature.ts'
import { createSigner, type Signer } from '../../../src/tlog/keys.ts'
import { parseNote } from '../../../src/tlog/note.ts'
import { signatureLine } from '../../../src/tlog/note-signature.ts'
import { checkpointOf, eventsOf, KEY, makeHome, recordsOf, vkeyOf } from './signed-home.ts'
import { timestampOf } from './timestamp.ts'
import { type Verdict as PythonVerdict, verifyPy } from './verify-py.ts'

/** A witness, and somebody who has given a key of their own the same name. */
export const WITNESS = createSigner('cosignature', 'witness.example', Buffer.alloc(32, 3))
export const OTHER = createSigner('cosignature', 'other.example', Buffer.alloc(32, 4))
export const RECORDS = recordsOf(eventsOf(20))
/** The sizes of the checkpoints that were confirmed. */
export const [EARLIER, LATER] = [6, 9]

/** Adds cosignatures to a checkpoint. */
export const cosigned = (note: string, ...witnesses: Signer[]): string =>
  note +
  witnesses.map((one) => signatureLine(cosign(parseNote(note).text, one, 1_800_000_000))).join('')

/** The checkpoint of the first records. */
export const noteOf = (size: number, records = RECORDS, key = KEY): string =>
  checkpointOf(records.slice(0, size), key)

/** The files of a home in which a witness and an authority have confirmed checkpoints. */
export const CONFIRMED: Readonly<Record<string, string | Buffer>> = {
  [`cosignatures/${EARLIER}.txt`]: cosigned(noteOf(EARLIER), WITNESS),
  [`cosignatures/${LATER}.txt`]: cosigned(noteOf(LATER), WITNESS, OTHER),
  [`timestamps/${LATER}.checkpoint`]: noteOf(LATER),
  [`timestamps/${LATER}.tsr`]: timestampOf(noteOf(LATER)),
}

/** Makes a home with what outsiders have confirmed. */
export async function makeConfirmedHome(records = RECORDS): Promise<string> {
  const home = await makeHome(records)
  await writeHomeFiles(home, CONFIRMED)
  return home
}

/** Writes files of a home; undefined removes one. */
export async function writeHomeFiles(
  home: string,
  files: Readonly<Record<string, string | Buffer | undefined>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    if (content === undefined) await rm(join(home, name))
    else await writeFile(join(home, name), content)
  }
}

/** Verifies a copy of a home after a change, with both programs. */
export async function bothVerdicts(
  original: string,
  change: (home: string) => Promise<void>,
  witnesses: readonly Signer[] = [WITNESS],
): Promise<{ own: Verdict; python: PythonVerdict }> {
  const home = await mkdtemp(join(tmpdir(), 'f2f-verdicts-'))
  try {
    await cp(original, home, { recursive: true })
    await change(home)
    const vkeys = witnesses.map(vkeyOf)
    const own = await verifyHome(resolveHome(home), {
      trustedKey: vkeyOf(KEY),
      witnesses: witnessKeys([], vkeys),
    })
    const args = vkeys.flatMap((one) => ['--witness', one])
    return { own, python: await verifyPy(home, '--key', vkeyOf(KEY), ...args) }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
