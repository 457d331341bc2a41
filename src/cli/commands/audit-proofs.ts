import type { AuditKey } from '../../contract/audit-key.ts'
import { defineCommand } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { assertNewFile, writeOwnFile } from '../private-file.ts'
import { UsageError } from '../problem.ts'
import type { Style } from '../text/style.ts'

/** Prints the key that strangers verify the log with, or replaces it. */
export const auditKey = defineCommand({
  name: 'audit key',
  summary: 'Print the key that verifies the log, to give away; or replace it.',
  description: [
    'Give the key to those who are to verify the log, by another way than the log itself: on paper, by mail. Then nobody can write the log anew for them, not even the administrator of this computer.',
    'With --rotate, a new key signs the log from here on. The checkpoint of the change is signed by both, so whoever has the old one can follow. The old key is destroyed.',
  ],
  options: {
    rotate: { kind: 'flag', help: 'Replace the key.' },
    all: { kind: 'flag', help: 'Show the former keys, too.' },
  },
  examples: [
    { line: 'f2f audit key > key-of-branch-12.txt', does: 'Writes the key to a file.' },
    { line: 'f2f audit key --rotate', does: 'Replaces the key, and prints the new one.' },
  ],
  async run({ options, api, style }) {
    const answer = options.rotate ? await api.rotateAuditKey() : await api.auditKey()
    return {
      json: answer,
      text: options.all ? historyText(answer, style) : answer.key,
      ...(options.rotate ? { note: 'Give the new key to those who verify the log.' } : {}),
    }
  },
})

/** Prints the newest checkpoint. */
export const auditCheckpoint = defineCommand({
  name: 'audit checkpoint',
  summary: 'Print the newest checkpoint of the log: a signed note of some lines.',
  description: [
    'It names the log, its number of events and the root of the tree over them. Whoever keeps one elsewhere can later prove that nothing before it was changed or removed, and that the home was not put back to an older copy.',
  ],
  options: {},
  examples: [
    { line: 'f2f audit checkpoint > checkpoint.txt', does: 'Writes the checkpoint to a file.' },
  ],
  async run({ api }) {
    const note = await readText(api, '/audit/checkpoint')
    return { json: { checkpoint: note }, text: note.trimEnd() }
  },
})

/** Prints the receipt of an event. */
export const auditReceipt = defineCommand({
  name: 'audit receipt',
  summary: 'Print the receipt of an event: the proof that it is in the log.',
  args: { usage: 'POSITION', min: 1, max: 1 },
  description: [
    'A text file (C2SP tlog-proof) that stays checkable for ever without the recorder. `position` in the answer to a command, and in `f2f events`, names the place of an event.',
    'Check it with `f2f verify --receipt FILE`, or with tools/verify.py.',
  ],
  options: {
    output: {
      kind: 'text',
      value: 'FILE',
      short: 'o',
      help: 'Write it to a file.',
      completes: 'file',
    },
    force: { kind: 'flag', help: 'Overwrite an existing file.' },
  },
  examples: [
    { line: 'f2f audit receipt 4711 -o receipt.txt', does: 'Writes the receipt of event 4711.' },
  ],
  async run({ args, options, api }) {
    const [position = ''] = args
    if (!/^[1-9]\d{0,14}$/.test(position))
      throw new UsageError(`POSITION is a whole number from 1, not ${position}.`)
    const receipt = await readText(api, `/audit/receipts/${position}`)
    const json = { position: Number(position), receipt }
    if (options.output === undefined) return { json, text: receipt.trimEnd() }
    await assertNewFile(options.output, options.force === true)
    await writeOwnFile(options.output, Buffer.from(receipt))
    return { json, text: `The receipt of event ${position} is in ${options.output}.` }
  },
})

async function readText(api: Api, path: string): Promise<string> {
  return (await api.open(path)).text()
}

function historyText({ keys }: AuditKey, style: Style): string {
  return keys
    .map(({ key, from, to, cause }) => {
      const span = to === null ? `from event ${from} on` : `events ${from} to ${to}`
      return `${key}\n  ${style.weak(`${cause}; ${span}`)}`
    })
    .join('\n')
}
