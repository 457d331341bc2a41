import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from '../support/suite.ts'
import { ROOT, readPage } from './support/markdown.ts'

/**
 * The imports that each part of src may have: folders (with `/`), single files, packages, and
 * `node:*`. A part may always import from itself. docs/architecture.md says why; src/daemon.ts
 * composes and knows everybody.
 */
const MAY_IMPORT: Record<string, string[]> = {
  'contract/': ['node:*'],
  'machines/': ['contract/', 'xstate'],
  // It runs in browsers, too, and folds the view that the log stores.
  'replay/': ['contract/', 'machines/', 'store/projection/', 'xstate'],
  // Its replay runs in browsers, too: no node:*.
  'inspection/': ['contract/', 'machines/', 'replay/', 'xstate'],
  'media/': [],
  'tlog/': ['node:*'],
  'collections/': [],
  'time/': ['node:*'],
  'disk/': ['node:*'],
  'processes/': ['time/', 'node:*'],
  'ffmpeg/': ['contract/', 'processes/', 'node:*'],
  'streams/': ['time/', 'node:*'],
  'x11/': ['media/', 'streams/', 'time/', 'node:*'],
  'pulse/': ['media/', 'time/', 'node:*'],
  'dbus/': ['media/', 'streams/', 'time/', 'node:*'],
  'wayland/': ['media/', 'streams/', 'time/', 'node:*'],
  'age/': ['contract/', 'disk/', 'collections/', 'node:*'],
  'custody/': ['contract/', 'disk/', 'age/', 'time/', 'collections/', 'node:*'],
  'platform/': [
    ...['contract/', 'disk/', 'time/', 'processes/', 'ffmpeg/'],
    ...['x11/', 'pulse/', 'dbus/', 'wayland/', 'node:*'],
  ],
  'actors/': [
    ...['contract/', 'media/', 'time/', 'processes/', 'ffmpeg/', 'platform/'],
    ...['disk/', 'age/', 'streams/', 'xstate', 'node:*'],
  ],
  // The recorder tells it of recordings, through a port.
  'composition/': [
    ...['contract/', 'media/', 'disk/', 'processes/', 'ffmpeg/', 'age/', 'time/'],
    ...['eventemitter3', 'node:*'],
  ],
  // The log is handed in, and so are the places where answers are kept.
  'audit/outsiders/': ['contract/', 'tlog/', 'disk/', 'time/', 'collections/', 'node:*'],
  // The report runs in browsers, too: `report/` imports no node:*.
  'audit/bundle/': [
    ...['contract/', 'age/identity.ts', 'composition/port.ts', 'composition/plan/timeline.ts'],
    ...['replay/', 'tlog/', 'node:*'],
  ],
  'audit/bundle/report/': [
    'contract/',
    'composition/plan/timeline.ts',
    'replay/',
    'audit/bundle/verdict.ts',
  ],
  'store/': [
    ...['contract/', 'disk/', 'custody/', 'time/', 'tlog/', 'collections/', 'level', 'node:*'],
  ],
  // It reads stored records as they are: that is what it verifies.
  // The answers of outsiders are read as those have kept them.
  'audit/verify/': [
    ...['contract/', 'replay/', 'store/', 'tlog/', 'collections/', 'node:*'],
    'audit/outsiders/cosignature-folder.ts',
    'audit/outsiders/timestamp-folder.ts',
    'audit/outsiders/timestamp-token.ts',
  ],
  // It reads the log through its port, like the recorder.
  'audit/questions/': ['contract/', 'store/port.ts', 'node:*'],
  // The recorder gets its platform and its log handed in; it knows only their types.
  'recorder/': [
    ...[
      'contract/',
      'machines/',
      'replay/',
      'inspection/',
      'disk/',
      'time/',
      'actors/capture.ts',
      'actors/port.ts',
      'age/identity.ts',
      'age/stored-media.ts',
      'custody/composition-identity.ts',
      'custody/media-identity.ts',
      'custody/port.ts',
      'tlog/keys.ts',
    ],
    ...['actors/clock-actor.ts', 'store/port.ts'],
    ...['xstate', 'eventemitter3', 'pino', 'node:*'],
  ],
  'access/': ['contract/', 'disk/', 'time/', 'node:*'],
  'http/': [
    ...['contract/', 'access/', 'age/', 'recorder/port.ts', 'composition/port.ts'],
    ...[
      'audit/bundle/port.ts',
      'audit/questions/port.ts',
      'audit/verify/port.ts',
      'inspection/redact.ts',
    ],
    ...['time/', 'collections/', 'koa', '@koa/router', 'ws', 'zod', 'pino', 'node:*'],
  ],
  // It folds events here, so that each step is at once on the screen, and can be verified against
  // the recorder's own replay. Only `f2f replay` loads the machines.
  'cli/replay/': ['cli/', 'client/', 'contract/', 'replay/', 'node:*'],
  // It opens the inspection feed, and shows it in Stately's inspector.
  'cli/inspect/': [
    ...['cli/', 'client/', 'contract/', 'home/', 'inspection/stately.ts', 'ws', 'node:*'],
  ],
  'cli/': ['client/', 'contract/', 'disk/', 'home/', 'pulse/address.ts', 'node:*'],
  // It shows and plays what it measures, with the programs that the captures use.
  'selftest/': [
    ...['platform/', 'processes/', 'ffmpeg/', 'time/', 'x11/', 'wayland/', 'pulse/', 'node:*'],
  ],
  'cli/commands/selftest.ts': ['cli/', 'client/', 'contract/', 'home/', 'selftest/', 'node:*'],
  // The one command that is the daemon itself.
  'cli/commands/serve.ts': ['cli/', 'contract/', 'serve.ts'],
  // A missing master key is looked at, and restored, without a daemon.
  'cli/commands/key.ts': ['cli/', 'contract/', 'custody/', 'home/', 'node:*'],
  // Without a daemon, it reads the home itself.
  'cli/commands/verify.ts': [
    ...['cli/', 'contract/', 'home/', 'audit/verify/verify-home.ts'],
    ...['audit/verify/witness-keys.ts', 'node:*'],
  ],
  'cli/commands/config.ts': ['cli/', 'contract/', 'home/', 'effective-configuration.ts', 'node:*'],
  // It asks the desktop itself: the daemon must never open a dialog.
  'cli/commands/setup.ts': ['cli/', 'contract/', 'home/', 'platform/'],
  'cli/commands/service.ts': ['cli/', 'home/', 'service/'],
  'service/': ['processes/', 'time/', 'node:*'],
  // It runs in browsers, too. Of the schemas it uses only types.
  'client/': ['contract/', 'http/schemas/', 'zod'],
  // It checks the recipients of age and the keys of witnesses that config.json names.
  'home/': ['contract/', 'age/identity.ts', 'tlog/keys.ts', 'jsonc-parser', 'zod', 'node:*'],
  // It runs in a browser: no node:*. It plays the timeline that exported files have.
  'ui/': [
    ...['contract/', 'client/', 'replay/', 'machines/', 'composition/plan/timeline.ts'],
    ...['preact', 'preact/hooks', '@preact/signals'],
  ],
  'logging.ts': ['lines-by-turn.ts', 'log-output.ts', 'pino', 'pino-pretty', 'node:*'],
  'log-output.ts': ['node:*'],
  'lines-by-turn.ts': [],
  'daemon.ts': [
    ...['contract/', 'disk/', 'time/', 'actors/', 'store/', 'recorder/', 'access/'],
    ...[
      'audit/',
      'custody/',
      'auditing.ts',
      'composition/',
      'home/',
      'platform/watch-desktop.ts',
      'front-door.ts',
      'open-recorder.ts',
      'cleanup-stack.ts',
    ],
    'live-configuration.ts',
    ...['pino', 'node:*'],
  ],
  'effective-configuration.ts': ['contract/', 'disk/', 'home/'],
  'live-configuration.ts': ['contract/', 'effective-configuration.ts', 'node:*'],
  'front-door.ts': ['access/', 'home/', 'http/', 'pino'],
  'auditing.ts': ['audit/', 'contract/', 'home/', 'http/server.ts', 'recorder/', 'pino'],
  'open-recorder.ts': ['contract/', 'home/', 'recorder/', 'store/', 'pino'],
  'cleanup-stack.ts': [],
  'serve.ts': [
    ...['daemon.ts', 'logging.ts', 'processes/young-generation.ts', 'service/'],
    ...['time/', 'pino', 'node:*'],
  ],
}

/** One import of a file, both by their path below src; a package by its name. */
interface Edge {
  from: string
  to: string
}

const files = readdirSync(fileURLToPath(new URL('src/', ROOT)), {
  recursive: true,
  encoding: 'utf8',
})
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.[ct]?tsx?$/.test(path))

const IMPORT =
  /^(?:import|export)\b[^;'"`]*?\bfrom '([^']+)'|^import '([^']+)'|^[^/\n]*\bimport\('([^']+)'\)/gm

function edgesOf(from: string, source: string): Edge[] {
  return [...source.matchAll(IMPORT)].map((match) => {
    const name = (match[1] ?? match[2] ?? match[3]) as string
    // In CommonJS the name of the built file stands.
    if (name.startsWith('.'))
      return { from, to: posix.join(posix.dirname(from), name.replace(/\.js$/, '.ts')) }
    return { from, to: name.startsWith('node:') ? 'node:*' : name }
  })
}

/** Imports that the table does not allow, as `from → to`. */
function wrongEdges(edges: readonly Edge[]): string[] {
  const isIn = (path: string, part: string): boolean =>
    path === part || (part.endsWith('/') && path.startsWith(part))
  const partOf = (path: string): string | undefined =>
    Object.keys(MAY_IMPORT)
      .filter((part) => isIn(path, part))
      .sort((a, b) => b.length - a.length)[0]
  return edges
    .filter(({ from, to }) => {
      const part = partOf(from)
      return (
        part === undefined || ![part, ...MAY_IMPORT[part]!].some((allowed) => isIn(to, allowed))
      )
    })
    .map(({ from, to }) => `${from} → ${to}`)
}

/** A way from a file back to itself, or undefined. */
function cycleIn(edges: readonly Edge[]): string[] | undefined {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const to of next.get(file) ?? []) {
      const cycle = visit(to, [...path, file])
      if (cycle) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of next.keys()) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return undefined
}

/**
 * The imports between the folders of the store. All of them know its port and the open log, and the
 * files beside the folders connect them.
 */
function folderEdges(edges: readonly Edge[]): Edge[] {
  const folderOf = (path: string): string | undefined => /^store\/[^/]+(?=\/)/.exec(path)?.[0]
  return edges.flatMap(({ from, to }) => {
    const [own, other] = [folderOf(from), folderOf(to)]
    return own && other && own !== other ? [{ from: own, to: other }] : []
  })
}

suite('imports', (test) => {
  const edges = files.flatMap((file) => edgesOf(file, readPage(`src/${file}`)))

  test('every import points the way that the architecture allows', () => {
    assert.ok(edges.length > 3 * files.length, `${edges.length} imports in ${files.length} files`)
    assert.deepEqual(wrongEdges(edges), [])
  })

  test('no file imports itself by a detour', () => {
    assert.equal(cycleIn(edges), undefined)
  })

  test('the folders of the store import one way', () => {
    const between = folderEdges(edges)
    assert.ok(between.length > 50, `${between.length} imports between folders`)
    assert.equal(cycleIn(between), undefined)
    const back = { from: 'store/records/a.ts', to: 'store/opening/b.ts' }
    assert.ok(cycleIn(folderEdges([...edges, back])))
  })

  test('a wrong import and a cycle would be noticed', () => {
    const source = (names: string[]) =>
      names.map((name) => `import { x } from '${name}'`).join('\n')
    const machine = edgesOf(
      'machines/a.ts',
      source(['../contract/events.ts', '../actors/capture.ts', 'node:fs', './b.ts']),
    )
    assert.deepEqual(wrongEdges(machine), [
      'machines/a.ts → actors/capture.ts',
      'machines/a.ts → node:*',
    ])
    assert.deepEqual(wrongEdges(edgesOf('store/a.ts', `export * from '../actors/capture.ts'`)), [
      'store/a.ts → actors/capture.ts',
    ])
    assert.deepEqual(wrongEdges(edgesOf('cli/run.ts', `await import('../daemon.ts')`)), [
      'cli/run.ts → daemon.ts',
    ])
    assert.deepEqual(wrongEdges([{ from: 'elsewhere/a.ts', to: 'contract/media.ts' }]).length, 1)
    assert.deepEqual(cycleIn([...machine, ...edgesOf('machines/b.ts', source(['./a.ts']))]), [
      ...['machines/a.ts', 'machines/b.ts', 'machines/a.ts'],
    ])
  })

  test('every package that is used is declared, and every declared one has its reason in docs/architecture.md', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readPage('package.json'),
    )
    const packages = edges.filter(({ to }) => !/\.(?:tsx?|css)$/.test(to) && to !== 'node:*')
    const usedBy = (isPage: boolean): string[] => [
      ...new Set(
        packages
          .filter(({ from }) => from.startsWith('ui/') === isPage)
          .map(({ to }) => (to.startsWith('preact/') ? 'preact' : to)),
      ),
    ]
    assert.deepEqual(usedBy(false).sort(), Object.keys(dependencies).sort())
    // The page is bundled: nobody installs its packages with the recorder.
    assert.deepEqual(
      usedBy(true).filter((name) => !Object.hasOwn(devDependencies, name)),
      [],
    )
    const architecture = readPage('docs/architecture.md')
    const all = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    assert.deepEqual(
      all.filter((name) => !new RegExp(`^- \`${name}\`[^\\n]*: \\S`, 'm').test(architecture)),
      [],
    )
  })
})
