import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ok, refused, type StateResult } from '../../state-result.ts'
import type { AccessKey } from '../remote/access-key.ts'
import { iniSection } from '../remote/ini-section.ts'

type Environment = { readonly [name: string]: string | undefined }

/**
 * Credentials as AWS's own tools find them, the simple ways: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or
 * the shared credentials file with AWS_PROFILE. `aws configure export-credentials --format env` turns every other way into the first.
 */
export async function s3Credentials(environment: Environment): Promise<StateResult<AccessKey>> {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = environment
  if (id !== undefined && secret !== undefined && id !== '' && secret !== '') {
    return ok({ accessKeyId: id, secretAccessKey: secret, sessionToken: token === '' ? undefined : token })
  }
  const home = environment.HOME ?? environment.USERPROFILE ?? ''
  const path = environment.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials')
  const profile = environment.AWS_PROFILE ?? 'default'
  const found = iniSection(await readFile(path, 'utf8').catch(() => ''), profile)
  const [accessKeyId, secretAccessKey] = [found.get('aws_access_key_id'), found.get('aws_secret_access_key')]
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return ok({ accessKeyId, secretAccessKey, sessionToken: found.get('aws_session_token') })
  }
  return refused({
    kind: 'unauthorized',
    message: `There are no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put the profile ${JSON.stringify(profile.slice(0, 60))} into the shared credentials file. Other ways of signing in: eval "$(aws configure export-credentials --format env)".`,
  })
}
