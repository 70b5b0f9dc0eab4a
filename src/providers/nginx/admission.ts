import type { Manifest } from '../../plan/manifest.ts'
import { refusedBy } from '../admission.ts'
import type { LintFinding } from '../contract.ts'
import { stringIn } from '../json-view.ts'
import { NGINX_BREAKER_API, NGINX_CONFIG_API } from './dialect.ts'

/** What NGINX Service Mesh refuses of objects beside each other (nginx-service-mesh pkg/apis/mesh/validate.go). */
export function nginxRefusals(manifests: readonly Manifest[]): readonly LintFinding[] {
  const breaker = manifests.find(({ kind, apiVersion }) => kind === 'CircuitBreaker' && apiVersion === NGINX_BREAKER_API)
  if (breaker === undefined) return []
  return manifests
    .filter(({ kind, apiVersion }) => kind === 'MeshConfig' && apiVersion === NGINX_CONFIG_API)
    .filter((config) => stringIn(config, 'spec', 'nginxLBMethod')?.includes('random') === true)
    .map((config) =>
      refusedBy(
        'NGINX Service Mesh',
        config,
        ['spec', 'nginxLBMethod'],
        `chooses endpoints at random, which CircuitBreaker ${breaker.metadata.name} does not go with`,
        'Choose least_conn, least_time or round_robin in `settings.loadBalancing`, or leave the circuit breaker out.',
      ),
    )
}
