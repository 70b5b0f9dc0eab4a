import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { objectOf, objectsOf, textOf, textsOf } from '../json-fields.ts'
import { redact } from './redact.ts'

/** What a plugin gave: a token, a client certificate with its key (PEM), or both. */
export interface PluginCredential {
  readonly token: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
  /** Milliseconds since 1970; undefined: until the server refuses it. */
  readonly expires: number | undefined
}

/** Who runs a plugin, and where. */
export interface PluginSurroundings {
  readonly environment: { readonly [name: string]: string | undefined }
  /** A person who can be asked stands at the terminal. */
  readonly isInteractive: boolean
}

const VERSION = 'client.authentication.k8s.io/v1'
/** A plugin that takes longer waits for a person; one who is there gets the time to log in. Milliseconds. */
const TIMEOUT_MS = 60_000
const INTERACTIVE_TIMEOUT_MS = 300_000
/** As much as a plugin may say. */
const LONGEST_OUTPUT = 1024 * 1024

/**
 * Runs the plugin of a kubeconfig's user (`exec`), as client-go does: what is wanted goes to it in KUBERNETES_EXEC_INFO, and its
 * output is an ExecCredential. Rejects with what to tell people, without secrets.
 */
export async function runExecPlugin(
  exec: JsonObject,
  cluster: JsonObject,
  { environment, isInteractive }: PluginSurroundings,
): Promise<PluginCredential> {
  const command = textOf(exec.command)
  if (command === undefined || command === '') throw new Error('its `exec` names no command')
  const mode = textOf(exec.interactiveMode) ?? 'IfAvailable'
  const interactive = isInteractive && mode !== 'Never'
  if (mode === 'Always' && !interactive)
    throw new Error(
      `the credential plugin ${command} wants to ask a person (interactiveMode Always), and nobody is at a terminal`,
    )
  const info = {
    kind: 'ExecCredential',
    apiVersion: textOf(exec.apiVersion) ?? VERSION,
    spec: { interactive, ...(exec.provideClusterInfo === true ? { cluster: await clusterInfo(cluster) } : {}) },
  }
  const given = objectsOf(exec.env).flatMap(({ name, value }) =>
    typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
  )
  const env = { ...environment, ...Object.fromEntries(given), KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  const hint = textOf(exec.installHint)
  const output = await run(command, textsOf(exec.args), env, interactive, hint)
  return credentialOf(output, command, textOf(exec.apiVersion))
}

function run(
  command: string,
  args: readonly string[],
  env: { readonly [name: string]: string | undefined },
  interactive: boolean,
  installHint: string | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...env }, stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'] })
    let output = ''
    let said = ''
    const seconds = (interactive ? INTERACTIVE_TIMEOUT_MS : TIMEOUT_MS) / 1000
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill()
    }, seconds * 1000)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < LONGEST_OUTPUT) output += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < LONGEST_OUTPUT) said += text
      // What to open in the browser, which code to type in: it is for the person who waits.
      if (interactive) process.stderr.write(text)
    })
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      const why =
        error.code === 'ENOENT'
          ? `is not installed${installHint === undefined ? '' : `. ${installHint}`}`
          : `can't be run: ${error.code ?? error.message}`
      reject(new Error(`the credential plugin ${command} ${why}`))
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) return resolve(output)
      const end = isLate
        ? `did not answer within ${seconds} s`
        : code === null
          ? `was ended by ${signal ?? 'a signal'}`
          : `ended with exit code ${code}`
      const words = redact(said)
      reject(new Error(`the credential plugin ${command} ${end}${words === '' ? '' : `: ${words}`}`))
    })
  })
}

function credentialOf(output: string, command: string, wanted: string | undefined): PluginCredential {
  const answer = parsed(output)
  const plugin = `the credential plugin ${command}`
  if (!isJsonObject(answer) || answer.kind !== 'ExecCredential') throw new Error(`${plugin} does not print an ExecCredential`)
  if (wanted !== undefined && answer.apiVersion !== wanted)
    throw new Error(`${plugin} answers in ${textOf(answer.apiVersion) ?? 'no version'}, and the kubeconfig says ${wanted}`)
  const status = objectOf(answer.status)
  const [token, certificate, key] = ['token', 'clientCertificateData', 'clientKeyData'].map(
    (name) => textOf(status[name]) || undefined,
  )
  if (token === undefined && certificate === undefined) throw new Error(`${plugin} gives neither a token nor a certificate`)
  if ((certificate === undefined) !== (key === undefined))
    throw new Error(
      `${plugin} gives ${certificate === undefined ? 'a key without a certificate' : 'a certificate without its key'}`,
    )
  const expires = Date.parse(textOf(status.expirationTimestamp) ?? '')
  return { token, certificate, key, expires: Number.isNaN(expires) ? undefined : expires }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** What a plugin is told of the cluster: the kubeconfig's entry with its files read, and what its extension holds for plugins. */
async function clusterInfo(cluster: JsonObject): Promise<JsonObject> {
  const { 'certificate-authority': file, extensions, ...plain } = cluster
  const authority = textOf(file)
  const data =
    plain['certificate-authority-data'] === undefined && authority !== undefined && authority !== ''
      ? { 'certificate-authority-data': (await readFile(authority)).toString('base64') }
      : {}
  const extension = objectsOf(extensions).find(({ name }) => name === 'client.authentication.k8s.io/exec')
  return { ...plain, ...data, ...(extension?.extension === undefined ? {} : { config: extension.extension }) }
}
