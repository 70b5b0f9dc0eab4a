import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlannedChart } from '../../providers/planned-charts.ts'
import { runProgram } from './run-program.ts'

/** What running helm needs of the process. */
export interface HelmEnvironment {
  /** The folder that relative chart paths start from. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Version of the cluster's Kubernetes, for charts that ask for one; undefined where it is not known. */
  readonly kubernetesVersion: string | undefined
  /** Kinds that the cluster serves beside its own, as `group/version/Kind`, for charts that ask what there is. */
  readonly apiVersions: readonly string[]
  readonly signal: AbortSignal
}

/** What became of a chart. */
export type Rendering =
  | { readonly kind: 'rendered'; readonly text: string }
  | { readonly kind: 'no-helm' }
  | { readonly kind: 'failed'; readonly message: string }

/** Longest time that rendering one chart may take, its download included, in milliseconds. */
const TIMEOUT_MS = 120_000
/** Longest output of a chart, in bytes. */
const MAX_OUTPUT = 64 * 1024 * 1024

/** The arguments by which helm renders a chart as `helm install` would send it. */
export function helmArguments(
  chart: PlannedChart,
  valuesFile: string,
  kubernetesVersion?: string,
  apiVersions: readonly string[] = [],
): readonly string[] {
  const oci = chart.repository?.startsWith('oci://') === true
  return [
    'template',
    chart.release,
    oci ? `${chart.repository?.replace(/\/+$/, '')}/${chart.name}` : chart.name,
    ...(chart.repository === undefined || oci ? [] : ['--repo', chart.repository]),
    ...(chart.version === undefined ? [] : ['--version', chart.version]),
    '--namespace',
    chart.namespace,
    '--include-crds',
    ...(kubernetesVersion === undefined ? [] : ['--kube-version', kubernetesVersion]),
    ...apiVersions.flatMap((api) => ['--api-versions', api]),
    '--values',
    valuesFile,
  ]
}

/** Renders a chart with the helm program of the PATH. Sends nothing to any cluster. */
export async function renderChart(chart: PlannedChart, environment: HelmEnvironment): Promise<Rendering> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-helm-'))
  try {
    // Values may hold credentials: the folder and the file are the user's alone.
    const valuesFile = join(folder, 'values.json')
    await writeFile(valuesFile, JSON.stringify(chart.values), { mode: 0o600 })
    return await run(helmArguments(chart, valuesFile, environment.kubernetesVersion, environment.apiVersions), environment)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(args: readonly string[], { directory, env, signal }: HelmEnvironment): Promise<Rendering> {
  const ended = await runProgram('helm', args, { directory, env, signal, timeoutMs: TIMEOUT_MS, maxOutput: MAX_OUTPUT })
  switch (ended.kind) {
    case 'not-found':
      return { kind: 'no-helm' }
    case 'stopped':
      return { kind: 'failed', message: ended.message }
    case 'ended':
      if (ended.code === 0) return { kind: 'rendered', text: ended.stdout }
      return { kind: 'failed', message: lastLines(ended.stderr) || `it ended with the code ${ended.code ?? 'of a signal'}` }
  }
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('WARNING'))
    .slice(-5)
    .join(' ')
}
