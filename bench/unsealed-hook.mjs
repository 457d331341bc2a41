/**
 * Loaded before a daemon of the bench (`node --import`): its segments are written as they are,
 * with the same calls, so that the cost of sealing can be measured. The recorder has no such mode.
 */
import { register } from 'node:module'

const SEALED = '/dist/age/growing-file.js'
const HOOKS = `
  export async function load(url, context, next) {
    if (!url.endsWith(${JSON.stringify(SEALED)})) return next(url, context)
    const plain = ${JSON.stringify(new URL('./unsealed-file.mjs', import.meta.url).href)}
    const source = 'export * from ' + JSON.stringify(plain)
    return { format: 'module', shortCircuit: true, source }
  }
`
register(`data:text/javascript,${encodeURIComponent(HOOKS)}`)
