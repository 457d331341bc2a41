import { basename, extname, join } from 'node:path'
import type { SegmentDescription } from '../../contract/events.ts'
import { listFolder } from '../../disk/list-folder.ts'
import type { CapturePlatform } from '../port.ts'
import { createSalvage } from './salvage-file.ts'
import { describeSegment, FORMATS, segmentFile } from './segment-description.ts'
import { removeSegment } from './segment-writer.ts'

/** Creates what finishes and removes the files that a dead daemon left. */
export function leftSegments(): Pick<CapturePlatform, 'salvage' | 'isLonger' | 'discard'> {
  const salvage = createSalvage()
  return {
    async salvage(folder, opened, identity) {
      const path = join(folder, opened.file)
      const { file, ...more } = await salvage(path, opened.container, identity)
      const startedAtMs = Date.parse(opened.startedAt)
      return { description: file && describeSegment(opened, startedAtMs, file), ...more }
    },
    async isLonger(folder, segment, ms, identity) {
      const names = await listFolder(folder)
      for (const path of possiblePaths(folder, segment)) {
        // Without a key, which a recording of 0.1 has not, a sealed file is refused.
        if (!names.includes(basename(path))) continue
        const { container } = FORMATS[segment.medium]
        const { file, remnant } = await salvage(path, container, identity)
        if (remnant !== undefined || (file?.durationMs ?? 0) > ms) return true
      }
      return false
    },
    async discard(folder, segment) {
      for (const path of possiblePaths(folder, segment)) await removeSegment(path)
    },
  }
}

/** The paths that the file of a segment may have. Version 0.1 may have left it unsealed. */
function possiblePaths(
  folder: string,
  segment: Pick<SegmentDescription, 'medium' | 'number'>,
): string[] {
  const path = join(folder, segmentFile(segment))
  return [path, path.slice(0, -extname(path).length)]
}
