import crypto, { createHash } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

/** Records all that is sealed, and knows which nonces sealed two different plain texts. */
export class NonceRecorder {
  /** Keys and nonces that sealed different things. */
  readonly repeated: string[] = []
  /** How often something was sealed. */
  count = 0
  readonly #sealed = new Map<string, string>()
  readonly #original = crypto.createCipheriv

  start(): void {
    const replaced = (...args: Parameters<typeof crypto.createCipheriv>) => {
      const [algorithm, key, nonce] = args
      const cipher = this.#original.call(crypto, ...args) as crypto.CipherGCM
      const hash = createHash('sha256')
      // `update` and `final` have forms that nothing here uses.
      const update = cipher.update.bind(cipher) as (bytes: Buffer) => Buffer
      const final = cipher.final.bind(cipher) as () => Buffer
      const setAAD = cipher.setAAD.bind(cipher)
      Object.assign(cipher, {
        setAAD: (bytes: Buffer) => {
          hash.update('aad').update(bytes)
          return setAAD(bytes)
        },
        update: (bytes: Buffer) => {
          hash.update(bytes)
          return update(bytes)
        },
        final: () => {
          this.#record([algorithm, hex(key), hex(nonce)].join(' '), hash.digest('hex'))
          return final()
        },
      })
      return cipher
    }
    crypto.createCipheriv = replaced as typeof crypto.createCipheriv
    syncBuiltinESMExports()
  }

  stop(): void {
    crypto.createCipheriv = this.#original
    syncBuiltinESMExports()
  }

  #record(nonce: string, content: string): void {
    this.count++
    const before = this.#sealed.get(nonce)
    if (before !== undefined && before !== content) this.repeated.push(nonce)
    this.#sealed.set(nonce, content)
  }
}

const hex = (bytes: unknown): string => Buffer.from(bytes as Buffer).toString('hex')
