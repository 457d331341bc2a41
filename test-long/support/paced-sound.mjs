/**
 * Paces both ends of a sound, so that it flows as fast as the slower end and not in real time. Each
 * end connects to a socket. `paced-sound.mjs source SOCKET` writes 500 ms of a tone to stdout for
 * each byte that it receives. `paced-sound.mjs encode SOCKET PROGRAM ARGUMENT…` passes stdin to a
 * program and sends a byte for each 500 ms of it.
 */
import { spawn } from 'node:child_process'
import { connect } from 'node:net'

const FRAMES = 24_000
const CHUNK_BYTES = 2 * FRAMES
const [role, socketPath, program, ...args] = process.argv.slice(2)
const socket = connect(socketPath)
socket.write(role === 'source' ? 's' : 'e')

if (role === 'source') {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  for (let frame = 0; frame < FRAMES; frame++) {
    chunk.writeInt16LE(
      Math.round(8_000 * Math.sin((2 * Math.PI * 440 * frame) / 48_000)),
      2 * frame,
    )
  }
  socket.on('data', (tokens) => {
    for (let left = tokens.length; left > 0; left--) process.stdout.write(chunk)
  })
} else {
  const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'] })
  let passed = 0
  // The exit of the program is observed instead. Sound that arrives until then is lost anyway.
  child.stdin.on('error', () => {})
  process.stdin.on('data', (pcm) => {
    const before = Math.floor(passed / CHUNK_BYTES)
    passed += pcm.length
    const whole = Math.floor(passed / CHUNK_BYTES) - before
    if (whole > 0) socket.write(Buffer.alloc(whole))
    if (child.stdin.write(pcm)) return
    process.stdin.pause()
    child.stdin.once('drain', () => process.stdin.resume())
  })
  process.stdin.on('end', () => child.stdin.end())
  child.on('exit', (code) => process.exit(code ?? 1))
}
socket.on('close', () => process.exit(0))
socket.on('error', () => process.exit(0))
