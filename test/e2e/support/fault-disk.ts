import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../support/suite.ts'

/**
 * Ample, so that it has room for the recorder's reserve; the file behind it holds little more than
 * what is written.
 */
const SIZE_BYTES = 1_024 * 1_048_576

/** A small disk of its own, whose faults are real ones of a real file system. */
export interface FaultDisk {
  /** Where it is mounted. */
  readonly folder: string
  /** The file that holds its file system. */
  readonly image: string
  /** Whatever writes to it hangs, until `thaw`. */
  freeze(): void
  thaw(): void
  /** Not a byte is left on it, or so many, until `free`. */
  fill(leaveBytes?: number): void
  free(): void
  /** A folder on it and the files in it cannot be changed, not even by root, until `unprotect`. */
  protect(path: string): void
  unprotect(path: string): void
  /**
   * Loses whatever was not forced to disk, as a power cut does. Until `powerOn`, nothing works.
   */
  cutPower(): void
  /** Mounts the disk again. No process may use the folder any more. */
  powerOn(): Promise<void>
  /** Ends every fault there is. */
  heal(): void
  /** Unmounts and removes it. */
  remove(): Promise<void>
}

// Waits for the end of its input, which comes when the test lets go of it, or dies, however it
// dies.
const GUARD = `
trap '' INT TERM HUP
read -r _
fsfreeze --unfreeze "$1" 2>/dev/null
umount "$1" 2>/dev/null || umount --lazy "$1"
`

// EXT4_IOC_SHUTDOWN without flushing the journal (linux/fs/ext4/ext4.h).
const SHUTDOWN = `
open(my $folder, '<', $ARGV[0]) or die "open: $!";
my $noLogFlush = pack('L', 2);
ioctl($folder, 0x8004587D, $noLogFlush) or die "ioctl: $!";
`

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Makes a file system in a file and mounts it, at `mountPoint` if given. Linux, root. */
export function createFaultDisk(mountPoint?: string): FaultDisk {
  const place = mkdtempSync(join(tmpdir(), 'f2f-disk-'))
  const image = join(place, 'image')
  const folder = mountPoint ?? join(place, 'disk')
  writeFileSync(image, '')
  truncateSync(image, SIZE_BYTES)
  // No blocks kept for root: the daemon may be root, and for it too the disk is to be full.
  run('mkfs.ext4', '-q', '-m', '0', image)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  run('mount', '-o', 'loop', image, folder)
  rmSync(join(folder, 'lost+found'), { recursive: true })
  // Without the test's environment: it must outlive a test that is killed.
  const guard = spawn('sh', ['-c', GUARD, 'guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
    detached: true,
  })
  const gone = once(guard, 'exit')
  const filler = join(folder, 'filler')
  return {
    folder,
    image,
    freeze: () => void run('fsfreeze', '--freeze', folder),
    thaw: () => void run('fsfreeze', '--unfreeze', folder),
    fill: (leaveBytes = 0) => (leaveBytes > 0 ? fillBut(filler, leaveBytes) : fillUp(filler)),
    free: () => rmSync(filler),
    protect: (path) => void run('chattr', '-R', '+i', path),
    unprotect: (path) => unprotect(path),
    cutPower: () => void run('perl', '-e', SHUTDOWN, folder),
    async powerOn() {
      // A process that was killed closes its files a little after it has lost its command line.
      const isUnmounted = () => spawnSync('umount', [folder], { stdio: 'ignore' }).status === 0
      // A mount namespace of another test may still hold the file system that lost its power.
      const isPowered = (): boolean => {
        run('mount', '-o', 'loop', image, folder)
        return isWritable(folder) || !isUnmounted()
      }
      await eventually('the disk is unmounted', isUnmounted)
      await eventually('the disk has power again', isPowered)
    },
    heal() {
      for (const args of [
        ['fsfreeze', '--unfreeze', folder],
        ['chattr', '-R', '-i', folder],
        ['rm', '-f', filler],
      ]) {
        spawnSync(args[0]!, args.slice(1), { stdio: 'ignore' })
      }
    },
    async remove() {
      guard.stdin.end()
      await gone
      rmSync(place, { recursive: true, force: true })
    },
  }
}

/** A file system without power can be read as far as the memory knows it, and not written. */
function isWritable(folder: string): boolean {
  const probe = join(folder, 'probe')
  try {
    writeFileSync(probe, '')
    rmSync(probe)
    return true
  } catch {
    return false
  }
}

/** LevelDB may remove a file while chattr walks the folder: then once more. */
function unprotect(path: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      run('chattr', '-R', '-i', path)
      return
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}

function fillBut(path: string, leaveBytes: number): void {
  const { bavail, bsize } = statfsSync(join(path, '..'))
  run('fallocate', '--length', String(bavail * bsize - leaveBytes), path)
}

/**
 * In steps that become smaller: what is free can be scattered, and files that others write grow
 * meanwhile.
 */
function fillUp(path: string): void {
  let size = 0
  for (let step = SIZE_BYTES; step >= 1_024; ) {
    try {
      run('fallocate', '--offset', String(size), '--length', String(step), path)
      size += step
    } catch {
      step /= 2
    }
  }
  const { bavail } = statfsSync(path)
  if (bavail > 0) throw new Error(`${bavail} blocks are still free`)
}

/** Null when such disks can be had here; otherwise why not. */
export async function faultDiskProblem(): Promise<string | null> {
  if (process.platform !== 'linux')
    return `disks with faults need Linux, this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'mounting disks with faults needs root'
  try {
    const disk = createFaultDisk()
    try {
      disk.freeze()
      disk.thaw()
      disk.protect(disk.folder)
      disk.unprotect(disk.folder)
    } finally {
      await disk.remove()
    }
    return null
  } catch (error) {
    return `no disks with faults here: ${String((error as { stderr?: string }).stderr || error).trim()}`
  }
}
