import type { Component } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import { validateConfig } from '../../filters/registry/validate-config.ts'
import type { LockedModule } from '../../lock/module-lock.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { designFolder } from '../design-folder.ts'
import { readLock } from '../read-lock.ts'
import { isRemoteFilter, type RemoteFilter } from './design-filters.ts'

/**
 * The design with every remote filter pinned to the digest that its lock file has, so that a mesh refuses anything else, and with
 * their configurations compared with the schemas that were locked. Asks no network.
 */
export async function pinFilters(
  io: CommandIo,
  design: Design,
): Promise<{ readonly design: Design; readonly diagnostics: readonly Diagnostic[] }> {
  if (!design.components.some(isRemoteFilter)) return { design, diagnostics: [] }
  const read = await readLock(designFolder(io, design.directory))
  if (!read.ok) return { design, diagnostics: [read.diagnostic] }
  const diagnostics: Diagnostic[] = []
  const components = design.components.map((component): Component => {
    if (!isRemoteFilter(component)) return component
    const locked = read.lock.filters.get(component.spec.source)
    if (locked === undefined) {
      diagnostics.push(...unpinned(component))
      return component
    }
    diagnostics.push(...disagreements(component, locked), ...configMisfits(component, locked))
    const digest = locked.digest.slice('sha256:'.length)
    const behaviour = component.spec.behaviour ?? locked.behaviour
    return { ...component, spec: { ...component.spec, sha256: component.spec.sha256 ?? digest, behaviour } }
  })
  return { design: { ...design, components }, diagnostics }
}

/** A filter that nothing pins: neither a lock, nor the design, nor its own address. */
function unpinned(filter: RemoteFilter): readonly Diagnostic[] {
  const { source, sha256 } = filter.spec
  if (sha256 !== undefined || source.includes('@sha256:')) return []
  return [
    {
      severity: 'warning',
      code: 'MF9019',
      summary: `${filter.address} is not pinned`,
      detail: `${source} can stand for another module tomorrow, and proxies would take it.`,
      address: filter.address,
      location: filter.locate(['source']),
      hint: 'Run `meshform filter lock`, and keep meshform.lock.yaml under version control.',
    },
  ]
}

function disagreements(filter: RemoteFilter, locked: LockedModule): readonly Diagnostic[] {
  const { sha256, source, verificationKeys } = filter.spec
  const found: Diagnostic[] = []
  if (sha256 !== undefined && `sha256:${sha256}` !== locked.digest) {
    found.push({
      severity: 'error',
      code: 'MF9016',
      summary: `${filter.address} and the lock file disagree`,
      detail: `The design says sha256:${sha256}, and ${locked.digest} was locked for ${source}.`,
      address: filter.address,
      location: filter.locate(['sha256']),
      hint: 'Take the digest out of the design, or run `meshform filter lock --update`.',
    })
  }
  if ((verificationKeys ?? []).length > 0 && (locked.signedBy ?? []).length === 0) {
    found.push({
      severity: 'error',
      code: 'MF9020',
      summary: `${filter.address} has to be signed, and was not when it was locked`,
      address: filter.address,
      location: filter.locate(['verificationKeys']),
      hint: 'Run `meshform filter lock`: it checks the signature.',
    })
  }
  return found
}

function configMisfits(filter: RemoteFilter, locked: LockedModule): readonly Diagnostic[] {
  const { configSchema } = locked
  const { config } = filter.spec
  if (configSchema === undefined) return []
  return validateConfig(configSchema, typeof config === 'string' ? parsed(config) : (config ?? {})).map(
    ({ path, message }): Diagnostic => ({
      severity: 'error',
      code: 'MF9018',
      summary: `The configuration of ${filter.address} does not fit: ${['config', ...path].join('.')} ${message}`,
      address: filter.address,
      location: filter.locate(['config', ...path]),
    }),
  )
}

/** Text that is JSON is compared as such, any other as a text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
