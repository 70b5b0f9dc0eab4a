import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What kubectl answered. */
export interface KubectlAnswer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The kubectl on the PATH; undefined when there is none. */
export function findKubectl(path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'kubectl'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** Runs kubectl with a kubeconfig and nothing else of the user's. */
export function runKubectl(binary: string, kubeconfig: string, home: string, args: readonly string[]): Promise<KubectlAnswer> {
  const env = { PATH: process.env.PATH ?? '', HOME: home, KUBECONFIG: kubeconfig }
  return new Promise((resolve) => {
    execFile(binary, [...args], { env, timeout: 30_000, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, out, err })
    })
  })
}
