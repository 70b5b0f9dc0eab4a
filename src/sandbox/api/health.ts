import { type SandboxAnswer, type SandboxRequest, textAnswer } from './exchange.ts'

/** What a real server asks itself, in its order. */
const checks = [
  'ping',
  'log',
  'etcd',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-discovery-controller',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
] as const

const readyChecks: readonly string[] = [...checks.slice(0, 3), 'etcd-readiness', 'informer-sync', ...checks.slice(3), 'shutdown']

function checksOf(endpoint: string): readonly string[] | undefined {
  switch (endpoint) {
    case '/healthz':
    case '/livez':
      return checks
    case '/readyz':
      return readyChecks
    default:
      return undefined
  }
}

/** Answers questions after the server's health, each check by its own path too, and `/metrics`; undefined for other paths. */
export function healthAnswer(path: string, request: SandboxRequest): SandboxAnswer | undefined {
  if (path === '/metrics') return textAnswer(200, metrics)
  const slash = path.indexOf('/', 1)
  const endpoint = slash < 0 ? path : path.slice(0, slash)
  const all = checksOf(endpoint)
  if (all === undefined) return undefined
  if (slash >= 0) return all.includes(path.slice(slash + 1)) ? textAnswer(200, 'ok') : undefined
  const query = new URL(request.path, 'http://sandbox').searchParams
  const excluded = new Set(query.getAll('exclude'))
  if (!query.has('verbose')) return textAnswer(200, 'ok')
  const lines = all.map((name) => (excluded.has(name) ? `[+]${name} excluded: ok` : `[+]${name} ok`))
  return textAnswer(200, `${lines.join('\n')}\n${endpoint.slice(1)} check passed\n`)
}

/** Nothing is counted: only what the server is. */
const metrics = `# HELP kubernetes_build_info [BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.
# TYPE kubernetes_build_info gauge
kubernetes_build_info{build_date="",compiler="meshform-sandbox",git_commit="",git_tree_state="clean",git_version="v1.36.2",go_version="",major="1",minor="36",platform="linux/amd64"} 1
`
