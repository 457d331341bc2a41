import { setTimeout } from 'node:timers/promises'
import type { Verdict, VerificationProgress } from '../../contract/verification.ts'
import { ConfigError, readConfig } from '../../home/config.ts'
import { readDaemonFile } from '../../home/daemon-file.ts'
import type { Home } from '../../home/home.ts'
import { defineCommand, type Io } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { localProblem, UsageError } from '../problem.ts'
import { readGivenFile } from '../read-given-file.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { createProgressBar } from '../text/progress-bar.ts'
import { verdictText } from '../text/verdict-text.ts'
import { verifyBundle } from '../verify-bundle.ts'

const POLL_MS = 200

interface Request {
  recordingId: string | undefined
  key: string | undefined
  receipts: { name: string; text: string }[]
  witnesses: string[]
}

/** Verifies the log and its media. */
export const verify = defineCommand({
  name: 'verify',
  summary: 'Verify the log and all media: is anything missing or changed?',
  description: [
    'Checks every event, the chain and the Merkle tree over them, the newest checkpoint and its signature, what outside witnesses and timestamps have confirmed, receipts, and the stored bytes of every segment. ' +
      'It only reads, and works with and without a running recorder. Each fault is named with its place, and what can still be relied on.',
    'Pass --key with the key that you received earlier by another way (f2f audit key prints it). Without --key, the key is taken from the log itself, and whoever can rewrite the log can name another key. ' +
      'A copy of the home that was put back is only noticed by a receipt, or an outside witness, that is newer than the copy.',
    'The exit code is 0 if everything is good, and 1 if something was found.',
  ],
  options: {
    recording: {
      kind: 'text',
      value: 'ID',
      help: 'Verify the media and the replay of this recording only; the log is always verified whole.',
      completes: 'recording',
    },
    key: { kind: 'text', value: 'VKEY', help: 'The key that the log must be signed with.' },
    bundle: {
      kind: 'text',
      value: 'FILE',
      help: 'Verify a bundle instead of this home. Needs Python.',
      completes: 'file',
    },
    witness: {
      ...{ kind: 'many', value: 'VKEY' },
      help: 'The key of an outside witness that must have cosigned.',
    },
    receipt: {
      kind: 'many',
      value: 'FILE',
      help: 'A receipt to check.',
    },
  },
  examples: [
    { line: 'f2f verify', does: 'Verifies everything.' },
    { line: 'f2f verify --bundle complaint.zip', does: 'Verifies a bundle that somebody made.' },
    {
      line: 'f2f verify --key "$(cat key-of-branch-12.txt)" --receipt receipt.txt',
      does: 'Verifies that the log still has the event of a receipt, and is signed with this key.',
    },
  ],
  async run({ options, home, api, io, json, style }) {
    const witnesses = (options.witness ?? []).map((key) => key.trim())
    if (options.bundle !== undefined) {
      if (options.recording !== undefined || options.receipt !== undefined)
        throw new UsageError('--bundle goes with --key and --witness only.')
      return verifyBundle(options.bundle, {
        ...{ key: options.key?.trim(), witnesses, json, env: io.env },
      })
    }
    const isRunning = (await readDaemonFile(home)).state === 'running'
    const request: Request = {
      recordingId:
        options.recording !== undefined && isRunning
          ? await resolveRecordingId(api, options.recording)
          : options.recording,
      key: options.key?.trim(),
      receipts: await Promise.all((options.receipt ?? []).map(readReceipt)),
      witnesses,
    }
    const verdict = isRunning
      ? await verifyRunning(api, request, io)
      : await verifyStopped(home, request, io)
    const named = nameReceipts(verdict, isRunning ? request.receipts : [])
    return {
      json: named,
      text: verdictText(named, style),
      exitCode: named.isGood ? 0 : 1,
    }
  },
})

async function readReceipt(name: string): Promise<{ name: string; text: string }> {
  const file = await readGivenFile(name, 'The receipt cannot be read.')
  return { name, text: file.toString('utf8') }
}

async function verifyRunning(
  api: Api,
  { recordingId, key, receipts, witnesses }: Request,
  io: Io,
): Promise<Verdict> {
  const show = progressShown(io)
  const texts = receipts.map(({ text }) => text)
  let view = await api.verify({ recordingId, key, receipts: texts, witnesses })
  while (view.state === 'waiting' || view.state === 'running') {
    if (view.progress) show.progress(view.progress)
    await setTimeout(POLL_MS)
    view = await api.verification(view.id)
  }
  show.end()
  if (view.verdict) return view.verdict
  throw localProblem('FAILED', 'The verification could not be completed.', {
    detail: 'The log could not be read to its end, or the recorder was stopped.',
    remedy: 'Stop the recorder and run f2f verify again: it then reads the files itself.',
  })
}

async function verifyStopped(
  home: Home,
  { recordingId, key, receipts, witnesses }: Request,
  io: Io,
): Promise<Verdict> {
  const { verifyHome } = await import('../../audit/verify/verify-home.ts')
  const { witnessKeys } = await import('../../audit/verify/witness-keys.ts')
  const configured = await configuredWitnesses(home)
  const show = progressShown(io)
  try {
    const known = witnessKeys(configured, witnesses)
    const what = { recordingId, trustedKey: key, receipts, witnesses: known }
    return await verifyHome(home, { ...what, onProgress: show.progress })
  } finally {
    show.end()
  }
}

/** A config.json with a mistake keeps nobody from verifying: its witnesses are not known then. */
async function configuredWitnesses(home: Home): Promise<string[]> {
  try {
    return ((await readConfig(home)).audit?.witnesses ?? []).map(({ vkey }) => vkey)
  } catch (error) {
    if (error instanceof ConfigError) return []
    throw error
  }
}

function progressShown(io: Io) {
  const bar = createProgressBar(io)
  return {
    progress({ task, done, total }: VerificationProgress) {
      bar.show(task, total === 0 ? 100 : Math.min(100, Math.floor((100 * done) / total)))
    },
    end: () => bar.clear(),
  }
}

/** A running recorder knows receipts by their numbers only. */
function nameReceipts(verdict: Verdict, receipts: readonly { name: string }[]): Verdict {
  const findings = verdict.findings.map((finding) => {
    const { code, file, detail } = finding
    const name = receipts[Number(file) - 1]?.name
    if (name === undefined || (code !== 'receiptWrong' && code !== 'logRolledBack')) return finding
    return { ...finding, file: name, detail: detail.replace(`receipt ${file}`, `receipt ${name}`) }
  })
  return { ...verdict, findings }
}
