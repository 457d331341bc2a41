/** Tells why the service cannot be installed, removed or asked, and what to do. */
export class ServiceError extends Error {
  override name = 'ServiceError'
  /** `unavailable`: this computer, or this login, has nothing that could run the service. */
  readonly kind: 'unavailable' | 'failed'
  readonly title: string
  readonly remedy: string

  /** Title, detail and remedy are whole sentences. */
  constructor(
    kind: ServiceError['kind'],
    text: { title: string; detail: string; remedy: string },
    options?: ErrorOptions,
  ) {
    super(text.detail, options)
    this.kind = kind
    this.title = text.title
    this.remedy = text.remedy
  }
}
