import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { fieldMistakes } from '../../src/providers/field-schema.ts'
import { fieldsOfKind } from '../../src/providers/fields-of-kind.ts'
import { meshProviders } from '../../src/providers/registry.ts'
import { FEATURE_CASES, type FeatureCase } from './conformance/feature-cases.ts'
import { canonical, only, SHOP, translate } from './design-fixture.ts'

describe('settings', () => {
  test('of a mesh are held against the schema of its provider', () => {
    const { diagnostics } = translate(canonical({ provider: 'istio', settings: { waypiont: 'none', cni: 'yes' } }))
    expect(diagnostics.map(({ code, summary, location }) => [code, summary, location?.file])).toEqual([
      ['MF3017', 'Istio has no setting "waypiont"', 'settings'],
      ['MF3017', 'Setting cni must be boolean', 'settings.cni'],
    ])
  })

  test('of another component are merged into the objects of the kind they name, and lead back to their line', () => {
    const design = canonical({ provider: 'istio' })
    const translated = translate({
      ...design,
      traffic: {
        backend: {
          workload: 'backend',
          routes: [{ to: { v1: 100 } }],
          settings: { VirtualService: { exportTo: ['.'] }, DestinationRule: { trafficPolicy: { tls: { mode: 'SIMPLE' } } } },
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    expect(only(translated, 'VirtualService').spec).toMatchObject({ exportTo: ['.'], hosts: ['backend.shop.svc.cluster.local'] })
    expect(only(translated, 'DestinationRule').spec).toMatchObject({ trafficPolicy: { tls: { mode: 'SIMPLE' } } })
    const service = translated.objects.find(({ manifest }) => manifest.kind === 'VirtualService')
    expect(service?.origins['/spec/exportTo']).toEqual(['settings', 'VirtualService', 'exportTo'])
  })

  test('for a kind that is not made are a mistake', () => {
    const { diagnostics } = translate({
      ...canonical({ provider: 'istio' }),
      traffic: { backend: { workload: 'backend', routes: [{ to: { v1: 100 } }], settings: { VirtualServce: {} } } },
    })
    expect(diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([['MF3017', 'settings.VirtualServce']])
  })

  const settled = (settings: JsonObject, mesh = {}) =>
    translate(
      {
        ...canonical({ provider: 'istio', ...mesh }),
        traffic: { backend: { workload: 'backend', routes: [{ to: { v1: 100 } }], settings } },
      },
      fieldsOfKind,
    ).diagnostics.map(({ severity, summary, location, hint }) => [severity, location?.file, summary, hint])

  test('are held against the fields of the kind: names, types, and texts allowed, each at its own place', () => {
    expect(
      settled({
        VirtualService: { exportto: ['.'], gateways: [1], http: [{ retries: { attempts: 'three', backoff: '1s' } }] },
        DestinationRule: { trafficPolicy: { tls: { mode: 'MUTAL' }, connectionPool: [] }, nothingLikeIt: {} },
      }),
    ).toEqual([
      ['error', 'settings.VirtualService.exportto', 'Setting VirtualService.exportto is not a field', 'Did you mean "exportTo"?'],
      ['error', 'settings.VirtualService.gateways.0', 'Setting VirtualService.gateways.0 must be text', 'Write "1" with quotes.'],
      [
        'error',
        'settings.VirtualService.http.0.retries.attempts',
        'Setting VirtualService.http.0.retries.attempts must be a whole number',
        undefined,
      ],
      [
        'error',
        'settings.DestinationRule.trafficPolicy.tls.mode',
        'Setting DestinationRule.trafficPolicy.tls.mode cannot be "MUTAL"',
        'One of DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL.',
      ],
      [
        'error',
        'settings.DestinationRule.trafficPolicy.connectionPool',
        'Setting DestinationRule.trafficPolicy.connectionPool must be an object',
        undefined,
      ],
      [
        'error',
        'settings.DestinationRule.nothingLikeIt',
        'Setting DestinationRule.nothingLikeIt is not a field',
        'Fields there are exportTo, host, subsets, trafficPolicy, workloadSelector.',
      ],
    ])
  })

  test('only warn where the mesh is newer than the definitions, and need to be an object', () => {
    expect(settled({ VirtualService: { brandNew: true } }, { version: '99.0.0' }).map(([severity]) => severity)).toEqual([
      'warning',
    ])
    expect(settled({ VirtualService: true })).toEqual([
      [
        'error',
        'settings.VirtualService',
        'Setting VirtualService must be an object',
        'It is merged into the spec of the VirtualService.',
      ],
    ])
  })

  const onMachines = (more: object) =>
    translate({ ...canonical({ provider: 'consul-vm' }), ...more } as Parameters<typeof translate>[0], fieldsOfKind).diagnostics

  test.each<[string, JsonObject, readonly string[]]>([
    [
      'v1/Service',
      { type: 'LoadBalancr', ports: [{ nodeport: 30080, targetPort: 'http' }], externalIPs: '10.0.0.1' },
      ['type', 'ports.0.nodeport', 'externalIPs'],
    ],
    ['v1/ServiceAccount', { automountServiceAccountToken: false }, ['automountServiceAccountToken']],
    [
      'apps/v1/Deployment',
      { template: { spec: { containers: [{ imagePullPolicy: 'always', resources: { limits: { cpu: 1, memory: '1Gi' } } }] } } },
      ['template.spec.containers.0.imagePullPolicy'],
    ],
  ])('of %s, which is of Kubernetes itself, are held against what the sandbox knows of it', (id, patch, places) => {
    const [kind = '', ...version] = id.split('/').reverse()
    const schema = fieldsOfKind(version.reverse().join('/'), kind)
    expect(schema === undefined ? undefined : fieldMistakes(schema, patch).map(({ path }) => path.join('.'))).toEqual(places)
  })

  test('of entries of the HTTP API are held against what the custom resources say, in its own spelling', () => {
    const settings = {
      'service-router': { Meta: { team: 'shop' }, Routes: [{ Match: { HTTP: { PathExact: '/a', pathPrefix: '/b' } } }] },
      'service-defaults': { Protocol: 1, MutualTLSMode: 'strict' },
    }
    const found = onMachines({
      traffic: { backend: { workload: 'backend', timeout: '1s', routes: [{ to: { v1: 100 }, timeout: '1s' }], settings } },
    })
    const mistakes = found.filter(({ code }) => code === 'MF3017' || code === 'MF3039')
    expect(mistakes.map(({ location, hint }) => [location?.file, hint])).toEqual([
      ['settings.service-router.Routes.0.Match.HTTP.pathPrefix', 'Did you mean "PathPrefix"?'],
      ['settings.service-defaults', expect.any(String)],
    ])
  })

  test('of the entries of gateways, which no custom resource says, are held against their own fields', () => {
    const settings = { 'api-gateway': { Listeners: [{ Port: 80, Protocol: 'https' }], Meta: {} } }
    const found = onMachines({ gateways: { web: { mesh: 'mesh', listeners: [{ port: 80 }], settings } } })
    expect(found.filter(({ code }) => code === 'MF3017')).toMatchObject([
      { location: { file: 'settings.api-gateway.Listeners.0.Protocol' }, hint: 'One of http, tcp.' },
    ])
  })

  test('of a kind whose definition is not known are told not to be checked', () => {
    const settings = { 'service-router': {} }
    const sections = {
      ...canonical({ provider: 'consul-vm' }),
      traffic: { backend: { workload: 'backend', routes: [{ to: { v1: 100 }, timeout: '1s' }], settings } },
    } as Parameters<typeof translate>[0]
    const found = translate(sections, () => undefined).diagnostics
    expect(found.filter(({ code }) => code === 'MF3039')).toMatchObject([
      { severity: 'info', location: { file: 'settings.service-router' } },
    ])
  })

  test('know the fields of every kind that a provider makes, and these take what the providers write', () => {
    const elsewhere = /^consul\/v1\//
    const unknown = new Set<string>()
    const refused: string[] = []
    for (const provider of meshProviders.values()) {
      for (const mode of [undefined, ...Object.keys(provider.modes ?? {})]) {
        for (const [feature, { mesh, ...sections }] of Object.entries<FeatureCase>(FEATURE_CASES)) {
          const spec = { provider: provider.name, ...(mode === undefined ? {} : { mode }), ...mesh }
          for (const { manifest } of translate({ workloads: SHOP, ...sections, meshes: { mesh: spec } }).objects) {
            const { apiVersion, kind } = manifest
            const schema = fieldsOfKind(apiVersion, kind)
            if (schema === undefined) {
              if (!elsewhere.test(`${apiVersion}/${kind}`) && manifest.spec !== undefined) unknown.add(`${apiVersion}/${kind}`)
            } else {
              for (const { path, problem } of fieldMistakes(schema, manifest.spec)) {
                refused.push(`${provider.name} ${feature}: ${kind} ${path.join('.')} ${problem}`)
              }
            }
          }
        }
      }
    }
    expect([...unknown]).toEqual([])
    expect(refused).toEqual([])
  })
})
