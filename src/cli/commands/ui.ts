import { defineCommand } from '../command.ts'
import { openBrowser } from '../open-browser.ts'

/** Opens the recorder's page. */
export const ui = defineCommand({
  name: 'ui',
  summary: 'open the recorder’s page in the browser',
  description: [
    'The page is opened by a URL that is good for one use within 60 seconds. Where no browser can be opened, the ' +
      'URL is printed.',
  ],
  options: {
    'print-url': { kind: 'flag', help: 'Print the URL and open nothing.' },
  },
  examples: [
    { line: 'f2f ui', does: 'Opens the page.' },
    { line: 'f2f ui --print-url', does: 'Prints the URL, for a browser of your choice.' },
  ],
  async run({ options, json, api, io }) {
    const launch = await api.post<{ url: string }>('/ui/launch')
    if (options['print-url'] || json) return { json: launch, text: launch.url }
    if (await openBrowser(launch.url, io.env))
      return { json: launch, text: 'The page is opening in your browser.' }
    return {
      json: launch,
      text: launch.url,
      note: 'No browser could be opened; open this URL within 60 seconds.',
    }
  },
})
