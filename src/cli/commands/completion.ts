import type { Page } from '../../client/types.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { defineCommand } from '../command.ts'
import { bashScript } from '../completion/bash-script.ts'
import { completionTree } from '../completion/completion-tree.ts'
import { fishScript } from '../completion/fish-script.ts'
import { zshScript } from '../completion/zsh-script.ts'
import type { Api } from '../connection/api.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** Somebody has pressed Tab and waits. */
const IDS_LIMIT_MS = 1_000
const IDS_SHOWN = 20
/** bash expands the words that it offers: an id must not look like a command. */
const HARMLESS = /^[\w-]+$/

/** Prints the completion script of a shell. */
export const completion = defineCommand({
  name: 'completion',
  summary: 'Print the script that completes f2f in bash, zsh or fish.',
  args: { usage: 'SHELL', min: 1, max: 1, choices: [...Object.keys(SCRIPTS), 'ids'] },
  description: [
    'The shell then completes commands, options, their values, files, and the ids of ' +
      'recordings. SHELL is bash, zsh or fish. Write the script again after an update of f2f. It ' +
      'takes effect in the next shell.',
    'The folders in the examples must exist. zsh looks into folders of `fpath` only: put ' +
      '`fpath=(~/.zfunc $fpath)` before `compinit` in ~/.zshrc.',
    `The scripts call \`f2f completion ids\`, which prints the ids of the newest ${IDS_SHOWN} ` +
      'recordings and nothing else. Without a recorder that answers within a second, it prints ' +
      'nothing.',
  ],
  options: {},
  examples: [
    {
      line: 'f2f completion bash > ~/.local/share/bash-completion/completions/f2f',
      does: 'Installs it for bash with the package bash-completion.',
    },
    { line: 'f2f completion zsh > ~/.zfunc/_f2f', does: 'Installs it for zsh.' },
    {
      line: 'f2f completion fish > ~/.config/fish/completions/f2f.fish',
      does: 'Installs it for fish.',
    },
    {
      line: 'echo \'eval "$(f2f completion bash)"\' >> ~/.bashrc',
      does: 'Installs it for bash without bash-completion.',
    },
  ],
  json: false,
  async run({ args, api, io, commands }) {
    const shell = args[0] as keyof typeof SCRIPTS | 'ids'
    io.stdout.write(
      shell === 'ids' ? await recordingIds(api) : SCRIPTS[shell](completionTree(commands)),
    )
    return null
  },
})

/** Returns the newest ids, one a line. Returns nothing when no recorder answers in time. */
async function recordingIds(api: Api): Promise<string> {
  const signal = AbortSignal.timeout(IDS_LIMIT_MS)
  try {
    const answer = await api.open('/recordings', { limit: IDS_SHOWN }, { signal })
    const page: Page<RecordingAnswer> = JSON.parse(await answer.text())
    const ids = page.items.map(({ id }) => id).filter((id) => HARMLESS.test(id))
    return ids.map((id) => `${id}\n`).join('')
  } catch {
    // A message would appear in the middle of the line that somebody is typing.
    return ''
  }
}
