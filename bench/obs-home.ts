/**
 * Prepares the home folder of an OBS for the bench: no wizard, no update, one profile that captures
 * as the recorder does.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QUALITY_PRESETS } from '../src/contract/quality.ts'

/** Name of the profile, the scene collection and the scene. */
export const BENCH = 'Bench'

/** Settings of the OBS. */
export interface ObsSettings {
  /** Port and password of its web socket. */
  port: number
  password: string
  /** Folder of its recordings. */
  recordings: string
  /** Size of the screen, in pixels. */
  width: number
  height: number
}

const { framesPerSecond } = QUALITY_PRESETS.standard

// Written for OBS 29 (Debian 12). LastVersion makes OBS believe that it has run before, so that it
// migrates and asks nothing.
const globalSettings = ({ port, password }: ObsSettings): Sections => ({
  General: {
    FirstRun: true,
    LastVersion: 29 << 24,
    InfoIncrement: -1,
    EnableAutoUpdates: false,
    BrowserHWAccel: false,
  },
  Basic: { Profile: BENCH, ProfileDir: BENCH, SceneCollection: BENCH, SceneCollectionFile: BENCH },
  BasicWindow: {
    SysTrayEnabled: true,
    PreviewEnabled: false,
    ShowTransitions: false,
    WarnBeforeStoppingRecord: false,
  },
  OBSWebSocket: {
    FirstLoad: false,
    ServerEnabled: true,
    ServerPort: port,
    AlertsEnabled: false,
    AuthRequired: true,
    ServerPassword: password,
  },
})

// x264 with its `ultrafast` preset and a constant rate factor, as the recorder uses it.
const profile = ({ recordings, width, height }: ObsSettings): Sections => ({
  General: { Name: BENCH },
  Output: { Mode: 'Simple' },
  SimpleOutput: {
    FilePath: recordings,
    RecFormat: 'mkv',
    RecQuality: 'Small',
    RecEncoder: 'x264_lowcpu',
    ABitrate: 160,
  },
  Video: {
    ...{ BaseCX: width, BaseCY: height, OutputCX: width, OutputCY: height },
    ...{ FPSType: 1, FPSInt: framesPerSecond },
  },
  Audio: { SampleRate: 48_000, ChannelSetup: 'Stereo' },
})

// Leaves out the devices of a new collection, because the bench adds its own.
const scenes = {
  name: BENCH,
  current_scene: BENCH,
  current_program_scene: BENCH,
  scene_order: [{ name: BENCH }],
  sources: [{ id: 'scene', name: BENCH, settings: { items: [] } }],
}

type Sections = Record<string, Record<string, string | number | boolean>>

function ini(sections: Sections): string {
  return Object.entries(sections)
    .flatMap(([name, values]) => [
      `[${name}]`,
      ...Object.entries(values).map(([key, value]) => `${key}=${value}`),
      '',
    ])
    .join('\n')
}

/**
 * Writes the settings below a folder. Returns the environment that makes OBS use them and not the
 * user's.
 */
export async function prepareObsHome(
  folder: string,
  settings: ObsSettings,
): Promise<NodeJS.ProcessEnv> {
  const config = join(folder, 'config')
  const obs = join(config, 'obs-studio')
  const profileFolder = join(obs, 'basic', 'profiles', BENCH)
  const scenesFolder = join(obs, 'basic', 'scenes')
  for (const path of [profileFolder, scenesFolder, settings.recordings])
    await mkdir(path, { recursive: true })
  // The file contains the password of the web socket, which listens on every interface.
  await writeFile(join(obs, 'global.ini'), ini(globalSettings(settings)), { mode: 0o600 })
  await writeFile(join(profileFolder, 'basic.ini'), ini(profile(settings)))
  await writeFile(join(scenesFolder, `${BENCH}.json`), JSON.stringify(scenes))
  return {
    HOME: folder,
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
    DBUS_SESSION_BUS_ADDRESS: 'none:',
    LC_ALL: 'C.UTF-8',
    QT_QPA_PLATFORM: 'xcb',
  }
}
