import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegistryError } from '../registry/registry-error.ts'
import { PATTERN_LIMITS, type PatternFiles, readArchive } from './pattern-archive.ts'

/** Runs git with arguments and gives what it wrote. Rejects with what it said. */
export type RunGit = (args: readonly string[]) => Promise<Buffer>

/** How long git may take for one thing, in milliseconds: a slow line, never a question that nobody answers. */
const LONGEST = 300_000

/** git as it is installed, with nothing that could ask, run hooks, or reach another repository. */
export function installedGit(env: NodeJS.ProcessEnv, signal: AbortSignal): RunGit {
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...rest } = env
  const environment = { GIT_SSH_COMMAND: 'ssh -oBatchMode=yes', ...rest, GIT_TERMINAL_PROMPT: '0', GCM_INTERACTIVE: 'never' }
  const safe = ['-c', 'core.hooksPath=/dev/null', '-c', 'protocol.ext.allow=never', '-c', 'core.fsmonitor=false']
  return (args) =>
    new Promise((settle, failed) => {
      const options = {
        env: environment,
        signal,
        timeout: LONGEST,
        encoding: 'buffer',
        maxBuffer: 2 * PATTERN_LIMITS.archive,
      } as const
      execFile('git', [...safe, ...args], options, (error, stdout, stderr) => {
        if (error === null) settle(stdout)
        else failed(gitError(error, stderr.toString('utf8'), signal))
      })
    })
}

/** A commit's files. Asks for the commit alone where the server allows that, else for all branches and tags. Throws RegistryError. */
export async function fetchGit(
  repository: string,
  reference: string | undefined,
  run: RunGit,
): Promise<{ readonly files: PatternFiles; readonly commit: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-git-'))
  try {
    const at = `--git-dir=${join(folder, 'repository')}`
    const git = (...args: readonly string[]) => run([at, ...args])
    await git('init', '--quiet', '--bare')
    const commit = await fetchCommit(git, repository, reference ?? 'HEAD')
    return { commit, files: await readArchive(await git('archive', '--format=tar', commit)) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fetchCommit(git: (...args: string[]) => Promise<Buffer>, repository: string, reference: string): Promise<string> {
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules']
  const commitOf = async (name: string) =>
    (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)).toString('utf8').trim()
  try {
    await git(...fetch, '--depth=1', '--end-of-options', repository, reference)
    return await commitOf('FETCH_HEAD')
  } catch (error) {
    // Servers may refuse to give a commit by its name alone.
    if (!(error instanceof RegistryError) || error.reason !== 'refused' || !/^[0-9a-f]{7,64}$/.test(reference)) throw error
    await git(...fetch, '--end-of-options', repository, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*')
    return commitOf(reference).catch(() => {
      throw new RegistryError('not-found', `${repository} has no commit ${reference}`)
    })
  }
}

function gitError(
  error: Error & { readonly code?: unknown; readonly killed?: boolean },
  said: string,
  signal: AbortSignal,
): Error {
  if (signal.aborted) return new RegistryError('canceled', 'it was interrupted')
  if (error.code === 'ENOENT')
    return new RegistryError('unreachable', 'git is not installed', 'Install git, or use an archive over https.')
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return new RegistryError('too-large', `the repository is larger than ${(2 * PATTERN_LIMITS.archive) >> 20} MiB`)
  if (error.killed === true) return new RegistryError('unreachable', 'git did not end in time')
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const words = (lines.find((line) => line.startsWith('fatal:')) ?? lines.at(-1) ?? error.message).replace(/^(fatal|error): /, '')
  if (/Authentication failed|could not read Username|Permission denied/i.test(said))
    return new RegistryError('unauthorized', `git says: ${words}`, 'Set up a credential helper or an SSH key for git.')
  if (/Could not resolve host|unable to access|Connection (refused|timed out)/i.test(said))
    return new RegistryError('unreachable', `git says: ${words}`)
  if (/couldn't find remote ref|does not exist|not found/i.test(said)) return new RegistryError('not-found', `git says: ${words}`)
  return new RegistryError('refused', `git says: ${words}`)
}
