type Write = (fields: object, message: string) => void

/** The part of a pino logger that the actors use. */
export interface Logger {
  debug: Write
  info: Write
  warn: Write
  error: Write
}
