import { join } from 'node:path'
import type { JsonObject, JsonValue } from '../../src/plan/json.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { Project } from './command-runner.ts'

/** Does something to the objects of a project's sandbox as somebody else would: `manager` is the name that its fields get. */
export async function asOther(
  project: Project,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: JsonObject,
  manager = 'kubectl',
): Promise<JsonValue | undefined> {
  const sandbox = await Sandbox.open({ directory: join(project.folder, '.meshform/sandbox') })
  try {
    const answer = await sandbox.handle({
      method,
      path: method === 'PATCH' || method === 'POST' ? `${path}?fieldManager=${manager}` : path,
      headers: {
        accept: 'application/json',
        'content-type': method === 'POST' ? 'application/json' : 'application/merge-patch+json',
      },
      ...(body === undefined ? {} : { body }),
      signal: new AbortController().signal,
    })
    if (answer.kind !== 'answer' || answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer.json()
  } finally {
    await sandbox.close()
  }
}
