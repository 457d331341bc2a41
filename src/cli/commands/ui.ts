import { defineCommand } from '../command.ts'
import { openBrowser } from '../open-browser.ts'
import { UsageError } from '../problem.ts'

/** Opens the recorder's page. */
export const ui = defineCommand({
  name: 'ui',
  summary: 'Open the recorder’s page in the browser.',
  description: [
    'Opens the page with a URL that works once, within 60 seconds. If no browser can be opened, the command prints ' +
      'the URL.',
    'A browser stays signed in for 12 hours, or until --sign-out. A restart of the recorder does not sign it out.',
  ],
  options: {
    'print-url': { kind: 'flag', help: 'Print the URL, and open no browser.' },
    'sign-out': { kind: 'flag', help: 'Sign all browsers out, and open none.' },
  },
  examples: [
    { line: 'f2f ui', does: 'Opens the page in your browser.' },
    { line: 'f2f ui --print-url', does: 'Prints the URL, for a browser of your choice.' },
    { line: 'f2f ui --sign-out', does: 'Signs all browsers out at once.' },
  ],
  async run({ options, json, api, io }) {
    if (options['sign-out']) {
      if (options['print-url'])
        throw new UsageError('The options --print-url and --sign-out exclude each other.')
      await api.delete('/ui/sessions')
      return { json: {}, text: 'All browsers are signed out, and unused launch URLs are void.' }
    }
    const launch = await api.post<{ url: string }>('/ui/launch')
    if (options['print-url'] || json) return { json: launch, text: launch.url }
    if (await openBrowser(launch.url, io.env))
      return { json: launch, text: 'The page is opening in your browser.' }
    return {
      json: launch,
      text: launch.url,
      note: 'No browser could be opened. Please open this URL within 60 seconds.',
    }
  },
})
