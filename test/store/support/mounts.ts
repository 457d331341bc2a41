import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })

/** Runs a test on a small memory disk of its own. `option`: a further one of mount. */
export async function withSmallDisk(
  bytes: number | string,
  body: (mount: string) => Promise<void>,
  option?: string,
): Promise<void> {
  const mount = mkdtempSync(join(tmpdir(), 'f2f-disk-'))
  try {
    const options = [`size=${bytes}`, ...(option === undefined ? [] : [option])].join(',')
    run('mount', '-t', 'tmpfs', '-o', options, 'none', mount)
    try {
      await body(mount)
    } finally {
      run('umount', '-l', mount)
    }
  } finally {
    rmSync(mount, { recursive: true, force: true })
  }
}

/** An ext4 disk for one test. */
export interface Disk {
  mount: string
  /** Writes block from now on, for 8 s at most, until {@link goOn}. */
  hang: () => void
  goOn: () => void
  /**
   * Loses everything that has not been forced to disk, as a power cut does; whoever has files open
   * gets errors.
   */
  cutPower: () => void
  /** Mounts the disk again after the power was cut. */
  restorePower: () => void
}

// EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux, fs/ext4/ext4.h).
const SHUTDOWN =
  'import fcntl,os,struct,sys;fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587D,struct.pack("I",2))'

/** Runs a test on an ext4 disk of its own that can be made to hang or to lose its power. */
export async function withDisk(body: (disk: Disk) => Promise<void>): Promise<void> {
  const parent = mkdtempSync(join(tmpdir(), 'f2f-disk-'))
  const [image, mount] = [join(parent, 'image'), join(parent, 'mount')]
  let hanging: NodeJS.Timeout | undefined
  const goOn = () => {
    if (hanging === undefined) return
    clearTimeout(hanging)
    hanging = undefined
    run('fsfreeze', '--unfreeze', mount)
  }
  const hang = () => {
    run('fsfreeze', '--freeze', mount)
    hanging = setTimeout(goOn, 8_000)
  }
  try {
    mkdirSync(mount)
    writeFileSync(image, '')
    truncateSync(image, 32 * 1024 * 1024)
    run('mkfs.ext4', '-q', image)
    run('mount', '-o', 'loop', image, mount)
    try {
      const cutPower = () => {
        run('python3', '-c', SHUTDOWN, mount)
      }
      const restorePower = () => {
        run('umount', '-l', mount)
        run('mount', '-o', 'loop', image, mount)
      }
      await body({ mount, hang, goOn, cutPower, restorePower })
    } finally {
      goOn()
      run('umount', '-l', mount)
    }
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

function reasonAgainst(attempt: () => void): string | null {
  if (process.platform !== 'linux') return 'disks can be mounted for a test on Linux only'
  if (process.getuid?.() !== 0) return 'mounting a disk needs root'
  try {
    attempt()
    return null
  } catch (error) {
    return `a disk cannot be mounted here: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`
  }
}

/** Why {@link withSmallDisk} does not work here; null when it does. */
export const noSmallDisk: string | null = reasonAgainst(() => {
  const mount = mkdtempSync(join(tmpdir(), 'f2f-disk-'))
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', mount)
    run('umount', mount)
  } finally {
    rmSync(mount, { recursive: true, force: true })
  }
})

/** Why {@link withDisk} does not work here; null when it does. */
export const noDisk: string | null = reasonAgainst(() => {
  const parent = mkdtempSync(join(tmpdir(), 'f2f-disk-'))
  try {
    run('fsfreeze', '--version')
    run('python3', '--version')
    const [image, mount] = [join(parent, 'image'), join(parent, 'mount')]
    mkdirSync(mount)
    writeFileSync(image, '')
    truncateSync(image, 4 * 1024 * 1024)
    run('mkfs.ext4', '-q', image)
    run('mount', '-o', 'loop', image, mount)
    run('umount', mount)
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
})
