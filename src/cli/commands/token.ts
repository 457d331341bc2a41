import { path } from '../api.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { localTime } from '../quantities.ts'
import { columns, printable } from '../style.ts'
import type { Page } from './list.ts'

/** A token as the API lists it; the secret itself is in the answer to its creation only. */
interface TokenAnswer {
  id: string
  name: string
  scopes: string[]
  createdAt: string
}

/** Makes a credential for a third-party program. */
export const tokenCreate = defineCommand({
  name: 'token create',
  summary: 'make a token for another program',
  description: [
    'Prints the token alone on stdout, this one time: the recorder keeps only its hash. Give every program a token ' +
      'of its own, with no more scopes than it needs, so that the log says who did what and one can be revoked.',
    'Scopes: read (everything but the log), tag, control (start, stop, pause, resume, close), audit (events), admin (tokens).',
  ],
  options: {
    name: { kind: 'text', value: 'NAME', help: 'Who uses it; events name it. Required.' },
    scopes: {
      kind: 'list',
      value: 'SCOPES',
      choices: ['read', 'tag', 'control', 'audit', 'admin'],
      help: 'What it may do. Required.',
    },
  },
  examples: [
    {
      line: 'f2f token create --name crm --scopes read,tag,control',
      does: 'For a CRM that drives the recorder.',
    },
    {
      line: '(umask 077; f2f token create --name crm --scopes read,tag > crm.token)',
      does: 'Puts the token into a file that only you can read.',
    },
  ],
  async run({ options, api }) {
    const { name, scopes } = options
    if (name === undefined || scopes === undefined)
      throw new UsageError('--name and --scopes must both be given')
    const created = await api.post<TokenAnswer & { token: string }>('/tokens', { name, scopes })
    return {
      json: created,
      text: created.token,
      note: `Token ${created.id} for ${printable(created.name)}. It is not shown again.`,
    }
  },
})

/** Lists the tokens there are. */
export const tokenList = defineCommand({
  name: 'token list',
  summary: 'list the tokens that are valid',
  description: [
    'Lists who may use the API, with which scopes; not the tokens themselves, which nobody can show again.',
  ],
  options: {},
  examples: [{ line: 'f2f token list', does: 'Lists ids, names and scopes.' }],
  async run({ api, style }) {
    const page = await api.get<Page<TokenAnswer>>('/tokens')
    const rows = page.items.map(({ id, name, scopes, createdAt }) => [
      id,
      printable(name),
      scopes.join(','),
      localTime(createdAt),
    ])
    const head = ['ID', 'NAME', 'SCOPES', 'CREATED'].map(style.weak)
    return {
      json: page,
      text: rows.length === 0 ? 'No tokens but the home token.' : columns([head, ...rows]),
    }
  },
})

/** Ends a token. */
export const tokenRevoke = defineCommand({
  name: 'token revoke',
  summary: 'end a token',
  args: { usage: 'ID', min: 1, max: 1 },
  description: ['The token is refused from now on. What was recorded with it stays as it is.'],
  options: {},
  examples: [
    {
      line: 'f2f token revoke 4fJq0Z8s',
      does: 'Ends the token with this id, from `f2f token list`.',
    },
  ],
  async run({ args, api }) {
    const answer = await api.delete<unknown>(path('tokens', args[0]!))
    return { json: answer ?? {}, text: `Token ${printable(args[0]!)} is revoked.` }
  },
})
