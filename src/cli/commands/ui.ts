import { openPage } from '../browser/open-page.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'

/** The options of which only one can be given. */
const EXCLUSIVE = ['app', 'print-url', 'sign-out'] as const

/** Opens the recorder's page. */
export const ui = defineCommand({
  name: 'ui',
  summary: 'Open the recorder’s page in the browser.',
  description: [
    'Opens the page with a URL that works once, within 60 seconds. If no browser can be opened, the command prints ' +
      'the URL.',
    'With --app, Chromium, Chrome, Edge or Brave shows the page as a small window of its own.',
    'With --admin, the page may also hold and erase recordings, and shows the keys. Sign out when you are done: until ' +
      'then, everybody at this browser may do so.',
    'A browser stays signed in for 12 hours, or until --sign-out. A restart of the recorder does not sign it out.',
  ],
  options: {
    app: { kind: 'flag', help: 'Open a small window of its own, which needs a Chromium browser.' },
    admin: { kind: 'flag', help: 'Let the page also hold and erase recordings.' },
    'print-url': { kind: 'flag', help: 'Print the URL, and open no browser.' },
    'sign-out': { kind: 'flag', help: 'Sign all browsers out, and open none.' },
  },
  examples: [
    { line: 'f2f ui', does: 'Opens the page in your browser.' },
    { line: 'f2f ui --app', does: 'Opens the page as a small window of its own.' },
    { line: 'f2f ui --admin', does: 'Opens a page that may also hold and erase recordings.' },
    { line: 'f2f ui --print-url', does: 'Prints the URL, for a browser of your choice.' },
    { line: 'f2f ui --sign-out', does: 'Signs all browsers out at once.' },
  ],
  async run({ options, json, api, io: { env } }) {
    const [first, second] = EXCLUSIVE.filter((name) => options[name])
    if (second !== undefined)
      throw new UsageError(`The options --${first} and --${second} exclude each other.`)
    if (options['sign-out'] && options.admin)
      throw new UsageError('The options --admin and --sign-out exclude each other.')
    if (options['sign-out']) {
      await api.endSessions()
      return { json: {}, text: 'All browsers are signed out, and unused launch URLs are void.' }
    }
    const { app = false, admin = false, 'print-url': printsUrl = false } = options
    return openPage(api, env, {
      app,
      admin,
      printsUrl: printsUrl || json,
      what: 'The page',
      command: 'f2f ui',
    })
  },
})
