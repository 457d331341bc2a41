/** `npm run build`: compiles src into dist. */
import { build } from './setup/build.mjs'

try {
  build()
} catch (error) {
  console.error(`build: ${error.message}`)
  process.exitCode = 1
}
