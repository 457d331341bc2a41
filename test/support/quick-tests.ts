import { sep } from 'node:path'

/** Whole recorders on devices, and browsers: 60 % of the time of all tests. */
const SLOW = ['browser', 'e2e']
/** Files of them that are tried each time: what a recorder must never get wrong. */
const ALWAYS = ['browser/arbitration.test.ts', 'e2e/content.test.ts', 'e2e/pause-proof.test.ts']

const below = (name: string): string => ['test', ...name.split('/')].join(sep)

/** Whether `npm test` runs a test file; `npm run test:all` runs all. */
export function isQuick(file: string): boolean {
  if (ALWAYS.some((name) => file === below(name))) return true
  return !SLOW.some((folder) => file.startsWith(`${below(folder)}${sep}`))
}

/** Set by the runner while it runs `npm test`: suites on each sound server run on one. */
export const isQuickRun = process.env.F2F_TEST_QUICK === '1'
