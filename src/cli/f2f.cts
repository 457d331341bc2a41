#!/usr/bin/env node
// The entry of the program. It is CommonJS because libuv reads the size of its thread pool at the
// first use, and loading an ES module already uses it. Four hung file operations would fill the
// default pool and block the log.
process.env.UV_THREADPOOL_SIZE ??= '16'
import('./main.js')
