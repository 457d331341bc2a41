#!/usr/bin/env node
// The entry of the program, in CommonJS for one reason: the size of libuv's thread pool is read at
// its first use, and loading an ES module uses it. Four hung file operations would fill the default
// pool and block the log.
process.env.UV_THREADPOOL_SIZE ??= '16'
import('./main.js')
