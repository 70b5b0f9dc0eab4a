/** Troubles of the engine with meshes that it looks for or installs. Documented in docs/diagnostics.md. */
export const ENGINE_CODES = {
  MF4101: {
    title: 'Mesh not found',
    explanation: 'The design says that the mesh exists already, and its control plane is not where it should be in the cluster.',
  },
  MF4102: {
    title: 'Mesh is too old',
    explanation: 'The mesh in the cluster has an older version than the one the design asks for.',
  },
  MF4103: {
    title: 'Helm is missing',
    explanation: 'The mesh is to be installed from Helm charts, and there is no helm program to render them with.',
  },
  MF4104: {
    title: 'Chart not rendered',
    explanation: 'helm could not render a chart: it was not found, its values do not fit, or it took too long.',
  },
  MF4105: {
    title: 'Manifests not fetched',
    explanation: 'A manifest that the design names by its address could not be had.',
  },
  MF4106: {
    title: 'Definitions of another project are missing',
    explanation:
      'The mesh needs CustomResourceDefinitions that it does not bring itself, and they are neither served nor in the design.',
  },
  MF4107: {
    title: 'Chart version is not pinned',
    explanation: 'Without a version the newest chart is rendered, so the same design can come out differently tomorrow.',
  },
} as const

/** A code of the engine. */
export type EngineCode = keyof typeof ENGINE_CODES
