import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'

const CONFIG = `
[tsa]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
certs = ca.pem
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[extensions]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical,CA:TRUE
`

/** Why there is no `openssl ts`; null when there is. */
export function opensslProblem(): string | null {
  const { error, status } = spawnSync('openssl', ['ts', '-help'])
  return error === undefined && status === 0 ? null : 'there is no openssl ts'
}

/** A timestamp authority with a certificate authority of its own: `openssl ts` behind HTTP. */
export class OpensslAuthority {
  /** The certificate that its own is signed by. */
  readonly caFile: string
  /** Changes an answer before it is sent. */
  change: (answer: Buffer, query: Buffer) => Buffer | Promise<Buffer> = (answer) => answer
  status = 200
  readonly types: (string | undefined)[] = []
  /** When each request came, in ms. */
  readonly askedAt: number[] = []
  readonly #folder: string
  readonly #server: Server

  private constructor(folder: string) {
    this.#folder = folder
    this.caFile = join(folder, 'ca.pem')
    this.#server = createServer(async (request, response) => {
      this.askedAt.push(performance.now())
      const query = await buffer(request)
      this.types.push(request.headers['content-type'])
      const answer = await this.change(await this.reply(query), query)
      response.writeHead(this.status, { 'content-type': 'application/timestamp-reply' })
      response.end(answer)
    })
  }

  /** Creates its keys and certificates in an empty folder, and listens. */
  static async begin(folder: string): Promise<OpensslAuthority> {
    writeFileSync(join(folder, 'tsa.conf'), CONFIG)
    writeFileSync(join(folder, 'serial'), '01\n')
    const run = (line: string): void => {
      execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'pipe' })
    }
    for (const name of ['ca', 'tsa'])
      run(`ecparam -name prime256v1 -genkey -noout -out ${name}.key`)
    run('req -config tsa.conf -x509 -new -key ca.key -subj /CN=ca -days 2 -out ca.pem')
    run('req -config tsa.conf -new -key tsa.key -subj /CN=tsa -out tsa.csr')
    const extensions = '-extfile tsa.conf -extensions extensions'
    run(
      `x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 2 ${extensions} -out tsa.pem`,
    )
    const authority = new OpensslAuthority(folder)
    await new Promise<void>((resolve) => authority.#server.listen(0, '127.0.0.1', resolve))
    return authority
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/tsa`
  }

  /** Answers a query, whatever it holds. */
  async reply(query: Buffer): Promise<Buffer> {
    writeFileSync(join(this.#folder, 'query.tsq'), query)
    const args = 'ts -reply -config tsa.conf -section tsa -queryfile query.tsq'.split(' ')
    const options = { cwd: this.#folder, encoding: 'buffer' } as const
    return (await promisify(execFile)('openssl', args, options)).stdout
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** Verifies a timestamp with `openssl ts -verify`. Throws with its message when it is wrong. */
export function verifyTimestamp(dataFile: string, tsrFile: string, caFile: string): void {
  execFileSync('openssl', ['ts', '-verify', '-data', dataFile, '-in', tsrFile, '-CAfile', caFile], {
    stdio: 'pipe',
  })
}
