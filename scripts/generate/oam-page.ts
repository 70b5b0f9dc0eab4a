import { COMPONENT_TYPES } from '../../src/design/formats/oam/component-types.ts'
import { POLICY_TYPES } from '../../src/design/formats/oam/policy-types.ts'
import { STEP_TYPES } from '../../src/design/formats/oam/step-types.ts'
import { TRAIT_TYPES } from '../../src/design/formats/oam/trait-types.ts'

/** docs/oam.md: what becomes of an OAM application, with the tables of its types. */
export function oamPage(): string {
  const components = Object.entries(COMPONENT_TYPES).map(([name, type]) =>
    type.kind === 'rendered' ? row(name, type.becomes, parametersOf(type.parameters)) : row(name, `refused. ${type.why}`, ''),
  )
  const traits = Object.entries(TRAIT_TYPES).map(([name, type]) =>
    type.kind === 'applied'
      ? row(name, type.does, type.appliesTo?.join(', ') ?? 'any', parametersOf(type.parameters))
      : row(name, `refused. ${type.why}`, '', ''),
  )
  const policies = Object.entries(POLICY_TYPES).map(([name, type]) =>
    row(name, type.kind === 'used' ? type.does : `${WORDS[type.kind]}. ${type.why}`),
  )
  const steps = Object.entries(STEP_TYPES).map(([name, type]) =>
    row(name, type.kind === 'deploys' || type.kind === 'makes' ? type.does : `${WORDS[type.kind]}. ${type.why}`),
  )
  return [
    INTRODUCTION,
    '## Components\n',
    table(['type', 'becomes', 'parameters'], components),
    '## Traits\n',
    table(['type', 'does', 'on', 'parameters'], traits),
    '## Policies\n',
    table(['type', 'becomes'], policies),
    '## Steps of workflows\n',
    table(['type', 'deploys or makes'], steps),
    ENDING,
  ].join('\n')
}

const WORDS = { noted: 'nothing to do', 'left-out': 'left out, with a warning', refused: 'refused' }

interface Parameters {
  readonly properties?: { readonly [name: string]: unknown }
  readonly anyOf?: readonly Parameters[]
}

function parametersOf(schema: Parameters): string {
  const last = schema.anyOf?.at(-1) ?? schema
  return Object.keys(last.properties ?? {})
    .map((name) => `\`${name}\``)
    .join(', ')
}

function row(name: string, ...cells: readonly string[]): string {
  return `| \`${name}\` | ${cells.join(' | ')} |`
}

function table(heads: readonly string[], rows: readonly string[]): string {
  return `| ${heads.join(' | ')} |\n|${heads.map(() => '---').join('|')}|\n${rows.join('\n')}\n`
}

const INTRODUCTION = `# OAM applications

Generated from the tables of types by \`npm run generate\`.

Commands that take \`-f\` read applications of OAM (\`core.oam.dev/v1beta1\`, as KubeVela writes them) as they are, with mistakes shown in
the file itself:

\`\`\`console
$ meshform plan -f app.yaml
$ meshform apply -f app.yaml --yes
\`\`\`

What comes of a component is what KubeVela's own definitions render, for Kubernetes 1.25 and later: the same objects, names, labels and
selectors. Nothing of KubeVela is needed in the cluster. Other objects in the file or folder become resources as they are; several
applications are one design, named after the folder.

\`meshform convert\` writes the same design in [the language](language.md), with what was told as comments on top:

\`\`\`console
$ meshform convert app.yaml --out design.yaml
\`\`\`

An application says nothing of a mesh. To go on with one, let what runs become workloads:

\`\`\`console
$ meshform convert app.yaml --workloads --out shop/design.yaml
\`\`\`

Deployments, StatefulSets and DaemonSets, with the Services that select their pods and the ServiceAccounts that they run as, go to
\`shop/manifests/\` as they are, so that nothing that runs already is replaced; the design names them, and \`meshes\`, \`mesh\` of a workload
and \`traffic\` can be added ([cookbook](cookbook.md)). The short form of a workload would make other labels and selectors.

- A component's workload is \`resources.<component>\`; what stands beside it \`resources.<component>-<kind>\`.
- \`dependsOn\` becomes \`dependsOn\`; so do the steps of a workflow, one after the other.
- \`inputs\` take the value of \`outputs\` where it is in what the component renders (\`output.metadata.name\`,
  \`outputs.<name>.spec...\`); a value that is only known in a cluster (\`output.status...\`) is refused.
- Objects bear \`app.oam.dev/name\` and \`app.oam.dev/component\`, and the labels and annotations of the application. Those of
  \`k8s-objects\` stay as they are.
- Objects are in the namespace of the application, unless a topology policy says another.
- Every parameter is checked. One that the definition does not have is an error with the nearest known name; KubeVela would pass it over.
- \`\${...}\` in such files is text, not an expression.
`

const ENDING = `## What is not read

- **Types of your own.** Definitions are written in CUE, which is not evaluated here. A type that is not in the tables is refused, with
  the place of its definition where that is in the folder. \`vela dry-run -f app.yaml\` renders it; the manifests can be named with \`-f\`.
- **Earlier versions.** \`ApplicationConfiguration\` and \`Component\` of \`v1alpha2\` are refused.
- **Pauses.** One apply carries out the plan that was reviewed. A \`suspend\` (or \`auto: false\`) before the first or after the last
  step needs nothing; one in between is refused.
- **Several clusters.** KubeVela's control plane knows its clusters by names; those are taken for contexts of the kubeconfig, and said so.
- **Applications as objects.** To send an Application to a KubeVela in the cluster, make it a resource:
  \`resources.<name>.manifests: [./app.yaml]\`.
`
