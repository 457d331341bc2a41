import { resolve } from 'node:path'
import {
  type Config,
  type EffectiveConfiguration,
  listSettings,
  RESTART_SETTINGS,
  type Setting,
} from '../../contract/configuration.ts'
import { ConfigError, readConfig, readConfigFile } from '../../home/config.ts'
import type { Home } from '../../home/home.ts'
import { HomeError } from '../../home/home-error.ts'
import { defineCommand, type Io } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { localProblem } from '../problem.ts'
import { knownProblem } from '../text/problem-text.ts'
import { printable } from '../text/style.ts'
import { type Column, table } from '../text/table.ts'

const COLUMNS: Column[] = [
  { title: 'SETTING', rank: 0 },
  { title: 'VALUE', rank: 0, least: 12 },
  { title: 'FROM', rank: 0 },
]

/** Shows every setting in force, and the place that it comes from. */
export const configShow = defineCommand({
  name: 'config show',
  summary: 'Show every setting that is in force, and where it comes from.',
  description: [
    '`f2f config` is short for this. A running recorder says what is in force. Without one, shows what the next `f2f serve` ' +
      'from this shell would have, without options. Each setting comes from an option, the environment, config.json, or is the default.',
    'Also names the settings whose value in config.json has changed since the recorder read it. With --json: {"running": …, ' +
      '"configuration": …, "waiting": [names]}.',
  ],
  options: {},
  examples: [
    { line: 'f2f config', does: 'Shows all settings.' },
    {
      line: 'f2f config --json | jq .configuration.retention',
      does: 'Prints the settings of retention for a script.',
    },
  ],
  async run({ home, api, io, style }) {
    const running = await runningConfiguration(api)
    const file = await readFileOf(home, running !== undefined)
    const own = file && (await configurationOf(file, io))
    const configuration = running ?? own
    if (configuration === undefined) throw new HomeError(`${home.configFile} cannot be used.`)
    const waiting = running && own ? waitingSettings(running, own) : []
    const rows = listSettings(configuration).map(([name, { value, from }]) => [
      name,
      printable(valueText(value)),
      from,
    ])
    return {
      json: { running: running !== undefined, configuration, waiting },
      text: table(COLUMNS, rows, { style }),
      ...noteOf(running !== undefined, waiting, file === undefined),
    }
  },
})

/** Prints the JSON Schema of config.json. */
export const configSchema = defineCommand({
  name: 'config schema',
  summary: 'Print the JSON Schema of config.json, for editors.',
  description: [
    'With it, editors complete keys, show what they mean and underline mistakes. Name it in config.json: "$schema": "./config.schema.json".',
  ],
  json: false,
  options: {},
  examples: [
    {
      line: 'f2f config schema > ~/.local/share/f2f-recorder/config.schema.json',
      does: 'Writes the schema beside config.json of the default home folder on Linux.',
    },
  ],
  async run() {
    const { configJsonSchema } = await import('../../home/config-json-schema.ts')
    const schema = configJsonSchema()
    return { json: schema, text: JSON.stringify(schema, null, 2) }
  },
})

/** Checks a file with settings. */
export const configCheck = defineCommand({
  name: 'config check',
  summary: 'Check config.json, or another file, and name every mistake.',
  args: { usage: '[FILE]', min: 0, max: 1, completes: 'file' },
  description: [
    'Names each mistake with its line, its column and what to do. FILE is config.json of the home folder unless you give another. ' +
      'Needs no running recorder, and changes nothing. The exit code is 1 if there is a mistake.',
    'With --json: {"file": …, "mistakes": [{key, line, column, detail, remedy}]}.',
  ],
  options: {},
  examples: [
    { line: 'f2f config check', does: 'Checks config.json before the recorder is restarted.' },
    { line: 'f2f config check new-config.json', does: 'Checks another file.' },
  ],
  async run({ args: [name], home }) {
    const file = name === undefined ? home.configFile : resolve(name)
    try {
      const config = await readConfigFile(file)
      if (config === undefined && name !== undefined)
        throw localProblem('FAILED', 'There is no such file.', {
          detail: `${file} does not exist.`,
        })
      const what = config === undefined ? 'does not exist, and is not needed' : 'has no mistakes'
      return { json: { file, mistakes: [] }, text: `${printable(file)} ${what}.` }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const text = error.message.split('\n').map(printable).join('\n')
      return { json: { file, mistakes: error.mistakes }, text, exitCode: 1 }
    }
  },
})

/** Returns the settings of the running recorder; undefined when none is running. */
async function runningConfiguration(api: Api): Promise<EffectiveConfiguration | undefined> {
  try {
    return await api.configuration()
  } catch (error) {
    if (knownProblem(error)?.code === 'NO_DAEMON') return undefined
    throw error
  }
}

/** Returns the settings of config.json; undefined when it has mistakes and is not needed. */
async function readFileOf(home: Home, isRunning: boolean): Promise<Config | undefined> {
  try {
    return await readConfig(home)
  } catch (error) {
    if (isRunning && error instanceof HomeError) return undefined
    throw error
  }
}

async function configurationOf(config: Config, { env }: Io): Promise<EffectiveConfiguration> {
  const { effectiveConfiguration } = await import('../../effective-configuration.ts')
  const logLevel = env.F2F_LOG_LEVEL ?? 'info'
  return effectiveConfiguration({ options: { source: 'devices' }, env, config, logLevel })
}

/** Lists the settings that config.json decides, and whose new value is not in force yet. */
function waitingSettings(running: EffectiveConfiguration, own: EffectiveConfiguration): string[] {
  const inForce = new Map(listSettings(running))
  return listSettings(own)
    .filter(([name, wanted]) => isWaiting(inForce.get(name), wanted))
    .map(([name]) => name)
}

function isWaiting(inForce: Setting<unknown> | undefined, wanted: Setting<unknown>): boolean {
  if (inForce === undefined) return false
  const ofFile = [inForce, wanted].filter(({ from }) => from === 'config.json')
  const isDecidedElsewhere = [inForce, wanted].some(
    ({ from }) => from === 'option' || from === 'environment',
  )
  if (ofFile.length === 0 || isDecidedElsewhere) return false
  return ofFile.length === 1 || JSON.stringify(inForce.value) !== JSON.stringify(wanted.value)
}

function noteOf(isRunning: boolean, waiting: readonly string[], isUnreadable: boolean) {
  if (!isRunning)
    return {
      note: 'No recorder is running. The next f2f serve from this shell has these settings.',
    }
  if (isUnreadable)
    return {
      note: 'config.json has mistakes; the recorder still uses the earlier version. Run f2f config check.',
    }
  if (waiting.length === 0) return {}
  const needRestart = waiting.filter((name) => RESTART_SETTINGS.includes(name))
  const restart =
    needRestart.length === 0 ? '' : ` These need a restart: ${needRestart.join(', ')}.`
  return {
    note: `config.json has other values, which are not in force yet: ${waiting.join(', ')}. Send the recorder SIGHUP, or restart it.${restart}`,
  }
}

function valueText(value: unknown): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.length === 0 ? '–' : value.join(', ')
  if (Array.isArray(value) && value.length === 0) return '–'
  return JSON.stringify(value)
}
