import { size } from '../../src/cli/text/quantities.ts'
import { printable } from '../../src/cli/text/style.ts'
import { columns } from '../../src/cli/text/table.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import type { ApplicationView, DeviceList } from '../../src/contract/views.ts'
import type { Crm } from './crm.ts'
import type { Terminal } from './terminal.ts'

/** Shows whether the recorder is ready. Returns the available media; throws when there are none. */
export async function showReadiness(crm: Crm, terminal: Terminal): Promise<Medium[]> {
  const application: ApplicationView = await crm.get('/application')
  const devices: Record<Medium, DeviceList> = await crm.get('/devices')
  const { storage } = application
  const hours = Math.floor(storage.recordableSeconds / 3600)
  terminal.print(
    `The recorder is ${application.state}; ${size(storage.freeBytes)} free, enough for ${hours} h; its log is ${storage.log}.`,
  )
  terminal.print(
    columns(
      MEDIA.map((medium) => {
        const { available, device, reason } = application.media[medium]
        const others = devices[medium].devices.length - 1
        return [
          medium,
          available ? terminal.style.good('ready') : terminal.style.bad('not available'),
          printable(device?.label ?? reason ?? ''),
          others > 0 ? terminal.style.weak(`and ${others} more`) : '',
        ]
      }),
      { indent: '  ' },
    ),
  )
  const ready = MEDIA.filter((medium) => application.media[medium].available)
  if (ready.length === 0) throw new Error('There is nothing to record from. The reasons are above.')
  return ready
}
