import type { ComponentOf } from '../../design/component.ts'
import type { MeshProvider } from '../../providers/contract.ts'
import type { CapabilityTable } from '../../providers/features.ts'

/** A column of the capability matrix: a mesh in one of its modes. */
export interface MeshColumn {
  /** As `provider:` names it, with the mode where it is not the usual one: `istio`, `istio ambient`. */
  readonly name: string
  readonly title: string
  readonly mode: string | undefined
  readonly provider: MeshProvider
  readonly table: CapabilityTable
}

/** The columns of a mesh: its usual mode, then the others. */
export function columnsOf(provider: MeshProvider): readonly MeshColumn[] {
  const usual = { name: provider.name, title: provider.title, mode: undefined, provider, table: provider.capabilities }
  const others = Object.entries(provider.modes ?? {}).map(([mode, { title, capabilities }]) => ({
    name: `${provider.name} ${mode}`,
    title,
    mode,
    provider,
    table: capabilities,
  }))
  return [usual, ...others]
}

/** A mesh as the shortest design says it, to ask a provider what follows from that. */
export function plainMesh({ provider, mode }: MeshColumn): ComponentOf<'meshes'> {
  const location = { file: '', line: 1, column: 1 }
  return {
    section: 'meshes',
    address: `meshes.${provider.name}`,
    name: provider.name,
    key: undefined,
    scope: '',
    spec: { provider: provider.name, ...(mode === undefined ? {} : { mode }) },
    cluster: 'sandbox',
    dependencies: [],
    location,
    locate: () => location,
    files: [],
  }
}
