import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { ok, type StateResult } from '../../state-result.ts'
import type { AccessKey } from '../remote/access-key.ts'
import { unauthorized } from '../remote/access-token.ts'

type Environment = { readonly [name: string]: string | undefined }

/** Names of a key in the environment: of ossutil and the SDKs for OSS, of Alibaba's command line, of Terraform. */
const VARIABLES = [
  ['OSS_ACCESS_KEY_ID', 'OSS_ACCESS_KEY_SECRET', 'OSS_SESSION_TOKEN'],
  ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'ALIBABA_CLOUD_SECURITY_TOKEN'],
  ['ALICLOUD_ACCESS_KEY', 'ALICLOUD_SECRET_KEY', 'ALICLOUD_SECURITY_TOKEN'],
] as const

/** A key of the environment, or of a profile of Alibaba's command line (`~/.aliyun/config.json`) that holds one. */
export async function ossCredentials(environment: Environment): Promise<StateResult<AccessKey>> {
  for (const [id, secret, token] of VARIABLES) {
    const [accessKeyId = '', secretAccessKey = '', lent = ''] = [environment[id], environment[secret], environment[token]]
    if (accessKeyId === '' || secretAccessKey === '') continue
    return ok({ accessKeyId, secretAccessKey, sessionToken: lent === '' ? undefined : lent })
  }
  const home = environment.HOME ?? environment.USERPROFILE ?? ''
  const path = environment.ALICLOUD_SHARED_CREDENTIALS_FILE ?? join(home, '.aliyun', 'config.json')
  const file = parsed(await readFile(path, 'utf8').catch(() => ''))
  const name = environment.ALIBABA_CLOUD_PROFILE ?? environment.ALICLOUD_PROFILE ?? textIn(file, 'current') ?? 'default'
  const profiles = Array.isArray(file.profiles) ? file.profiles.filter(isJsonObject) : []
  const profile = profiles.find((item) => item.name === name)
  const [accessKeyId, secretAccessKey] = [textIn(profile, 'access_key_id'), textIn(profile, 'access_key_secret')]
  const mode = textIn(profile, 'mode') ?? 'AK'
  const isKey = mode === 'AK' || mode === 'StsToken'
  if (isKey && accessKeyId !== undefined && secretAccessKey !== undefined) {
    return ok({ accessKeyId, secretAccessKey, sessionToken: mode === 'AK' ? undefined : textIn(profile, 'sts_token') })
  }
  const shown = JSON.stringify(name.slice(0, 60))
  const found =
    profile === undefined || isKey
      ? ''
      : ` The profile ${shown} signs in by ${mode.replace(/\W/g, '').slice(0, 30)}, which is not known here.`
  return unauthorized(
    `There are no credentials for OSS: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET (and OSS_SESSION_TOKEN for a lent key), or put a key into the profile ${shown} of Alibaba's command line ("aliyun configure").${found}`,
  )
}

function parsed(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as JsonValue
    return isJsonObject(value) ? value : {}
  } catch {
    return {}
  }
}

function textIn(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
