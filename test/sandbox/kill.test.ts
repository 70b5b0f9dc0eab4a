import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/plan/json.ts'
import { objectAt, objectsAt, textAt } from '../../src/sandbox/builtin/json-tree.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { ServedSandbox } from '../../src/sandbox/server/serve-sandbox.ts'
import { findSandboxServer } from '../../src/sandbox/server/server-file.ts'
import { ask } from './served.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'

describe('a sandbox that is killed', () => {
  let folder = ''
  let script = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshform-kill-'))
    script = join(folder, 'serve.mjs')
    await build({
      entryPoints: [join(import.meta.dirname, 'serve-child.ts')],
      outfile: script,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function serve(directory: string): Promise<{ readonly child: ChildProcess; readonly served: ServedSandbox }> {
    const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const [line] = await once(lines, 'line')
    lines.close()
    return { child, served: JSON.parse(String(line)) as ServedSandbox }
  }

  async function kill(child: ChildProcess): Promise<void> {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  async function names(directory: string): Promise<ReadonlyMap<string, JsonObject>> {
    const sandbox = await Sandbox.open({ directory })
    const answer = await sandbox.handle({ method: 'GET', path: configMaps })
    const list = answer.kind === 'answer' ? answer.json() : null
    await sandbox.close()
    const items = isJsonObject(list) ? objectsAt(list, 'items') : []
    return new Map(items.map((item) => [textAt(objectAt(item, 'metadata'), 'name'), item]))
  }

  test('has every write that it answered, whenever it was killed', async () => {
    const directory = join(folder, 'writes')
    const answered = new Map<string, string>()
    for (let round = 0; round < 3; round += 1) {
      const { child, served } = await serve(directory)
      let count = 0
      const write = async (): Promise<void> => {
        for (;;) {
          const name = `r${round}-${count}`
          count += 1
          const body = JSON.stringify({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name },
            data: { text: 'ü\n'.repeat(50) },
          })
          const answer = await ask(served, 'POST', configMaps, body)
          if (answer.status !== 201) throw new Error(answer.text)
          const made: JsonObject = JSON.parse(answer.text)
          answered.set(name, textAt(objectAt(made, 'metadata'), 'uid'))
        }
      }
      const writers = Promise.allSettled([write(), write(), write(), write()])
      while (answered.size < (round + 1) * 40) await new Promise((resolve) => setTimeout(resolve, 1))
      await kill(child)
      await writers
      expect(await findSandboxServer(directory)).toBeUndefined()
      const kept = await names(directory)
      for (const [name, uid] of answered) expect([name, textAt(objectAt(kept.get(name), 'metadata'), 'uid')]).toEqual([name, uid])
    }
  })

  test('drops the line that it was writing, and nothing before it', async () => {
    const directory = join(folder, 'torn')
    const { child, served } = await serve(directory)
    for (const name of ['a', 'b']) await ask(served, 'POST', configMaps, JSON.stringify({ metadata: { name } }))
    await kill(child)
    const log = join(directory, 'changes.log')
    const last = (await readFile(log, 'utf8')).trimEnd().split('\n').at(-1) ?? ''
    await appendFile(log, last.replaceAll('"b"', '"c"').slice(0, last.length - 40))
    expect([...(await names(directory)).keys()]).toEqual(['a', 'b', 'kube-root-ca.crt', 'openshift-service-ca.crt'])
    expect([...(await names(directory)).keys()]).toEqual(['a', 'b', 'kube-root-ca.crt', 'openshift-service-ca.crt'])
  })

  test('goes on with a rollout that it was in the middle of', async () => {
    const directory = join(folder, 'rollout')
    const { child, served } = await serve(directory)
    const labels = { app: 'web' }
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 5,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
      },
    }
    await ask(served, 'POST', '/apis/apps/v1/namespaces/default/deployments', JSON.stringify(deployment))
    await kill(child)
    const again = await serve(directory)
    let status: JsonObject | undefined
    while (status?.availableReplicas !== 5) {
      const answer = await ask(again.served, 'GET', '/apis/apps/v1/namespaces/default/deployments/web')
      status = objectAt(JSON.parse(answer.text) as JsonObject, 'status')
    }
    await kill(again.child)
    expect(status).toMatchObject({ replicas: 5, readyReplicas: 5, updatedReplicas: 5 })
  })
})
