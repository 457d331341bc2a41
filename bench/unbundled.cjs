// The entry of the compiled program before it is bundled: only there can one of its files be
// replaced (unsealed-hook.mjs). For the rest it is src/cli/f2f.cts.
require('../dist/cli/process-settings.cjs')
import('../dist/cli/main.js')
