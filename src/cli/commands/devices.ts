import type { DeviceList } from '../../contract/views.ts'
import { defineCommand } from '../command.ts'
import { printable, type Style, wrap } from '../text/style.ts'
import { type Column, table } from '../text/table.ts'

/** Lists the devices that can be captured. */
export const devices = defineCommand({
  name: 'devices',
  summary: 'List the microphones, speakers and screens that can be recorded.',
  description: [
    'Use the ids with `f2f start --device MEDIUM=ID`. A star marks the default device.',
  ],
  options: {},
  examples: [
    { line: 'f2f devices', does: 'Lists microphones, speakers and screens.' },
    { line: 'f2f devices --json', does: 'Prints the API’s answer as JSON.' },
  ],
  async run({ api, style }) {
    const found = await api.devices()
    const text = Object.entries(found).map(
      ([medium, list]) => `${style.strong(medium)}\n${listText(list, style)}`,
    )
    return { json: found, text: text.join('\n') }
  },
})

const COLUMNS: Column[] = [{ rank: 0 }, { rank: 0 }, { rank: 0, least: 12 }]

function listText(list: DeviceList, style: Style): string {
  const reason = list.available
    ? ''
    : style.warn(
        wrap(
          `not available${list.reason ? `: ${printable(list.reason)}` : ''}`,
          style.columns,
          '  ',
        ),
      )
  const rows = list.devices.map((device) => [
    device.default ? '*' : ' ',
    printable(device.id),
    printable(device.label),
  ])
  return (
    [reason, table(COLUMNS, rows, { style, indent: '  ', breakAt: 2, breakIndent: 5 })]
      .filter((part) => part !== '')
      .join('\n') || style.weak('  none')
  )
}
