// The entry of the compiled program before it is bundled: only there can one of its files be
// replaced (unsealed-hook.mjs). For the rest it is src/cli/f2f.cts.
const { setFlagsFromString } = require('node:v8')
process.env.UV_THREADPOOL_SIZE ??= '16'
for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=25'])
  setFlagsFromString(flag)
import('../dist/cli/main.js')
