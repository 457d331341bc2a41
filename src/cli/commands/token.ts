import { defineCommand } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { fetchAllItems } from '../connection/fetch-all-items.ts'
import { localProblem, UsageError } from '../problem.ts'
import { localTime } from '../text/quantities.ts'
import { printable } from '../text/style.ts'
import { type Column, table } from '../text/table.ts'

/** Creates a credential for a third-party program. */
export const tokenCreate = defineCommand({
  name: 'token create',
  summary: 'Create a token for another program.',
  description: [
    'Prints the token on stdout and shows it only this once, because the recorder keeps only its hash. Give each program ' +
      'its own token, with no more scopes than it needs. Then the log shows who did what, and you can revoke one token alone.',
    'Scopes: read (everything except what audit and admin allow), tag (setting tags), control (start, stop, pause, resume, close; the customer’s consent), ' +
      'audit (events, replay and inspection; the auditor’s questions, proofs and verifications; bundles, and who has seen what), ' +
      'admin (holds, erasure, retention, tokens, keys; launching the page, and signing all browsers out).',
  ],
  options: {
    name: {
      kind: 'text',
      value: 'NAME',
      help: 'Name of the program that uses the token. Events show it. Required.',
    },
    scopes: {
      kind: 'list',
      value: 'SCOPES',
      choices: ['read', 'tag', 'control', 'audit', 'admin'],
      help: 'What the program may do. Required.',
    },
  },
  examples: [
    {
      line: 'f2f token create --name crm --scopes read,tag,control',
      does: 'Creates a token for a CRM that controls the recorder.',
    },
    {
      line: '(umask 077; f2f token create --name crm --scopes read,tag > crm.token)',
      does: 'Writes the token into a file that only you can read.',
    },
  ],
  async run({ options, api }) {
    const { name, scopes } = options
    if (name === undefined || scopes === undefined)
      throw new UsageError('The options --name and --scopes are both required.')
    const created = await api.createToken({ name, scopes })
    return {
      json: created,
      text: created.token,
      note: `Token ${created.id} for ${printable(created.name)}. It is not shown again.`,
    }
  },
})

const COLUMNS: Column[] = [
  { title: 'ID', rank: 0 },
  { title: 'NAME', rank: 0, least: 8 },
  { title: 'SCOPES', rank: 0 },
  { title: 'CREATED', rank: 1 },
]

/** Lists the valid tokens. */
export const tokenList = defineCommand({
  name: 'token list',
  summary: 'List the valid tokens.',
  description: [
    'Lists the programs that may use the API, and their scopes. The tokens themselves cannot be shown again.',
  ],
  options: {},
  examples: [{ line: 'f2f token list', does: 'Lists the id, name and scopes of each token.' }],
  async run({ api, style }) {
    const page = await api.tokens()
    const rows = page.items.map(({ id, name, scopes, createdAt }) => [
      id,
      printable(name),
      scopes.join(','),
      localTime(createdAt),
    ])
    return {
      json: page,
      text:
        rows.length === 0
          ? 'There are no tokens except the home token.'
          : table(COLUMNS, rows, { style, breakAt: 1 }),
    }
  },
})

/** Revokes a token. */
export const tokenRevoke = defineCommand({
  name: 'token revoke',
  summary: 'Revoke a token.',
  args: { usage: 'NAME', min: 1, max: 1 },
  description: [
    'The recorder refuses the token from now on. Recordings made with it stay as they are. NAME is the name or the id of the token.',
  ],
  options: {},
  examples: [
    {
      line: 'f2f token revoke crm',
      does: 'Revokes the token with this name. `f2f token list` shows names and ids.',
    },
  ],
  async run({ args, api }) {
    await api.revokeToken(await tokenIdOf(api, args[0]!))
    return { json: {}, text: `Token ${printable(args[0]!)} is revoked.` }
  },
})

/**
 * Returns the id of the token with this name or id. Tokens of an older recorder may share a name.
 */
async function tokenIdOf(api: Api, text: string): Promise<string> {
  const tokens = await fetchAllItems((query) => api.tokens(query))
  if (tokens.some(({ id }) => id === text)) return text
  const named = tokens.filter(({ name }) => name === text)
  if (named.length === 0)
    throw localProblem('FAILED', 'There is no token with this name or id.', {
      remedy: 'List the tokens with `f2f token list`.',
    })
  if (named.length === 1) return named[0]!.id
  const ids = named.map(({ id }) => id).join(', ')
  throw new UsageError(`Several tokens have this name. Give one of their ids: ${ids}.`)
}
