type Write = (fields: object, message: string) => void

/** As much of a logger (pino's shape) as the actors need. */
export interface Logger {
  debug: Write
  info: Write
  warn: Write
  error: Write
}
