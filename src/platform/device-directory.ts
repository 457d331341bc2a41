import { RecorderError } from '../contract/errors.ts'
import { type Device, MEDIA, type Medium } from '../contract/media.ts'
import type { DeviceList } from '../contract/views.ts'

const CACHE_MS = 5_000

/**
 * Lists and finds devices. Keeps each list for 5 s, unless a fresh one is wanted. A kept list may
 * name a default device that is none any more.
 */
export class DeviceDirectory {
  readonly #list: (medium: Medium) => Promise<DeviceList>
  readonly #find: (medium: Medium, id: string) => Promise<Device | undefined>
  readonly #listsAnew: readonly Medium[]
  readonly #cache = new Map<Medium, { list: Promise<DeviceList>; at: number; settled: boolean }>()

  /**
   * `find` finds a device that exists without being listed. No list of the media in `listsAnew` is
   * kept.
   */
  constructor(
    list: (medium: Medium) => Promise<DeviceList>,
    find: (medium: Medium, id: string) => Promise<Device | undefined> = async () => undefined,
    listsAnew: readonly Medium[] = [],
  ) {
    this.#listsAnew = listsAnew
    this.#list = list
    this.#find = find
  }

  async all(fresh: boolean): Promise<Record<Medium, DeviceList>> {
    const lists = await Promise.all(MEDIA.map((medium) => this.#get(medium, fresh)))
    return Object.fromEntries(MEDIA.map((medium, index) => [medium, lists[index]])) as Record<
      Medium,
      DeviceList
    >
  }

  /** Finds the device with this id, or the default one. Throws DEVICE_UNAVAILABLE. */
  async resolve(medium: Medium, id: string | undefined, fresh = false): Promise<Device> {
    // A missing device may have been plugged in a moment ago, so it is looked for again.
    const device =
      pick(await this.#get(medium, fresh), id) ?? pick(await this.#get(medium, true), id)
    if (device) return { id: device.id, label: device.label }
    const list = await this.#get(medium, false)
    const hidden = id !== undefined && list.available ? await this.#find(medium, id) : undefined
    if (hidden) return hidden
    const why = list.available
      ? `There is no ${medium} device with the id ${JSON.stringify(id)}. There are: ${list.devices.map((d) => d.id).join(', ')}.`
      : (list.reason ?? `No ${medium} is available.`)
    throw new RecorderError('DEVICE_UNAVAILABLE', why)
  }

  #get(medium: Medium, fresh: boolean): Promise<DeviceList> {
    const now = performance.now()
    const cached = this.#cache.get(medium)
    // A listing under way is always fresh enough.
    const isKept = !fresh && !this.#listsAnew.includes(medium)
    if (cached && (!cached.settled || (isKept && now - cached.at < CACHE_MS))) return cached.list
    const entry = { list: this.#list(medium), at: now, settled: false }
    void entry.list.finally(() => {
      entry.settled = true
    })
    this.#cache.set(medium, entry)
    return entry.list
  }
}

function pick(list: DeviceList, id: string | undefined): Device | undefined {
  return list.devices.find((device) => (id === undefined ? device.default : device.id === id))
}
