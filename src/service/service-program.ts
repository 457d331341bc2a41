import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ServiceError } from './service-error.ts'

/** The program of the service: `node f2f serve --home home`. All paths are absolute. */
export interface ServiceProgram {
  node: string
  f2f: string
  home: string
}

/** Returns the arguments of the program, node first. */
export function commandOf({ node, f2f, home }: ServiceProgram): string[] {
  return [node, f2f, 'serve', '--home', home]
}

/**
 * Returns this very Node.js and this very f2f, so that the service does not depend on a PATH.
 * Throws {@link ServiceError} when f2f is not built, or only lent by npx.
 */
export function currentProgram(home: string): ServiceProgram {
  const isSource = import.meta.url.endsWith('.ts')
  const f2f = fileURLToPath(
    new URL(isSource ? '../../dist/cli/f2f.cjs' : '../cli/f2f.cjs', import.meta.url),
  )
  if (!existsSync(f2f))
    throw new ServiceError('failed', {
      title: 'The service has no program to run.',
      detail: `There is no ${f2f}.`,
      remedy: 'Run `npm run build` in the folder of the recorder first.',
    })
  if (/[\\/]_npx[\\/]/.test(f2f))
    throw new ServiceError('failed', {
      title: 'The program of the service would not last.',
      detail: `npx has put f2f into its cache (${f2f}) and may remove it at any time.`,
      remedy: 'Install it with `npm install --global f2f-recorder`, then run this again.',
    })
  return { node: process.execPath, f2f, home }
}
