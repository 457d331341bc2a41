import type { ReportSegment } from './report-model.ts'

/** Names of files that need no quotes in a shell, which all names of the recorder are. */
const PLAIN = /^[\w./-]+$/

/** Returns the hash of a segment's stored file: of its media, where 0.1 has stored it unsealed. */
export function storedHash({ storedSha256, sha256 }: ReportSegment): string {
  return storedSha256 ?? sha256
}

/** Returns the command that compares stored files with their hashes. */
export function hashCommand(segments: readonly ReportSegment[]): string {
  const lines = segments
    .filter(({ file }) => PLAIN.test(file))
    .map((segment) => `${storedHash(segment)}  segments/${segment.file}`)
  return ["sha256sum -c <<'END'", ...lines, 'END'].join('\n')
}

/** Returns the commands that open the first sealed segment; null when there is none. */
export function openCommand(segments: readonly ReportSegment[]): string | null {
  const first = segments.find(({ file }) => file.endsWith('.age') && PLAIN.test(file))
  if (first === undefined) return null
  const opened = first.file.slice(0, -'.age'.length).replaceAll('/', '-')
  return [
    `age -d -i identity.txt segments/${first.file} > ${opened}`,
    `echo '${first.sha256}  ${opened}' | sha256sum -c`,
  ].join('\n')
}

/** The beginning of an Ed25519 public key in DER (RFC 8410), in octal for printf. */
const DER_HEAD = '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'

/** Returns the commands that verify the signature in a line of checkpoint.txt, from 1. */
export function signatureCommand(line: number): string {
  return [
    "sed '/^$/,$d' checkpoint.txt > signed.txt",
    `sed -n '${line}s/.* //p' checkpoint.txt | openssl base64 -d -A | tail -c 64 > signature.bin`,
    `(printf '${DER_HEAD}'; tail -n 1 keys.txt | sed 's/^[^+]*+[^+]*+//' |`,
    '  openssl base64 -d -A | tail -c 32) > key.der',
    'openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin \\',
    '  -in signed.txt -sigfile signature.bin',
  ].join('\n')
}

/** Returns the command that verifies the timestamp of the checkpoint of a size. */
export function timestampCommand(size: number): string {
  const name = `timestamps/${size}`
  return `openssl ts -verify -in ${name}.tsr -data ${name}.checkpoint -CAfile tsa.pem`
}
