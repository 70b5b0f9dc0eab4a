import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import { mistake } from '../mistake.ts'

/**
 * What an API gateway of Consul has no words for, though routers of services have, or other gateways do (consul-k8s
 * control-plane/api-gateway/common/translation.go and binding/validation.go; hashicorp/consul api/config_entry_routes.go). What it does
 * not know it drops without a word, so each is refused at its place.
 */
export function gatewayMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return [...listenerMistakes(gateway), ...routeMistakes(gateway)]
}

function listenerMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return gateway.spec.listeners.flatMap((listener, index) => {
    const refuse = refuser(gateway, ['listeners', index])
    return [
      ...(listener.tls?.redirect !== true
        ? []
        : [
            refuse(
              ['tls', 'redirect'],
              'An API gateway of Consul answers no request with a redirect',
              'Leave the listener out, or redirect in front of the gateway.',
            ),
          ]),
      ...(listener.protocol !== 'tls' && listener.tls?.mode !== 'passthrough'
        ? []
        : [
            refuse(
              listener.protocol === 'tls' ? ['protocol'] : ['tls', 'mode'],
              'An API gateway of Consul speaks http, or tcp, with or without TLS that it ends itself',
              'Use https with a certificate, or tcp.',
            ),
          ]),
    ]
  })
}

function routeMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  const stream = gateway.spec.listeners.every((listener) => listener.protocol === 'tcp')
  return (gateway.spec.routes ?? []).flatMap((route, index) => {
    const refuse = refuser(gateway, ['routes', index])
    const destinations = Object.keys(route.to ?? {})
    return [
      ...destinations
        .filter((name) => name.includes('/'))
        .map((name) =>
          refuse(
            ['to', name],
            'A route of a gateway leads to a service, not to one version of it',
            `Route to \`${name.split('/')[0]}\`, and share out in its traffic policy: routers and splitters hold for the gateway too.`,
          ),
        ),
      ...(stream && destinations.length > 1
        ? [refuse(['to'], 'A tcp route of Consul leads to one service and knows no shares', 'Route to one workload.')]
        : []),
      ...(route.fault === undefined
        ? []
        : [
            refuse(
              ['fault'],
              'Consul injects faults into all requests to a service, not into those of a gateway’s route',
              'Say `fault` in the traffic policy of the workload.',
            ),
          ]),
      ...(['path', 'host'] as const)
        .filter((part) => route.rewrite?.[part] !== undefined)
        .map((part) =>
          refuse(
            ['rewrite', part],
            'An API gateway of Consul rewrites the matched prefix of the path, nothing else',
            part === 'path' ? 'Use `prefix`, or rewrite in the traffic policy of the workload.' : 'Leave `host` out.',
          ),
        ),
    ]
  })
}

/** Routers and splitters are the service's own: they hold for whoever calls it, by a gateway or not. */
export function meshlessMistakes(policy: ComponentOf<'traffic'>): readonly Diagnostic[] {
  if (policy.spec.onlyGateways !== true) return []
  return [
    refuser(policy, [])(
      ['onlyGateways'],
      'Routers and splitters of Consul hold for every caller of the service, inside the mesh too',
      'Remove `onlyGateways`, or write the routes in the gateway.',
    ),
  ]
}

function refuser(component: ComponentOf<'gateways'> | ComponentOf<'traffic'>, base: ValuePath) {
  return (path: ValuePath, summary: string, hint: string): Diagnostic =>
    mistake(component, [...base, ...path], 'MF3020', { summary, hint })
}
