import { join } from 'node:path'
import { Command } from 'commander'
import { inspectFilter } from '../../filters/inspect/inspect-filter.ts'
import { describeModule } from '../../filters/registry/describe-module.ts'
import { describeSignature, verifyModule } from '../../filters/registry/dsse.ts'
import { type ResolvedModule, resolveModule } from '../../filters/registry/resolve-module.ts'
import { formatLock, LOCK_FILE, withLocked } from '../../lock/lock-file.ts'
import type { LockedModule } from '../../lock/module-lock.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { designFolder } from '../design-folder.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'
import { readLock } from '../read-lock.ts'
import { writeFileAtomically } from '../write-file.ts'
import { isRemoteFilter, type RemoteFilter } from './design-filters.ts'
import { filterLibrary, registryAccess } from './filter-context.ts'
import { readKey } from './sign.ts'

/** `meshform filter lock`: write down which bytes a design's filters are. */
export function filterLockCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('lock'))
    .summary('Pin the filters of a design')
    .description(
      `Fetches every filter of a design and writes into ${LOCK_FILE} beside it which bytes its address stands for. An address that stands for something else than before is refused, unless --update is given.`,
    )
    .option('--update', 'take what the addresses stand for now')
    .addHelpText('after', '\nExamples:\n  meshform filter lock -f design.yaml\n  meshform filter lock -f . --update\n')
    .action((options: DesignOptions & { readonly update?: boolean }) => lockFilters(io, options))
}

async function lockFilters(io: CommandIo, options: DesignOptions & { readonly update?: boolean }): Promise<void> {
  const view = terminalView(io)
  const { design, diagnostics } = await readDesign(io, options)
  // What the lock itself causes is about to be put right.
  const others = diagnostics.filter(({ code }) => !['MF9016', 'MF9018', 'MF9019', 'MF9020'].includes(code))
  const folder = design === undefined ? io.cwd : designFolder(io, design.directory)
  const read = await readLock(folder)
  if (design === undefined || hasErrors(others) || !read.ok) {
    view.diagnostics(read.ok ? others : [...others, read.diagnostic])
    io.setExitCode(1)
    return
  }
  let { lock } = read
  const problems: Diagnostic[] = []
  const seen = new Set<string>()
  for (const filter of design.components.filter(isRemoteFilter)) {
    const { source } = filter.spec
    if (seen.has(source)) continue
    seen.add(source)
    const before = lock.filters.get(source)
    const resolved = await resolveModule(source, {
      folder,
      lock: lock.filters,
      library: filterLibrary(io),
      access: registryAccess(io),
      trust: options.update === true ? 'update' : 'compare',
    })
    const locked = resolved.ok ? await lockedModule(io, filter, resolved.module) : resolved.diagnostic
    if ('severity' in locked) {
      problems.push({ ...locked, address: filter.address, location: filter.locate(['source']) })
      continue
    }
    lock = withLocked(lock, source, locked)
    const change = before === undefined ? 'locked' : before.digest === locked.digest ? 'unchanged' : 'updated'
    io.stdout.write(`${change}  ${source}  ${locked.digest}\n`)
    if (change === 'updated') io.stdout.write(`  was: ${before?.behaviour}\n  is:  ${locked.behaviour}\n`)
  }
  view.diagnostics(problems)
  if (problems.length > 0) {
    io.setExitCode(1)
    return
  }
  if (seen.size === 0) view.note(`${design.name} has no filters that are fetched.`)
  else await writeFileAtomically(join(folder, LOCK_FILE), formatLock(lock), 0o644)
}

async function lockedModule(io: CommandIo, filter: RemoteFilter, module: ResolvedModule): Promise<LockedModule | Diagnostic> {
  const inspection = inspectFilter(filter.spec.source, module.bytes)
  const wrong = inspection.diagnostics.find((diagnostic) => diagnostic.severity === 'error')
  if (wrong !== undefined) return wrong
  const keys = await Promise.all((filter.spec.verificationKeys ?? []).map((path) => readKey(io, path, 'public')))
  const unreadable = keys.find((key) => !key.ok)
  if (unreadable?.ok === false) return unreadable.diagnostic
  const verdict = verifyModule(
    module.bytes,
    module.signature,
    keys.flatMap((key) => (key.ok ? [key.key] : [])),
  )
  if (keys.length > 0 && verdict.kind !== 'verified') {
    return {
      severity: 'error',
      code: 'MF9020',
      summary: `${filter.spec.source} is not signed as the design asks`,
      detail: `It is ${describeSignature(verdict)}.`,
    }
  }
  const { configSchema } = module.metadata
  return {
    digest: module.digest,
    sha256: module.sha256,
    size: module.bytes.length,
    behaviour: describeModule(inspection, module.metadata),
    ...(configSchema === undefined ? {} : { configSchema }),
    ...(verdict.kind === 'verified' ? { signedBy: [verdict.keyId] } : {}),
  }
}
