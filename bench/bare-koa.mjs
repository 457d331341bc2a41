// The least that a Koa application can be: a constant JSON of the size given as argument, whatever is asked.
// Plain JavaScript, so that it runs as the built daemon does, without a compiler in its process.
import Koa from 'koa'

const bytes = Number(process.argv[2])
const constant = JSON.stringify({ constant: 'x'.repeat(Math.max(0, bytes - '{"constant":""}'.length)) })

const app = new Koa()
app.use((ctx) => {
  ctx.type = 'application/json'
  ctx.body = constant
})
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
