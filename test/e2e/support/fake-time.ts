/**
 * A machine that sleeps, or whose clock is set, as one process and its children see it. Needs
 * Linux, faketime, and to be root for the sleep.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Null when a process can be shown another time on this machine; otherwise why not. */
export function fakeTimeProblem(): string | null {
  if (process.platform !== 'linux')
    return `clocks are faked by libfaketime, which ${process.platform} has not`
  if (process.getuid?.() !== 0) return 'a sleep is faked by a mount, which takes root'
  return library() ? null : 'libfaketime not found; on Debian or Ubuntu: apt-get install faketime'
}

function library(): string | undefined {
  return readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'faketime', 'libfaketimeMT.so.1'))
    .find((path) => existsSync(path))
}

/** The environment of a process with a fake time, and how to turn its clocks. */
export interface FakeTime {
  env: NodeJS.ProcessEnv
  /**
   * Goes before the program: in a mount namespace of its own it sees another time since the
   * machine's start.
   */
  launcher: string[]
  /** Sets its wall clock to so many seconds from the true time. */
  set(aheadSeconds: number): void
  /**
   * It has slept: time since the start and wall clock have gone on, the monotonic clock has not.
   */
  sleep(seconds: number): void
}

/** Prepares another time in a folder. */
export function fakeTime(folder: string): FakeTime {
  const offset = join(folder, 'offset')
  const uptime = join(folder, 'uptime')
  let ahead = 0
  const set = (aheadSeconds: number): void => {
    ahead = aheadSeconds
    // At once: newer versions of libfaketime end a program that finds the file empty.
    writeFileSync(`${offset}.new`, `${ahead < 0 ? '' : '+'}${ahead}\n`)
    renameSync(`${offset}.new`, offset)
  }
  set(0)
  writeFileSync(uptime, readFileSync('/proc/uptime'))
  return {
    env: {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
    },
    launcher: ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /proc/uptime && exec "$@"', uptime],
    set,
    sleep(seconds) {
      const [since = '0', idle = '0'] = readFileSync(uptime, 'utf8').split(' ')
      // In place: a mounted file that is replaced would not be seen. Of the same length or longer,
      // so that no reader finds less than a number.
      writeFileSync(uptime, `${(Number(since) + seconds).toFixed(2)} ${idle.trim()}\n`)
      set(ahead + seconds)
    },
  }
}
