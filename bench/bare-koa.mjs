// The smallest Koa application: answers every request with a constant JSON of the size in its first
// argument. With a folder as second argument it first writes that JSON into a LevelDB there, forced
// to disk. It is plain JavaScript, so that it runs without a compiler in its process, like the
// built daemon.
import { ClassicLevel } from 'classic-level'
import Koa from 'koa'

const [size, folder] = process.argv.slice(2)
const constant = JSON.stringify({
  constant: 'x'.repeat(Math.max(0, Number(size) - '{"constant":""}'.length)),
})

const app = new Koa()
if (folder !== undefined) {
  const db = new ClassicLevel(folder)
  let count = 0
  app.use(async (_ctx, next) => {
    await db.put(String(++count).padStart(16, '0'), constant, { sync: true })
    return next()
  })
}
app.use((ctx) => {
  ctx.type = 'application/json'
  ctx.body = constant
})
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
