// Settings of the process that must be there before the program is loaded. CommonJS, because libuv
// reads the size of its thread pool at the first use, and loading an ES module already uses it.
// Four hung file operations would fill the default pool and block the log.
process.env.UV_THREADPOOL_SIZE ??= '16'

// V8 shall collect garbage early instead of growing its heap: the daemon runs all day beside the
// programs of a desktop. The young generation stays as it begins; loading the program would grow it
// to 16 MB for good. Buffers that wait there count as old, so that V8 then collects the whole heap
// every few seconds of a recording. The old generation grows by 25 % between collections. Reading
// many recordings takes up to half as long again, and their garbage 60 MB less.
if (process.argv.includes('serve'))
  for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=25'])
    process.getBuiltinModule('node:v8').setFlagsFromString(flag)
