import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonValue } from '../../../plan/json.ts'
import { ok, type StateResult } from '../../state-result.ts'
import type { AccessKey } from '../remote/access-key.ts'
import { unauthorized } from '../remote/access-token.ts'
import { iniSection } from '../remote/ini-section.ts'

type Environment = { readonly [name: string]: string | undefined }

/** TENCENTCLOUD_SECRET_ID and _KEY (with _SECURITY_TOKEN), a profile of Tencent's command line (`~/.tccli`), or coscmd's file. */
export async function cosCredentials(environment: Environment): Promise<StateResult<AccessKey>> {
  const home = environment.HOME ?? environment.USERPROFILE ?? ''
  const profile = environment.TENCENTCLOUD_PROFILE ?? 'default'
  const folder = environment.TENCENTCLOUD_SHARED_CREDENTIALS_DIR ?? join(home, '.tccli')
  const sources: readonly (() => Promise<AccessKey | undefined>)[] = [
    async () =>
      keyOf(environment.TENCENTCLOUD_SECRET_ID, environment.TENCENTCLOUD_SECRET_KEY, environment.TENCENTCLOUD_SECURITY_TOKEN),
    async () => fromJson(await textOf(join(folder, `${profile}.credential`))),
    async () => {
      const common = iniSection(await textOf(join(home, '.cos.conf')), 'common')
      return keyOf(common.get('secret_id'), common.get('secret_key'), common.get('token'))
    },
  ]
  for (const source of sources) {
    const key = await source()
    if (key !== undefined) return ok(key)
  }
  return unauthorized(
    `There are no credentials for COS: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY (and TENCENTCLOUD_SECURITY_TOKEN for a lent key), or put a key into the profile ${JSON.stringify(profile.slice(0, 60))} of Tencent's command line ("tccli configure").`,
  )
}

function keyOf(id: JsonValue | undefined, secret: JsonValue | undefined, token: JsonValue | undefined): AccessKey | undefined {
  if (typeof id !== 'string' || typeof secret !== 'string' || id === '' || secret === '') return undefined
  return { accessKeyId: id, secretAccessKey: secret, sessionToken: typeof token === 'string' && token !== '' ? token : undefined }
}

function fromJson(text: string): AccessKey | undefined {
  try {
    const file = JSON.parse(text) as JsonValue
    return isJsonObject(file) ? keyOf(file.secretId, file.secretKey, file.token) : undefined
  } catch {
    return undefined
  }
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
