import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { isJsonObject } from '../../plan/json.ts'
import { objectField, textField } from '../formats/json-fields.ts'
import { RUN_LABEL } from './job-manifests.ts'
import type { WorkerStore } from './worker.ts'

/** Where a pod finds its account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const TIMEOUT_MS = 10_000
/** A pod's sidecar may take a while until it lets anything through, and new rights until they count. */
const PATIENCE_MS = 60_000
const PAUSE_FIRST_MS = 100
const PAUSE_LONGEST_MS = 2_000

/** Where the API is and who asks. */
export interface InClusterOptions {
  readonly run: string
  readonly namespace: string
  /** `https://host:port`. */
  readonly server: string
  /** Folder of the account's files; the one that Kubernetes mounts by default. */
  readonly account?: string
  /** Name that the certificate is for, where it is not the host's. */
  readonly serverName?: string
  /** Milliseconds until a call that fails is given up; a minute by default. */
  readonly patienceMs?: number
}

/** The API of the cluster that this pod is in, with the pod's own account and the cluster's own authority. */
export async function inClusterStore(options: InClusterOptions): Promise<WorkerStore> {
  const account = options.account ?? ACCOUNT
  const ca = await readFile(join(account, 'ca.crt'), 'utf8')
  const { serverName } = options
  const agent = new Agent({ connect: { ca, ...(serverName === undefined ? {} : { servername: serverName }) } })
  const base = `${options.server}/api/v1/namespaces/${options.namespace}`
  const call = async (method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; value: unknown }> => {
    // The token is read each time: the kubelet renews it.
    const token = (await readFile(join(account, 'token'), 'utf8')).trim()
    const answer = await request(`${base}${path}`, {
      method,
      dispatcher: agent,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    const text = await answer.body.text()
    return { status: answer.statusCode, value: text.startsWith('{') ? JSON.parse(text) : undefined }
  }
  const again = async <Value>(attempt: () => Promise<Value>): Promise<Value> => {
    const until = performance.now() + (options.patienceMs ?? PATIENCE_MS)
    for (let pause = PAUSE_FIRST_MS; ; pause = Math.min(pause * 2, PAUSE_LONGEST_MS)) {
      try {
        return await attempt()
      } catch (error) {
        if (performance.now() + pause > until) throw error
      }
      await sleep(pause)
    }
  }
  return {
    readTask: (name) =>
      again(async () => {
        const { status, value } = await call('GET', `/secrets/${name}`)
        const task = isJsonObject(value) ? textField(objectField(value, 'data'), 'task') : undefined
        if (status !== 200 || task === undefined) throw new Error(`the task ${name} can't be read (${status})`)
        return Buffer.from(task, 'base64').toString('utf8')
      }),
    readValue: (name, key) =>
      again(async () => {
        const { status, value } = await call('GET', `/configmaps/${name}`)
        if (status === 404) return undefined
        if (status !== 200) throw new Error(`ConfigMap ${name} can't be read (${status})`)
        return isJsonObject(value) ? textField(objectField(value, 'data'), key) : undefined
      }),
    write: (name, data) =>
      again(async () => {
        const { status } = await call('POST', '/configmaps', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, labels: { [RUN_LABEL]: options.run } },
          data,
        })
        if (status !== 201 && status !== 409) throw new Error(`ConfigMap ${name} can't be written (${status})`)
      }),
  }
}
