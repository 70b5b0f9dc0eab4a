import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { type ServedSandbox, serveSandbox } from '../../src/sandbox/server/serve-sandbox.ts'

/** A sandbox in a folder of its own, served on the loopback. */
export interface TestServer {
  readonly directory: string
  readonly sandbox: Sandbox
  readonly served: ServedSandbox
  /** Ends everything and removes the folder. */
  readonly end: () => Promise<void>
}

/** Starts one. */
export async function startTestServer(options: Partial<SandboxOptions> = {}): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'meshform-sandbox-'))
  const sandbox = await Sandbox.open({ directory, ...options })
  const served = await serveSandbox(sandbox, { directory, now: new Date() })
  return {
    directory,
    sandbox,
    served,
    end: async () => {
      await served.close()
      await sandbox.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** One whole request over plain HTTP, with the token unless another is given. */
export async function ask(
  { url, token }: ServedSandbox,
  method: string,
  path: string,
  body?: string,
  headers: { readonly [name: string]: string } = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
