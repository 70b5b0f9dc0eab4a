import { execFile } from 'node:child_process'
import { arch, cpus } from 'node:os'
import type { RunEnvironment } from '../../perf/load/load-result.ts'
import type { CommandIo } from '../command-io.ts'

/**
 * Where runs of this process are made: the class of this machine, and the commit of the folder. Values given with `--env`
 * go before what is found.
 */
export async function runEnvironment(io: CommandIo, given: readonly string[]): Promise<RunEnvironment> {
  const commit = io.env.GITHUB_SHA ?? io.env.CI_COMMIT_SHA ?? (await gitCommit(io))
  const all = cpus()
  const model = all[0]?.model.trim().replaceAll(/\s+/g, ' ')
  const pairs = given.flatMap((text) => {
    const equals = text.indexOf('=')
    return equals > 0 ? [[text.slice(0, equals), text.slice(equals + 1)] as const] : []
  })
  return {
    node: [arch(), `${all.length} × ${model ?? 'unknown processor'}`].join(', '),
    ...(commit === undefined ? {} : { commit }),
    ...Object.fromEntries(pairs),
  }
}

function gitCommit(io: CommandIo): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('git', ['rev-parse', 'HEAD'], { cwd: io.cwd, timeout: 2_000 }, (error, stdout) => {
      const commit = stdout.trim()
      resolve(error === null && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined)
    })
  })
}
