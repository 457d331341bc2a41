/** `npm run build`: compiles src into dist, and writes the man pages. */
import { build } from './setup/build.mjs'

try {
  await build()
} catch (error) {
  console.error(`build: ${error.message}`)
  process.exitCode = 1
}
