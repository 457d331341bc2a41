import { MARKER } from './service-files.ts'
import { commandOf, type ServiceProgram } from './service-program.ts'

/** The name of the recorder's unit, and of its file. */
export const UNIT_NAME = 'f2f-recorder.service'

/** The environment in which the service runs. */
export const SERVICE_ENV = { MALLOC_ARENA_MAX: '1' } as const

/** Builds the unit of systemd's user manager. docs/service.md explains its lines. */
export function systemdUnit(program: ServiceProgram): string {
  return `# ${MARKER} The next installation overwrites changes here.
# Change settings with: systemctl --user edit ${UNIT_NAME}
[Unit]
Description=Face-to-Face Interaction Recorder
After=graphical-session.target pipewire.service pipewire-pulse.service pulseaudio.service
PartOf=graphical-session.target
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=all
ExecStart=:${execWords(program).map(quoteWord).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2
WatchdogSec=30
WatchdogSignal=SIGTERM
TimeoutStartSec=90
TimeoutStopSec=10
KillMode=mixed
OOMPolicy=continue
UMask=0077
LimitCORE=0
Environment=MALLOC_ARENA_MAX=${SERVICE_ENV.MALLOC_ARENA_MAX}
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=graphical-session.target
`
}

/**
 * Builds the autostart entry for desktops that do not start graphical-session.target. It passes the
 * display of the new session on, for the user manager may still know that of the last one.
 */
export function autostartEntry(): string {
  const steps = [
    'systemctl --user import-environment DISPLAY XAUTHORITY XDG_SESSION_TYPE',
    `systemctl --user -q is-active graphical-session.target || systemctl --user restart ${UNIT_NAME}`,
  ]
  return `# ${MARKER} The next installation overwrites changes here.
[Desktop Entry]
Type=Application
Name=Face-to-Face Interaction Recorder
Exec=sh -c "${steps.join('; ')}"
NoDisplay=true
X-systemd-skip=true
`
}

/** Reads the program back from a unit that {@link systemdUnit} has built; null from another one. */
export function programOf(unit: string): ServiceProgram | null {
  // Not by a pattern: for those, a line ends at U+2028, too.
  const line = unit.split('\n').find((one) => one.startsWith('ExecStart=:')) ?? ''
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => unquote(match[1]!))
  if (words[0] === ENV) words.shift()
  const [node, f2f, serve, option, home] = words
  if (!node || !f2f || serve !== 'serve' || option !== '--home' || !home) return null
  return { node, f2f, home }
}

const ENV = '/usr/bin/env'

/** systemd refuses a program whose path contains a quote or a backslash, so `env` starts it. */
function execWords(program: ServiceProgram): string[] {
  const words = commandOf(program)
  return /["'\\\p{Cc}]/u.test(program.node) ? [ENV, ...words] : words
}

/**
 * Quotes a word of ExecStart. `$` needs nothing after the prefix `:`, which turns variables off;
 * the path of the program would not be expanded in any case.
 */
function quoteWord(word: string): string {
  const escaped = [...word].map((character) => {
    if (character === '"' || character === '\\') return `\\${character}`
    if (character === '%') return '%%'
    const code = character.codePointAt(0)!
    return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : character
  })
  return `"${escaped.join('')}"`
}

function unquote(word: string): string {
  return word
    .replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, code: string | undefined, character: string) =>
      code === undefined ? character : String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replaceAll('%%', '%')
}
