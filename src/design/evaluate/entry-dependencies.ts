import type { Section } from '../component.ts'
import { SECTIONS } from '../module/module-source.ts'
import type { ModuleInstance } from './module-instance.ts'
import type { ScannedEntry } from './order-entries.ts'

const NONE: ReadonlySet<string> = new Set()

/** Addresses of the components that an entry's expressions read, through locals, inputs and outputs too. */
export function dependenciesOf(scanned: ScannedEntry, instance: ModuleInstance): ReadonlySet<string> {
  if (scanned.scan.references.length === 0) return NONE
  const found = new Set<string>()
  const addAll = (addresses: Iterable<string> | undefined) => {
    for (const address of addresses ?? []) found.add(address)
  }
  for (const { reference } of scanned.scan.references) {
    const [first, second] = reference.steps
    const { root } = reference
    if (root === 'inputs') {
      if (first !== undefined) addAll(instance.inputs.get(first.name)?.dependencies)
      else for (const input of instance.inputs.values()) addAll(input.dependencies)
      continue
    }
    const names = first === undefined ? idsOf(instance, root) : [`${root}.${first.name}`]
    for (const id of names) {
      addAll(instance.dependencies.get(id))
      const entry = instance.entries.get(id)
      if (entry === undefined) continue
      if (entry.unrolled && first !== undefined) {
        // Items read by a computed key are noted as they are read.
        if (second === undefined && reference.open) continue
        const one = second === undefined ? undefined : entry.instances.get(second.name)
        if (one !== undefined) {
          found.add(one.address)
          continue
        }
      }
      addAll([...entry.instances.values()].map(({ address }) => address))
    }
  }
  return found
}

function idsOf(instance: ModuleInstance, root: string): readonly string[] {
  const section: Section | undefined = SECTIONS.find((candidate) => candidate === root)
  if (section !== undefined)
    return [...(instance.source.components.get(section)?.keys() ?? [])].map((name) => `${section}.${name}`)
  return root === 'locals' ? [...instance.source.blocks.locals.keys()].map((name) => `locals.${name}`) : []
}
